package text

import (
	"fmt"
	"strconv"
	"strings"
)

// message is one text of one language, split at its placeholders. one is nil where the language or the message has
// no singular form of its own.
type message struct {
	one, other []piece
}

// piece is literal text or, when name is set, the place of an argument.
type piece struct {
	text string
	name string
}

func parse(v any) (message, error) {
	switch v := v.(type) {
	case string:
		other, err := split(v)
		return message{other: other}, err
	case map[string]any:
		return parseForms(v)
	}
	return message{}, fmt.Errorf("want a text or plural forms, not %T (put quotes around it)", v)
}

func parseForms(forms map[string]any) (m message, err error) {
	for form, v := range forms {
		s, ok := v.(string)
		if !ok {
			return m, fmt.Errorf("form %q is %T, not a text", form, v)
		}
		switch form {
		case "one":
			m.one, err = split(s)
		case "other":
			m.other, err = split(s)
		default:
			return m, fmt.Errorf("form %q: only one and other are used", form)
		}
		if err != nil {
			return m, err
		}
	}
	if m.other == nil {
		return m, fmt.Errorf("the form other is missing")
	}
	return m, nil
}

// split cuts "Reply by {due}" into its pieces.
func split(s string) ([]piece, error) {
	if strings.TrimSpace(s) == "" {
		return nil, fmt.Errorf("the text is empty")
	}
	var out []piece
	for s != "" {
		lit, rest, found := strings.Cut(s, "{")
		if lit != "" {
			out = append(out, piece{text: lit})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.ContainsAny(name, " {") {
			return nil, fmt.Errorf("a placeholder is not {name}")
		}
		out = append(out, piece{name: name})
		s = after
	}
	return out, nil
}

func (m message) render(lang Lang, args map[string]any) string {
	pieces := m.other
	if m.one != nil && lang == English && isOne(args["count"]) {
		pieces = m.one
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		b.WriteString(argument(p.name, args))
	}
	return b.String()
}

// argument is the text of one argument. A missing one shows its name in braces, so that nobody reads a sentence
// with a hole in it.
func argument(name string, args map[string]any) string {
	switch v := args[name].(type) {
	case nil:
		return "{" + name + "}"
	case string:
		return v
	case int:
		return Number(int64(v))
	case int64:
		return Number(v)
	default:
		return fmt.Sprint(v)
	}
}

func isOne(count any) bool {
	switch v := count.(type) {
	case int:
		return v == 1
	case int64:
		return v == 1
	}
	return false
}

// Number writes n with a comma between thousands, from 10,000 on: case numbers and years stay as they are.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	if n < 10_000 && n > -10_000 {
		return s
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// placeholders are the argument names of m, for the test that compares languages.
func (m message) placeholders() map[string]bool {
	set := map[string]bool{}
	for _, p := range append(append([]piece{}, m.one...), m.other...) {
		if p.name != "" {
			set[p.name] = true
		}
	}
	return set
}
