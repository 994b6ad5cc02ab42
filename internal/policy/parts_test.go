package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"liaison/internal/policy"
)

// A colleague who reads a pack says everything in one go: what cannot be read, and what contradicts itself elsewhere.
func TestWhatCannotBeReadHidesNoOtherProblem(t *testing.T) {
	t.Parallel()
	files := packed(t)
	spoil(t, files, "policy.yaml", "rank: 0", "rang: 0")                 // plans cannot be read: neither can who is left without a clock
	spoil(t, files, "policy.yaml", "plans: [standard]", "plans: [none]") // so this is not said
	spoil(t, files, "policy.yaml", "raise_strategy: min", "raise_strategy: max")
	spoil(t, files, "policy.yaml", "[50, 75]", "[75, 50]")
	spoil(t, files, "calendars/FR.yaml", "country: FR", "country: [FR") // no YAML
	spoil(t, files, "calendars/DE.yaml", "german_unity_day: {statutory: [2026-10-03, ", "german_unity_day: {statutory: [2026-05-01, ")
	spoil(t, files, "links.yaml", "rules: [suspension]", "rules: [suspense]")
	var keys []string
	for _, p := range problemsOf(t, files) {
		keys = append(keys, p.Key)
	}
	slices.Sort(keys)
	want := "pack.date_twice pack.no_yaml pack.not_one_of pack.not_one_of pack.not_rising pack.unknown_key" //nolint:dupword // two of the problems are of one kind
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// One slip in a list of days hides no other in it, and what only follows from slips is not said.
func TestOneSlipInAListHidesNoOther(t *testing.T) {
	t.Parallel()
	whole := "country: DE\nsource: nobody\nzone: Europe/Atlantis\nweek: {mon: [\"9-18\"], tues: [\"09:00-18:00\"]}\n" +
		"holidays:\n  new_years_day: {statutory: [2026-02-30, 2026-01-01, 2027-01-01, 2127-01-01]}\n  labour_day: {statutory: [2026-01-01]}\n" +
		"overrides:\n  2026-12-24: [\"09:00-25:00\"]\n  2026-11-31: []\n  2026-12-31: [\"09:00-12:00\", \"11:00-13:00\"]\n"
	for _, c := range []struct{ name, text, want string }{
		{"with a date that cannot be read", whole, "bad_date 2026-02-30, bad_date 2026-11-31, bad_window 09:00-25:00, bad_window 9-18, date_twice 2026-01-01, " +
			"far_year 2127-01-01, not_one_of tues, unknown_zone Europe/Atlantis, windows_overlap 2026-12-31"},
		{"with dates alone", strings.Replace(whole, "2026-02-30, ", "", 1), "bad_date 2026-11-31, bad_window 09:00-25:00, bad_window 9-18, date_twice 2026-01-01, " +
			"far_year 2127-01-01, not_one_of tues, unknown_zone Europe/Atlantis, windows_overlap 2026-12-31"},
		{"that really never opens", "country: DE\nsource: nobody\nweek: {mon: []}\n", "never_open emea-cet:DE"},
		{"with a key that nobody knows, and a week that is none", "country: DE\nsource: nobody\nzona: Europe/Berlin\nweek: {mon: 9-18}\n", "unknown_key zona, wrong_kind string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := packed(t)
			files[reference+"/calendars/DE.yaml"] = &fstest.MapFile{Data: []byte(c.text)}
			var got []string
			for _, p := range problemsOf(t, files) {
				got = append(got, fmt.Sprintf("%s %v", strings.TrimPrefix(p.Key, "pack."), p.Args["found"]))
			}
			slices.Sort(got)
			if said := strings.Join(got, ", "); said != c.want {
				t.Errorf("got  %s\nwant %s", said, c.want)
			}
		})
	}
}

func TestWhatIsToldIsCheckedToo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, old, now, key, says string }{
		{"a window of 25 hours", "policy.yaml", `mon: ["07:00-18:00"]`, `mon: ["07:00-25:00"]`, "pack.bad_window", "07:00-25:00"},
		{"a zone that is no longer one", "policy.yaml", "zone: Asia/Singapore", "zone: Asia/Temasek", "pack.unknown_zone", "Asia/Temasek"},
		{"a clause that moved", "links.yaml", `"8.10":`, `"8.11":`, "pack.unknown_clause", "8.10"},
		{"a fact of a clause that is none", "facts.yaml", `clause: "3.1"`, `clause: "3.9"`, "pack.unknown_clause", "3.6"},
		{"a reading of a clause that is none", "readings.yaml", `clauses: ["5.2"]`, `clauses: ["5.3"]`, "pack.unknown_clause", "5.2"},
		{"a rule that the program does not have", "links.yaml", "rules: [renewal]", "rules: [renewals]", "pack.not_one_of", "renewal"},
		{"an entry twice", "facts.yaml", "key: reproduced_and_constant", "key: supported_release", "pack.duplicate_key", "supported_release"},
		{"a duty in one language", "links.yaml", "zh-Hans: 向订阅有效的客户提供之后的商业版本。", "fr: Plus tard.", "pack.untranslated", "zh-Hans"},
		{"a reading without its clauses", "readings.yaml", `clauses: ["5.2"]`, `clauses: []`, "pack.required", "clauses"},
		{"seats that do not add up", "policy.yaml", "added_seats: 4", "added_seats: 5", "pack.seats_do_not_add_up", "6"},
		{"the holidays of a country without a list", "policy.yaml", "holidays_of: US", "holidays_of: CA", "pack.no_holiday_list", "CA"},
		{"a number for a country without hours", "policy.yaml", "{countries: [BE], number:", "{countries: [XX], number:", "pack.country_without_hours", "XX"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := packed(t)
			line := spoil(t, files, c.file, c.old, c.now)
			found := problemsOf(t, files)
			i := slices.IndexFunc(found, func(p policy.Problem) bool {
				return p.Key == c.key && strings.HasSuffix(p.File, c.file) && strings.Contains(p.Error(), c.says)
			})
			if i < 0 {
				t.Fatalf("want %s in %s with %s, got\n%v", c.key, c.file, c.says, found)
			}
			if at := found[i].Line; at < line-30 || at > line+30 || at == 0 {
				t.Errorf("it stands in line %d and is said of line %d", line, at)
			}
		})
	}
}

func TestAClauseThatTheProgramCitesIsMissed(t *testing.T) {
	t.Parallel()
	files := packed(t)
	spoil(t, files, "clauses.en.yaml", "\"9.1\":\n", "\"9.19\":\n")
	spoil(t, files, "clauses.zh-Hans.yaml", "\"9.1\":\n", "\"9.19\":\n")
	found := problemsOf(t, files)
	if !slices.ContainsFunc(found, func(p policy.Problem) bool { return p.Key == "pack.cited_clause" && p.Args["found"] == "9.1" }) {
		t.Errorf("got %v", found)
	}
}
