package examples

import (
	"fmt"
	"io/fs"
	"maps"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// hours is a calendar of a file of calendars.
type hours struct {
	Zone       string                        `json:"tz"`
	AlwaysOpen bool                          `json:"always_open"`
	Week       map[string][][2]string        `json:"week"`
	Closed     []calendar.Date               `json:"closed_dates"`
	Overrides  map[calendar.Date][][2]string `json:"date_overrides"`
}

// withCalendarsOf is the pack with the calendars of a file in place of its own ones of the same name.
func withCalendarsOf(fsys fs.FS, pack *policy.Pack, file string) (*policy.Pack, error) {
	var all struct{ Calendars map[string]hours }
	if err := readFS(fsys, file, &all); err != nil {
		return nil, err
	}
	p := *pack
	p.Calendars = maps.Clone(pack.Calendars)
	for name, h := range all.Calendars {
		c, err := h.calendar(name)
		if err != nil {
			return nil, fmt.Errorf("calendar %s: %w", name, err)
		}
		p.Calendars[name] = c
	}
	return &p, nil
}

func (h hours) calendar(name string) (*calendar.Calendar, error) {
	if h.AlwaysOpen {
		return calendar.AlwaysOpen(name), nil
	}
	spec := calendar.Spec{ID: name, Zone: h.Zone, Closed: map[calendar.Date]string{}, Overrides: map[calendar.Date][]calendar.Window{}}
	for day, key := range map[time.Weekday]string{time.Sunday: "sun", time.Monday: "mon", time.Tuesday: "tue", time.Wednesday: "wed",
		time.Thursday: "thu", time.Friday: "fri", time.Saturday: "sat"} {
		open, err := windows(h.Week[key])
		if err != nil {
			return nil, err
		}
		spec.Week[day] = open
	}
	for _, d := range h.Closed {
		spec.Closed[d] = "closed"
	}
	for d, list := range h.Overrides {
		open, err := windows(list)
		if err != nil {
			return nil, err
		}
		spec.Overrides[d] = open
	}
	return calendar.New(spec)
}

func windows(list [][2]string) (open []calendar.Window, err error) {
	for _, w := range list {
		one, err := calendar.ParseWindow(w[0], w[1])
		if err != nil {
			return nil, err
		}
		open = append(open, one)
	}
	return open, nil
}
