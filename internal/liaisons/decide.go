package liaisons

import (
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// The codes of the decisions on seats and changes (contracts.md; 1.1).
const (
	Accepted   = entitlement.Accepted
	NoFreeSeat = entitlement.NoFreeSeat
	QuotaUsed  = entitlement.QuotaUsed
)

// Why an item counts as a change or does not.
const (
	WhyFirst    = "first_designation" // a seat in which nobody was before: bought, of a larger plan, or never filled
	WhyVacated  = "vacated_seat"      // the seat of somebody who has left
	WhySwap     = "swap"
	WhyRemoval  = "removal"
	WhyOverSeat = "removal_over_quota" // the seat had ended: nobody fills it later
)

// Quota is how many changes a customer has used in a year.
type Quota struct {
	Year  contract.Year
	Limit int
	Used  int
}

// Left is how many are left.
func (q Quota) Left() int { return max(0, q.Limit-q.Used) }

// decideSeat decides whether one more liaison may be designated or invited: an invitation holds its seat.
func decideSeat(p *policy.Pack, s contract.Seats) errs.Decision {
	d := entitlement.DesignateNew(p, s.Plan, s.Extra, s.Taken+s.Promised)
	d.Inputs["invited"] = s.Promised
	return d
}

// decideQuota decides whether one more change may be asked for in the year. A request that counts nothing always may.
func decideQuota(p *policy.Pack, q Quota, counts bool) errs.Decision {
	d := errs.Decision{Allowed: true, Code: Accepted, Clause: "1.1", Requirement: "R1.1-06", Edition: p.Edition, Inputs: map[string]any{
		"used": q.Used, "limit": q.Limit, "year_from": q.Year.From.String(), "year_to": q.Year.To.String(),
		"next": q.Year.To.AddDays(1).String()}}
	if counts && q.Left() < 1 {
		d.Allowed, d.Code = false, QuotaUsed
	}
	return d
}

// refuse makes a conflict of a decision: the state of things does not allow it now.
func refuse(d errs.Decision) error {
	e := errs.Refuse(d)
	e.Kind = errs.Conflict
	return e
}
