package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"liaison/internal/calendar"
)

// closedAllDay stands for a day without any window; the catalogue has its words.
const closedAllDay = "closed"

// ownHours tells what changes in the hours that a country has of its own: dates with windows (half days, extra days of
// work), the week and the zone. What comes from its hours group is told of the group.
func (d *differ) ownHours() {
	for _, country := range slices.Sorted(maps.Keys(merged(d.a.Holidays, d.b.Holidays))) {
		was, is := d.a.Holidays[country], d.b.Holidays[country]
		before, after := datesOf(was), datesOf(is)
		for _, date := range slices.Sorted(maps.Keys(merged(before, after))) {
			d.compare(Change{Group: "holidays", Label: "own_days", Path: "own_days/" + country + "/" + date, Name: Text{"en": country + " " + date},
				Old: before[date], New: after[date]})
		}
		if was.Week == nil && is.Week == nil && was.Zone == nil && is.Zone == nil {
			continue
		}
		specA, specB := d.a.specOf(country), d.b.specOf(country)
		for i, day := range weekdays() {
			if was.Week != nil || is.Week != nil {
				d.compare(Change{Group: "hours", Label: "own_week." + day, Path: "own_week/" + country + "/" + day, Name: Text{"en": country},
					Old: windowsText(specA.Week[i]), New: windowsText(specB.Week[i])})
			}
		}
		if was.Zone != nil || is.Zone != nil {
			d.compare(Change{Group: "hours", Label: "own_zone", Path: "own_zone/" + country, Name: Text{"en": country}, Old: specA.Zone, New: specB.Zone})
		}
	}
}

// specOf is the calendar by which a country with a list is served.
func (p *Pack) specOf(country string) calendar.Spec {
	group, ok := p.HoursGroup(p.countries[country])
	if !ok {
		return calendar.Spec{}
	}
	return spec(group, p.Holidays[country], false)
}

func datesOf(list HolidayList) map[string]string {
	dates := map[string]string{}
	for _, o := range list.Overrides {
		dates[o.Date.String()] = windowsText(o.Windows)
	}
	return dates
}

func windowsText(windows []calendar.Window) string {
	var parts []string
	for _, w := range windows {
		parts = append(parts, w.String())
	}
	return cmp.Or(strings.Join(parts, ", "), closedAllDay)
}
