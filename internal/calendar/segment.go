package calendar

import "time"

// Reason says why a stretch of time is not open.
type Reason string

// The reasons.
const (
	Closed      Reason = "closed"  // outside of the windows
	HolidayShut Reason = "holiday" // a holiday took the day's windows away
)

// Segment is a stretch of time in [From, To), UTC, that is open, or closed for one reason.
type Segment struct {
	From, To time.Time
	Open     bool
	Reason   Reason // of a closed segment
	Holiday  string // name of the holiday
}

// sameAs reports whether s and o differ in their time only.
func (s Segment) sameAs(o Segment) bool {
	return s.Open == o.Open && s.Reason == o.Reason && s.Holiday == o.Holiday
}

// Segments calls yield for the stretches of [from, to) in order; they meet, and neighbours differ. A holiday on a
// day that has no windows anyway (a Sunday) is simply closed.
func (c *Calendar) Segments(from, to time.Time, yield func(Segment)) {
	var last Segment
	emit := func(s Segment) {
		switch {
		case !s.From.Before(s.To):
		case last.To.IsZero():
			last = s
		case last.sameAs(s):
			last.To = s.To
		default:
			yield(last)
			last = s
		}
	}
	c.pieces(from.UnixMicro(), to.UnixMicro(), emit)
	if !last.To.IsZero() {
		yield(last)
	}
}

// pieces is Segments with neighbours that may be alike.
func (c *Calendar) pieces(from, to int64, emit func(Segment)) {
	if c.alwaysOpen {
		emit(Segment{From: instant(from), To: instant(to), Open: true})
		return
	}
	z := newWall(c.loc)
	for from < to {
		t := c.tableAt(from)
		end := min(to, t.to)
		for i := t.after(from); from < end && i < len(t.opens); i++ {
			opens, closes := min(end, max(from, t.opens[i])), min(end, t.close(i))
			c.shut(from, opens, &z, emit)
			emit(Segment{From: instant(opens), To: instant(closes), Open: true})
			from = closes
		}
		c.shut(from, end, &z, emit)
		from = end
	}
}

// shut emits the closed stretch [from, to), Unix microseconds, date by date.
func (c *Calendar) shut(from, to int64, z *wall, emit func(Segment)) {
	if from >= to {
		return
	}
	for n := floorDiv(local(c.loc, floorDiv(from, micros)), secondsPerDay); from < to; n++ {
		next, _ := z.instants((n + 1) * secondsPerDay)
		end := min(to, max(from, next*micros))
		s := Segment{From: instant(from), To: instant(end), Reason: Closed}
		if name, ok := c.closed[n]; ok && len(c.exceptions[n]) == 0 && len(c.week[weekdayOf(n)]) > 0 {
			s.Reason, s.Holiday = HolidayShut, name
		}
		emit(s)
		from = end
	}
}
