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

// SeatFacts is what decides about the seats of one system.
type SeatFacts struct {
	Plan     string
	Extended bool // nothing but extended lifecycle support covers the system (4.7)
	Extra    int  // bought seats in force
	Active   int  // people who are liaisons, or invited to become one
	Invited  int  // of them: those who are invited only, in whose place nobody comes
}

// Seats is how many liaisons a system may have, extra seats included; 0 for a plan that the pack does not have (R1.1-04).
func Seats(p *policy.Pack, f SeatFacts) int {
	if _, ok := p.Plan(f.Plan); !ok {
		return 0
	}
	return p.SeatsOf(f.Plan, f.Extended) + max(0, f.Extra)
}

// DesignateNew decides whether one more person may be designated. Where an extra seat has ended and more people are
// designated than there are seats, nobody is removed, and nobody new is designated.
func DesignateNew(p *policy.Pack, f SeatFacts) errs.Decision {
	seats := Seats(p, f)
	d := errs.Decision{Allowed: f.Active < seats, Code: Accepted, Clause: "1.1", Requirement: "R1.1-04", Edition: p.Edition,
		Inputs: map[string]any{"plan": f.Plan, "extra": f.Extra, "active": f.Active, "seats": seats}}
	if f.Extended {
		d.Inputs["extended"] = true
	}
	if !d.Allowed {
		d.Code = NoFreeSeat
	}
	return d
}

// Replace decides whether another person may take a seat. The number of people stays, so it is allowed where more
// are designated than there are seats too; whether it is one change too many is MayChange's answer.
func Replace(p *policy.Pack, f SeatFacts) errs.Decision {
	d := DesignateNew(p, f)
	d.Allowed, d.Code, d.Requirement = true, Accepted, "R1.1-08"
	if f.Active-f.Invited < 1 {
		d.Allowed, d.Code = false, NobodyToReplace
	}
	return d
}

// NobodyToReplace says that no one is designated whose seat could be taken over.
const NobodyToReplace = "nobody_to_replace"
