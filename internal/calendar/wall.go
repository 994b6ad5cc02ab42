package calendar

import (
	"math"
	"time"
)

// zoneMargin is more than any two offsets of one zone differ by (a change of side of the date line is 24 h):
// further away from a transition a wall time exists exactly once.
const zoneMargin = 2 * secondsPerDay

// wall turns local wall time into instants. It remembers the stretch of constant offset it was last used in, so
// that a run of dates costs one look-up of the zone per change of summer time. Wall seconds are counted as if the
// local time were UTC. Not for concurrent use; New and the slow path make their own.
type wall struct {
	loc        *time.Location
	start, end int64 // the remembered stretch, Unix seconds, [start, end)
	offset     int64 // seconds east of UTC in it
}

func newWall(loc *time.Location) wall { return wall{loc: loc} }

// instants gives the first and the last instant (Unix seconds) at which the local wall clock shows w. They differ
// when summer time ends. When the wall clock jumps over w, both are the next instant that exists.
func (z *wall) instants(w int64) (first, last int64) {
	if t := w - z.offset; t >= z.start+zoneMargin && t < z.end-zoneMargin {
		return t, t
	}
	z.remember(w - zoneMargin)
	found := false
	for {
		t := w - z.offset
		inside := t >= z.start && t < z.end
		if inside && !found {
			first, found = t, true
		}
		if inside {
			last = t
		}
		if t < z.start && !found { // the clock jumped from before w to after it at the start of this stretch
			return z.start, z.start
		}
		if z.end > w+zoneMargin {
			return first, last
		}
		z.remember(z.end)
	}
}

// remember takes the stretch of constant offset that holds the Unix second t.
func (z *wall) remember(t int64) {
	at := time.Unix(t, 0).In(z.loc)
	_, offset := at.Zone()
	start, end := at.ZoneBounds()
	z.start, z.end, z.offset = math.MinInt64/2, math.MaxInt64/2, int64(offset)
	if !start.IsZero() {
		z.start = start.Unix()
	}
	if !end.IsZero() {
		z.end = end.Unix()
	}
	// Beyond its table of transitions package time ends a year after 365 days, so that on the last day of a leap year
	// the stretch ends before t (from 2040 on in the zones with summer time). An hour is looked up at a time there.
	if z.end <= t {
		z.end = t + secondsPerHour
	}
}

// local gives the wall seconds that the zone shows at the Unix second t.
func local(loc *time.Location, t int64) int64 {
	_, offset := time.Unix(t, 0).In(loc).Zone()
	return t + int64(offset)
}
