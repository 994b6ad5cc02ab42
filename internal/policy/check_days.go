package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"liaison/internal/calendar"
)

// checkYears speaks against a list that leaves out a whole year between two that it has: each of its days would be one of work.
// A list that begins later than others, or ends earlier, is noted only: the lists of a year come one after the other.
func (c *checker) checkYears() {
	all := map[int][]string{} // year -> the countries that have it
	for _, country := range slices.Sorted(maps.Keys(c.pack.Holidays)) {
		for _, year := range yearsOf(c.pack.Holidays[country]) {
			all[year] = append(all[year], country)
		}
	}
	for _, country := range slices.Sorted(maps.Keys(c.pack.Holidays)) {
		path, own := "calendar "+country+".holidays", yearsOf(c.pack.Holidays[country])
		if len(own) == 0 {
			continue
		}
		first, last := own[0], own[len(own)-1]
		for year := first + 1; year < last; year++ {
			if !slices.Contains(own, year) {
				c.speak(path, "pack.year_missing", "found", fmt.Sprint(year), "before", fmt.Sprint(first), "after", fmt.Sprint(last))
			}
		}
		for _, year := range slices.Sorted(maps.Keys(all)) {
			if year < first || year > last {
				c.pack.notes = append(c.pack.notes, c.problem(path, "pack.year_of_others", "found", fmt.Sprint(year), "count", len(all[year]), "other", all[year][0]))
			}
		}
	}
}

// yearsOf are the years in which a list has holidays, rising.
func yearsOf(l HolidayList) []int {
	years := make([]int, len(l.Holidays))
	for i, h := range l.Holidays {
		years[i] = h.Date.Year
	}
	slices.Sort(years)
	return slices.Compact(years)
}

// checkNights speaks against dates with hours of their own that run on into those of the day after, or into which the day before
// runs on: the hours of two days may meet, not overlap.
func (c *checker) checkNights(spec calendar.Spec) {
	_, country, _ := strings.Cut(spec.ID, ":")
	country, _, _ = strings.Cut(country, "-")
	for _, d := range slices.SortedFunc(maps.Keys(spec.Overrides), calendar.Date.Compare) {
		path, before, after := "calendar "+country+".overrides."+d.String(), d.AddDays(-1), d.AddDays(1)
		if runInto(windowsOn(spec, before), spec.Overrides[d]) {
			c.speak(path, "pack.hours_run_on", "found", d.String(), "other", before.String())
		}
		if _, own := spec.Overrides[after]; !own && runInto(spec.Overrides[d], windowsOn(spec, after)) {
			c.speak(path, "pack.hours_run_on", "found", after.String(), "other", d.String())
		}
	}
}

// windowsOn are the hours of a date: its own, none on a holiday, else those of the week.
func windowsOn(spec calendar.Spec, d calendar.Date) []calendar.Window {
	if own, ok := spec.Overrides[d]; ok {
		return own
	}
	if _, holiday := spec.Closed[d]; holiday {
		return nil
	}
	return spec.Week[d.Weekday()]
}

// speak says what speaks against publishing a pack. The pack loads, since an edition that an earlier program published holds
// for ever; it is not published again.
func (c *checker) speak(path, key string, args ...any) {
	c.pack.unmet = append(c.pack.unmet, c.problem(path, key, args...))
}

// checkCovered names the clauses that nothing makes true.
func (c *checker) checkCovered() {
	for _, number := range c.pack.Uncovered() {
		c.speak("clauses "+c.toldIn(number)+"."+number, "pack.clause_without_rule", "found", number)
	}
}

// toldIn is a language in which the pack tells a clause.
func (c *checker) toldIn(number string) string {
	for _, lang := range c.pack.Languages {
		if _, ok := c.raw.clauses[lang][number]; ok {
			return lang
		}
	}
	return ""
}

// Unmet are clauses that no rule and no duty of people makes true: with any of them a pack is no edition.
func (p *Pack) Unmet() Problems { return p.unmet }

// Notes are what may be right and is worth a look: years that a list of days does not have and others do.
func (p *Pack) Notes() Problems { return p.notes }
