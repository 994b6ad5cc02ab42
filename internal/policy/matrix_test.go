package policy_test

import (
	"slices"
	"testing"

	"liaison/internal/policy"
)

func TestTheMatrixIsTotalAndUnambiguous(t *testing.T) {
	t.Parallel()
	p, seen := load(t, reference), map[[4]string]bool{}
	for _, r := range p.Matrix() {
		key := [4]string{r.Plan, r.Deployment, r.Environment, r.Priority}
		if seen[key] {
			t.Errorf("%v stands twice", key)
		}
		seen[key] = true
		if r.Clock == "" || r.Response <= 0 || r.Update <= 0 || r.Clause == "" {
			t.Errorf("%v has a gap: %+v", key, r)
		}
	}
	if want := 4 * 4 * 2 * 2; len(seen) != want {
		t.Errorf("%d rows, want %d", len(seen), want)
	}
	for _, s := range p.Served() {
		rows, ok := p.MatrixOf(s.Country)
		if !ok || slices.ContainsFunc(rows, func(r policy.MatrixRow) bool { return p.Calendars[r.Clock] == nil }) {
			t.Errorf("%s: a case has no calendar", s.Country)
		}
	}
	if _, ok := p.MatrixOf("XX"); ok {
		t.Error("XX is a country")
	}
}

// What the policy says of each kind of case, by hand: clock, minutes, days.
func TestTheMatrixSaysWhatThePolicySays(t *testing.T) {
	t.Parallel()
	rows, _ := load(t, reference).MatrixOf("DE")
	for _, want := range []policy.MatrixRow{
		{Plan: "standard", Deployment: "on_prem", Environment: "production", Priority: "P1", Effective: "P1", Clock: "emea-cet:DE", Response: 120, Update: 1, Clause: "9.2", Requirement: "R9.2-03"},
		{Plan: "extended", Deployment: "on_prem", Environment: "production", Priority: "P2", Effective: "P2", Clock: "24x7", Response: 120, Update: 1, Clause: "9.2", Requirement: "R9.2-05"},
		{Plan: "elite", Deployment: "on_prem", Environment: "other", Priority: "P1", Effective: "P3", Clock: "emea-cet:DE", Response: 240, Update: 3, Clause: "9.2", Requirement: "R9.2-03"},
		{Plan: "elite", Deployment: "on_prem", Environment: "production", Priority: "P3", Effective: "P3", Clock: "emea-cet:DE", Response: 240, Update: 3, Clause: "9.2", Requirement: "R9.2-03"},
		{Plan: "standard", Deployment: "cloud", Environment: "other", Priority: "P4", Effective: "P4", Clock: "24x7", Response: 360, Update: 3, Clause: "9.3", Requirement: "R9.3-01"},
	} {
		if !slices.Contains(rows, want) {
			t.Errorf("the matrix has no %+v", want)
		}
	}
}
