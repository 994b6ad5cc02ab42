package browsertest

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"liaison/internal/text"
)

//go:embed testdata/words.js
var wordsScript string

// anyLanguage marks the text of pages that show samples and mails of both languages.
const anyLanguage = "a sample"

// shown is a piece of text on a page.
type shown struct {
	Text  string `json:"text"`
	Kind  string `json:"kind"` // text, or the attribute that holds it
	Lang  string `json:"lang"` // of the nearest element that says one
	Place string `json:"place"`
}

// vocabulary is what the words of a page are held against.
type vocabulary struct {
	catalogue *text.Catalogue
	areas     *regexp.Regexp // what looks like a key of the catalogue
	names     *strings.Replacer
}

// vocabulary knows the keys of the catalogue, and the names in the world, which are the same in every language.
func (s *stage) vocabulary(t *testing.T) vocabulary {
	t.Helper()
	areas := map[string]bool{}
	var list []string
	for _, key := range s.Text.Keys() {
		if area, _, _ := strings.Cut(key, "."); !areas[area] {
			areas[area] = true
			list = append(list, regexp.QuoteMeta(area))
		}
	}
	var pairs []string
	for _, name := range s.names(t) {
		pairs = append(pairs, name, "")
	}
	return vocabulary{s.Text, regexp.MustCompile(`(?:^|[\s(:"“：（])((?:` + strings.Join(list, "|") + `)(?:\.[a-z0-9_-]+)+)(?:$|[\s),;:"”，；：）])`), strings.NewReplacer(pairs...)}
}

var placeholder = regexp.MustCompile(`\{[a-zA-Z_]+\}`)

// wrong says what is wrong with a piece of text on a page in a language, "" for nothing.
func (v vocabulary) wrong(page text.Lang, p shown) string {
	if strings.Contains(p.Text, ".") { // as every key does; most texts are not looked through
		if key := v.areas.FindStringSubmatch(p.Text); key != nil {
			return "a key of the catalogue: " + key[1]
		}
	}
	if hole := placeholder.FindString(p.Text); hole != "" && p.Kind != "data-saved" { // the script fills that one
		return "a hole in a message: " + hole
	}
	if p.Kind == anyLanguage || p.Kind == "the title of the page" { // a title may hold the subject of a case
		return ""
	}
	switch {
	case page == text.English && !strings.HasPrefix(p.Lang, "zh") && strings.ContainsFunc(p.Text, isHan) && strings.ContainsFunc(v.names.Replace(p.Text), isHan):
		return "Chinese on an English page"
	case page == text.Chinese && strings.HasPrefix(p.Lang, "zh"):
		if words := v.english(p.Text); words != "" {
			return "English on a Chinese page: " + words
		}
	}
	return ""
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

var latin = regexp.MustCompile(`[A-Za-z][A-Za-z'-]{2,}`)

// english is what is English in a Chinese text, "" when that is names, codes and the words that Chinese readers of
// this trade write so.
func (v vocabulary) english(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }) {
		return ""
	}
	var words []string
	for _, word := range latin.FindAllString(identifiers.ReplaceAllString(v.names.Replace(s), ""), -1) {
		if !slices.Contains(loanWords(), word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// identifiers are addresses, files and their kinds, names of header fields and of fields of the interface, codes with digits and names of zones.
var identifiers = regexp.MustCompile(`\{\w+\}|\S+@\S+|OpenAPI|\w+\.json|\.eml\b|[A-Z][a-z]+(?:-[A-Z][a-z]+)+|[a-z]+[A-Z]\w+|https?://\S+|/[\w/.{}-]+|\w*\d[\w.-]*|[A-Z][a-z]+/[A-Z]\w+|[A-Z]{2,}[A-Z0-9-]*`)

// loanWords are English words that Chinese pages of this product use on purpose.
func loanWords() []string {
	return []string{"Web", "Ctrl", "Enter", "Shift", "Markdown", "English", "Liaison", "etag", "cursor", "null", "Excel"}
}
