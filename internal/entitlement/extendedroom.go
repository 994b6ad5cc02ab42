package entitlement

import (
	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// ExtendedRoom is what extended lifecycle support can still be ordered for a system (4.7). The zero value: nothing.
type ExtendedRoom struct {
	First   calendar.Date // first day on which another window may begin
	LastEnd calendar.Date // last day on which it may end when it begins on First: the pack's, the length's or the next window's
	Months  int           // whole months of that window
	Days    int           // its days
}

// RoomForExtended gives the earliest window that can be ordered beside the earlier ones, at its longest.
func RoomForExtended(p *policy.Pack, earlier []Term) (r ExtendedRoom) {
	if len(p.Extended.SKUs) == 0 {
		return r
	}
	first, used := p.Extended.FirstStart, 0
	for moved := true; moved; {
		moved = false
		for _, e := range earlier {
			if e.From.Compare(first) <= 0 && first.Compare(e.To) <= 0 {
				first, moved = e.To.AddDays(1), true
			}
		}
	}
	start, last := first, p.Extended.LastEnd
	for _, e := range earlier {
		used += e.Days()
		if e.From.Compare(start) < 0 {
			start = e.From
		}
		if e.From.Compare(first) > 0 && e.From.Compare(last) <= 0 {
			last = e.From.AddDays(-1)
		}
	}
	left := start.DaysUntil(start.AddMonths(p.Extended.MaxMonths)) - used
	if longest := first.AddDays(left - 1); longest.Compare(last) < 0 {
		last = longest
	}
	r.Days = Term{From: first, To: last}.Days()
	if r.Days == 0 {
		return ExtendedRoom{}
	}
	r.First, r.LastEnd = first, last
	for first.AddMonths(r.Months+1).Compare(last.AddDays(1)) <= 0 {
		r.Months++
	}
	return r
}
