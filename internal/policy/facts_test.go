package policy_test

import (
	"strings"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// days are written as people know them: "12-25", "E+1" for Easter Monday, "mon3/1" for the third Monday of January,
// "mon-1/5" for the last of May.
type days = string

// exact are the countries whose law is a rule: on working days, the list is this and nothing else, in both years.
func exact() map[string]days {
	return map[string]days{
		"BE": "01-01 E+1 05-01 E+39 E+50 07-21 08-15 11-01 11-11 12-25",
		"FR": "01-01 E+1 05-01 05-08 E+39 E+50 07-14 08-15 11-01 11-11 12-25",
		"DE": "01-01 E-2 E+1 05-01 E+39 E+50 10-03 12-25 12-26",
		"IT": "01-01 01-06 E+1 04-25 05-01 06-02 08-15 10-04 11-01 12-08 12-25 12-26",
		"PL": "01-01 01-06 E+1 05-01 05-03 E+60 08-15 11-01 11-11 12-24 12-25 12-26",
		"DK": "01-01 E-3 E-2 E+1 E+39 E+50 12-25 12-26",
		"NO": "01-01 E-3 E-2 E+1 05-01 05-17 E+39 E+50 12-25 12-26",
		"SE": "01-01 01-06 E-2 E+1 05-01 E+39 06-06 12-25 12-26",
		"FI": "01-01 01-06 E-2 E+1 05-01 E+39 12-06 12-25 12-26",
		"ES": "01-01 01-06 E-2 05-01 08-15 10-12 11-01 12-06 12-08 12-25",
		"NL": "01-01 E+1 04-27 E+39 E+50 12-25 12-26",
		"PT": "01-01 E-2 04-25 05-01 E+60 06-10 08-15 10-05 11-01 12-01 12-08 12-25",
		"MX": "01-01 mon1/2 mon3/3 05-01 09-16 mon3/11 12-25",
		"BR": "01-01 E-2 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25",
		"IE": "01-01 mon1/2 03-17 E+1 mon1/5 mon1/6 mon1/8 mon-1/10 12-25 12-26",
	}
}

// known are single days of the other countries, closed or, after "open", not.
func known() map[string]string {
	return map[string]string{
		"US": "2026-01-01 2026-07-03 2026-11-26 2027-06-18 2027-07-05 2027-12-24 2027-12-31 open 2026-02-16 2026-10-12 2026-11-11 2026-11-27",
		"GB": "2026-08-31 2026-12-28 2027-08-30 2027-12-27 2027-12-28 open 2026-03-17",
		"TR": "2026-04-23 2026-10-29 2027-04-23 2027-07-15 open 2026-05-26",
		"ZA": "2026-08-10 2026-09-24 2027-03-22 2027-12-27",
		"AE": "2026-12-02 2027-12-02 2026-05-27 open 2026-02-18",
		"SA": "2026-09-23 2027-09-23 2026-02-22",
		"QA": "2026-02-10 2027-02-09 2026-03-22 2027-05-16",
		"KW": "2026-02-25 2026-02-26 2027-02-25",
		"BH": "2026-12-16 2026-12-17 2027-12-16",
		"CN": "2026-02-16 2026-02-23 2026-10-07 2027-10-01 open 2026-02-24 2026-10-08",
		"AU": "2026-01-26 2026-04-03 2026-12-28 2027-04-26 2027-12-27",
		"JP": "2026-05-06 2026-09-22 2027-03-22",
		"KR": "2026-02-16 2026-05-01 2026-06-03 2026-07-17 2026-10-05 2027-02-09 2027-12-27",
		"SG": "2026-02-17 2026-11-09 2027-08-09",
		"AR": "2026-02-16 2026-11-23 2027-06-21 2027-10-11",
	}
}

func TestListsFollowTheLawOfTheCountry(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for country, rule := range exact() {
		named := map[calendar.Date]bool{}
		for _, h := range p.Holidays[country].Holidays {
			named[h.Date] = true
		}
		for _, year := range []int{2026, 2027} {
			want := map[calendar.Date]bool{}
			for word := range strings.FieldsSeq(rule) {
				want[dayOf(t, word, year)] = true
			}
			for d := (calendar.Date{Year: year, Month: time.January, Day: 1}); d.Year == year; d = d.AddDays(1) {
				weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
				if !weekend && named[d] != want[d] {
					t.Errorf("%s %s: in the list %v, by law %v", country, d, named[d], want[d])
				}
			}
		}
	}
	for country, facts := range known() {
		closed, open, _ := strings.Cut(facts, " open ")
		id, _, _ := p.CalendarFor(country)
		for day, want := range map[string]bool{closed: true, open: false} {
			for word := range strings.FieldsSeq(day) {
				if got := p.Calendars[id].Holiday(date(t, word)) != ""; got != want {
					t.Errorf("%s %s: holiday is %v", country, word, got)
				}
			}
		}
	}
}

// Every country that the policy names has both years, with source and certainty; Canada keeps the list of the
// United States.
func TestEveryNamedCountryHasBothYears(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for country := range strings.FieldsSeq("US CA MX BE FR DE IE IT PL DK NO SE FI ES NL GB PT TR ZA AE SA QA KW BH CN AU JP KR SG BR AR") {
		id, _, ok := p.CalendarFor(country)
		_, of, has := strings.Cut(id, ":")
		list := p.Holidays[of]
		if !ok || !has || list.Source == "" {
			t.Errorf("%s has the calendar %q, source %q", country, id, list.Source)
			continue
		}
		years := map[int]int{}
		for _, h := range list.Holidays {
			years[h.Date.Year]++
			if h.Certainty != policy.Statutory && h.Certainty != policy.Announced && h.Certainty != policy.Estimated {
				t.Errorf("%s %s: certainty %q", country, h.Date, h.Certainty)
			}
		}
		if years[2026] < 6 || years[2027] < 6 {
			t.Errorf("%s has %v", country, years)
		}
	}
}

// What follows the moon or waits for a decree is not sold as certain.
func TestWhatMayMoveIsEstimated(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for country, day := range map[string]string{"AE": "2027-03-09", "SA": "2027-05-15", "QA": "2027-05-16", "KW": "2027-06-06", "BH": "2027-06-15",
		"TR": "2027-03-09", "CN": "2027-02-08", "SG": "2027-05-20"} {
		for _, h := range p.Holidays[country].Holidays {
			if h.Date == date(t, day) && h.Certainty != policy.Estimated {
				t.Errorf("%s %s is %s", country, day, h.Certainty)
			}
		}
	}
}

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// dayOf reads one word of days.
func dayOf(t *testing.T, word string, year int) calendar.Date {
	t.Helper()
	number := func(s string) (n int) {
		sign := 1
		for _, r := range s {
			switch {
			case r == '-':
				sign = -1
			case r >= '0' && r <= '9':
				n = n*10 + int(r-'0')
			}
		}
		return n * sign
	}
	if after, ok := strings.CutPrefix(word, "E"); ok {
		return easter(year).AddDays(number(after))
	}
	after, ok := strings.CutPrefix(word, "mon")
	if !ok {
		return calendar.Date{Year: year, Month: time.Month(number(word[:2])), Day: number(word[3:])}
	}
	which, in, _ := strings.Cut(after, "/")
	month := time.Month(number(in))
	d := calendar.Date{Year: year, Month: month, Day: 1}
	for d.Weekday() != time.Monday {
		d = d.AddDays(1)
	}
	if n := number(which); n > 0 {
		return d.AddDays(7 * (n - 1))
	}
	for d.AddDays(7).Month == month {
		d = d.AddDays(7)
	}
	return d
}

// easter is the Sunday of Easter in the Gregorian calendar.
func easter(year int) calendar.Date {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return calendar.Date{Year: year, Month: time.Month(n / 31), Day: n%31 + 1}
}
