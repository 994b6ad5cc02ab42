package web

import (
	"testing"

	"liaison/internal/errs"
	"liaison/internal/text"
)

// What a case says is called the same where it is filled in, where it is read, and where an error names it.
func TestThePartsOfACaseHaveOneName(t *testing.T) {
	t.Parallel()
	for _, lang := range text.Langs() {
		p := samplePage(t, lang)
		for part, keys := range map[string][]string{
			"symptoms":      {"portal.field.symptoms", "desk.part.symptoms"},
			"errorMessages": {"portal.field.errorMessages", "desk.part.errors"},
			"stepsTaken":    {"portal.field.stepsTaken", "desk.part.steps"},
			"impact":        {"portal.field.impact", "desk.part.impact"},
			"attachments":   {"portal.field.attachments", "desk.files"},
			"subject":       {"desk.call.subject"},
		} {
			for _, key := range keys {
				if got, want := p.T(key), p.T("field.name."+part); got != want {
					t.Errorf("%s: %s is %q, and an error about it calls it %q", lang, key, got, want)
				}
			}
		}
	}
}

func TestTheSummaryCallsAnEntryWhatItsPageCallsIt(t *testing.T) {
	t.Parallel()
	p := samplePage(t, text.English)
	bad := errs.BadFields(errs.BadField("due", "field.required"), errs.BadField("person", "field.required"))
	for _, tt := range []struct {
		own  []string
		want [2]string
	}{
		{nil, [2]string{p.T("field.name.due"), p.T("field.name.person")}},
		{[]string{"money."}, [2]string{p.T("money.due"), p.T("field.name.person")}},
	} {
		f, ok := p.Explain(Form{}, bad, tt.own...)
		if !ok || len(f.Errors()) != 2 {
			t.Fatal(f.Errors(), ok)
		}
		if got := [2]string{f.Errors()[0].Label, f.Errors()[1].Label}; got != tt.want {
			t.Errorf("%v: %q", tt.own, got)
		}
	}
}

func TestEnvironmentsAreWords(t *testing.T) {
	t.Parallel()
	for lang, want := range map[text.Lang]string{text.English: "production", text.Chinese: "生产环境"} {
		p := samplePage(t, lang)
		if got := p.Environment("production"); got != want {
			t.Errorf("%s: %q", lang, got)
		}
		if got := p.Environment("QA-2"); got != "QA-2" {
			t.Errorf("%s: the owner's own name became %q", lang, got)
		}
	}
}
