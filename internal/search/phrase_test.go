package search_test

import (
	"slices"
	"strings"
	"testing"

	"liaison/internal/search"
)

func TestWhatStandsBetweenQuotationMarksIsAPhrase(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][]string{
		`"lock wait timeout" server`:         {"lock wait timeout"},
		`server “Lock  WAIT” and "2026.2.1"`: {"lock wait", "2026.2.1"},
		`「无法启动」 "报表"`:                        {"无法启动", "报表"},
		`no phrase`:                          nil,
		`half "of one`:                       nil,
		`"" " ! "`:                           nil,
		`"ORA-00054:"`:                       {"ora-00054"},
		`＂ＡＢ＂`:                               {"ab"},
	} {
		if got := search.Phrases(typed); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
}

func TestAPhraseEndsWhereWordsEnd(t *testing.T) {
	t.Parallel()
	text := search.Fold("Serverless is not the Server restarts\nnightly; 生产环境无法启动。ORA-00054")
	for phrase, want := range map[string]bool{
		"server restarts nightly": true,
		"server":                  true,
		"server restart":          false,
		"erver restarts":          false,
		"环境无法":                    true,
		"无法 启动":                   false,
		"ora-00054":               true,
		"ora-0005":                false,
	} {
		if got := search.Holds(text, search.Fold(phrase)); got != want {
			t.Errorf("%q: %v", phrase, got)
		}
	}
	if search.Holds("", "x") || !search.Holds("x", "x") || search.Holds(strings.Repeat("xy ", 100), "y") {
		t.Error("the edges of the text are not the edges of its words")
	}
}
