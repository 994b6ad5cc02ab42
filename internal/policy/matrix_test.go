package policy_test

import (
	"slices"
	"testing"

	"liaison/internal/policy"
)

// Every pack that is shipped promises each kind of case in each country exactly one clock, response and update.
func TestTheMatrixIsTotalAndUnambiguous(t *testing.T) {
	t.Parallel()
	for _, name := range []string{reference, "example", "harbour-2026"} {
		p, seen := load(t, name), map[[5]string]int{}
		served := p.Served()
		for _, s := range served {
			rows, ok := p.MatrixOf(s.Country)
			if !ok {
				t.Errorf("%s: %s is no country", name, s.Country)
			}
			for _, r := range rows {
				key := [5]string{r.Plan, r.Deployment, r.Environment, r.Priority, s.Country}
				seen[key]++
				if p.Calendars[r.Clock] == nil || r.Response <= 0 || r.Update <= 0 || r.Clause == "" {
					t.Errorf("%s: %v has a gap: %+v", name, key, r)
				}
			}
		}
		// counted apart from the rows: the keys themselves, each once
		kinds := 0
		for _, plan := range p.Plans {
			for _, pr := range p.Priorities {
				for _, s := range served {
					for _, where := range []string{"on_prem", "cloud"} {
						for _, env := range []string{"production", "other"} {
							kinds++
							if n := seen[[5]string{plan.Key, where, env, pr.Key, s.Country}]; n != 1 {
								t.Errorf("%s: %s %s %s %s %s has %d promises", name, plan.Key, pr.Key, where, env, s.Country, n)
							}
						}
					}
				}
			}
		}
		if len(seen) != kinds || len(served) < 2 {
			t.Errorf("%s: %d kinds of cases, %d promises, %d countries", name, kinds, len(seen), len(served))
		}
		if _, ok := p.MatrixOf("XX"); ok {
			t.Errorf("%s: XX is a country", name)
		}
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
