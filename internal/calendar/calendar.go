package calendar

import (
	"math"
	"time"
	_ "time/tzdata" // the same zones on every machine, also on one without a zone database

	"liaison/internal/errs"
)

// The years whose open time is tabulated when a calendar is made. Outside of them a table of two years is made
// for each call: right, but slower.
const (
	firstYear, lastYear = 2020, 2039
	yearsPerTable       = 2
)

// farthest is how long a calendar may stay closed.
const farthest = 366 * 24 * time.Hour

// Calendar is the open time of one clock. Use New or AlwaysOpen; it is immutable and safe for concurrent use.
type Calendar struct {
	id         string
	loc        *time.Location
	alwaysOpen bool
	week       [7][]Window
	closed     map[int64]string   // holidays by day number
	exceptions map[int64][]Window // windows in place of the week's by day number, of overrides and holidays
	main       *table
}

// New makes a calendar. Errors: calendar.unknown_zone, calendar.bad_day (a window that is none, or two that
// overlap), calendar.always_open_with_hours, and calendar.no_opening when it never opens or once stays closed for
// more than 366 days.
func New(spec Spec) (*Calendar, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	loc, err := loadZone(spec)
	if err != nil {
		return nil, err
	}
	c := &Calendar{id: spec.ID, loc: loc, alwaysOpen: spec.AlwaysOpen}
	if c.alwaysOpen {
		return c, nil
	}
	for day, windows := range spec.Week {
		c.week[day] = ordered(windows)
	}
	c.closed = make(map[int64]string, len(spec.Closed))
	c.exceptions = make(map[int64][]Window, len(spec.Closed)+len(spec.Overrides))
	for date, name := range spec.Closed {
		c.closed[date.number()] = name
		c.exceptions[date.number()] = nil
	}
	for date, windows := range spec.Overrides {
		c.exceptions[date.number()] = ordered(windows)
	}
	c.main = c.tabulate(startOfYear(firstYear), startOfYear(lastYear+1))
	if err := c.checkOpenings(); err != nil {
		return nil, err
	}
	return c, nil
}

// AlwaysOpen is the clock that never stops: a day of it is 24 hours (9.2, 9.3).
func AlwaysOpen(id string) *Calendar {
	return &Calendar{id: id, loc: time.UTC, alwaysOpen: true}
}

// loadZone refuses "" and "Local", which mean the machine's zone or UTC by accident.
func loadZone(spec Spec) (*time.Location, error) {
	if spec.AlwaysOpen && spec.Zone == "" {
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(spec.Zone)
	if err != nil || spec.Zone == "" || spec.Zone == "Local" {
		return nil, errs.New(errs.Invalid, "calendar.unknown_zone", "calendar", spec.ID, "zone", spec.Zone)
	}
	return loc, nil
}

// checkOpenings refuses a calendar that stays closed for too long within the tabulated years.
func (c *Calendar) checkOpenings() error {
	shut := c.main.from
	for i := range c.main.opens {
		if c.main.opens[i]-shut > farthest.Microseconds() {
			return c.noOpening(shut)
		}
		shut = c.main.close(i)
	}
	if c.main.to-shut > farthest.Microseconds() {
		return c.noOpening(shut)
	}
	return nil
}

func (c *Calendar) noOpening(from int64) error {
	return errs.New(errs.Invalid, "calendar.no_opening", "calendar", c.id, "from", instant(from).Format(time.RFC3339))
}

// ID names the calendar, e.g. "emea-cet:DE".
func (c *Calendar) ID() string { return c.id }

// Zone is where the calendar's wall time holds.
func (c *Calendar) Zone() *time.Location { return c.loc }

// IsAlwaysOpen reports whether the clock never stops.
func (c *Calendar) IsAlwaysOpen() bool { return c.alwaysOpen }

// Add gives the earliest instant, in UTC, at or after start by which d of open time has passed. Used up exactly at
// a closing, it is that closing. A d of 0 or less gives start. The error is calendar.no_opening: the calendar
// stays closed for more than 366 days, which New refuses for the years around the present.
func (c *Calendar) Add(start time.Time, d time.Duration) (time.Time, error) {
	at, left := start.UnixMicro(), d.Microseconds()
	if left <= 0 {
		return instant(at), nil
	}
	if c.alwaysOpen {
		return instant(at + left), nil
	}
	for idle := false; ; {
		t := c.tableAt(at)
		due, rest := t.add(at, left)
		if rest == 0 {
			return instant(due), nil
		}
		if rest == left && idle {
			return time.Time{}, c.noOpening(at)
		}
		idle = rest == left
		at, left = t.to, rest
	}
}

// Between is the open time in [a, b); 0 when b is not after a. More than a time.Duration can hold, 292 years, is given as
// the longest one.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	from, to := a.UnixMicro(), b.UnixMicro()
	if to <= from {
		return 0
	}
	if c.alwaysOpen {
		return span(to - from)
	}
	var sum int64
	for from < to {
		t := c.tableAt(from)
		end := min(to, t.to)
		sum += t.usedAt(end) - t.usedAt(from)
		from = end
	}
	return span(sum)
}

