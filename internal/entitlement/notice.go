package entitlement

import (
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// Notice is one of the mails about an invoice that is not paid: before the last day to pay, on it, and when support is
// suspended (R5.2-03).
type Notice struct {
	At         time.Time // from when it is to be sent: 00:00 of its day in the vendor's zone, UTC
	DaysBefore int       // calendar days before the last day to pay
	Suspended  bool      // support is suspended now
}

// Notices are those of an invoice due on that day, in order: one for each day of the pack, and the suspension's.
func Notices(p *policy.Pack, due calendar.Date) (all []Notice) {
	for _, days := range p.InvoiceReminderDays {
		all = append(all, Notice{At: due.AddDays(-days).StartIn(p.Vendor.Zone), DaysBefore: days})
	}
	return append(all, Notice{At: SuspendsAt(p, due), Suspended: true})
}

// Told is how far the notices of an invoice are, of its due day as it stands.
type Told struct {
	Until   time.Time // instant of the last notice that is over; zero: none is
	Stopped bool      // the customer was told that support is suspended
}

// over reports whether a notice is over. It is known by its instant, which is its day before the last day to pay: another
// list of days, or another number of days of grace, neither drops nor repeats what was told.
func (t Told) over(n Notice) bool {
	if n.Suspended {
		return t.Stopped
	}
	return !n.At.After(t.Until) || t.Stopped
}

// NoticeDue is the notice to send at an instant: the last one that has come due and is not over, so that a late look sends
// one mail and not all that were missed. ok is false when there is none. after is what is over then, next when to look
// again; nil: never.
func NoticeDue(p *policy.Pack, due calendar.Date, told Told, at time.Time) (n Notice, ok bool, after Told, next *time.Time) {
	after = told
	for _, one := range Notices(p, due) {
		switch {
		case told.over(one):
		case !one.At.After(at):
			n, ok = one, true
			after = Told{Until: one.At, Stopped: one.Suspended}
		case next == nil:
			next = &one.At
		}
	}
	return n, ok, after, next
}

// EndNotice is which mail of the series about the end of on-premises support is due at an instant: its place, the first
// is 1, and the days before the end. Of several that were missed it is the last one; 0 before the first, and from the end
// on, when there is nothing left to order in time (4.7).
func EndNotice(p *policy.Pack, at time.Time) (step, days int) {
	today := calendar.DateOf(at, p.Vendor.Zone)
	if today.Compare(p.OnPremEnd) >= 0 {
		return 0, 0
	}
	for i, before := range p.Extended.NoticeDays {
		if today.Compare(p.OnPremEnd.AddDays(-before)) >= 0 {
			step, days = i+1, before
		}
	}
	return step, days
}
