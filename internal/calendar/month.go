package calendar

import "time"

// AddMonths is the same day n months later, or earlier for a negative n; a day that the month does not have becomes
// its last one: 31 January and one month is 28 February, 29 February and twelve months is 28 February.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.Year(), first.Month(), min(d.Day, last)}
}

// DaysUntil is how many days e is later than d; negative when it is earlier.
func (d Date) DaysUntil(e Date) int { return int(e.number() - d.number()) }

// AtIn is the instant, in UTC, at which the local clock of loc shows that time of day on d: the first one when it
// does so twice, the next instant that exists when it jumps over it.
func (d Date) AtIn(loc *time.Location, sinceMidnight time.Duration) time.Time {
	z := newWall(loc)
	whole := sinceMidnight.Truncate(time.Second)
	first, _ := z.instants(d.number()*secondsPerDay + int64(whole/time.Second))
	return time.Unix(first, 0).UTC().Add(sinceMidnight - whole)
}

// TimeOfDay is how much of its local day the clock of loc shows at t: 10:30 is ten and a half hours, whatever summer
// time did on that day.
func TimeOfDay(t time.Time, loc *time.Location) time.Duration {
	h, m, s := t.In(loc).Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(t.Nanosecond())
}