// span is an amount of microseconds, or the longest Duration where it does not hold as much.
func span(micros int64) time.Duration {
	if micros > math.MaxInt64/int64(time.Microsecond) {
		return math.MaxInt64
	}
	return time.Duration(micros) * time.Microsecond
}

// IsOpen reports whether t lies in an open interval.
func (c *Calendar) IsOpen(t time.Time) bool {
	if c.alwaysOpen {
		return true
	}
	x := t.UnixMicro()
	tab := c.tableAt(x)
	i := tab.after(x)
	return i < len(tab.opens) && tab.opens[i] <= x
}

// NextOpening is the earliest open instant at or after t, in UTC: t itself while it is open. It is false when there
// is none within 366 days.
func (c *Calendar) NextOpening(t time.Time) (time.Time, bool) {
	x := t.UnixMicro()
	if c.alwaysOpen {
		return instant(x), true
	}
	for at := x; at <= x+farthest.Microseconds(); {
		tab := c.tableAt(at)
		if i := tab.after(at); i < len(tab.opens) {
			found := max(x, tab.opens[i])
			return instant(found), found <= x+farthest.Microseconds()
		}
		at = tab.to
	}
	return time.Time{}, false
}

// PrevClose is the latest closing at or before t, in UTC; for an open t it is t itself. It is false when there is
// none within 366 days.
func (c *Calendar) PrevClose(t time.Time) (time.Time, bool) {
	x := t.UnixMicro()
	if c.alwaysOpen {
		return instant(x), true
	}
	for at := x; at >= x-farthest.Microseconds(); {
		tab := c.tableAt(at)
		i := tab.after(x)
		if i < len(tab.opens) && tab.opens[i] <= x {
			return instant(x), true
		}
		if i > 0 {
			found := tab.close(i - 1)
			return instant(found), found >= x-farthest.Microseconds()
		}
		at = tab.from - 1
	}
	return time.Time{}, false
}

// Holiday is the name of the holiday on d, "" when there is none. An override may open the date all the same.
func (c *Calendar) Holiday(d Date) string { return c.closed[d.number()] }

// tableAt gives a table whose span holds x, Unix microseconds.
func (c *Calendar) tableAt(x int64) *table {
	if x >= c.main.from && x < c.main.to {
		return c.main
	}
	year := instant(x).Year()
	year -= ((year % yearsPerTable) + yearsPerTable) % yearsPerTable
	return c.tabulate(startOfYear(year), startOfYear(year+yearsPerTable))
}

// windowsOf gives the windows that open on day number n: the override's, none on a holiday, else the week's.
func (c *Calendar) windowsOf(n int64) []Window {
	if w, ok := c.exceptions[n]; ok {
		return w
	}
	return c.week[weekdayOf(n)]
}

func startOfYear(year int) int64 {
	return time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
}

func instant(unixMicro int64) time.Time { return time.UnixMicro(unixMicro).UTC() }

// floorDiv rounds towards minus infinity, also before 1970.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
