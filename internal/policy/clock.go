package policy

import "slices"

// clockRule says which clock a case gets. Empty conditions hold for everything.
type clockRule struct {
	Around      bool // 24x7; else the regional calendar
	Deployments []string
	Priorities  []string
	Plans       []string
	Production  *bool
	Clause      string
	Requirement string
}

func (r clockRule) holds(plan, priority string, production bool, deployment string) bool {
	return within(r.Plans, plan) && within(r.Priorities, priority) && within(r.Deployments, deployment) &&
		(r.Production == nil || *r.Production == production)
}

func within(allowed []string, v string) bool { return len(allowed) == 0 || slices.Contains(allowed, v) }

// ClockFor gives the one clock of a case (9.2, 9.3; semantics, Clocks 1). It is total: Load refuses a pack in
// which any plan, priority, environment, deployment and country has none or more than one. calendarID is the
// regional calendar (CalendarFor) and matters only where the clock is regional.
func (p *Pack) ClockFor(plan string, priority int, production bool, deployment, calendarID string) ClockChoice {
	pr, _ := p.Priority(priority)
	for _, r := range p.clocks {
		if !r.holds(plan, pr.Key, production, deployment) {
			continue
		}
		if r.Around {
			calendarID = AlwaysOpenID
		}
		return ClockChoice{ID: calendarID, Calendar: p.Calendars[calendarID], Clause: r.Clause, Requirement: r.Requirement}
	}
	return ClockChoice{}
}
