package entitlement

import (
	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// OnlyExtended reports whether a system on premises is covered by nothing but extended lifecycle support on a day: from the
// first day of a window that was ordered for it, as long as no order keeps technical help beside it (4.7). It holds after
// the last window too: a system that is covered no more does not go back to better terms. kept is what orders keep on the
// day, windows not counted; begun says that a window has begun.
func OnlyExtended(p *policy.Pack, deployment string, kept []string, begun bool, today calendar.Date) bool {
	return begun && deployment == policy.OnPrem && today.Compare(p.OnPremEnd) >= 0 && !keeps(kept, TechnicalAssistance)
}

// NotInExtended says that extended lifecycle support does not include what is asked, whatever the plan of the system.
const NotInExtended = "not_in_extended_support"

// extendedAround decides about work around the clock by the hours that extended lifecycle support gives the highest
// priority; own is false where it gives none: then the plan decides.
func (q *question) extendedAround() (around, own bool) {
	if q.Pack.Extended.Targets[0].Clock == "" || !q.extended() {
		return false, false
	}
	t := policy.Terms{Plan: q.Standing.Plan, Extended: true, Priority: 1, Production: true, Deployment: q.Deployment}
	return q.ClockOf(t).ID == policy.AlwaysOpenID, true
}
