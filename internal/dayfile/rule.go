package dayfile

import (
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
)

// rule is a yearly recurrence: the only one that a list of holidays needs, and one whose days can be told year by year,
// so that no rule can ask for endless work. Everything else (daily, weekly, by the second) is said to be left out.
type rule struct {
	interval  int // years
	count     int // 0: no end
	until     calendar.Date
	months    []int // 1..12; none: that of the start, with monthDays every one (RFC 5545, 3.3.10)
	monthDays []int // 1..31, -1 the last, -2 the one before it; none: that of the start, unless weekdays
	weekdays  []nth
}

// nth is a weekday of a month: the n-th, from the end for a negative n; 0 is every one.
type nth struct {
	n   int
	day time.Weekday
}

// parseRule reads a rule. Of an event with hours the end is an instant of UTC: local midnight is the one next to it.
func parseRule(s string, timed bool) (r rule, ok bool) {
	r.interval = 1
	yearly := false
	for part := range strings.SplitSeq(s, ";") {
		key, value, _ := strings.Cut(part, "=")
		good := true
		switch strings.ToUpper(key) {
		case "FREQ":
			yearly = strings.EqualFold(value, "YEARLY")
		case "INTERVAL":
			r.interval, good = digits(value)
			good = good && r.interval > 0
		case "COUNT":
			r.count, good = digits(value)
			good = good && r.count > 0
		case "UNTIL":
			r.until, good = untilOf(value, timed)
		case "BYMONTH":
			r.months, good = numbers(value, 1, 12)
		case "BYMONTHDAY":
			r.monthDays, good = numbers(value, -31, 31)
		case "BYDAY":
			r.weekdays, good = weekdaysOf(value)
		case "WKST", "": // the begin of the week matters to weekly rules only
		default:
			return rule{}, false
		}
		if !good {
			return rule{}, false
		}
	}
	mixed := len(r.weekdays) > 0 && (len(r.monthDays) > 0 || len(r.months) == 0)
	return r, yearly && !mixed
}

// untilOf reads the last day of a rule. "20261223T230000Z" is midnight of 24 December in Berlin, and so it is for whoever
// lies less than half a day from Greenwich.
func untilOf(s string, timed bool) (calendar.Date, bool) {
	if at, err := time.Parse("20060102T150405Z", strings.ToUpper(strings.TrimSpace(s))); timed && err == nil && at.Year() > 0 {
		return calendar.DateOf(at.Add(12*time.Hour), time.UTC), true
	}
	return basicDate(s)
}

// numbers reads "1,15"; 0 is none.
func numbers(s string, least, most int) (found []int, ok bool) {
	for part := range strings.SplitSeq(s, ",") {
		digitsOnly, negative := strings.CutPrefix(part, "-")
		n, ok := digits(digitsOnly)
		if negative {
			n = -n
		}
		if !ok || n < least || n > most || n == 0 {
			return nil, false
		}
		found = append(found, n)
	}
	return found, len(found) <= most
}

// weekdaysOf reads "3MO,-1FR,SU".
func weekdaysOf(s string) (found []nth, ok bool) {
	names := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}
	for part := range strings.SplitSeq(s, ",") {
		if len(part) < 2 {
			return nil, false
		}
		day := slices.Index(names, strings.ToUpper(part[len(part)-2:]))
		w := nth{day: time.Weekday(day)}
		if n := strings.TrimPrefix(part[:len(part)-2], "+"); n != "" {
			list, ok := numbers(n, -5, 5)
			if !ok || len(list) != 1 {
				return nil, false
			}
			w.n = list[0]
		}
		if day < 0 {
			return nil, false
		}
		found = append(found, w)
	}
	return found, len(found) <= 7
}

// firstYear is where the walk through the years begins. A start in antiquity costs nothing without COUNT, which counts
// from the start on.
func (r rule) firstYear(start calendar.Date, years Years) int {
	year := start.Year
	if r.count == 0 && year < years.First {
		year += (years.First - year) / r.interval * r.interval
	}
	return year
}

// walks is how many years have to be looked at.
func (r rule) walks(start calendar.Date, years Years) int {
	return max(0, (years.Last-r.firstYear(start, years))/r.interval+1)
}

// days are those of the rule in the years wanted.
func (r rule) days(start calendar.Date, years Years) (found []calendar.Date) {
	counted := 0
	for year := r.firstYear(start, years); year <= years.Last && counted <= maxDays; year += r.interval {
		for _, d := range r.inYear(start, year) {
			if d.Compare(start) < 0 {
				continue
			}
			if !r.until.IsZero() && d.Compare(r.until) > 0 {
				return found
			}
			if counted++; r.count > 0 && counted > r.count {
				return found
			}
			if years.Holds(d) {
				found = append(found, d)
			}
		}
	}
	return found
}

// inYear are the days that the rule names in a year, in order.
func (r rule) inYear(start calendar.Date, year int) (found []calendar.Date) {
	months := r.months
	switch {
	case len(months) > 0:
	case len(r.monthDays) > 0:
		months = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	default:
		months = []int{int(start.Month)}
	}
	for _, m := range months {
		month := time.Month(m)
		last := calendar.Date{Year: year, Month: month + 1, Day: 1}
		if month == time.December {
			last = calendar.Date{Year: year + 1, Month: time.January, Day: 1}
		}
		length := last.AddDays(-1).Day
		for day := 1; day <= length; day++ {
			if d := (calendar.Date{Year: year, Month: month, Day: day}); r.names(start, d, length) {
				found = append(found, d)
			}
		}
	}
	slices.SortFunc(found, calendar.Date.Compare)
	return slices.Compact(found)
}

// names reports whether the rule names a day of a month that has so many days.
func (r rule) names(start, d calendar.Date, length int) bool {
	switch {
	case len(r.weekdays) > 0:
		return slices.ContainsFunc(r.weekdays, func(w nth) bool {
			return w.day == d.Weekday() && (w.n == 0 || w.n == (d.Day-1)/7+1 || w.n == -((length-d.Day)/7+1))
		})
	case len(r.monthDays) > 0:
		return slices.Contains(r.monthDays, d.Day) || slices.Contains(r.monthDays, d.Day-length-1)
	}
	return d.Day == start.Day
}
