package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/policy"
	"liaison/internal/text"
)

const ownTargets = "  deployment: on_prem\n  seats: 1\n  priorities:\n    P1: {response: 4h, update_days: 2, clock: regional}\n    P3: {clock: 24x7}\n"

// A pack may give extended lifecycle support seats, targets and hours of its own; what it leaves out is the plan's (4.7).
func TestExtendedSupportMayHaveItsOwn(t *testing.T) {
	t.Parallel()
	plain, files := load(t, reference), packed(t)
	spoil(t, files, "policy.yaml", "  deployment: on_prem\n  notice_days", ownTargets+"  notice_days")
	own, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pack     *policy.Pack
		terms    policy.Terms
		clock    string
		response time.Duration
		update   int
		clause   string
	}{
		{plain, policy.Terms{Plan: "elite", Extended: true, Priority: 1, Production: true}, "24x7", 2 * time.Hour, 1, "9.2"},
		{own, policy.Terms{Plan: "elite", Extended: true, Priority: 1, Production: true}, "emea-cet:DE", 4 * time.Hour, 2, "4.7"},
		{own, policy.Terms{Plan: "elite", Priority: 1, Production: true}, "24x7", 2 * time.Hour, 1, "9.2"},
		{own, policy.Terms{Plan: "elite", Extended: true, Priority: 2, Production: true}, "24x7", 2 * time.Hour, 1, "9.2"},
		{own, policy.Terms{Plan: "standard", Extended: true, Priority: 3}, "24x7", 4 * time.Hour, 3, "4.7"},
		{own, policy.Terms{Plan: "standard", Extended: true, Priority: 4}, "emea-cet:DE", 6 * time.Hour, 3, "9.2"},
	} {
		c.terms.Deployment, c.terms.Calendar = policy.OnPrem, "emea-cet:DE"
		clock := c.pack.ClockOf(c.terms)
		pr, ok := c.pack.PriorityOf(c.terms.Priority, c.terms.Extended)
		if clock.ID != c.clock || clock.Calendar == nil || clock.Clause != c.clause || pr.Response != c.response || pr.UpdateDays != c.update || !ok {
			t.Errorf("%+v: %s by %s, %v, %d days", c.terms, clock.ID, clock.Clause, pr.Response, pr.UpdateDays)
		}
	}
	for plan, want := range map[string]int{"standard": 1, "elite": 1, "gold": 0} {
		if got := own.SeatsOf(plan, true); got != want {
			t.Errorf("%s has %d seats under it, want %d", plan, got, want)
		}
	}
	if got := plain.SeatsOf("elite", true); got != 8 {
		t.Errorf("without seats of its own there are %d", got)
	}
	more := *plain
	more.Extended.AddedSeats = 2
	if got := more.SeatsOf("standard", true); got != 4 {
		t.Errorf("two beside those of the plan make %d", got)
	}
}

// The matrix shows what is promised under it, for each plan, and nothing where that is what the plan gives.
func TestTheMatrixShowsWhatExtendedSupportPromises(t *testing.T) {
	t.Parallel()
	if rows := load(t, reference).ExtendedMatrix(); len(rows) != 0 {
		t.Errorf("the reference pack has %d rows of its own", len(rows))
	}
	rows, ok := load(t, "harbour-2026").ExtendedMatrixOf("AE")
	if !ok || len(rows) != 2*2*4 {
		t.Fatalf("%d rows, %v", len(rows), ok)
	}
	for _, want := range []policy.MatrixRow{
		{Plan: "lighthouse", Deployment: "on_prem", Environment: "production", Priority: "P1", Effective: "P1", Clock: "day:AE", Response: 240, Update: 2, Clause: "4.7", Requirement: "R4.7-05", Extended: true},
		{Plan: "lighthouse", Deployment: "on_prem", Environment: "other", Priority: "P1", Effective: "P3", Clock: "day:AE", Response: 1440, Update: 5, Clause: "9.2", Requirement: "R9.2-03", Extended: true},
		{Plan: "harbour", Deployment: "on_prem", Environment: "production", Priority: "P4", Effective: "P4", Clock: "day:AE", Response: 1440, Update: 5, Clause: "9.2", Requirement: "R9.2-03", Extended: true},
	} {
		if !slices.Contains(rows, want) {
			t.Errorf("there is no %+v in %+v", want, rows)
		}
	}
}

func TestWhatExtendedSupportCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, now, path, key string }{
		{"seats both ways", "  seats: 1\n  added_seats: 1\n", "added_seats", "pack.seats_twice"},
		{"no seats at all", "  seats: -1\n", "seats", "pack.too_small"},
		{"a million seats", "  added_seats: 1000000\n", "added_seats", "pack.too_large"},
		{"a fifth priority", "  priorities: {P5: {response: 4h}}\n", "priorities.P5", "pack.not_one_of"},
		{"a priority without anything", "  priorities: {P1: {}}\n", "priorities.P1", "pack.required"},
		{"no length of time", "  priorities: {P1: {response: soon}}\n", "priorities.P1.response", "pack.bad_duration"},
		{"a target of nothing", "  priorities: {P1: {response: 0h}}\n", "priorities.P1.response", "pack.bad_duration"},
		{"days below zero", "  priorities: {P1: {update_days: -2}}\n", "priorities.P1.update_days", "pack.too_small"},
		{"years of days", "  priorities: {P1: {update_days: 1000}}\n", "priorities.P1.update_days", "pack.too_large"},
		{"other hours", "  priorities: {P1: {clock: sometimes}}\n", "priorities.P1.clock", "pack.not_one_of"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := packed(t)
			spoil(t, files, "policy.yaml", "  deployment: on_prem\n  notice_days", "  deployment: on_prem\n"+c.now+"  notice_days")
			found := problemsOf(t, files)
			if len(found) != 1 || found[0].Key != c.key || !strings.HasSuffix(found[0].Path, "extended_lifecycle."+c.path) {
				t.Errorf("want %s at %s, got\n%v", c.key, c.path, found)
			}
		})
	}
}

// A vendor that does not sell it gives nothing under it.
func TestWhoDoesNotSellExtendedSupportGivesNothingUnderIt(t *testing.T) {
	t.Parallel()
	files := packed(t)
	whole := string(files[reference+"/policy.yaml"].Data)
	from := strings.Index(whole, "extended_lifecycle:\n")
	to := from + strings.Index(whole[from:], "\n\n")
	files[reference+"/policy.yaml"].Data = []byte(whole[:from] + "extended_lifecycle: {seats: 2}" + whole[to:])
	if found := problemsOf(t, files); len(found) == 0 || !strings.HasSuffix(found[0].Path, "extended_lifecycle.skus") {
		t.Errorf("got %v", found)
	}
}

func TestDiffTellsTheTargetsOfExtendedSupport(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	before, files := load(t, reference), packed(t)
	spoil(t, files, "policy.yaml", "  deployment: on_prem\n  notice_days", ownTargets+"  notice_days")
	after, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range policy.Diff(before, after) {
		for _, lang := range []string{"en", "zh-Hans"} {
			say := func(key string, args map[string]any) string { return words.T(text.Lang(lang), key, args) }
			got = append(got, fmt.Sprintf("%s: %s", c.Path, c.Tell(lang, words.Has, say)))
		}
	}
	for _, want := range []string{
		`extended_lifecycle/priorities/P1/response: Extended lifecycle support, P1, initial response`,
		`extended_lifecycle/priorities/P3/clock: 延长周期支持，P3，服务时间`,
		`extended_lifecycle/seats: Extended lifecycle support, liaisons in place of those of the plan`,
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("nothing begins with %q:\n%s", want, strings.Join(got, "\n"))
		}
	}
}
