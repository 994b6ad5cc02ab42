package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"liaison/internal/calendar"
	"liaison/internal/errs"
)

// buildCountries gives each country its group; a country in two groups would have two clocks.
func buildCountries(c *checker) {
	c.pack.countries = map[string]string{}
	for _, group := range slices.Sorted(maps.Keys(c.raw.policy.HoursGroups)) {
		for i, country := range c.raw.policy.HoursGroups[group].Countries {
			path := fmt.Sprintf("policy.hours_groups.%s.countries[%d]", group, i)
			if !isCountry(country) {
				c.add(path, "pack.bad_country", "found", country)
			}
			if other, taken := c.pack.countries[country]; taken {
				c.add(path, "pack.country_twice", "found", country, "other", other)
			}
			c.pack.countries[country] = group
		}
	}
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func buildHolidays(c *checker) map[string]HolidayList {
	lists := map[string]HolidayList{}
	for _, key := range slices.Sorted(maps.Keys(c.raw.calendars)) {
		f, root := c.raw.calendars[key], "calendar "+key
		if f.Country != key {
			c.add(root+".country", "pack.not_one_of", "found", f.Country, "allowed", key)
			continue
		}
		if _, ok := c.pack.countries[key]; !ok {
			c.add(root+".country", "pack.country_without_hours", "found", key)
		}
		lists[key] = HolidayList{Country: key, Source: f.Source, Holidays: c.holidays(root+".holidays", f)}
	}
	return lists
}

// holidays are the closed days of a file by date.
func (c *checker) holidays(path string, f calendarFile) []Holiday {
	var found []Holiday
	taken := map[calendar.Date]string{}
	for _, name := range slices.Sorted(maps.Keys(f.Holidays)) {
		if _, ok := c.raw.names[name]; !ok {
			c.add(path+"."+name, "pack.unknown_holiday", "found", name)
		}
		h := f.Holidays[name]
		for _, dates := range []struct {
			of   Certainty
			list []calendar.Date
		}{{Statutory, h.Statutory}, {Announced, h.Announced}, {Estimated, h.Estimated}} {
			for i, date := range dates.list {
				if other, twice := taken[date]; twice {
					at := fmt.Sprintf("%s.%s.%s[%d]", path, name, dates.of, i)
					c.add(at, "pack.date_twice", "found", date.String(), "other", other)
				}
				taken[date] = name
				found = append(found, Holiday{Date: date, Name: name, Certainty: dates.of})
			}
		}
	}
	slices.SortFunc(found, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	return found
}

// buildCalendars makes the calendar of every country with a holiday list, of every group that serves one without,
// and 24x7. Most of the time of Load goes into them, so they are made side by side.
func buildCalendars(c *checker) {
	p := c.pack
	p.lists = make(map[string]string, len(p.countries))
	var specs []calendar.Spec
	for _, country := range slices.Sorted(maps.Keys(p.countries)) {
		group := p.countries[country]
		of := cmp.Or(c.raw.policy.HoursGroups[group].HolidaysOf, country)
		id := group + ":" + of
		if _, has := p.Holidays[of]; !has {
			of, id = "", group
		}
		p.lists[country] = id
		if !slices.ContainsFunc(specs, func(s calendar.Spec) bool { return s.ID == id }) {
			specs = append(specs, c.spec(id, group, of))
		}
	}
	made, failed := make([]*calendar.Calendar, len(specs)), make([]error, len(specs))
	var all sync.WaitGroup
	for i, spec := range specs {
		all.Go(func() { made[i], failed[i] = calendar.New(spec) })
	}
	all.Wait()
	p.Calendars = map[string]*calendar.Calendar{AlwaysOpenID: calendar.AlwaysOpen(AlwaysOpenID)}
	for i, spec := range specs {
		if failed[i] != nil {
			c.badCalendar(spec.ID, errs.As(failed[i]))
		}
		p.Calendars[spec.ID] = made[i]
	}
}

// spec is the calendar of a group with the holidays, and where it has its own the zone and week, of a country.
func (c *checker) spec(id, groupKey, country string) calendar.Spec {
	group, _ := c.pack.HoursGroup(groupKey)
	spec := calendar.Spec{ID: id, Zone: group.Zone.String(), Week: group.Week}
	if country == "" {
		return spec
	}
	f, root := c.raw.calendars[country], "calendar "+country
	spec.Closed = make(map[calendar.Date]string)
	for _, h := range c.pack.Holidays[country].Holidays {
		spec.Closed[h.Date] = h.Name
	}
	spec.Overrides = c.overrides(root+".overrides", f.Overrides)
	if f.Zone != "" {
		spec.Zone = c.zone(root+".zone", f.Zone).String()
	}
	if len(f.Week) > 0 {
		spec.Week = c.week(root+".week", f.Week)
	}
	return spec
}

// badCalendar says why hours make no calendar: zones and single windows have been checked before.
func (c *checker) badCalendar(id string, e *errs.Error) {
	group, country, own := strings.Cut(id, ":")
	at := "policy.hours_groups." + group
	if own {
		at = "calendar " + country
	}
	if day, overlap := e.Args["day"]; overlap {
		c.add(at, "pack.windows_overlap", "found", day)
		return
	}
	c.add(at, "pack.never_open", "found", id)
}
