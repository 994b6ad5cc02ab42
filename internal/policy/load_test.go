package policy_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/policies"
)

// packed copies the reference pack so that a test can spoil it.
func packed(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(policies.FS, reference, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(policies.FS, name)
		files[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func writeFolder(t *testing.T, dir string, from fs.FS) {
	t.Helper()
	if err := os.CopyFS(filepath.Clean(dir), from); err != nil {
		t.Fatal(err)
	}
}

// spoil replaces one place of a file of the pack and says in which line it stands.
func spoil(t *testing.T, files fstest.MapFS, file, old, now string) (line int) {
	t.Helper()
	name := path.Join(reference, file)
	text := string(files[name].Data)
	i := strings.Index(text, old)
	if i < 0 {
		t.Fatalf("%s has no %q", file, old)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, now, 1))}
	first := len(now) - len(strings.TrimLeft(now, "\n"))
	return 1 + strings.Count(text[:i], "\n") + first
}

func problemsOf(t *testing.T, files fs.FS) policy.Problems {
	t.Helper()
	_, err := policy.Load(files, reference)
	var found policy.Problems
	if !errors.As(err, &found) || errs.KindOf(err) != errs.Invalid {
		t.Fatalf("Load: %v", err)
	}
	return found
}

func TestASpoiledPackIsRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	const de = "calendars/DE.yaml"
	for _, c := range []struct{ name, file, old, now, key string }{
		{"unknown key", "policy.yaml", "rank: 0", "rang: 0", "pack.unknown_key"},
		{"key twice", "policy.yaml", "    seats: 2\n", "    seats: 2\n    seats: 3\n", "pack.duplicate_key"},
		{"text for a number", "policy.yaml", "seats: 2", "seats: two", "pack.wrong_kind"},
		{"list for a text", "policy.yaml", "zone: Europe/London", "zone: [Europe/London]", "pack.wrong_kind"},
		{"unknown zone", "policy.yaml", "zone: Europe/London", "zone: Europe/Londom", "pack.unknown_zone"},
		{"the machine's zone", "policy.yaml", "zone: Europe/London", "zone: Local", "pack.unknown_zone"},
		{"ranks alike", "policy.yaml", "rank: 1", "rank: 0", "pack.rank_twice"},
		{"no such clause", "policy.yaml", "clause: A.1", "clause: A.9", "pack.unknown_clause"},
		{"requirement of another clause", "policy.yaml", "R9.3-01", "R9.2-01", "pack.requirement_elsewhere"},
		{"no length of time", "policy.yaml", "response: 4h", "response: PT4H", "pack.bad_duration"},
		{"no time at all", "policy.yaml", "response: 4h", "response: 0h", "pack.bad_duration"},
		{"window backwards in form", "policy.yaml", `mon: ["07:00-18:00"]`, `mon: ["7-18"]`, "pack.bad_window"},
		{"window to 25:00", "policy.yaml", `mon: ["07:00-18:00"]`, `mon: ["07:00-25:00"]`, "pack.bad_window"},
		{"window of no length", "policy.yaml", `mon: ["07:00-18:00"]`, `mon: ["07:00-07:00"]`, "pack.bad_window"},
		{"windows overlap", "policy.yaml", `mon: ["07:00-18:00"]`, `mon: ["07:00-18:00", "17:00-19:00"]`, "pack.windows_overlap"},
		{"day of no week", "policy.yaml", `week: {mon: ["07:00-18:00"]`, `week: {day: ["07:00-18:00"]`, "pack.not_one_of"},
		{"country twice", "policy.yaml", "[JP, KR]", "[JP, KR, DE]", "pack.country_twice"},
		{"no country code", "policy.yaml", "[JP, KR]", "[JP, KR, jp]", "pack.bad_country"},
		{"centre that is not there", "policy.yaml", "centre: latam", "centre: latin", "pack.not_one_of"},
		{"unknown channel", "policy.yaml", "channels: [portal, email, phone]", "channels: [portal, email, fax]", "pack.not_one_of"},
		{"gap in the clocks", "policy.yaml", "plans: [standard]", "plans: [elite]", "pack.clock_gap"},
		{"overlap in the clocks", "policy.yaml", "plans: [standard]", "plans: [standard, elite]", "pack.clock_overlap"},
		{"warning at the end", "policy.yaml", "[50, 75]", "[50, 100]", "pack.not_rising"},
		{"unknown strategy", "policy.yaml", "raise_strategy: min", "raise_strategy: max", "pack.not_one_of"},
		{"less than nothing", "policy.yaml", "suspension_grace_days: 0", "suspension_grace_days: -1", "pack.too_small"},
		{"extended support ends before it begins", "policy.yaml", "last_end: 2028-12-31", "last_end: 2026-12-31", "pack.ends_before_start"},
		{"extended support begins while there is full support", "policy.yaml", "first_start: 2027-01-01", "first_start: 2026-12-31", "pack.starts_while_supported"},
		{"extended support longer than its window", "policy.yaml", "max_months: 24", "max_months: 25", "pack.longer_than_window"},
		{"extended support named like a plan", "policy.yaml", "[Technical Support Extended (ELS), ", "[Extended, ", "pack.sku_is_plan"},
		{"extended support without a name", "policy.yaml", "skus: [Technical Support Extended (ELS), Technical Support Extended, 技术支持扩展]", "skus: []", "pack.required"},
		{"extended support of a service that is none", "policy.yaml", "scope: [technical_assistance, ", "scope: [advice, ", "pack.not_one_of"},
		{"patches for nothing", "policy.yaml", "patches: {priorities: [P1, P2]", "patches: {priorities: []", "pack.required"},
		{"notice backwards", "policy.yaml", "notice_days: 30", "notice_days: -1", "pack.too_small"},
		{"reminders that rise", "policy.yaml", "invoice_reminder_days: [7, 0]", "invoice_reminder_days: [0, 7]", "pack.not_falling"},
		{"more unanswered reminders than go out", "policy.yaml", "no_contact_reminders: 2", "no_contact_reminders: 3", "pack.too_large"},
		{"less than one unanswered reminder", "policy.yaml", "no_contact_reminders: 2", "no_contact_reminders: -1", "pack.too_small"},
		{"text without Chinese", "policy.yaml", "{en: Standard, zh-Hans: 标准支持}", "{en: Standard}", "pack.untranslated"},
		{"two lines for a country", "policy.yaml", `{countries: [BE], `, `{countries: [FR], `, "pack.line_twice"},
		{"30 February", de, "german_unity_day: {statutory: [2026-10-03, ", "german_unity_day: {statutory: [2026-02-30, ", "pack.bad_date"},
		{"date twice", de, "statutory: [2026-10-03, ", "statutory: [2026-05-01, ", "pack.date_twice"},
		{"unknown key with nothing behind it", "policy.yaml", "raise_strategy: min", "raise_strategy: min\nteatime:", "pack.unknown_key"},
		{"comma outside of quotes", "holidays.yaml", `"Commemoration of Atatürk, Youth and Sports Day"`, "Commemoration of Atatürk, Youth and Sports Day", "pack.wrong_kind"},
		{"holiday without a name", de, "german_unity_day:", "unity_day:", "pack.unknown_holiday"},
		{"country of another file", de, "country: DE", "country: FR", "pack.calendar_twice"},
		{"file of another country", de, "country: DE", "country: AT", "pack.calendar_of_another"},
		{"no country of the world", "policy.yaml", "[JP, KR]", "[JP, KR, ZZ]", "pack.bad_country"},
		{"the old code of a country", "policy.yaml", "[GB, GG", "[UK, GG", "pack.bad_country"},
		{"second document", "policy.yaml", "raise_strategy: min", "raise_strategy: min\n---\nedition: x", "pack.second_document"},
		{"brackets", "facts.yaml", "\n", "\nx: " + strings.Repeat("[", 200_000) + "\n", "pack.too_deep"},
		{"lists in lists", "facts.yaml", "\n", "\n" + strings.Repeat("- ", 200_000) + "x\n", "pack.too_deep"},
		{"a huge file", "facts.yaml", "\n", "\n# " + strings.Repeat("x", 4<<20) + "\n", "pack.file_too_large"},
		{"Latin-1", "facts.yaml", "\n", "\n# caf\xe9\n", "pack.not_utf8"},
		{"days of the next century", "policy.yaml", "update_days: 3", "update_days: 10000", "pack.too_large"},
		{"no address", "policy.yaml", "email: ", "email: not an address # ", "pack.bad_email"},
		{"a script for a page", "policy.yaml", "portal_url: https", "portal_url: javascript", "pack.bad_url"},
		{"an edition for a path", "policy.yaml", "edition: 2025-02", `edition: "../x"`, "pack.bad_edition"},
		{"a language without clauses", "policy.yaml", "languages: [en, zh-Hans]", "languages: [en, zh-Hans, de]", "pack.no_clauses"},
		{"a night that runs into the next day", "policy.yaml", `mon: ["07:00-18:00"]`, `mon: ["20:00-10:00"]`, "pack.hours_run_on"},
		{"a source of spaces", de, "source: ", `source: "  " # `, "pack.required"},
		{"clause in one language only", "clauses.en.yaml", "title: Renewal\n", "title: \"\"\n", "pack.clause_untold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := packed(t)
			spoil(t, files, c.file, c.old, c.now)
			found := problemsOf(t, files)
			i := slices.IndexFunc(found, func(p policy.Problem) bool { return p.Key == c.key })
			if i < 0 {
				t.Fatalf("want %s, got\n%v", c.key, found)
			}
			if p := found[i]; p.File == "" || p.Line == 0 || p.Path == "" {
				t.Errorf("the problem has no place: %+v", p)
			}
		})
	}
}

func TestAProblemSaysFileLineAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	files := packed(t)
	line := spoil(t, files, "policy.yaml", "raise_strategy: min", "raise_strategy: max")
	want := policy.Problem{File: reference + "/policy.yaml", Line: line, Path: "policy.raise_strategy", Key: "pack.not_one_of",
		Args: map[string]any{"found": "max", "allowed": "min, carry_elapsed, retroactive"}}
	if got := problemsOf(t, files); len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestAllProblemsAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	files := packed(t)
	spoil(t, files, "policy.yaml", "rank: 0", "rang: 0")
	spoil(t, files, "policy.yaml", "seats: 4", "seats: four")
	spoil(t, files, "calendars/DE.yaml", "2026-10-03", "2026-02-30")
	spoil(t, files, "clauses.en.yaml", "text:", "txt:")
	if found := problemsOf(t, files); len(found) != 4 {
		t.Errorf("want 4 problems, got\n%v", found)
	}
}

func TestTextThatIsNoYAMLIsAProblemWithItsPlace(t *testing.T) {
	t.Parallel()
	files := packed(t)
	line := spoil(t, files, "policy.yaml", "rank: 0", "rank: [0")
	found := problemsOf(t, files)
	if len(found) != 1 || found[0].Key != "pack.no_yaml" || found[0].Line < line {
		t.Errorf("got %v", found)
	}
}

