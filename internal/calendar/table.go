package calendar

import (
	"cmp"
	"slices"
	"time"
)

const micros = int64(time.Second / time.Microsecond)

// table is the open time of a span, [from, to) in Unix microseconds: disjoint open intervals in order, with the
// open time before each. Interval i is [opens[i], opens[i] + used[i+1]-used[i]).
type table struct {
	from, to int64
	opens    []int64
	used     []int64 // len(opens)+1; used[i] is the open time in [from, opens[i])
}

// close is the end of interval i.
func (t *table) close(i int) int64 { return t.opens[i] + t.used[i+1] - t.used[i] }

// after is the first interval that ends later than x; len(opens) when there is none.
func (t *table) after(x int64) int {
	lo, hi := 0, len(t.opens)
	for lo < hi { // the last interval that opens at or before x
		if m := int(uint(lo+hi) >> 1); t.opens[m] <= x {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo > 0 && t.close(lo-1) > x {
		return lo - 1
	}
	return lo
}

// usedAt is the open time in [from, x).
func (t *table) usedAt(x int64) int64 {
	i := t.after(x)
	if i < len(t.opens) && t.opens[i] < x {
		return t.used[i] + x - t.opens[i]
	}
	return t.used[i]
}

// add gives the earliest instant at or after start (which lies in the span) by which d > 0 of open time has
// passed. When the span ends before that, rest > 0 is what is left.
func (t *table) add(start, d int64) (due, rest int64) {
	i := t.after(start)
	goal := t.used[i] + d
	if i < len(t.opens) && t.opens[i] < start {
		goal += start - t.opens[i]
	}
	n := len(t.opens)
	if goal > t.used[n] {
		return 0, goal - t.used[n]
	}
	// Doubling steps first: most targets end within a few intervals of their start.
	lo, step := i, 1
	for lo+step < n && t.used[lo+step] < goal {
		lo += step
		step *= 2
	}
	hi := min(lo+step, n)
	for lo+1 < hi { // used[lo] < goal <= used[hi]
		if m := int(uint(lo+hi) >> 1); t.used[m] < goal {
			lo = m
		} else {
			hi = m
		}
	}
	return t.opens[lo] + goal - t.used[lo], 0
}

// interval is open time, in Unix seconds: windows open and close at whole minutes of wall time.
type interval struct{ open, close int64 }

// tabulate makes the table of a span, given in Unix seconds.
func (c *Calendar) tabulate(from, to int64) *table {
	z := newWall(c.loc)
	all := make([]interval, 0, (to-from)/secondsPerDay)
	// A window may open a day before it closes, and local dates differ from UTC by less than a day.
	for n := from/secondsPerDay - 3; n <= to/secondsPerDay+2; n++ {
		all = c.appendDay(all, n, &z)
	}
	// Windows of one date may run into those of the next, and at the end of summer time into each other.
	slices.SortFunc(all, func(a, b interval) int { return cmp.Compare(a.open, b.open) })
	t := &table{from: from * micros, to: to * micros, opens: make([]int64, 0, len(all)), used: make([]int64, 1, len(all)+1)}
	var last interval
	flush := func() {
		if a, b := max(last.open, from), min(last.close, to); a < b {
			t.opens = append(t.opens, a*micros)
			t.used = append(t.used, t.used[len(t.used)-1]+(b-a)*micros)
		}
	}
	for i, v := range all {
		if i > 0 && v.open <= last.close {
			last.close = max(last.close, v.close)
			continue
		}
		flush()
		last = v
	}
	flush()
	return t
}

// appendDay adds the open intervals of the windows that open on day number n, in their order.
func (c *Calendar) appendDay(to []interval, n int64, z *wall) []interval {
	for _, w := range c.windowsOf(n) {
		open, _ := z.instants(n*secondsPerDay + int64(w.Open)*60)
		_, close := z.instants(n*secondsPerDay + int64(w.Close)*60)
		if open < close { // a window inside the gap of summer time is none
			to = append(to, interval{open, close})
		}
	}
	return to
}
