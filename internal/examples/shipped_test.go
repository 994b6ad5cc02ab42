package examples

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"liaison/internal/policy"
	"liaison/policies"
)

func shipped(t *testing.T, name string) *policy.Pack {
	t.Helper()
	p, err := policy.Load(policies.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Another vendor, other plans, another week: the expected instants of its examples were worked out by hand.
func TestTheSecondPackAnswersItsOwnExamples(t *testing.T) {
	t.Parallel()
	out, err := RunOf(policies.FS, shipped(t, "harbour-2026"))
	if err != nil || len(out.Failed) > 0 || out.Passed < 13 {
		t.Errorf("%d passed, %v: %s", out.Passed, err, strings.Join(out.Failed, "\n"))
	}
}

func TestAPackOnTopOfAnotherCarriesItsExamples(t *testing.T) {
	t.Parallel()
	for name, least := range map[string]int{"reference-2025-02": 100, "example": 100, "harbour-2026": 13} {
		list, err := Of(policies.FS, shipped(t, name))
		if err != nil || len(list) < least {
			t.Errorf("%s carries %d examples, %v", name, len(list), err)
		}
		for _, e := range list {
			if e.ID == "" || e.Kind == "" || e.Title == "" || len(e.Requirements) == 0 || rules(e.Kind) == nil {
				t.Errorf("%s: %+v is no whole example", name, e)
			}
		}
	}
}

func TestASpoiledExampleOfAPackFails(t *testing.T) {
	t.Parallel()
	const file = "harbour-2026/examples/hours.json"
	text, err := fs.ReadFile(policies.FS, file)
	if err != nil {
		t.Fatal(err)
	}
	spoiled := fstest.MapFS{file: {Data: []byte(strings.Replace(string(text), "2026-11-22T15:00:00", "2026-11-22T13:30:00", 1))}}
	out, err := RunOf(spoiled, shipped(t, "harbour-2026"))
	if err != nil || len(out.Failed) != 1 || !strings.HasPrefix(out.Failed[0], "H-001: ") {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestExamplesOfAClauseAreThoseOfItsRequirements(t *testing.T) {
	t.Parallel()
	list, err := Of(policies.FS, shipped(t, "reference-2025-02"))
	if err != nil {
		t.Fatal(err)
	}
	for clause, want := range map[string]string{"8.5": "SC-001", "8.8": "AU-001 AU-002 AU-004 AU-007 AU-008", "8": "", "7.1": "AC-005"} {
		var ids []string
		for _, e := range ForClause(list, clause) {
			ids = append(ids, e.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("clause %s has %q, want %q", clause, got, want)
		}
	}
}

// A later edition shows no example that it would answer otherwise.
func TestALaterEditionShowsTheExamplesThatItAnswersAlike(t *testing.T) {
	t.Parallel()
	first := shipped(t, "reference-2025-02")
	list, err := Of(policies.FS, first)
	if err != nil {
		t.Fatal(err)
	}
	other := *first
	other.Priorities = slices.Clone(first.Priorities)
	for i := range other.Priorities {
		other.Priorities[i].Response /= 2
	}
	book, err := policy.NewBook(first).With(time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC), &other)
	if err != nil {
		t.Fatal(err)
	}
	all, alike := ForClauseOf(list, book, first, "3.3"), ForClauseOf(list, book, &other, "3.3")
	due := func(e Example) bool { return e.Kind == "initial_response_due" }
	if !slices.ContainsFunc(all, due) || slices.ContainsFunc(alike, due) || len(alike) == 0 {
		t.Errorf("%d of the first edition, %d of the later one", len(all), len(alike))
	}
}
