package text

import (
	"testing"
)

func TestAClauseIsNamedForWhatItIs(t *testing.T) {
	t.Parallel()
	words, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for clause, want := range map[string][2]string{
		"0": {"Preface", "前言"}, "4.7": {"Clause 4.7", "第4.7条"}, "A.2": {"Appendix A.2", "附录A.2"}, "B": {"Appendix B", "附录B"},
	} {
		for i, lang := range []Lang{English, Chinese} {
			if got := words.T(lang, ClauseKey("word.clause", clause), map[string]any{"clause": clause}); got != want[i] {
				t.Errorf("%s in %s is %q, want %q", clause, lang, got, want[i])
			}
		}
	}
}
