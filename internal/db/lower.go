package db

import (
	"slices"
	"strings"
)

// Lowered gives the values as lower() of an engine may give them: in small letters as a whole, and with those of A to Z
// alone, which are all that SQLite knows. A column in lower() that is one of them holds one of the values.
func Lowered(values ...string) (out []string) {
	for _, v := range values {
		ascii := strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r - 'A' + 'a'
			}
			return r
		}, v)
		for _, form := range []string{strings.ToLower(v), ascii} {
			if !slices.Contains(out, form) {
				out = append(out, form)
			}
		}
	}
	return out
}
