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
			c := Change{Group: "holidays", Label: ownDays, Path: ownDays + "/" + country + "/" + date, Name: Text{"en": country + " " + date}}
			c.Old, c.OldName = d.a.hoursOf(before, date)
			c.New, c.NewName = d.b.hoursOf(after, date)
			if c.Old == c.New && !maps.Equal(c.OldName, c.NewName) { // the same hours under another name
				c.Kind = Changed
				d.changes = append(d.changes, c)
				continue
			}
			d.compare(c)
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

// ownDays labels the dates with hours of their own.
const ownDays = "own_days"

func datesOf(list HolidayList) map[string]Override {
	dates := map[string]Override{}
	for _, o := range list.Overrides {
		dates[o.Date.String()] = o
	}
	return dates
}

// hoursOf are the hours of a date and how people call it, "" and nil where there are none.
func (p *Pack) hoursOf(dates map[string]Override, date string) (string, Text) {
	o, ok := dates[date]
	if !ok {
		return "", nil
	}
	return windowsText(o.Windows), p.names[o.Name]
}

func windowsText(windows []calendar.Window) string {
	var parts []string
	for _, w := range windows {
		parts = append(parts, w.String())
	}
	return cmp.Or(strings.Join(parts, ", "), closedAllDay)
}
