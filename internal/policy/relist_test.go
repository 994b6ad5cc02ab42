package policy_test

import (
	"slices"
	"testing"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

func TestAnEditionWithOtherListsIsLoadedFromFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{reference, "example"} {
		p := load(t, name)
		list := p.Holidays["DE"]
		list.Holidays = append(slices.Clip(list.Holidays), policy.Holiday{Date: date(t, "2027-01-06"), Name: "epiphany", Certainty: policy.Announced})
		q, err := p.WithLists("2025-02.1", list)
		if err != nil {
			t.Fatal(err)
		}
		if q.Edition != "2025-02.1" || q.Name != name || q.Base != p.Base || q.Digest() == p.Digest() {
			t.Errorf("%s became %s, %s over %s", name, q.Edition, q.Name, q.Base)
		}
		if got := q.Calendars["emea-cet:DE"].Holiday(date(t, "2027-01-06")); got != "epiphany" {
			t.Errorf("the new day is %q", got)
		}
		if p.Edition != "2025-02" || p.Calendars["emea-cet:DE"].Holiday(date(t, "2027-01-06")) != "" {
			t.Error("the old edition changed")
		}
		// Another one on top of it.
		if r, err := q.WithLists("2025-02.2", p.Holidays["DE"]); err != nil || r.Edition != "2025-02.2" || r.Calendars["emea-cet:DE"].Holiday(date(t, "2027-01-06")) != "" {
			t.Errorf("%v, %v", r, err)
		}
		list.Source = ""
		if _, err := p.WithLists("2025-02.1", list); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a list without a source: %v", err)
		}
	}
	made := &policy.Pack{Edition: "x"}
	if _, err := made.WithLists("y"); errs.KindOf(err) != errs.Conflict {
		t.Errorf("a pack without files: %v", err)
	}
}
