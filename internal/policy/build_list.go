package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"liaison/internal/calendar"
	"liaison/internal/errs"
)

// The years that a list of days may speak of: outside of them a date is a slip of the hand.
const firstListYear, lastListYear = 2000, 2100

// list reads a country's file and notes what cannot be right in it.
func (c *checker) list(root string, f calendarFile) HolidayList {
	c.required(root+".source", f.Source)
	l := HolidayList{Country: f.Country, Source: f.Source, Names: f.Names}
	for _, key := range slices.Sorted(maps.Keys(f.Names)) {
		c.text(root+".names."+key, f.Names[key])
		if known, ok := c.raw.names[key]; ok && !maps.Equal(known, f.Names[key]) {
			c.add(root+".names."+key, "pack.name_twice", "found", key)
			continue
		}
		c.pack.names[key] = f.Names[key]
	}
	taken := map[calendar.Date]string{}
	l.Holidays = c.holidays(root+".holidays", f.Holidays, taken)
	l.Overrides = c.overrides(root, f)
	if f.Zone != "" {
		l.Zone = c.zone(root+".zone", f.Zone)
	}
	if len(f.Week) > 0 {
		week := c.week(root+".week", f.Week)
		l.Week = &week
	}
	for _, code := range slices.Sorted(maps.Keys(f.Subdivisions)) {
		sub, at := f.Subdivisions[code], root+".subdivisions."+code
		if !isSubdivision(code) {
			c.add(at, "pack.bad_subdivision", "found", code)
		}
		c.text(at+".names", sub.Names)
		l.Subdivisions = append(l.Subdivisions, Subdivision{Code: code, Names: sub.Names,
			Holidays: c.holidays(at+".holidays", sub.Holidays, maps.Clone(taken))})
	}
	return l
}

// isSubdivision reports whether s is the second part of an ISO 3166-2 code: one to three capital letters or digits.
func isSubdivision(s string) bool {
	return len(s) >= 1 && len(s) <= 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// holidays are the closed days of a file by date; taken are the days that have a name already.
func (c *checker) holidays(path string, days map[string]holidayFile, taken map[calendar.Date]string) []Holiday {
	var found []Holiday
	for _, name := range slices.Sorted(maps.Keys(days)) {
		c.dayName(path+"."+name, name)
		h := days[name]
		for _, dates := range []struct {
			of   Certainty
			list []calendar.Date
		}{{Statutory, h.Statutory}, {Announced, h.Announced}, {Estimated, h.Estimated}} {
			for i, date := range dates.list {
				at := fmt.Sprintf("%s.%s.%s[%d]", path, name, dates.of, i)
				c.near(at, date)
				if other, twice := taken[date]; twice {
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

// overrides reads {2026-12-24: ["09:00-12:00"], 2026-12-31: []} with the names of those days.
func (c *checker) overrides(root string, f calendarFile) []Override {
	var found []Override
	for _, day := range slices.Sorted(maps.Keys(f.Overrides)) {
		at := root + ".overrides." + day
		date, err := calendar.ParseDate(day)
		if err != nil {
			c.add(at, "pack.bad_date", "found", day)
			continue
		}
		c.near(at, date)
		o := Override{Date: date, Windows: c.windows(at, f.Overrides[day]), Name: f.OverrideNames[day]}
		if err := calendar.CheckWindows(o.Windows); err != nil {
			c.add(at, "pack.windows_overlap", "found", day)
			continue
		}
		found = append(found, o)
	}
	for _, day := range slices.Sorted(maps.Keys(f.OverrideNames)) {
		at := root + ".override_names." + day
		if _, ok := f.Overrides[day]; !ok {
			c.add(at, "pack.no_override", "found", day)
		}
		c.dayName(at, f.OverrideNames[day])
	}
	return found
}

// dayName wants a key that has a text.
func (c *checker) dayName(path, key string) {
	if _, ok := c.pack.names[key]; !ok {
		c.add(path, "pack.unknown_holiday", "found", key)
	}
}

// near refuses a day of a far century.
func (c *checker) near(path string, d calendar.Date) {
	if d.Year < firstListYear || d.Year > lastListYear {
		c.add(path, "pack.far_year", "found", d.String(), "allowed", fmt.Sprintf("%d-%d", firstListYear, lastListYear))
	}
}

// WithHolidays is the pack with the list of one country in place of what it had; p stays as it is. Errors: those of
// calendar.New, and pack.country_without_hours for a country that no hours group serves.
func (p *Pack) WithHolidays(list HolidayList) (_ *Pack, err error) {
	defer errs.Wrap(&err, "policy.Pack.WithHolidays(%s)", list.Country)
	if _, ok := p.countries[list.Country]; !ok {
		return nil, errs.New(errs.Invalid, "pack.country_without_hours", "found", list.Country)
	}
	q := *p
	q.Holidays, q.names, q.Calendars = maps.Clone(p.Holidays), maps.Clone(p.names), maps.Clone(p.Calendars)
	q.Holidays[list.Country] = list
	maps.Copy(q.names, list.Names)
	for _, s := range q.specs() {
		_, of, _ := strings.Cut(s.ID, ":")
		of, _, _ = strings.Cut(of, "-")
		if of != list.Country {
			continue
		}
		if q.Calendars[s.ID], err = calendar.New(s); err != nil {
			return nil, err
		}
	}
	return &q, nil
}
