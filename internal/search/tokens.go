package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Limits: of a piece of text and of what somebody typed. What lies beyond is not indexed, or not asked for.
const (
	maxPieceRunes = 200_000
	maxTokens     = 10_000 // different ones in a piece
	maxTokenBytes = 64
	maxWords      = 12
	maxQueryRunes = 400
)

// A run is a stretch of one kind of letters: Chinese (with kana and Hangul), or a word of anything else with the
// dots, hyphens and underscores inside of it.
type run struct {
	text       string
	ideographs bool
}

// runs splits normalised text.
func runs(s string) []run {
	var all []run
	var word strings.Builder
	ideographs := false
	end := func() {
		if w := strings.Trim(word.String(), "._-"); w != "" {
			all = append(all, run{w, ideographs})
		}
		word.Reset()
	}
	for _, r := range s {
		letter := isLetter(r)
		cjk := letter && isIdeograph(r)
		joint := !letter && (r == '.' || r == '-' || r == '_') && word.Len() > 0 && !ideographs
		if !letter && !joint || cjk != ideographs {
			end()
		}
		ideographs = cjk
		if letter || joint {
			word.WriteRune(r)
		}
	}
	end()
	return all
}

func isLetter(r rune) bool { return r != 0 && unicode.In(r, unicode.Letter, unicode.Number) }

// isIdeograph reports whether a letter is of a script that is written without blanks between words, or is Hangul.
func isIdeograph(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// normalise folds what people write in several ways to one: full-width forms, capitals, accents.
func normalise(s string, limit int) string {
	n := 0
	for i := range s {
		if n++; n > limit {
			s = s[:i]
			break
		}
	}
	folded := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(strings.ToValidUTF8(s, " ")))
	return norm.NFC.String(folded)
}

// tokens are the different tokens of a piece of text, in the order of their first place.
//
// Chinese is not written in words: a run becomes its pairs of neighbours and its last character alone, so that a
// single character is found as the beginning of a pair. A Latin word with joints is found whole (ORA-00054,
// 2026.2), by its parts, and a version also by its beginnings (2026.2 finds 2026.2.1).
func tokens(text string) []string {
	set := tokenSet{seen: map[string]bool{}}
	for _, r := range runs(normalise(text, maxPieceRunes)) {
		if r.ideographs {
			set.addPairs(r.text)
			continue
		}
		set.add(r.text)
		parts := strings.FieldsFunc(r.text, isJoint)
		if len(parts) > 1 {
			for _, p := range parts {
				set.add(p)
			}
			for i := range r.text {
				if r.text[i] == '.' && unicode.IsDigit(rune(r.text[0])) {
					set.add(strings.Trim(r.text[:i], "._-"))
				}
			}
		}
		if len(set.list) >= maxTokens {
			break
		}
	}
	return set.list
}

func isJoint(r rune) bool { return r == '.' || r == '-' || r == '_' }

type tokenSet struct {
	list []string
	seen map[string]bool
}

func (s *tokenSet) add(token string) {
	token = clip(token)
	if token != "" && !s.seen[token] {
		s.seen[token] = true
		s.list = append(s.list, token)
	}
}

func (s *tokenSet) addPairs(text string) {
	letters := []rune(text)
	for i := range letters {
		s.add(string(letters[i:min(i+2, len(letters))]))
	}
}

// clip keeps a token short: nobody types the end of a checksum, and PostgreSQL refuses lexemes over 2 KB.
func clip(token string) string {
	if len(token) <= maxTokenBytes {
		return token
	}
	return strings.ToValidUTF8(token[:maxTokenBytes], "")
}

// term is one token that a result must have.
type term struct {
	token  string
	prefix bool // or a longer one that begins with it: a single Chinese character
	open   bool // may be unfinished: a longer one that begins with it comes after those with the word itself
}

// word is what stands between blanks of a query, as the terms that must all be found; a Chinese sentence is one word.
type word []term

// words reads what somebody typed. The last Latin word of two or more letters may be unfinished.
func words(query string) []word {
	var all []word
	set := map[string]bool{}
	list := runs(normalise(query, maxQueryRunes))
	for i, r := range list {
		if len(all) == maxWords {
			break
		}
		w := r.terms(i == len(list)-1)
		if set[r.text] {
			continue
		}
		set[r.text] = true
		all = append(all, w)
	}
	return all
}

func (r run) terms(last bool) word {
	if r.ideographs {
		return pairTerms(r.text)
	}
	parts := strings.FieldsFunc(r.text, isJoint)
	if strings.ContainsFunc(r.text, unicode.IsDigit) {
		parts = []string{r.text} // a version or an error code stands as a whole: 2026.2 is not a 2 beside a 2026
	}
	var w word
	for i, p := range parts {
		w = append(w, term{token: clip(p), open: last && i == len(parts)-1 && len([]rune(p)) >= 2})
	}
	return w
}

func pairTerms(text string) (w word) {
	letters := []rune(text)
	if len(letters) == 1 {
		return word{{token: text, prefix: true}}
	}
	for i := range letters[1:] {
		w = append(w, term{token: string(letters[i : i+2])})
	}
	return w
}
