package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

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

// isCountry reports whether s is the code of a country in ISO 3166-1.
func isCountry(s string) bool {
	region, err := language.ParseRegion(s)
	return err == nil && len(s) == 2 && region.Canonicalize().String() == s && region.IsCountry()
}

func buildHolidays(c *checker) map[string]HolidayList {
	lists := map[string]HolidayList{}
	for _, key := range slices.Sorted(maps.Keys(c.raw.calendars)) {
		f, root := c.raw.calendars[key], "calendar "+key
		if _, own := c.raw.calendars[f.Country]; f.Country != key && own {
			c.add(root+".country", "pack.calendar_twice", "found", f.Country)
			continue
		}
		if f.Country != key {
			c.add(root+".country", "pack.calendar_of_another", "found", f.Country, "allowed", key)
			continue
		}
		if _, ok := c.pack.countries[key]; !ok {
			c.add(root+".country", "pack.country_without_hours", "found", key)
		}
		lists[key] = c.list(root, f)
	}
	return lists
}

// buildCalendars makes the calendar of every country with a holiday list, of every group that serves one without,
// of every subdivision, and 24x7. Most of the time of Load goes into them, so they are made side by side.
func buildCalendars(c *checker) {
	p := c.pack
	specs := p.specs()
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
		c.checkNights(spec)
		p.Calendars[spec.ID] = made[i]
	}
}

// specs says which calendars there are, and gives each country its own in p.lists.
func (p *Pack) specs() []calendar.Spec {
	p.lists = make(map[string]string, len(p.countries))
	var specs []calendar.Spec
	add := func(s calendar.Spec) {
		if !slices.ContainsFunc(specs, func(o calendar.Spec) bool { return o.ID == s.ID }) {
			specs = append(specs, s)
		}
	}
	for _, country := range slices.Sorted(maps.Keys(p.countries)) {
		group, _ := p.HoursGroup(p.countries[country])
		of := cmp.Or(group.HolidaysOf, country)
		list, has := p.Holidays[of]
		if !has {
			p.lists[country] = group.Key
			add(spec(group, HolidayList{}, false))
			continue
		}
		national := spec(group, list, p.countries[of] != group.Key)
		p.lists[country] = national.ID
		add(national)
		for _, sub := range list.Subdivisions {
			part := national
			part.ID += "-" + sub.Code
			part.Closed = maps.Clone(national.Closed)
			for _, h := range sub.Holidays {
				part.Closed[h.Date] = h.Name
			}
			p.lists[of+"-"+sub.Code] = part.ID
			add(part)
		}
	}
	return specs
}

// spec is the calendar of a group with the holidays, and where it has its own the zone and week, of a country. A list that
// is lent by a country of another group says which days are closed; its hours, of half days too, are those of other desks.
func spec(group HoursGroup, list HolidayList, lent bool) calendar.Spec {
	s := calendar.Spec{ID: group.Key, Zone: group.Zone.String(), Week: group.Week}
	if list.Country == "" {
		return s
	}
	s.ID += ":" + list.Country
	s.Closed = make(map[calendar.Date]string, len(list.Holidays))
	for _, h := range list.Holidays {
		s.Closed[h.Date] = h.Name
	}
	s.Overrides = make(map[calendar.Date][]calendar.Window, len(list.Overrides))
	for _, o := range list.Overrides {
		if lent && len(o.Windows) > 0 {
			continue
		}
		s.Overrides[o.Date] = o.Windows
	}
	if lent {
		return s
	}
	if list.Zone != nil {
		s.Zone = list.Zone.String()
	}
	if list.Week != nil {
		s.Week = *list.Week
	}
	return s
}

// badCalendar says why hours make no calendar: zones and single windows have been checked before.
func (c *checker) badCalendar(id string, e *errs.Error) {
	group, country, own := strings.Cut(id, ":")
	at := "policy.hours_groups." + group
	if own {
		country, _, _ = strings.Cut(country, "-")
		at = "calendar " + country
	}
	if day, overlap := e.Args["day"]; overlap {
		c.add(at, "pack.windows_overlap", "found", day)
		return
	}
	c.add(at, "pack.never_open", "found", id)
}
