package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"liaison/internal/calendar"
)

// File is the list as calendars/<country>.yaml: the same list always gives the same text, and Load reads it back as
// it was.
func (l HolidayList) File() []byte {
	w := &listWriter{}
	w.line(0, "country: %s", strconv.Quote(l.Country))
	w.line(0, "source: %s", strconv.Quote(l.Source))
	if l.Zone != nil {
		w.line(0, "zone: %s", l.Zone)
	}
	if l.Week != nil {
		w.week(*l.Week)
	}
	w.names(l.Names)
	w.holidays(0, l.Holidays)
	w.overrides(l.Overrides)
	if len(l.Subdivisions) > 0 {
		w.line(0, "subdivisions:")
	}
	subs := slices.SortedFunc(slices.Values(l.Subdivisions), func(a, b Subdivision) int { return cmp.Compare(a.Code, b.Code) })
	for _, s := range subs {
		w.line(1, "%s:", strconv.Quote(s.Code))
		w.line(2, "names: %s", flowText(s.Names))
		w.holidays(2, s.Holidays)
	}
	return []byte(w.text.String())
}

type listWriter struct{ text strings.Builder }

func (w *listWriter) line(depth int, format string, args ...any) {
	w.text.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteByte('\n')
}

// week names every day, so that a closed one cannot be taken for a forgotten one.
func (w *listWriter) week(week [7][]calendar.Window) {
	w.line(0, "week:")
	for i, day := range weekdays() {
		w.line(1, "%s: %s", day, flowWindows(week[i]))
	}
}

func (w *listWriter) names(names map[string]Text) {
	if len(names) > 0 {
		w.line(0, "names:")
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		w.line(1, "%s: %s", key, flowText(names[key]))
	}
}

func (w *listWriter) holidays(depth int, days []Holiday) {
	byName := map[string]map[Certainty][]string{}
	for _, h := range slices.SortedFunc(slices.Values(days), func(a, b Holiday) int { return a.Date.Compare(b.Date) }) {
		if byName[h.Name] == nil {
			byName[h.Name] = map[Certainty][]string{}
		}
		byName[h.Name][h.Certainty] = append(byName[h.Name][h.Certainty], h.Date.String())
	}
	if len(byName) > 0 {
		w.line(depth, "holidays:")
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		var parts []string
		for _, c := range []Certainty{Statutory, Announced, Estimated} {
			if dates := byName[name][c]; len(dates) > 0 {
				parts = append(parts, fmt.Sprintf("%s: [%s]", c, strings.Join(dates, ", ")))
			}
		}
		w.line(depth+1, "%s: {%s}", name, strings.Join(parts, ", "))
	}
}

func (w *listWriter) overrides(all []Override) {
	all = slices.SortedFunc(slices.Values(all), func(a, b Override) int { return a.Date.Compare(b.Date) })
	if len(all) > 0 {
		w.line(0, "overrides:")
	}
	for _, o := range all {
		w.line(1, "%s: %s", o.Date, flowWindows(o.Windows))
	}
	named := slices.DeleteFunc(slices.Clone(all), func(o Override) bool { return o.Name == "" })
	if len(named) > 0 {
		w.line(0, "override_names:")
	}
	for _, o := range named {
		w.line(1, "%s: %s", o.Date, o.Name)
	}
}

func flowWindows(windows []calendar.Window) string {
	texts := make([]string, len(windows))
	for i, win := range windows {
		texts[i] = strconv.Quote(win.String())
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func flowText(t Text) string {
	var parts []string
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		parts = append(parts, lang+": "+strconv.Quote(t[lang]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
