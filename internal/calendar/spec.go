package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"liaison/internal/errs"
)

const minutesPerDay = 24 * 60

// Window is a stretch of open wall time, in minutes from 00:00 of the date on which it opens. Close is later than
// Open; 1440 is 24:00 and more than that lies on the next day (22:00-06:00 is 1320 to 1800). A window opens on its
// own date (Open < 1440) and is at most 24 h long.
type Window struct {
	Open, Close int
}

// ParseWindow reads a window as a person writes it: "09:00" and "18:00", "00:00" and "24:00"; a close that is not
// later than the open is on the next day ("22:00", "06:00"). Errors: calendar.bad_window.
func ParseWindow(opens, closes string) (Window, error) {
	o, okOpen := minuteOfDay(opens)
	c, okClose := minuteOfDay(closes)
	if !okOpen || !okClose || o == minutesPerDay || o == c {
		return Window{}, errs.New(errs.Invalid, "calendar.bad_window", "opens", opens, "closes", closes)
	}
	if c < o {
		c += minutesPerDay
	}
	return Window{Open: o, Close: c}, nil
}

// minuteOfDay reads "00:00" to "24:00" with two digits each.
func minuteOfDay(s string) (int, bool) {
	if s == "24:00" {
		return minutesPerDay, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == len("15:04")
}

// Spec is what a calendar is made of.
type Spec struct {
	ID        string            // e.g. "emea-cet:DE"
	Zone      string            // IANA name; "" is UTC for an AlwaysOpen calendar only
	Week      [7][]Window       // by time.Weekday
	Closed    map[Date]string   // holidays: no window opens on the date; the value is the holiday's key or name
	Overrides map[Date][]Window // windows of one date in place of the week's, also on a holiday; none is closed

	// AlwaysOpen is a clock that never stops. It has no windows, holidays or overrides.
	AlwaysOpen bool
}

// check refuses a spec that is no calendar; the zone is checked where it is loaded.
func (s Spec) check() error {
	if s.AlwaysOpen {
		if len(s.Closed) > 0 || len(s.Overrides) > 0 || slices.ContainsFunc(s.Week[:], hasWindows) {
			return errs.New(errs.Invalid, "calendar.always_open_with_hours", "calendar", s.ID)
		}
		return nil
	}
	for day, windows := range s.Week {
		if !sound(windows) {
			return errs.New(errs.Invalid, "calendar.bad_day", "calendar", s.ID, "day", time.Weekday(day).String())
		}
	}
	for date, windows := range s.Overrides {
		if !sound(windows) {
			return errs.New(errs.Invalid, "calendar.bad_day", "calendar", s.ID, "day", date.String())
		}
	}
	return nil
}

// CheckWindows refuses windows of one date that are none or overlap. Errors: calendar.bad_day.
func CheckWindows(windows []Window) error {
	if !sound(windows) {
		return errs.New(errs.Invalid, "calendar.bad_day", "calendar", "", "day", "")
	}
	return nil
}

func hasWindows(w []Window) bool { return len(w) > 0 }

// sound reports whether the windows of one date are windows at all and do not overlap.
func sound(windows []Window) bool {
	windows = ordered(windows)
	for i, w := range windows {
		if w.Open < 0 || w.Open >= minutesPerDay || w.Close <= w.Open || w.Close > w.Open+minutesPerDay {
			return false
		}
		if i > 0 && w.Open < windows[i-1].Close {
			return false
		}
	}
	return true
}

// ordered is a copy of windows by their opening.
func ordered(windows []Window) []Window {
	windows = slices.Clone(windows)
	slices.SortFunc(windows, func(a, b Window) int { return cmp.Compare(a.Open, b.Open) })
	return windows
}

// String is the window as a person writes it, "09:00-18:00"; a close on the next day is below the open.
func (w Window) String() string {
	closes := w.Close
	if closes > minutesPerDay {
		closes -= minutesPerDay
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", w.Open/60, w.Open%60, closes/60, closes%60)
}
