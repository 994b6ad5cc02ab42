package policy_test

import (
	"fmt"
	"testing"

	"liaison/internal/policy"
)

func TestTheClockOfACase(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for _, c := range []struct {
		plan                         string
		priority                     int
		production                   bool
		deployment, id, clause, rule string
	}{
		{"standard", 1, true, "on_prem", "emea-cet:DE", "9.2", "R9.2-03"},
		{"extended", 1, true, "on_prem", "24x7", "9.2", "R9.2-05"},
		{"premier", 2, true, "on_prem", "24x7", "9.2", "R9.2-05"},
		{"elite", 3, true, "on_prem", "emea-cet:DE", "9.2", "R9.2-03"},
		{"elite", 1, false, "on_prem", "emea-cet:DE", "9.2", "R9.2-03"},
		{"standard", 4, false, "cloud", "24x7", "9.3", "R9.3-01"},
	} {
		got := p.ClockFor(c.plan, c.priority, c.production, c.deployment, "emea-cet:DE")
		if got.ID != c.id || got.Clause != c.clause || got.Requirement != c.rule || got.Calendar != p.Calendars[c.id] {
			t.Errorf("ClockFor(%s, P%d, production %v, %s) = %+v", c.plan, c.priority, c.production, c.deployment, got)
		}
	}
}

// The resolver is total: every plan, priority, environment, deployment and country gives one clock that runs.
func TestEveryCaseHasAClock(t *testing.T) {
	t.Parallel()
	for _, name := range []string{reference, "example"} {
		p := load(t, name)
		var countries []string
		for _, g := range p.HoursGroups {
			countries = append(countries, p.Countries(g.Key)...)
		}
		for _, plan := range p.Plans {
			for _, pr := range p.Priorities {
				for i := range 4 {
					production, deployment := i&1 == 0, []string{policy.OnPrem, policy.Cloud}[i>>1]
					for _, country := range countries {
						id, centre, ok := p.CalendarFor(country)
						c := p.ClockFor(plan.Key, pr.Level, production, deployment, id)
						if !ok || centre == "" || c.Calendar == nil || c.Calendar.ID() != c.ID || !knows(p, c.Clause) {
							t.Fatal(fmt.Sprintln(plan.Key, pr.Key, production, deployment, country, c))
						}
					}
				}
			}
		}
	}
}

func knows(p *policy.Pack, clause string) bool { _, ok := p.Clause(clause); return ok }

func TestFurtherCalendarsLeaveThePackAsItIs(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	q := p.WithCalendars(map[string]*policyCalendar{"mine": p.Calendars["24x7"]})
	if q.Calendars["mine"] == nil || q.Calendars["na:US"] == nil || p.Calendars["mine"] != nil {
		t.Error("WithCalendars changed the wrong pack")
	}
}
