package liaisons

import (
	"slices"

	"liaison/internal/calendar"
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
	WhyFirst    = contract.FirstDesignation // a seat in which nobody was before: bought, of a larger plan, or never filled
	WhyVacated  = "vacated_seat"            // the seat of somebody who has left
	WhySwap     = "swap"
	WhyRemoval  = "removal"
	WhyOverSeat = "removal_over_quota" // the seat had ended: nobody fills it later
)

// Quota is how many changes a customer has used in a year.
type Quota struct {
	contract.Changes
	Limit int
}

// Left is how many are left.
func (q Quota) Left() int { return max(0, q.Limit-q.Used) }

// decideSeat decides whether one more liaison may be designated or invited: an invitation holds its seat.
func decideSeat(p *policy.Pack, s contract.Seats) errs.Decision {
	d := entitlement.DesignateNew(p, entitlement.SeatFacts{Plan: s.Plan, Extended: s.Extended, Extra: s.Extra, Active: s.Taken + s.Promised})
	d.Inputs["invited"] = s.Promised
	if s.Plan == "" {
		d.Code, d.Clause, d.Requirement = entitlement.SubscriptionNone, "0", "R0-04"
	}
	return d
}

// decideQuota decides whether a request may be made in the year. One that counts nothing always may.
func decideQuota(p *policy.Pack, q Quota, kind entitlement.ChangeKind) errs.Decision {
	_, d := entitlement.MayChange(p, entitlement.ChangeFacts{ContractStart: q.Start, Counted: slices.Repeat([]calendar.Date{q.Year.From}, q.Used), Kind: kind, On: q.On})
	return d
}

// kindOf is what an item comes down to, by why it counts or does not.
func kindOf(why string) entitlement.ChangeKind {
	switch why {
	case WhySwap:
		return entitlement.Replacement
	case WhyVacated:
		return entitlement.VacatedFilled
	case WhyFirst:
		return entitlement.NewSeatFilled
	}
	return entitlement.SeatVacated
}

// mayAskFor asks the rules what somebody of the customer asks for: whether support is owed, and whether it is theirs to
// ask. Seats and the year's changes are decided with the whole request, since one item may leave what another fills.
// Staff act for a customer whatever it owes; the journal says who did. For a system that never had a subscription they
// say why (request.go).
func (w *work) mayAskFor(p *planned) error {
	if w.actor.System || w.actor.Role.IsStaff() || p.removes() {
		return nil
	}
	now := w.tx.Now()
	st, err := w.Contract.StandingIn(w.tx, w.customer, p.System, w.actor.Person, calendar.DateOf(now, w.Policy.Now().Vendor.Zone))
	if err != nil {
		return err
	}
	question := entitlement.AskDesignate
	if !p.Old.IsZero() {
		question = entitlement.AskReplace
	}
	d, _ := entitlement.Ask(w.Policy.At(now), question, st.Standing, now)
	if d.Allowed || d.Code == NoFreeSeat || d.Code == QuotaUsed {
		return nil
	}
	return errs.Refuse(d)
}

// refuse makes a conflict of a decision: the state of things does not allow it now.
func refuse(d errs.Decision) error {
	e := errs.Refuse(d)
	e.Kind = errs.Conflict
	return e
}
