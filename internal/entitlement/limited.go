package entitlement

import (
	"slices"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// LimitedFrom is the first day of a term on which full support on premises has ended and no order exception of the full
// scope keeps it: from then on only what an order or extended lifecycle support keeps is delivered (4.7). full are the
// days of such exceptions; zero: on no day of the term.
func LimitedFrom(p *policy.Pack, deployment string, full []Term, t Term) (day calendar.Date) {
	if deployment != policy.OnPrem || t.To.Compare(p.OnPremEnd) < 0 {
		return day
	}
	day = t.From
	if day.Compare(p.OnPremEnd) < 0 {
		day = p.OnPremEnd
	}
	full = slices.Clone(full)
	slices.SortFunc(full, func(a, b Term) int { return a.From.Compare(b.From) })
	for _, x := range full {
		if x.From.Compare(day) <= 0 && day.Compare(x.To) <= 0 {
			day = x.To.AddDays(1)
		}
	}
	if day.Compare(t.To) > 0 {
		return calendar.Date{}
	}
	return day
}
