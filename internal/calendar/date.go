package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	secondsPerHour = 60 * 60
	secondsPerDay  = 24 * secondsPerHour
)

// Date is a day of the civil calendar, without a zone. Dates compare with == and may be map keys.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the local date of t in loc.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, m, d}
}

// The years of the days that may be entered. A day outside is a slip of the finger, and what is counted from it (a day of
// grace, a year of seats) could not be said any more.
const (
	FirstYear = 1990
	LastYear  = 2199
)

// ParseDate reads "2026-11-23" as somebody enters it; a day that the month does not have, or that lies outside of
// FirstYear to LastYear, is an error.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < FirstYear || t.Year() > LastYear {
		return Date{}, fmt.Errorf("calendar: %q is no date such as 2026-11-23 of the years %d to %d", s, FirstYear, LastYear)
	}
	return DateOf(t, time.UTC), nil
}

// StoredDate reads a day that was kept, also one that nobody could enter today: one row of long ago must not take all the
// others with it. A day of the year 9999 and after is read as the last one of 9998, one before the year 1 as its first, so
// that what is counted from it can still be written.
func StoredDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	switch {
	case err != nil && afterYear9999(s), err == nil && t.Year() > 9998:
		return Date{9998, time.December, 31}, nil
	case err != nil:
		return Date{}, fmt.Errorf("calendar: %q is no date such as 2026-11-23", s)
	case t.Year() < 1:
		return Date{1, time.January, 1}, nil
	}
	return DateOf(t, time.UTC), nil
}

// afterYear9999: "10000-05-31", which String writes and time cannot read.
func afterYear9999(s string) bool {
	year, rest, _ := strings.Cut(s, "-")
	n, err := strconv.Atoi(year)
	_, noDay := time.Parse("01-02", rest)
	return err == nil && n > 9999 && noDay == nil
}

// String is the form that ParseDate and StoredDate read.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Compare is negative when d is before e, 0 when they are the same day, positive when d is later.
func (d Date) Compare(e Date) int { return int(d.number() - e.number()) }

// AddDays is the date n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date { return dateOfNumber(d.number() + int64(n)) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return weekdayOf(d.number()) }

// StartIn is the first instant of d in loc, in UTC: 00:00 there, or the next instant that exists.
func (d Date) StartIn(loc *time.Location) time.Time {
	z := newWall(loc)
	first, _ := z.instants(d.number() * secondsPerDay)
	return time.Unix(first, 0).UTC()
}

// MarshalText gives the form of String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote, like StoredDate.
func (d *Date) UnmarshalText(text []byte) error {
	v, err := StoredDate(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// number counts days from 1 January 1970.
func (d Date) number() int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
}

func dateOfNumber(n int64) Date { return DateOf(time.Unix(n*secondsPerDay, 0), time.UTC) }

// weekdayOf is the weekday of day number n; 1 January 1970 was a Thursday.
func weekdayOf(n int64) time.Weekday { return time.Weekday(((n+4)%7 + 7) % 7) }
