package db

import (
	"strconv"
	"strings"
)

// token is a word in lower case, a parameter, a sign, or a string literal.
type token struct {
	text  string // "" for a string literal
	param int    // n of $n, 0 for everything else
}

// lex cuts a statement into tokens. It knows as much of SQL as the statements of this program use.
func lex(q string) []token {
	var out []token
	for i := 0; i < len(q); {
		c, rest := q[i], q[i:]
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(rest, "--"):
			i += through(rest, "\n", 2)
		case strings.HasPrefix(rest, "/*"):
			i += through(rest, "*/", 2)
		case c == '\'':
			out = append(out, token{})
			i += through(rest, "'", 1)
		case c == '"':
			n := through(rest, `"`, 1)
			out = append(out, token{text: strings.ToLower(strings.Trim(rest[:n], `"`))})
			i += n
		case c == '$' && len(rest) > 1 && isDigit(rest[1]):
			n := span(rest[1:], isDigit) + 1
			number, _ := strconv.Atoi(rest[1:n]) // digits
			out = append(out, token{text: rest[:n], param: number})
			i += n
		case isWord(c):
			n := span(rest, isWord)
			out = append(out, token{text: strings.ToLower(rest[:n])})
			i += n
		default:
			out = append(out, token{text: string(c)})
			i++
		}
	}
	return out
}

// through is the length of s up to and with the first end at or after from.
func through(s, end string, from int) int {
	if n := strings.Index(s[from:], end); n >= 0 {
		return from + n + len(end)
	}
	return len(s)
}

func span(s string, in func(byte) bool) int {
	n := 0
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return c == '_' || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}
