package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
)

// Plan gives the plan of that key.
func (p *Pack) Plan(key string) (Plan, bool) {
	i := slices.IndexFunc(p.Plans, func(pl Plan) bool { return pl.Key == key })
	if i < 0 {
		return Plan{}, false
	}
	return p.Plans[i], true
}

// PlanOrder is the plan's place in the queue at equal priority: 0 is served first (3.3). An unknown plan is last.
func (p *Pack) PlanOrder(key string) int {
	top := p.Plans[len(p.Plans)-1].Rank
	if plan, ok := p.Plan(key); ok {
		return top - plan.Rank
	}
	return top + 1
}

// Priority gives the priority of that level, 1 to 4.
func (p *Pack) Priority(level int) (Priority, bool) {
	i := slices.IndexFunc(p.Priorities, func(pr Priority) bool { return pr.Level == level })
	if i < 0 {
		return Priority{}, false
	}
	return p.Priorities[i], true
}

// Clause gives the clause of that number.
func (p *Pack) Clause(number string) (Clause, bool) {
	i, ok := p.clauses[number]
	if !ok {
		return Clause{}, false
	}
	return p.Clauses[i], true
}

// HoursGroup gives the hours group of that key.
func (p *Pack) HoursGroup(key string) (HoursGroup, bool) {
	i := slices.IndexFunc(p.HoursGroups, func(g HoursGroup) bool { return g.Key == key })
	if i < 0 {
		return HoursGroup{}, false
	}
	return p.HoursGroups[i], true
}

// Centre gives the centre of that key.
func (p *Pack) Centre(key string) (Centre, bool) {
	i := slices.IndexFunc(p.Centres, func(c Centre) bool { return c.Key == key })
	if i < 0 {
		return Centre{}, false
	}
	return p.Centres[i], true
}

// CentreOpens is when people of a centre work next: t itself while any of its calendars is open, and for a centre that is
// always open or not known.
func (p *Pack) CentreOpens(key string, t time.Time) time.Time {
	centre, ok := p.Centre(key)
	if !ok || len(centre.HoursGroups) == 0 {
		return t
	}
	var first time.Time
	for id, cal := range p.Calendars {
		group, _, _ := strings.Cut(id, ":")
		if !slices.Contains(centre.HoursGroups, group) {
			continue
		}
		if cal.IsOpen(t) {
			return t
		}
		if opens, ok := cal.NextOpening(t); ok && (first.IsZero() || opens.Before(first)) {
			first = opens
		}
	}
	if first.IsZero() {
		return t
	}
	return first
}

// Resource gives a row of table 2.4.
func (p *Pack) Resource(key string) (Resource, bool) {
	i := slices.IndexFunc(p.Resources, func(r Resource) bool { return r.Key == key })
	if i < 0 {
		return Resource{}, false
	}
	return p.Resources[i], true
}

// Country is the code of a country as the packs write it, from what somebody typed: "de" is "DE".
func Country(typed string) string { return strings.ToUpper(strings.TrimSpace(typed)) }

// CalendarFor gives the regional calendar and the centre of a contract country (ISO 3166 alpha-2, upper case):
// its hours group with its own holidays (North America: those of the centre), or the bare group where the pack has
// no holiday list of that country. ok is false for what is no country.
func (p *Pack) CalendarFor(country string) (calendarID, centre string, ok bool) {
	calendarID, ok = p.lists[country]
	return calendarID, p.CentreOf(calendarID), ok
}

// CentreOf gives the centre that works by a calendar ("emea-cet:DE") or hours group ("emea-cet"); "" for others.
func (p *Pack) CentreOf(calendarID string) string {
	key, _, _ := strings.Cut(calendarID, ":")
	group, _ := p.HoursGroup(key)
	return group.Centre
}

// Countries lists the countries of an hours group, sorted; every country stands in exactly one group.
func (p *Pack) Countries(group string) []string {
	var found []string
	for country, g := range p.countries {
		if g == group {
			found = append(found, country)
		}
	}
	slices.Sort(found)
	return found
}

// HolidayName is the text of a holiday that a calendar names, in lang; the key itself when it has none.
func (p *Pack) HolidayName(key, lang string) string {
	if t, ok := p.names[key]; ok {
		return t.In(lang)
	}
	return key
}

// WithCalendars is the pack with further calendars, or other ones under the same ids; p stays as it is.
func (p *Pack) WithCalendars(more map[string]*calendar.Calendar) *Pack {
	q := *p
	q.files = nil // it is no longer what they say
	q.Calendars = make(map[string]*calendar.Calendar, len(p.Calendars)+len(more))
	maps.Copy(q.Calendars, p.Calendars)
	maps.Copy(q.Calendars, more)
	return &q
}

// NameKey is the key of the day whose name is exactly that text, in every language of it; the first by key.
func (p *Pack) NameKey(t Text) (key string, ok bool) {
	for _, k := range slices.Sorted(maps.Keys(p.names)) {
		if maps.Equal(p.names[k], t) {
			return k, true
		}
	}
	return "", false
}

// HasName reports whether a key of a day's name is taken.
func (p *Pack) HasName(key string) bool { return p.names[key] != nil }

// NameIn is the text of the day that has that name in any language; the first by key.
func (p *Pack) NameIn(name string) (Text, bool) {
	for _, k := range slices.Sorted(maps.Keys(p.names)) {
		for _, t := range p.names[k] {
			if t == name {
				return p.names[k], true
			}
		}
	}
	return nil, false
}

// GroupOf is the key of the hours group that serves a country, "" for none.
func (p *Pack) GroupOf(country string) string { return p.countries[country] }
