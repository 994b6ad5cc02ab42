package policy_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

const germanBase = "country: DE\nsource: own\n"

func TestASpoiledListIsRefusedWithFileAndLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, key string
		line            int
	}{
		{"30 February among the overrides", germanBase + "overrides:\n  2026-12-24: []\n  2026-02-30: []\n", "pack.bad_date", 5},
		{"window 25:00", germanBase + "overrides:\n  2026-12-24: [\"09:00-25:00\"]\n", "pack.bad_window", 4},
		{"windows of one day overlap", germanBase + "overrides:\n  2026-12-24: [\"09:00-12:00\", \"11:00-13:00\"]\n", "pack.windows_overlap", 4},
		{"override twice", germanBase + "overrides:\n  2026-12-24: []\n  2026-12-24: []\n", "pack.duplicate_key", 5},
		{"a year of another century", germanBase + "holidays:\n  christmas_day: {statutory: [0226-12-25]}\n", "pack.far_year", 4},
		{"a name for a day without override", germanBase + "override_names:\n  2026-12-24: christmas_eve\n", "pack.no_override", 4},
		{"an override with an unknown name", germanBase + "overrides:\n  2026-12-24: []\noverride_names:\n  2026-12-24: xmas\n", "pack.unknown_holiday", 6},
		{"own name in one language", germanBase + "names:\n  party: {en: Party}\n", "pack.untranslated", 4},
		{"own name that means something else elsewhere", germanBase + "names:\n  christmas_day: {en: Party, zh-Hans: 庆典}\n", "pack.name_twice", 4},
		{"no source", "country: DE\nholidays:\n  christmas_day: {statutory: [2026-12-25]}\n", "pack.required", 1},
		{"unknown zone", germanBase + "zone: Europe/Atlantis\n", "pack.unknown_zone", 3},
		{"subdivision in small letters", germanBase + "subdivisions:\n  by: {names: {en: Bavaria, zh-Hans: 巴伐利亚}}\n", "pack.bad_subdivision", 4},
		{"subdivision that names a national day again", germanBase + "holidays:\n  christmas_day: {statutory: [2026-12-25]}\n" +
			"subdivisions:\n  BY:\n    names: {en: Bavaria, zh-Hans: 巴伐利亚}\n    holidays:\n      christmas_day: {statutory: [2026-12-25]}\n", "pack.date_twice", 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := packed(t)
			files[reference+"/calendars/DE.yaml"].Data = []byte(c.text)
			found := problemsOf(t, files)
			i := slices.IndexFunc(found, func(p policy.Problem) bool { return p.Key == c.key })
			if i < 0 || found[i].File != reference+"/calendars/DE.yaml" || found[i].Line != c.line {
				t.Fatalf("want %s in line %d, got\n%v", c.key, c.line, found)
			}
		})
	}
}

// A list that says all that a list can say.
const fullList = `country: "DE"
source: "State law; \"moved\" days by notice"
zone: Europe/Berlin
week:
  sun: []
  mon: ["08:00-12:00", "13:00-17:00"]
  tue: ["22:00-06:00"]
  wed: ["06:00-24:00"]
  thu: ["00:00-24:00"]
  fri: ["09:00-18:00"]
  sat: []
names:
  party: {en: "Summer party: all hands", zh-Hans: "夏日聚会"}
holidays:
  christmas_day: {statutory: [2026-12-25], announced: [2027-12-25], estimated: [2028-12-25]}
  party: {announced: [2026-07-08]}
overrides:
  2026-12-24: ["09:00-12:00"]
  2026-12-31: []
override_names:
  2026-12-24: christmas_eve
subdivisions:
  "BY":
    names: {en: "Bavaria", zh-Hans: "巴伐利亚"}
    holidays:
      epiphany: {statutory: [2027-01-06]}
`

