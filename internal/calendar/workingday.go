package calendar

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// AddWorkingDays gives the instant, in UTC, n working days after anchor: the same local time on the n-th following
// working day, clamped into the windows of that day (before the first opening: that opening; between two windows:
// the close before; after the last: that close). An anchor outside of open time counts as the preceding close. A
// working day is a date on which a window opens; a time after midnight in an overnight window belongs to the date
// on which the window opened. A wall time that comes twice is the first. Always open, it is n times 24 h. The
// error is calendar.no_opening (3.3; semantics, Clocks 6).
func (c *Calendar) AddWorkingDays(anchor time.Time, n int) (time.Time, error) {
	if c.alwaysOpen {
		return instant(anchor.UnixMicro()).Add(time.Duration(n) * 24 * time.Hour), nil
	}
	sent, ok := c.PrevClose(anchor)
	if !ok {
		return time.Time{}, c.noOpening(anchor.UnixMicro())
	}
	x := sent.UnixMicro()
	z := newWall(c.loc)
	var room [8]interval
	day := c.workingDate(x, &z, room[:0])
	sinceMidnight := local(c.loc, floorDiv(x, micros)) - day*secondsPerDay
	for idle := 0; n > 0; idle++ {
		if idle > int(farthest/(24*time.Hour)) {
			return time.Time{}, c.noOpening(x)
		}
		day++
		if len(c.appendDay(room[:0], day, &z)) > 0 {
			n, idle = n-1, 0
		}
	}
	first, _ := z.instants(day*secondsPerDay + sinceMidnight)
	belowSecond := x - floorDiv(x, micros)*micros
	return instant(clamp(first*micros+belowSecond, c.appendDay(room[:0], day, &z))), nil
}

// workingDate is the day number on which the window opened that holds x or closes at x. Where windows of two dates
// meet, x belongs to the one that opens; where they overlap, to the later date.
func (c *Calendar) workingDate(x int64, z *wall, room []interval) int64 {
	today := floorDiv(local(c.loc, floorDiv(x, micros)), secondsPerDay)
	best := int64(math.MinInt64)
	for n := today; n >= today-2; n-- {
		for _, v := range c.appendDay(room[:0], n, z) {
			if v.open*micros <= x && x < v.close*micros {
				return n
			}
			if v.close*micros == x {
				best = max(best, n)
			}
		}
	}
	return best
}

// clamp moves x into the open intervals of one date.
func clamp(x int64, windows []interval) int64 {
	if x < windows[0].open*micros {
		return windows[0].open * micros
	}
	i, _ := slices.BinarySearchFunc(windows, x, func(v interval, x int64) int {
		return cmp.Compare(v.open*micros, x+1)
	})
	return min(x, windows[i-1].close*micros)
}
