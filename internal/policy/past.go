package policy

import (
	"maps"
	"slices"
	"time"

	"liaison/internal/calendar"
)

// PastEdit is a stretch of time that has passed already and that another pack tells otherwise.
type PastEdit struct {
	Calendar string
	From, To time.Time
	WasOpen  bool
}

// PastEdit finds the first stretch of one of p's calendars that lies before an instant and that next tells otherwise:
// from since on whatever it says, before that only where it changes a date of its own, a holiday or an override, in a
// year for which both have dates. Hours of the week have no date: they may change from an instant on.
func (p *Pack) PastEdit(next *Pack, since, before time.Time) (e PastEdit, found bool) {
	for _, id := range slices.Sorted(maps.Keys(p.Calendars)) {
		was, now := p.Calendars[id], next.Calendars[id]
		if now == nil {
			continue
		}
		s, differs := calendar.Segment{}, false
		if since.Before(before) {
			s, differs = was.Difference(now, since, before)
		}
		for _, d := range changedDates(was, now) {
			if differs {
				break
			}
			if end := d.AddDays(1).StartIn(was.Zone()); !end.After(before) {
				s, differs = was.Difference(now, d.StartIn(was.Zone()), end)
			}
		}
		if differs {
			return PastEdit{Calendar: id, From: s.From, To: s.To, WasOpen: s.Open}, true
		}
	}
	return PastEdit{}, false
}

// changedDates are the dates of which the calendars say different things of their own, in years for which both have some.
// On other dates a night that began before may end at another hour: that is the week's doing.
func changedDates(a, b *calendar.Calendar) []calendar.Date {
	years := map[int]int{}
	for bit, c := range map[int]*calendar.Calendar{1: a, 2: b} {
		for _, d := range c.Dated() {
			years[d.Year] |= bit
		}
	}
	all := slices.DeleteFunc(slices.Concat(a.Dated(), b.Dated()), func(d calendar.Date) bool {
		was, had := a.Own(d)
		is, has := b.Own(d)
		return years[d.Year] != 3 || had && has && slices.Equal(was, is)
	})
	slices.SortFunc(all, calendar.Date.Compare)
	return slices.Compact(all)
}
