package policy_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"liaison/internal/policy"
)

// germany is a list of the reference pack with those lines in place of its own.
func germany(t *testing.T, lines string) (*policy.Pack, error) {
	t.Helper()
	files := packed(t)
	files[reference+"/calendars/DE.yaml"].Data = []byte("country: DE\nsource: nobody\n" + lines)
	return policy.Load(files, reference)
}

// A year without any holiday between two that have some is a slip; one that others have is worth a look.
func TestAYearWithoutHolidaysIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, lines, problem, note string }{
		{"both years", "holidays: {christmas_day: {statutory: [2026-12-25, 2027-12-25]}}\n", "", ""},
		{"a gap", "holidays:\n  christmas_day: {statutory: [2026-12-25, 2028-12-25]}\n", "DE.yaml:4 pack.year_missing 2027 2026 2028", ""},
		{"a gap of two years", "holidays: {christmas_day: {statutory: [2025-12-25, 2028-12-25]}}\n", "DE.yaml:3 pack.year_missing 2026 2025 2028, DE.yaml:3 pack.year_missing 2027 2025 2028", ""},
		{"hours of one's own are no holidays", "holidays: {christmas_day: {statutory: [2026-12-25, 2028-12-25]}}\noverrides: {2027-12-24: [\"09:00-12:00\"]}\n", "DE.yaml:3 pack.year_missing 2027 2026 2028", ""},
		{"the year to come", "holidays: {christmas_day: {statutory: [2026-12-25]}}\n", "", "DE.yaml:3 pack.year_of_others 2027"},
		{"the first year", "holidays: {christmas_day: {statutory: [2027-12-25]}}\n", "", "DE.yaml:3 pack.year_of_others 2026"},
		{"none at all", "week: {mon: [\"09:00-12:00\"]}\n", "", ""},
	} {
		p, err := germany(t, c.lines)
		if got := places(against(p, err), "found", "before", "after"); got != c.problem {
			t.Errorf("%s: problems %q, want %q", c.name, got, c.problem)
		}
		if err == nil && c.problem == "" && places(p.Notes(), "found") != c.note {
			t.Errorf("%s: notes %q, want %q", c.name, places(p.Notes(), "found"), c.note)
		}
	}
}

// The hours of a date run on after midnight into those of the next one: the same rule as for the days of a week.
func TestHoursOfADateDoNotRunIntoTheNext(t *testing.T) {
	t.Parallel()
	// 2026-12-21 is a Monday; the week of the group is 09:00 to 18:00 from Monday to Friday.
	for _, c := range []struct{ name, days, want string }{
		{"into the week", `2026-12-21: ["22:00-10:00"]`, "DE.yaml:5 pack.hours_run_on 2026-12-22 2026-12-21"},
		{"up to the week", `2026-12-21: ["22:00-09:00"]`, ""},
		{"into a Saturday", `2026-12-18: ["22:00-10:00"]`, ""},
		{"into another date", `2026-12-18: ["22:00-06:00"], 2026-12-19: ["05:00-08:00"]`, "DE.yaml:5 pack.hours_run_on 2026-12-19 2026-12-18"},
		{"into a holiday", `2026-12-24: ["22:00-10:00"]`, ""},
		{"into a holiday with hours", `2026-12-24: ["22:00-10:00"], 2026-12-25: ["08:00-12:00"]`, "DE.yaml:5 pack.hours_run_on 2026-12-25 2026-12-24"},
		{"into a closed date", `2026-12-21: ["22:00-10:00"], 2026-12-22: []`, ""},
	} {
		p, err := germany(t, "holidays: {christmas_day: {statutory: [2026-12-25, 2027-12-25]}}\noverrides:\n  "+strings.ReplaceAll(c.days, "], ", "]\n  ")+"\n")
		got := places(against(p, err), "found", "other")
		if i := strings.Index(got, ":"); i > 0 && c.want != "" {
			got = got[:i] + ":5" + got[i+2:] // the line is that of one of the two dates
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The night before a date of one's own: the week's hours run into it.
func TestANightOfTheWeekDoesNotRunIntoADate(t *testing.T) {
	t.Parallel()
	files := packed(t)
	files[reference+"/calendars/DE.yaml"].Data = []byte("country: DE\nsource: nobody\nweek: {mon: [\"20:00-04:00\"]}\nholidays: {christmas_day: {statutory: [2026-12-25, 2027-12-25]}}\n" +
		"overrides:\n  2026-12-22: [\"03:00-06:00\"]\n  2026-12-29: [\"04:00-06:00\"]\n")
	p, err := policy.Load(files, reference)
	if got := places(against(p, err), "found", "other"); got != "DE.yaml:6 pack.hours_run_on 2026-12-22 2026-12-21" {
		t.Errorf("%q", got)
	}
}

// A clause that nothing makes true loads, because editions hold for ever, and is named at its place: no such pack is published.
func TestAClauseThatNothingMakesTrueIsNamed(t *testing.T) {
	t.Parallel()
	files := packed(t)
	spoil(t, files, "clauses.en.yaml", "\"2.3\":", "\"2.7\":\n  title: Nothing\n  text: Nothing makes this true.\n\"2.3\":")
	spoil(t, files, "clauses.zh-Hans.yaml", "\"2.3\":", "\"2.7\":\n  title: 无\n  text: 没有规则。\n\"2.3\":")
	p, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	if got := places(p.Unmet(), "found"); !strings.HasPrefix(got, "clauses.en.yaml:") || !strings.HasSuffix(got, " pack.clause_without_rule 2.7") || len(p.Unmet()) != 1 {
		t.Errorf("%q", got)
	}
}

// Cases in one gap of the clock rules are one problem, as are those under the same two rules.
func TestAGapInTheClocksIsToldOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, now, want string }{
		{"a gap", "plans: [standard]", "plans: [elite]", "pack.clock_gap standard, P1/P2, production, on_prem"},
		{"an overlap", "plans: [standard]", "plans: [standard, elite]", "pack.clock_overlap elite, P1/P2, production, on_prem"},
	} {
		files := packed(t)
		spoil(t, files, "policy.yaml", c.old, c.now)
		var got []string
		for _, p := range problemsOf(t, files) {
			got = append(got, p.Key+" "+fmt.Sprint(p.Args["found"]))
		}
		if !slices.Contains(got, c.want) || len(got) > 2 {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// against is what keeps a pack from being loaded, or, where it loads, from being published.
func against(p *policy.Pack, err error) (list policy.Problems) {
	if err == nil {
		return p.Unmet()
	}
	errors.As(err, &list)
	return list
}

// places tells problems in few words: "DE.yaml:4 pack.year_missing 2027".
func places(list policy.Problems, args ...string) string {
	var all []string
	for _, p := range list {
		s := fmt.Sprintf("%s:%d %s", p.File[strings.LastIndex(p.File, "/")+1:], p.Line, p.Key)
		for _, a := range args {
			s += fmt.Sprint(" ", p.Args[a])
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}
