package entitlement

import (
	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// NoFreeSeat says that every liaison seat of the system is taken (1.1).
const NoFreeSeat = "no_free_seat"

// ExtraSeats is so many seats bought for a while, both days included (R1.1-05).
type ExtraSeats struct {
	Seats int
	Term
}

// ExtraOn is how many extra seats are in force on a day.
func ExtraOn(bought []ExtraSeats, today calendar.Date) (n int) {
	for _, b := range bought {
		if b.Covers(today) {
			n += b.Seats
		}
	}
	return n
}

// Seats is how many liaisons a system of that plan may have, extra seats included; 0 for a plan that the pack does
// not have (R1.1-04).
func Seats(p *policy.Pack, plan string, extra int) int {
	pl, ok := p.Plan(plan)
	if !ok {
		return 0
	}
	return pl.Seats + max(0, extra)
}

// DesignateNew decides whether one more person may be designated. Where an extra seat has ended and more people are
// designated than there are seats, nobody is removed, and nobody new is designated.
func DesignateNew(p *policy.Pack, plan string, extra, active int) errs.Decision {
	seats := Seats(p, plan, extra)
	d := errs.Decision{Allowed: active < seats, Code: Accepted, Clause: "1.1", Requirement: "R1.1-04", Edition: p.Edition,
		Inputs: map[string]any{"plan": plan, "extra": extra, "active": active, "seats": seats}}
	if !d.Allowed {
		d.Code = NoFreeSeat
	}
	return d
}

// Replace decides whether another person may take a seat. The number of people stays, so it is allowed where more
// are designated than there are seats too; whether it is one change too many is MayChange's answer.
func Replace(p *policy.Pack, plan string, extra, active int) errs.Decision {
	d := DesignateNew(p, plan, extra, active)
	d.Allowed, d.Code, d.Requirement = true, Accepted, "R1.1-08"
	if active < 1 {
		d.Allowed, d.Code = false, NobodyToReplace
	}
	return d
}

// NobodyToReplace says that no one is designated whose seat could be taken over.
const NobodyToReplace = "nobody_to_replace"