func TestACalendarThatNeverOpensIsRefused(t *testing.T) {
	t.Parallel()
	files := packed(t)
	files[reference+"/calendars/DE.yaml"].Data = []byte("country: DE\nsource: none\nweek: {sat: [], sun: []}\n")
	found := problemsOf(t, files)
	if len(found) != 1 || found[0].Key != "pack.never_open" || found[0].File != reference+"/calendars/DE.yaml" {
		t.Errorf("got %v", found)
	}
}

func TestACountryMayHaveItsOwnWeekAndSingleDays(t *testing.T) {
	t.Parallel()
	files := packed(t)
	files[reference+"/calendars/AE.yaml"].Data = []byte(`country: AE
source: own
zone: Asia/Riyadh
week: {fri: ["09:00-12:00"]}
overrides: {2026-12-24: ["10:00-11:00"]}
`)
	p, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	for at, open := range map[string]bool{
		"2026-12-25T09:30:00+03:00": true,  // a Friday
		"2026-12-25T08:30:00+03:00": false, // 09:30 in Dubai
		"2026-12-24T10:30:00+03:00": true,
		"2026-12-23T10:30:00+03:00": false,
	} {
		if got := p.Calendars["emea-gulf:AE"].IsOpen(instant(t, at)); got != open {
			t.Errorf("open at %s: %v", at, got)
		}
	}
}

func TestAMissingPackOrBaseIsSaid(t *testing.T) {
	t.Parallel()
	orphan := fstest.MapFS{"own/policy.yaml": {Data: []byte("base: reference-1999\n")}}
	for name, files := range map[string]fs.FS{"nothing": fstest.MapFS{}, "own": orphan} {
		if _, err := policy.Load(files, name); errs.As(err).Key != "pack.missing" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAByteOrderMarkIsNoPartOfAFile(t *testing.T) {
	t.Parallel()
	files := packed(t)
	spoil(t, files, "calendars/DE.yaml", "# ", "\uFEFF# ")
	if _, err := policy.Load(files, reference); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyPolicyIsNamedAndNothingElse(t *testing.T) {
	t.Parallel()
	files := packed(t)
	files[path.Join(reference, "policy.yaml")] = &fstest.MapFile{Data: []byte("# nothing yet\n")}
	if found := problemsOf(t, files); len(found) != 1 || found[0].Key != "pack.empty_file" {
		t.Errorf("got %v", found)
	}
}
