package calendar

import (
	"math"
	"time"
)

// Part is a calendar with the instant from which it holds.
type Part struct {
	From     time.Time // of the first part it means nothing: that one holds since ever
	Calendar *Calendar
}

// Splice is a clock whose calendar was changed: each part holds until the next one begins. What was counted before a
// change stays as it was; what comes after it is counted by the new calendar (semantics, Clocks 12). A Splice of equal
// calendars counts like one of them. It is immutable.
type Splice struct {
	calendars []*Calendar
	starts    []int64 // Unix microseconds
}

// NewSplice makes a Splice of one part or more, in the order of their instants.
func NewSplice(parts []Part) *Splice {
	s := &Splice{calendars: make([]*Calendar, len(parts)), starts: make([]int64, len(parts))}
	for i, p := range parts {
		s.calendars[i], s.starts[i] = p.Calendar, p.From.UnixMicro()
	}
	s.starts[0] = math.MinInt64
	return s
}

// at is the part that holds at x.
func (s *Splice) at(x int64) int {
	i := len(s.starts) - 1
	for s.starts[i] > x {
		i--
	}
	return i
}

// end is where part i ends; math.MaxInt64 for the last one.
func (s *Splice) end(i int) int64 {
	if i+1 < len(s.starts) {
		return s.starts[i+1]
	}
	return math.MaxInt64
}

// Add is Calendar.Add over the parts.
func (s *Splice) Add(start time.Time, d time.Duration) (time.Time, error) {
	if d <= 0 {
		return instant(start.UnixMicro()), nil
	}
	for i := s.at(start.UnixMicro()); i+1 < len(s.starts); i++ {
		end := instant(s.end(i))
		due, err := s.calendars[i].Add(start, d)
		if err == nil && !due.After(end) { // found without measuring all the time until a change that is far away
			return due, nil
		}
		d -= s.calendars[i].Between(start, end) // less than d, for due is later than end or never
		start = end
	}
	return s.calendars[len(s.calendars)-1].Add(start, d)
}

// Between is Calendar.Between over the parts, with the same longest Duration.
func (s *Splice) Between(a, b time.Time) time.Duration {
	var sum time.Duration
	for from, to := a.UnixMicro(), b.UnixMicro(); from < to; {
		i := s.at(from)
		end := min(to, s.end(i))
		open := s.calendars[i].Between(instant(from), instant(end))
		sum += min(open, math.MaxInt64-sum)
		from = end
	}
	return sum
}

// NextOpening is Calendar.NextOpening over the parts.
func (s *Splice) NextOpening(t time.Time) (time.Time, bool) {
	for i := s.at(t.UnixMicro()); ; i++ {
		found, ok := s.calendars[i].NextOpening(t)
		if i+1 == len(s.starts) || ok && found.UnixMicro() < s.end(i) {
			return found, ok
		}
		t = instant(s.end(i))
	}
}

// prevClose is Calendar.PrevClose over the parts, with the part whose open time ends there.
func (s *Splice) prevClose(x int64) (int64, int, bool) {
	for i := s.at(x); ; i-- {
		found, ok := s.calendars[i].PrevClose(instant(x))
		if at := found.UnixMicro(); i == 0 || ok && (at > s.starts[i] || at == s.starts[i] && s.calendars[i].IsOpen(found)) {
			return at, i, ok
		}
		x = s.starts[i]
	}
}

// Segments is Calendar.Segments over the parts; yield is told which part a segment belongs to.
func (s *Splice) Segments(from, to time.Time, yield func(part int, seg Segment)) {
	for a, b := from.UnixMicro(), to.UnixMicro(); a < b; {
		i := s.at(a)
		end := min(b, s.end(i))
		s.calendars[i].Segments(instant(a), instant(end), func(seg Segment) { yield(i, seg) })
		a = end
	}
}

// AddWorkingDays is Calendar.AddWorkingDays over the parts: a date is a working day when some part has open time on it
// while that part holds. The local time is that of the zone of the anchor.
func (s *Splice) AddWorkingDays(anchor time.Time, n int) (time.Time, error) {
	x, part, ok := s.prevClose(anchor.UnixMicro())
	if !ok {
		return time.Time{}, s.calendars[part].noOpening(anchor.UnixMicro())
	}
	walls := make([]wall, len(s.calendars))
	for i, c := range s.calendars {
		walls[i] = newWall(c.dayZone())
	}
	day := s.dateOf(part, x, &walls[part])
	sinceMidnight := local(walls[part].loc, floorDiv(x, micros)) - day*secondsPerDay
	var open []stretch
	for idle := 0; n > 0; idle++ {
		if idle > int(farthest/(24*time.Hour)) {
			return time.Time{}, s.calendars[len(s.calendars)-1].noOpening(x)
		}
		day++
		if open = s.openOn(open[:0], day, walls); len(open) > 0 {
			n, idle = n-1, 0
		}
	}
	if len(open) == 0 { // of no days
		return instant(x), nil
	}
	first, _ := walls[part].instants(day*secondsPerDay + sinceMidnight)
	at := first*micros + x - floorDiv(x, micros)*micros
	return instant(clampInto(at, open)), nil
}

// dateOf is the day number to which x, open time of part i or the end of it, belongs.
func (s *Splice) dateOf(i int, x int64, z *wall) int64 {
	c := s.calendars[i]
	if c.alwaysOpen {
		return floorDiv(floorDiv(x, micros), secondsPerDay)
	}
	var room [8]interval
	if d := c.workingDate(x, z, room[:0]); d != math.MinInt64 {
		return d
	}
	return floorDiv(local(c.loc, floorDiv(x, micros)), secondsPerDay) // cut by the change
}

// dayZone is the zone whose dates are the days of c: those of a clock that never stops have 24 hours.
func (c *Calendar) dayZone() *time.Location {
	if c.alwaysOpen {
		return time.UTC
	}
	return c.loc
}

// stretch is open time of a part, in Unix microseconds.
type stretch struct {
	part       int
	open, shut int64
}

// openOn gives the open time of a date: of each part that which lies within it.
func (s *Splice) openOn(to []stretch, day int64, walls []wall) []stretch {
	var room [8]interval
	for i, c := range s.calendars {
		windows := room[:0]
		if c.alwaysOpen {
			windows = append(windows, interval{day * secondsPerDay, (day + 1) * secondsPerDay})
		} else {
			windows = c.appendDay(windows, day, &walls[i])
		}
		for _, w := range windows {
			a, b := max(w.open*micros, s.starts[i]), min(w.close*micros, s.end(i))
			if a < b {
				to = append(to, stretch{i, a, b})
			}
		}
	}
	return to
}

// clampInto moves x into the open time of one date as clamp does.
func clampInto(x int64, open []stretch) int64 {
	if x < open[0].open {
		return open[0].open
	}
	i := len(open) - 1
	for open[i].open > x {
		i--
	}
	return min(x, open[i].shut)
}
