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
// before and the two after, by the edition in force. Each day says since when it is as it is, so that who has subscribed
// sees which have changed. ok is false for a calendar that the edition does not have.
func Feed(book *policy.Book, calendarID string, now time.Time, w Wording) (f dayfile.Feed, ok bool) {
	p := book.At(now)
	list, ok := ListOf(p, calendarID)
	if !ok {
		return f, false
	}
	years := dayfile.Around(now.In(p.Calendars[calendarID].Zone()))
	f = dayfile.Feed{ID: calendarID, Host: w.Host, Name: w.Name, Source: list.Source, Language: w.Language}
	f.Days = feedDays(p, calendarID, years, w)
	datedSince(f.Days, book, calendarID, now, w)
	return f, true
}

// feedDays are the days of a calendar with a name or hours of their own; none for a calendar that the pack does not have.
func feedDays(p *policy.Pack, calendarID string, years dayfile.Years, w Wording) (days []dayfile.Day) {
	list, ok := ListOf(p, calendarID)
	if !ok {
		return nil
	}
	zone := p.Calendars[calendarID].Zone()
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
		days = append(days, d)
	}
	for _, h := range list.Holidays {
		if years.Holds(h.Date) && !other[h.Date] {
			days = append(days, dayfile.Day{Date: h.Date, Name: p.HolidayName(h.Name, w.Language),
				NameZh: p.HolidayName(h.Name, Chinese), Certainty: string(h.Certainty)})
		}
	}
	slices.SortFunc(days, func(a, b dayfile.Day) int { return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Name, b.Name)) })
	return days
}

// datedSince gives each day the instant of the edition since which it reads as it does; none when it always did.
func datedSince(days []dayfile.Day, book *policy.Book, calendarID string, now time.Time, w Wording) {
	editions := slices.DeleteFunc(slices.Clone(book.Editions()), func(e policy.Edition) bool { return e.From.After(now) })
	years := dayfile.Around(now.In(book.At(now).Calendars[calendarID].Zone()))
	for i := len(editions) - 1; i > 0; i-- {
		before, left := feedDays(editions[i-1].Pack, calendarID, years, w), false
		for k, d := range days {
			switch {
			case !d.Since.IsZero():
			case slices.ContainsFunc(before, d.Reads):
				left = true
			default:
				days[k].Since = editions[i].From
			}
		}
		if !left {
			return
		}
	}
}