func TestAListIsWrittenAsItIsRead(t *testing.T) {
	t.Parallel()
	files := packed(t)
	files[reference+"/calendars/DE.yaml"].Data = []byte(fullList)
	p, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(p.Holidays["DE"].File()); got != fullList {
		t.Errorf("written:\n%s", got)
	}
	if got := p.HolidayName("party", "zh-Hans"); got != "夏日聚会" {
		t.Errorf("the list's own name is %q", got)
	}
}

func TestEveryShippedListIsReadBackAsItWas(t *testing.T) {
	t.Parallel()
	p, files := load(t, reference), packed(t)
	for country, l := range p.Holidays {
		files[reference+"/calendars/"+country+".yaml"].Data = l.File()
	}
	again, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p.Holidays, again.Holidays) {
		t.Error("a list changed by being written and read")
	}
}

func TestASubdivisionHasItsOwnCalendar(t *testing.T) {
	t.Parallel()
	files := packed(t)
	files[reference+"/calendars/DE.yaml"].Data = []byte(fullList)
	p, err := policy.Load(files, reference)
	if err != nil {
		t.Fatal(err)
	}
	id, centre, ok := p.CalendarFor("DE-BY")
	if id != "emea-cet:DE-BY" || centre != "emea" || !ok {
		t.Errorf("the calendar of Bavaria is %q, %q, %v", id, centre, ok)
	}
	noon := instant(t, "2027-01-06T12:00:00+01:00") // a Wednesday
	if p.Calendars[id].IsOpen(noon) || !p.Calendars["emea-cet:DE"].IsOpen(noon) {
		t.Error("Epiphany is a day off in Bavaria, and in Bavaria only")
	}
	if slices.Contains(p.Countries("emea-cet"), "DE-BY") {
		t.Error("a subdivision is listed as a country")
	}
}

func TestAPackTakesAnotherListOfACountry(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	day := calendar.Date{Year: 2026, Month: time.December, Day: 24}
	noon, late := instant(t, "2026-12-24T11:00:00+01:00"), instant(t, "2026-12-24T15:00:00+01:00")
	list := p.Holidays["DE"]
	list.Overrides = []policy.Override{{Date: day, Windows: []calendar.Window{{Open: 9 * 60, Close: 12 * 60}}, Name: "christmas_eve"}}
	q, err := p.WithHolidays(list)
	if err != nil {
		t.Fatal(err)
	}
	if c := q.Calendars["emea-cet:DE"]; !c.IsOpen(noon) || c.IsOpen(late) {
		t.Error("the half day is not in the new pack")
	}
	if !p.Calendars["emea-cet:DE"].IsOpen(late) || q.Calendars["emea-cet:FR"] != p.Calendars["emea-cet:FR"] {
		t.Error("the old pack changed, or a calendar that nobody touched")
	}

	// A country without a list gets one, and with it a calendar of its own.
	q, err = p.WithHolidays(policy.HolidayList{Country: "HR", Source: "own", Holidays: []policy.Holiday{{Date: day, Name: "christmas_eve"}}})
	if err != nil {
		t.Fatal(err)
	}
	if id, _, _ := q.CalendarFor("HR"); id != "emea-cet:HR" || q.Calendars[id].IsOpen(noon) {
		t.Errorf("Croatia works by %s", id)
	}
	if id, _, _ := p.CalendarFor("HR"); id != "emea-cet" {
		t.Errorf("the old pack changed: %s", id)
	}

	// Canada keeps the list of the United States.
	us := p.Holidays["US"]
	us.Overrides = []policy.Override{{Date: day}}
	if q, err = p.WithHolidays(us); err != nil {
		t.Fatal(err)
	}
	if id, _, _ := q.CalendarFor("CA"); q.Calendars[id].IsOpen(instant(t, "2026-12-24T12:00:00-05:00")) {
		t.Error("Canada works on a day on which the centre is closed")
	}
	if _, err := p.WithHolidays(policy.HolidayList{Country: "XX"}); err == nil {
		t.Error("a list for a country that nobody serves")
	}
}
