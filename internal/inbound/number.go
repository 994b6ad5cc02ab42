package inbound

import (
	"strings"
	"unicode"

	"liaison/internal/cases"
)

// numberInSubject finds a case number in a subject (R3.2-03); one with a wrong check digit is none. marked says that it is
// written as one: behind "#" or a word such as "case", or in brackets. A bare number may be anything.
func numberInSubject(subject string) (number string, marked bool) {
	if !strings.ContainsFunc(subject, unicode.IsDigit) {
		return "", false
	}
	runes := []rune(strings.Map(narrow, subject))
	for i, tried := 0, 0; i < len(runes) && tried < 8; {
		if !digit(runes[i]) {
			i++
			continue
		}
		end := i
		for end < len(runes) && digit(runes[end]) {
			end++
		}
		if n := end - i; n >= 5 && n <= 12 && !inWord(runes, end) && cases.ValidNumber(string(runes[i:end])) {
			tried++
			isMarked := mark(string(runes[:i]))
			if isMarked {
				return string(runes[i:end]), true
			}
			if number == "" && alone(runes, i, end) {
				number = string(runes[i:end])
			}
		}
		i = end
	}
	return number, false
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

// narrow makes the wide signs of East Asian keyboards plain ones.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '【' || r == '〔' || r == '「':
		return '['
	case r == '\u3000' || r == '\u00a0':
		return ' '
	}
	return r
}

// inWord reports whether what follows a number makes it a part of a word.
func inWord(runes []rune, end int) bool {
	return end < len(runes) && (runes[end] < 0x80 && unicode.IsLetter(runes[end]) || runes[end] == '_')
}

// mark reports whether what stands before a number says that it is a case's.
func mark(before string) bool {
	before = strings.ToLower(strings.TrimSpace(before))
	if strings.HasSuffix(before, "#") || strings.HasSuffix(before, "[") {
		return true
	}
	before = strings.TrimRight(before, " :.-")
	for _, word := range []string{"case", "case no", "case number", "case id", "ticket", "案例", "案例号", "案例编号", "个案", "工单", "工单号", "案件"} {
		if rest, ok := strings.CutSuffix(before, word); ok {
			r := []rune(rest)
			if word[0] >= 0x80 || len(r) == 0 || !unicode.IsLetter(r[len(r)-1]) || r[len(r)-1] >= 0x80 {
				return true
			}
		}
	}
	return false
}

// alone reports whether a bare number is no part of a date, an amount or a name.
func alone(runes []rune, from, end int) bool {
	joins := func(r rune) bool {
		return r < 0x80 && unicode.IsLetter(r) || strings.ContainsRune("-_./:,+$€¥%@", r)
	}
	if from > 0 && joins(runes[from-1]) {
		return false
	}
	return end == len(runes) || !joins(runes[end]) || end == len(runes)-1 || runes[end+1] == ' '
}
