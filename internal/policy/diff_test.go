package policy_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
	"liaison/internal/text"
)

func TestDiffTellsWhatChangesAndForWhom(t *testing.T) {
	t.Parallel()
	before := load(t, reference)
	files := packed(t)
	spoil(t, files, "policy.yaml", "seats: 4", "seats: 5")
	spoil(t, files, "policy.yaml", "added_seats: 2", "added_seats: 3")
	spoil(t, files, "policy.yaml", "response: 4h", "response: 3h")
	spoil(t, files, "policy.yaml", "plans: [extended, premier, elite]", "plans: [premier, elite]")
	spoil(t, files, "policy.yaml", "plans: [standard]", "plans: [standard, extended]")
	spoil(t, files, "policy.yaml", "[JP, KR]", "[JP]")
	spoil(t, files, "policy.yaml", "countries: [AF, ", "countries: [AF, KR, ")
	spoil(t, files, "calendars/DE.yaml", "german_unity_day: {statutory: [2026-10-03, ", "german_unity_day: {statutory: [2026-10-02, ")
	spoil(t, files, "clauses.en.yaml", "title: Renewal\n", "title: Renewals\n")
	spoil(t, files, "policy.yaml", "reopen_days: 14", "reopen_days: 10")
	after, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range policy.Diff(before, after) {
		got = append(got, fmt.Sprintf("%s: %s %s %q->%q", c.Group, c.Kind, c.Path, c.Old, c.New))
	}
	want := []string{
		`clocks: changed clocks/extended/on_prem/production/P1,P2 "24x7"->"regional"`,
		`priorities: changed priorities/P3/response "4h"->"3h"`,
		`plans: changed plans/extended/added_seats "2"->"3"`,
		`plans: changed plans/extended/seats "4"->"5"`,
		`countries: changed countries/KR "apac-jpkr"->"apac"`,
		`holidays: added holidays/DE/2026-10-02 ""->"german_unity_day"`,
		`holidays: removed holidays/DE/2026-10-03 "german_unity_day"->""`,
		`settings: changed reopen_days "14"->"10"`,
		`clauses: changed clauses/5.1/title/en "Renewal"->"Renewals"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if same := policy.Diff(before, load(t, reference)); len(same) > 0 {
		t.Errorf("the same pack differs from itself: %v", same)
	}
}

// A country's own hours are told in words: half days, days of work, its week and its zone.
func TestDiffTellsTheHoursOfACountry(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	before := load(t, reference)
	list := before.Holidays["DE"]
	day := func(s string) calendar.Date { return date(t, s) }
	list.Overrides = []policy.Override{{Date: day("2026-12-24"), Windows: []calendar.Window{{Open: 9 * 60, Close: 13 * 60}}}, {Date: day("2026-12-31")},
		{Date: day("2026-12-30"), Windows: []calendar.Window{{Open: 9 * 60, Close: 12 * 60}}, Name: "own_de_eve"}, {Date: day("2026-12-29"), Name: "own_de_eve"}}
	list.Names = map[string]policy.Text{"own_de_eve": {"en": "Eve", "zh-Hans": "前夕"}}
	group, _ := before.HoursGroup(before.GroupOf("DE"))
	week := group.Week
	week[time.Friday] = []calendar.Window{{Open: 9 * 60, Close: 12 * 60}}
	list.Week = &week
	list.Subdivisions = []policy.Subdivision{{Code: "BY", Names: policy.Text{"en": "Bavaria", "zh-Hans": "巴伐利亚"}, Holidays: []policy.Holiday{{Date: day("2027-01-06"), Name: list.Holidays[0].Name, Certainty: policy.Statutory}}}}
	after, err := before.WithLists("2025-02.9", list)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range policy.Diff(before, after) {
		if c.Group == "settings" { // the edition's name
			continue
		}
		for _, lang := range []text.Lang{"en", "zh-Hans"} {
			got[c.Path] += c.Tell(string(lang), words.Has, func(key string, args map[string]any) string { return words.T(lang, key, args) })
		}
	}
	for path, want := range map[string]string{
		"own_days/DE/2026-12-24": "DE 2026-12-24, hours of that day: 09:00-13:00, which is new.DE 2026-12-24，当日工作时间：新增09:00-13:00。",
		"own_days/DE/2026-12-31": "DE 2026-12-31, hours of that day: closed, which is new.DE 2026-12-31，当日工作时间：新增休息。",
		"own_days/DE/2026-12-30": "DE 2026-12-30, hours of that day: 09:00-12:00 (Eve), which is new.DE 2026-12-30，当日工作时间：新增09:00-12:00（前夕）。",
		"own_days/DE/2026-12-29": "DE 2026-12-29, hours of that day: closed (Eve), which is new.DE 2026-12-29，当日工作时间：新增休息（前夕）。",
		"own_week/DE/fri":        "DE, hours on Friday: 09:00-12:00 instead of 09:00-18:00.DE，周五工作时间：由09:00-18:00改为09:00-12:00。",
	} {
		if got[path] != want {
			t.Errorf("%s: %q, want %q", path, got[path], want)
		}
	}
	if len(got) != 6 || got["holidays/DE-BY/2027-01-06"] == "" {
		t.Errorf("%d changes: %q", len(got), got)
	}
}

// A half day that is only renamed changes what people read.
func TestAnotherNameOfAHalfDayIsTold(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	named := func(p *policy.Pack, edition, name string) *policy.Pack {
		list := p.Holidays["DE"]
		list.Overrides = []policy.Override{{Date: date(t, "2026-12-24"), Windows: []calendar.Window{{Open: 9 * 60, Close: 13 * 60}}, Name: "own_" + name}}
		list.Names = map[string]policy.Text{"own_" + name: {"en": name, "zh-Hans": name}}
		q, err := p.WithLists(edition, list)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	before := named(load(t, reference), "2025-02.1", "eve")
	var got []string
	for _, c := range policy.Diff(before, named(before, "2025-02.2", "night")) {
		got = append(got, c.Tell("en", words.Has, func(key string, args map[string]any) string { return words.T(text.English, key, args) }))
	}
	if want := "DE 2026-12-24, hours of that day: 09:00-13:00 (night) instead of 09:00-13:00 (eve)."; !slices.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestASentenceIsQuotedWithinASentence(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	c := policy.Change{Label: "priorities.definition", Path: "priorities/P1/definition/en", Name: policy.Text{"en": "P1"}, Kind: policy.Changed, Old: "It is down.", New: "Nobody can work"}
	got := c.Tell("en", words.Has, func(key string, args map[string]any) string { return words.T(text.English, key, args) })
	if want := "P1, definition: Nobody can work instead of “It is down.”."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestDiffTellsOfANewPlanOnce(t *testing.T) {
	t.Parallel()
	before, files := load(t, reference), packed(t)
	spoil(t, files, "policy.yaml", "plans:\n", "plans:\n  gold: {names: {en: Gold, zh-Hans: 金牌支持}, rank: 9, seats: 9, added_seats: 7, clause: A.4}\n")
	spoil(t, files, "policy.yaml", "plans: [extended, premier, elite]", "plans: [extended, premier, elite, gold]")
	after, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	got := policy.Diff(before, after)
	if len(got) != 1 || got[0].Path != "plans/gold" || got[0].Kind != policy.Added || got[0].Name.In("en") != "Gold" {
		t.Errorf("got %+v", got)
	}
}

// Every value of an entry has a label in words. A new setting without one is told by its path.
func TestEveryChangeOfAnEntryHasALabel(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	p := load(t, reference)
	for _, label := range policy.DiffLabels(p) {
		if part, _, entry := strings.Cut(label, "."); !entry || !words.Has("policydiff.label."+part) {
			continue // a setting: it may be told by its path
		}
		if !words.Has("policydiff.label." + label) {
			t.Errorf("policydiff.label.%s is missing", label)
		}
	}
	for _, g := range policy.DiffGroups() {
		if !words.Has("policydiff.group." + g) {
			t.Errorf("policydiff.group.%s is missing", g)
		}
	}
}

func TestAChangeIsToldInBothLanguages(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	c := policy.Change{Label: "plans.seats", Path: "plans/elite/seats", Name: policy.Text{"en": "Elite", "zh-Hans": "精英支持"}, Kind: policy.Changed, Old: "8", New: "9"}
	for lang, want := range map[text.Lang]string{"en": "Elite, liaison seats: 9 instead of 8.", "zh-Hans": "精英支持，联络员席位：由8改为9。"} {
		say := func(key string, args map[string]any) string { return words.T(lang, key, args) }
		if got := c.Tell(string(lang), words.Has, say); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	c = policy.Change{Label: "tea_time", Path: "tea_time", Kind: policy.Added, New: "4"}
	if got := c.Tell("en", words.Has, func(key string, args map[string]any) string { return words.T("en", key, args) }); got != "tea_time: 4, which is new." {
		t.Errorf("%q", got)
	}
}

func told(t *testing.T, c policy.Change, lang text.Lang) string {
	t.Helper()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	return c.Tell(string(lang), words.Has, func(key string, args map[string]any) string { return words.T(lang, key, args) })
}

// A text stands in each language: the sentence says in which it changed.
func TestDiffNamesTheLanguageOfAText(t *testing.T) {
	t.Parallel()
	before, files := load(t, reference), packed(t)
	spoil(t, files, "clauses.zh-Hans.yaml", "title: 续订", "title: 续约")
	spoil(t, files, "clauses.en.yaml", "title: Renewal\n", "title: Renewals\n")
	after, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range policy.Diff(before, after) {
		got = append(got, told(t, c, text.English), told(t, c, text.Chinese))
	}
	want := []string{"Clause 5.1 Renewals, title (English): Renewals instead of Renewal.", "条款5.1 续约，标题（英文）：由Renewal改为Renewals。",
		"Clause 5.1 Renewals, title (Chinese): 续约 instead of 续订.", "条款5.1 续约，标题（中文）：由续订改为续约。"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// One rule that changes is one line, for however many kinds of case it decides.
func TestDiffTellsAChangeOfClocksOnce(t *testing.T) {
	t.Parallel()
	before, files := load(t, reference), packed(t)
	text := string(files[reference+"/policy.yaml"].Data)
	at := strings.Index(text, "\nclocks:")
	rest := regexp.MustCompile(`(?m)^\w`).FindStringIndex(text[at+len("\nclocks:"):])
	files[reference+"/policy.yaml"].Data = []byte(text[:at] + "\nclocks:\n  - {clock: 24x7, clause: \"9.3\", requirement: R9.3-01}\n" + text[at+len("\nclocks:")+rest[0]:])
	after, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range policy.Diff(before, after) {
		if c.Group == "clocks" {
			got = append(got, c.Path, told(t, c, "en"), told(t, c, "zh-Hans"))
		}
	}
	want := []string{
		"clocks/extended,premier,elite/on_prem/production/P3,P4",
		"On premises, production, P3, P4, Extended, Premier, Elite: around the clock instead of regional hours.",
		"本地部署、生产环境、P3、P4、扩展支持、高级支持、精英支持：由区域工作时间改为全天候。",
		"clocks/standard,extended,premier,elite/on_prem/other/P1,P2,P3,P4",
		"On premises, other environments, P1, P2, P3, P4, Standard, Extended, Premier, Elite: around the clock instead of regional hours.",
		"本地部署、其他环境、P1、P2、P3、P4、标准支持、扩展支持、高级支持、精英支持：由区域工作时间改为全天候。",
		"clocks/standard/on_prem/production/P1,P2,P3,P4",
		"On premises, production, P1, P2, P3, P4, Standard: around the clock instead of regional hours.",
		"本地部署、生产环境、P1、P2、P3、P4、标准支持：由区域工作时间改为全天候。",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A clause under another number is named, with where it went: links to the old one lead elsewhere.
func TestDiffNamesAClauseThatMoved(t *testing.T) {
	t.Parallel()
	swap := func(a, b string) *strings.Replacer {
		return strings.NewReplacer(`"`+a+`"`, `"`+b+`"`, `"`+b+`"`, `"`+a+`"`)
	}
	for _, c := range []struct {
		name     string
		numbers  *strings.Replacer
		old, now string // in the English text
		want     []string
	}{
		{"to a free number", swap("2.3", "2.9"), "", "", []string{"moved 2.3->2.9"}},
		{"to a free number, with another title", swap("2.3", "2.9"), "title: Downloads and licence keys", "title: Downloads", []string{"moved 2.3->2.9", "retold clauses/2.9/text"}},
		{"two change places", swap("2.1", "2.3"), "", "", []string{"moved 2.1->2.3", "moved 2.3->2.1"}},
		{"another title only", swap("none", "no"), "title: Downloads and licence keys", "title: Downloads", []string{"changed clauses/2.3/title/en"}},
	} {
		before, files := load(t, reference), packed(t)
		for _, name := range []string{"clauses.en.yaml", "clauses.zh-Hans.yaml", "links.yaml", "readings.yaml", "facts.yaml"} {
			files[reference+"/"+name].Data = []byte(c.numbers.Replace(string(files[reference+"/"+name].Data)))
		}
		if c.old != "" {
			spoil(t, files, "clauses.en.yaml", c.old, c.now)
		}
		after, err := policy.Load(files, reference)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var got []string
		for _, d := range policy.Diff(before, after) {
			switch {
			case d.Kind == policy.Moved:
				got = append(got, "moved "+d.Old+"->"+d.New)
				if text := told(t, d, "en"); !strings.HasSuffix(text, " has the number "+d.New+" from now on.") {
					t.Errorf("%s: %q", c.name, text)
				}
			case d.Group == "clauses":
				got = append(got, string(d.Kind)+" "+d.Path)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
