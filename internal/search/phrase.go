package search

import "strings"

// quotes are the marks between which a phrase stands as it is, opening and closing.
const quotes = "\"“”„＂«»「」『』"

// Phrases are the exact phrases of what somebody typed: what stands between quotation marks, folded as Text folds. A
// mark without its other half quotes nothing, and neither do two with no letter between them.
func Phrases(typed string) (list []string) {
	var phrase strings.Builder
	inside := false
	for _, r := range typed {
		switch {
		case !strings.ContainsRune(quotes, r):
			phrase.WriteRune(r)
			continue
		case inside:
			if p := strings.TrimFunc(Fold(phrase.String()), func(r rune) bool { return !isLetter(r) }); p != "" {
				list = append(list, p)
			}
		}
		inside = !inside
		phrase.Reset()
	}
	return list
}

// Fold writes a text as phrases are compared: full-width forms, capitals and accents as search folds them, and every
// stretch of blanks as one.
func Fold(s string) string {
	return strings.Join(strings.Fields(normalise(s, maxPieceRunes)), " ")
}

// Holds reports whether a folded text has a folded phrase, from the beginning of a word to the end of one. Chinese has
// no such edges.
func Holds(text, phrase string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], phrase)
		if i < 0 {
			return false
		}
		i += at
		before, after := lastRune(text[:i]), firstRune(text[i+len(phrase):])
		if edge(before, firstRune(phrase)) && edge(lastRune(phrase), after) {
			return true
		}
		at = i + len(string(firstRune(phrase)))
	}
}

// edge reports whether a word may end between two letters; 0 is none.
func edge(a, b rune) bool {
	return !isLetter(a) || !isLetter(b) || isIdeograph(a) || isIdeograph(b)
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func lastRune(s string) rune {
	r := []rune(s[max(0, len(s)-4):])
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1]
}
