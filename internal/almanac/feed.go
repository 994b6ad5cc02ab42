package almanac

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/dayfile"
	"liaison/internal/policy"
)

// Languages of a feed; every day has a name in each.
const (
	English = "en"
	Chinese = "zh-Hans"
)

// ListOf is the list of days that a calendar of the pack keeps, with those of its subdivision among the holidays. ok
// is false for a calendar that the pack does not have; a calendar without a list has an empty one.
func ListOf(p *policy.Pack, calendarID string) (list policy.HolidayList, ok bool) {
	if p.Calendars[calendarID] == nil {
		return list, false
	}
	_, of, _ := strings.Cut(calendarID, ":")
	country, part, _ := strings.Cut(of, "-")
	list = p.Holidays[country]
	for _, s := range list.Subdivisions {
		if s.Code == part {
			list.Holidays = slices.Concat(list.Holidays, s.Holidays)
		}
	}
	return list, true
}

// Wording is what a feed says beside the days.
type Wording struct {
	Language string
	Host     string                                               // of the installation
	Name     string                                               // of the calendar
	Unnamed  string                                               // for a day with other hours that has no name
	Note     func(windows []calendar.Window, local string) string // for a day with other hours; local is the zone
}

// Feed is a calendar for other programs: the closed days and the days with other hours of the year of now, the one
// before and the two after. ok is false for a calendar that the pack does not have.
func Feed(p *policy.Pack, calendarID string, now time.Time, w Wording) (f dayfile.Feed, ok bool) {
	list, ok := ListOf(p, calendarID)
	if !ok {
		return f, false
	}
	zone := p.Calendars[calendarID].Zone()
	years := dayfile.Around(now.In(zone))
	f = dayfile.Feed{ID: calendarID, Host: w.Host, Name: w.Name, Source: list.Source, Language: w.Language}
	other := map[calendar.Date]bool{}
	for _, o := range list.Overrides {
		other[o.Date] = true
		if !years.Holds(o.Date) {
			continue
		}
		d := dayfile.Day{Date: o.Date, Name: w.Unnamed, Hours: true, Windows: o.Windows, Note: w.Note(o.Windows, zone.String())}
		if o.Name != "" {
			d.Name, d.NameZh = p.HolidayName(o.Name, w.Language), p.HolidayName(o.Name, Chinese)
		}
		f.Days = append(f.Days, d)
	}
	for _, h := range list.Holidays {
		if years.Holds(h.Date) && !other[h.Date] {
			f.Days = append(f.Days, dayfile.Day{Date: h.Date, Name: p.HolidayName(h.Name, w.Language),
				NameZh: p.HolidayName(h.Name, Chinese), Certainty: string(h.Certainty)})
		}
	}
	slices.SortFunc(f.Days, func(a, b dayfile.Day) int { return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Name, b.Name)) })
	return f, true
}
