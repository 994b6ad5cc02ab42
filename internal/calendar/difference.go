package calendar

import (
	"maps"
	"slices"
	"time"
)

// Dated lists the dates for which c says something of its own, holidays and overrides, in order.
func (c *Calendar) Dated() []Date {
	numbers := slices.Sorted(maps.Keys(c.exceptions))
	dates := make([]Date, len(numbers))
	for i, n := range numbers {
		dates[i] = dateOfNumber(n)
	}
	return dates
}

// Own gives what c says of a date of its own: the windows of an override, none of a holiday; ok is false where the week
// decides. The caller does not change the windows.
func (c *Calendar) Own(d Date) (windows []Window, ok bool) {
	windows, ok = c.exceptions[d.number()]
	return windows, ok
}

// Difference is the first stretch of [from, to) in which one of the calendars is open and the other is not; open is
// that of c.
func (c *Calendar) Difference(o *Calendar, from, to time.Time) (s Segment, found bool) {
	type edge struct {
		at    int64
		first bool
	}
	var edges []edge
	for first, cal := range map[bool]*Calendar{true: c, false: o} {
		cal.Segments(from, to, func(s Segment) {
			if s.Open {
				edges = append(edges, edge{s.From.UnixMicro(), first}, edge{s.To.UnixMicro(), first})
			}
		})
	}
	slices.SortFunc(edges, func(a, b edge) int { return int(max(-1, min(1, a.at-b.at))) })
	var open, other bool
	for i, e := range edges {
		if e.first {
			open = !open
		} else {
			other = !other
		}
		if open != other && i+1 < len(edges) && edges[i+1].at > e.at {
			return Segment{From: instant(e.at), To: instant(edges[i+1].at), Open: open}, true
		}
	}
	return Segment{}, false
}
