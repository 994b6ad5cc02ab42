package entitlement

import (
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// QuotaUsed says that the changes of this year are used up (R1.1-06).
const QuotaUsed = "change_quota_used"

// Term is a stretch of days, both included, in the vendor's zone.
type Term struct{ From, To calendar.Date }

// Covers reports whether today lies in t.
func (t Term) Covers(today calendar.Date) bool {
	return !t.From.IsZero() && t.From.Compare(today) <= 0 && today.Compare(t.To) <= 0
}

// ChangeKind is what a request about designated liaisons comes down to.
type ChangeKind string

// The kinds. Only the first two count against the quota, and a request counts once however many people it changes.
const (
	Replacement   ChangeKind = "replacement"    // one person in the seat of another
	VacatedFilled ChangeKind = "vacated_filled" // a person in a seat that was vacated before
	SeatVacated   ChangeKind = "seat_vacated"   // a removal; filling the seat later counts
	NewSeatFilled ChangeKind = "new_seat_filled"
	SeatsAdded    ChangeKind = "seats_added"    // seats were bought, or came with another plan; nobody's seat changed
	SeatEnded     ChangeKind = "seat_ended"     // a seat's term is over; nobody is removed by it
	ContactEdited ChangeKind = "contact_edited" // the same person
	Rejected      ChangeKind = "rejected"
	Withdrawn     ChangeKind = "withdrawn"
)

// Counts is what a request of that kind takes of the quota.
func (k ChangeKind) Counts() int {
	if k == Replacement || k == VacatedFilled {
		return 1
	}
	return 0
}

// ChangeFacts is what the quota looks at.
type ChangeFacts struct {
	ContractStart calendar.Date
	Counted       []calendar.Date // the days of earlier requests of the customer that counted
	Kind          ChangeKind
	On            calendar.Date // the day of the request
}

// ChangeBook is how the quota stands with a request.
type ChangeBook struct {
	Year      Term          // in which the request falls
	Used      int           // before it
	CountsAs  int           // 0 or 1
	Remaining int           // after it, or as before when it is refused
	Next      calendar.Date // from when a request is allowed again; zero when this one is allowed
}

// MayChange decides whether a request for a change is within the year's quota, and gives the book with it. Changes
// that were not used are not carried over. Staff may allow what this refuses, with a reason.
func MayChange(p *policy.Pack, f ChangeFacts) (ChangeBook, errs.Decision) {
	b := ChangeBook{Year: ChangeYear(p, f.ContractStart, f.On), CountsAs: f.Kind.Counts()}
	for _, on := range f.Counted {
		if b.Year.Covers(on) && on.Compare(f.On) <= 0 {
			b.Used++
		}
	}
	d := quotaOf(p, b.Year, b.Used, b.CountsAs)
	b.Remaining = max(0, p.Liaisons.ChangesPerYear-b.Used)
	if d.Allowed {
		b.Remaining = max(0, b.Remaining-b.CountsAs)
	} else {
		b.Next = b.Year.To.AddDays(1)
	}
	d.Inputs["on"], d.Inputs["contract_start"], d.Inputs["kind"] = dayText(f.On), dayText(f.ContractStart), string(f.Kind)
	return b, d
}

// quotaOf decides whether a change fits into what a year has left. It is asked with a request and without one.
func quotaOf(p *policy.Pack, year Term, used, countsAs int) errs.Decision {
	d := errs.Decision{Allowed: used+countsAs <= p.Liaisons.ChangesPerYear || countsAs == 0, Code: Accepted, Clause: "1.1", Requirement: "R1.1-06", Edition: p.Edition}
	var next calendar.Date
	if !d.Allowed {
		d.Code, next = QuotaUsed, year.To.AddDays(1)
	}
	d.Inputs = map[string]any{"used": used, "per_year": p.Liaisons.ChangesPerYear, "year_from": dayText(year.From), "year_to": dayText(year.To), "next": dayText(next)}
	return d
}

// ChangeYear is the year of the quota in which a day falls: of the contract, from its start and its anniversaries (29
// February becomes the 28th in a year without one), or of the calendar, as the pack has it.
func ChangeYear(p *policy.Pack, contractStart, on calendar.Date) Term {
	if p.Liaisons.Year == policy.CalendarYear || contractStart.IsZero() {
		return Term{calendar.Date{Year: on.Year, Month: time.January, Day: 1}, calendar.Date{Year: on.Year, Month: time.December, Day: 31}}
	}
	n := on.Year - contractStart.Year
	if contractStart.AddMonths(12*n).Compare(on) > 0 {
		n--
	}
	return Term{contractStart.AddMonths(12 * n), contractStart.AddMonths(12 * (n + 1)).AddDays(-1)}
}

// SeatStep is one thing that happened to the seats of a system. Steps of one request have the same Request.
type SeatStep struct {
	Request string
	On      calendar.Date
	Kind    StepKind
}

// StepKind is a kind of step.
type StepKind string

// The kinds of steps.
const (
	StepAdded      StepKind = "added"      // seats were bought, or came with another plan
	StepEnded      StepKind = "ended"      // the term of a bought seat is over
	StepDesignated StepKind = "designated" // a person took a free seat
	StepRefilled   StepKind = "refilled"   // a person took a seat that is known to have been left
	StepReplaced   StepKind = "replaced"   // a person took the seat of another
	StepRemoved    StepKind = "removed"    // a person left a seat
	StepOther      StepKind = "other"      // nobody's seat changed: contact data, a request turned down or taken back
)

// Request is what a request came down to.
type Request struct {
	ID   string
	On   calendar.Date
	Kind ChangeKind
}

// FreeSeats are the free seats of a system, beside those of its first plan in which nobody has ever been.
type FreeSeats struct {
	Added   int // bought, or come with another plan, and not filled yet
	Vacated int // somebody has left them
}

// Fill decides which free seat the next person takes, and gives what that comes down to (1.1). A seat that was bought is
// filled before one that somebody has left: it was paid for to be filled, and filling it is no change. One that was left
// comes before one in which nobody has ever been: else removing and adding would never count while a seat is empty.
func (f *FreeSeats) Fill() ChangeKind {
	switch {
	case f.Added > 0:
		f.Added--
	case f.Vacated > 0:
		f.Vacated--
		return VacatedFilled
	}
	return NewSeatFilled
}

// step is what one step comes down to; "" for one that is nobody's request.
func (f *FreeSeats) step(k StepKind) ChangeKind {
	switch k {
	case StepAdded:
		f.Added++
		return ""
	case StepEnded:
		f.Added = max(0, f.Added-1)
		return ""
	case StepRefilled:
		f.Vacated = max(0, f.Vacated-1)
		return VacatedFilled
	case StepRemoved:
		f.Vacated++
		return SeatVacated
	case StepReplaced:
		return Replacement
	case StepDesignated:
		return f.Fill()
	default: // StepOther
		return ContactEdited
	}
}

// FreeAfter are the free seats after steps, in the order in which they happened.
func FreeAfter(steps []SeatStep) (f FreeSeats) {
	for _, s := range steps {
		f.step(s.Kind)
	}
	return f
}

// Requests replays steps in the order in which they happened and gives each request with its kind.
func Requests(steps []SeatStep) (all []Request) {
	var free FreeSeats
	for _, s := range steps {
		kind := free.step(s.Kind)
		if kind == "" {
			continue
		}
		if n := len(all); n > 0 && all[n-1].ID == s.Request && all[n-1].On == s.On {
			all[n-1].Kind = heavier(all[n-1].Kind, kind)
			continue
		}
		all = append(all, Request{s.Request, s.On, kind})
	}
	return all
}

// heavier is what a request with both counts as.
func heavier(a, b ChangeKind) ChangeKind {
	if b.Counts() > a.Counts() || a == ContactEdited {
		return b
	}
	return a
}
