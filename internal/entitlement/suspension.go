package entitlement

import (
	"slices"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// Invoice is what suspension needs to know of one.
type Invoice struct {
	Due   calendar.Date // the last day to pay, vendor's zone
	Known time.Time     // since when this due day is recorded; zero: in time
	Paid  *time.Time    // the recorded payment; nil: not paid
}

// Suspension is a stretch of time in which at least one invoice was overdue (5.2).
type Suspension struct {
	From time.Time     // UTC, included
	To   *time.Time    // UTC, not included; nil: still suspended
	Due  calendar.Date // of the invoice that began it
}

// SuspendsAt is the instant from which an invoice due on that day, if unpaid, suspends support: 00:00 in the
// vendor's zone of the day after it and the pack's days of grace (R5.2-01). In UTC.
func SuspendsAt(p *policy.Pack, due calendar.Date) time.Time {
	return suspendsOn(p, due).StartIn(p.Vendor.Zone)
}

// SuspendsFrom is SuspendsAt of an invoice whose due day was recorded at an instant: what is entered late, or is due
// earlier than it was said before, suspends from then on and nothing before (Clocks 12, 13).
func SuspendsFrom(p *policy.Pack, due calendar.Date, known time.Time) time.Time {
	at := SuspendsAt(p, due)
	if known.After(at) {
		return known
	}
	return at
}

func suspendsOn(p *policy.Pack, due calendar.Date) calendar.Date {
	return due.AddDays(1 + p.SuspensionGraceDays)
}

// Suspensions are the times of suspension that follow from a customer's invoices, in order and apart from each
// other: support is back only when no overdue invoice is left (R5.2-02).
func Suspensions(p *policy.Pack, invoices []Invoice) []Suspension {
	var single []Suspension
	for _, inv := range invoices {
		s := Suspension{From: SuspendsFrom(p, inv.Due, inv.Known), To: inv.Paid, Due: inv.Due}
		if s.To == nil || s.To.After(s.From) {
			single = append(single, s)
		}
	}
	return Merge(single)
}

// Merge puts stretches of suspension in order and joins those that meet or overlap. The slice is reordered.
func Merge(single []Suspension) []Suspension {
	slices.SortStableFunc(single, func(a, b Suspension) int { return a.From.Compare(b.From) })
	var merged []Suspension
	for _, s := range single {
		if n := len(merged); n > 0 && (merged[n-1].To == nil || !s.From.After(*merged[n-1].To)) {
			merged[n-1].To = later(merged[n-1].To, s.To)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// SuspendedSince is since when support has been suspended at that instant; false when it is not.
func SuspendedSince(p *policy.Pack, invoices []Invoice, at time.Time) (time.Time, bool) {
	for _, s := range Suspensions(p, invoices) {
		if !at.Before(s.From) && (s.To == nil || at.Before(*s.To)) {
			return s.From, true
		}
	}
	return time.Time{}, false
}

// later is the later of two ends; nil is never.
func later(a, b *time.Time) *time.Time {
	if a == nil || b == nil {
		return nil
	}
	if a.After(*b) {
		return a
	}
	return b
}
