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

// NoticeDue is the notice to send at an instant when told of them are over: the last one that has come due, so that a
// late look sends one mail and not all that were missed. ok is false when none has. told is how many are over after
// it, next when to look again; nil: never.
func NoticeDue(p *policy.Pack, due calendar.Date, told int, at time.Time) (n Notice, ok bool, after int, next *time.Time) {
	all := Notices(p, due)
	after = told
	for i := told; i < len(all) && !all[i].At.After(at); i++ {
		n, ok, after = all[i], true, i+1
	}
	if after < len(all) {
		next = &all[after].At
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
