package almanac_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/almanac"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/dayfile"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
	"liaison/policies"
)

func pack(t *testing.T) *policy.Pack {
	t.Helper()
	p, err := policy.Load(policies.FS, "example")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func hours(t *testing.T, s string) []calendar.Window {
	t.Helper()
	w, err := almanac.ParseHours(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestHoursAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"09:00-12:00": "09:00-12:00", "09:00–12:00, 13:00 - 17:00": "09:00-12:00 13:00-17:00", "09：00－12：00、13:00-17:00": "09:00-12:00 13:00-17:00",
		"22:00-06:00": "22:00-06:00", "00:00-24:00": "00:00-24:00", "": "", "25:00-26:00": "!", "09:00-25:00": "!", "nine": "!", "09:00": "!", "9-12": "!",
	} {
		w, err := almanac.ParseHours(typed)
		got := almanac.HoursText(w)
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

// say tells a day in few words.
func say(d almanac.Day) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s/%s %s %s", d.Date, d.Kind, d.NameEn, d.NameZh, d.Certainty, almanac.HoursText(d.Windows)))
}

func TestEditsMakeAnotherList(t *testing.T) {
	t.Parallel()
	p := pack(t)
	edits := []almanac.Edit{
		{Date: date(t, "2026-12-24"), Kind: almanac.Hours, NameEn: "Christmas Eve", NameZh: "平安夜", Windows: hours(t, "09:00-12:00")},
		{Date: date(t, "2027-06-24"), Kind: almanac.Holiday, NameEn: "Company day", NameZh: "公司日", Certainty: policy.Announced},
		{Date: date(t, "2027-06-25"), Kind: almanac.Holiday, NameEn: "Company day", NameZh: "公司日", Certainty: policy.Announced},
		{Date: date(t, "2027-05-06"), Kind: almanac.Usual},
		{Date: date(t, "2027-12-25"), Kind: almanac.Holiday, NameEn: "Yule", NameZh: "冬至节", Certainty: policy.Estimated},
	}
	l := almanac.Edited(p, "DE", edits)
	q, err := p.WithHolidays(l)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2026-12-24 hours Christmas Eve/平安夜  09:00-12:00", "2027-06-24 holiday Company day/公司日 announced", "2027-06-25 holiday Company day/公司日 announced",
		"2027-05-06 usual /", "2027-12-25 holiday Yule/冬至节 estimated"}
	for i, e := range edits {
		if got := say(almanac.DayOf(q, "DE", e.Date)); got != want[i] {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
	}
	if len(l.Names) != 2 {
		t.Errorf("own names: %v; the pack's own are used where they are the same", l.Names)
	}
	if got := say(almanac.DayOf(p, "DE", date(t, "2027-12-25"))); got != "2027-12-25 holiday Christmas Day/圣诞节 statutory" {
		t.Errorf("the old pack changed: %s", got)
	}
	// Published, and renamed afterwards: the old name keeps its key for the editions that have it.
	r, err := q.WithHolidays(almanac.Edited(q, "DE", []almanac.Edit{{Date: date(t, "2027-06-24"), Kind: almanac.Holiday, NameEn: "Founders' day", NameZh: "创始人日", Certainty: policy.Announced}}))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2027-06-24": "2027-06-24 holiday Founders' day/创始人日 announced", "2027-06-25": "2027-06-25 holiday Company day/公司日 announced"} {
		if got := say(almanac.DayOf(r, "DE", date(t, day))); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if _, err := p.WithLists("2025-02.1", l); err != nil {
		t.Errorf("the list is no file that can be loaded: %v", err)
	}
}

func TestAProposalStandsBesideTheList(t *testing.T) {
	t.Parallel()
	p := pack(t)
	text := `date,name,name_zh,certainty,hours
2026-11-01,All Saints' Day,,,
2026-12-24,Christmas Eve,,,09:00-12:00
2026-12-25,Christmas Day,,,
2026-12-26,Boxing Day,,,
2027-01-06,Epiphany,,estimated,
2027-01-06,Three Kings,,,
2027-05-08,Liberation,,,
`
	r, err := dayfile.Read([]byte(text), dayfile.Years{First: 2026, Last: 2027})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"passed 2026-11-01 holiday All Saints' Day/诸圣节 announced",
		"new 2026-12-24 hours Christmas Eve/平安夜  09:00-12:00",
		"same 2026-12-25 holiday Christmas Day/圣诞节 statutory",
		"changed 2026-12-26 holiday Boxing Day/Boxing Day announced",
		"new 2027-01-06 holiday Epiphany/主显节 estimated",
		"repeated 2027-01-06 holiday Three Kings/Three Kings announced",
		"closed 2027-05-08 holiday Liberation/Liberation announced", // a Saturday
	}
	for i, q := range almanac.Propose(p, "DE", r.Entries, date(t, "2026-11-28")) {
		got := string(q.Standing) + " " + say(almanac.Day(q.Edit))
		if got != want[i] || q.Wanted() != strings.HasPrefix(got, "new") {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
	}
}

// A day that an edition changed is stamped with the instant of that edition, so that calendar programs take it over; the
// others keep theirs, also over editions that leave them alone.
func TestAFeedSaysSinceWhenEachDayIsAsItIs(t *testing.T) {
	t.Parallel()
	p := pack(t)
	at := func(day int) time.Time { return time.Date(2026, 11, day, 9, 0, 0, 0, time.UTC) }
	then := func(book *policy.Book, from time.Time, edits ...almanac.Edit) *policy.Book {
		last := book.Last().Pack
		next, err := last.WithHolidays(almanac.Edited(last, "DE", edits))
		if err == nil {
			book, err = book.With(from, next)
		}
		if err != nil {
			t.Fatal(err)
		}
		return book
	}
	eve := almanac.Edit{Date: date(t, "2026-12-24"), Kind: almanac.Holiday, NameEn: "Christmas Eve", NameZh: "平安夜", Certainty: policy.Announced}
	short := almanac.Edit{Date: date(t, "2026-12-31"), Kind: almanac.Hours, NameEn: "New Year's Eve", NameZh: "除夕", Windows: hours(t, "09:00-12:00")}
	book := then(p.Book(), at(2), eve)
	book = then(book, at(9), short)
	eve.Certainty = policy.Statutory
	book = then(book, at(16), eve)
	words := almanac.Wording{Language: almanac.English, Host: "h", Note: func([]calendar.Window, string) string { return "" }}
	for _, c := range []struct {
		now              time.Time
		eve, short, long time.Time
	}{
		{at(1), time.Time{}, time.Time{}, time.Time{}},
		{at(3), at(2), time.Time{}, time.Time{}},
		{at(10), at(2), at(9), time.Time{}},
		{at(20), at(16), at(9), time.Time{}},
	} {
		f, ok := almanac.Feed(book, "emea-cet:DE", c.now, words)
		if !ok {
			t.Fatal("no feed")
		}
		since := map[string]time.Time{}
		for _, d := range f.Days {
			since[d.Date.String()] = d.Since
		}
		if !since["2026-12-24"].Equal(c.eve) || !since["2026-12-31"].Equal(c.short) || !since["2026-12-25"].Equal(c.long) {
			t.Errorf("at %s: %v, %v, %v", c.now, since["2026-12-24"], since["2026-12-31"], since["2026-12-25"])
		}
		if text := string(f.ICalendar()); !c.eve.IsZero() && !strings.Contains(text, "UID:emea-cet:DE/20261224@h\r\nDTSTAMP:"+c.eve.Format("20060102T150405Z")+"\r\n") {
			t.Errorf("at %s: %s", c.now, text)
		}
	}
}

// What a calendar hands out proposes the very same days to a list that has none: how certain each is, too.
func TestWhatIsHandedOutIsTakenBackAsItWas(t *testing.T) {
	t.Parallel()
	p := pack(t)
	list := p.Holidays["DE"]
	list.Holidays, list.Overrides = nil, nil
	empty, err := p.WithHolidays(list)
	if err != nil {
		t.Fatal(err)
	}
	today := date(t, "2026-11-28")
	f, ok := almanac.Feed(p.Book(), "emea-cet:DE", time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), almanac.Wording{Language: almanac.English, Host: "h"})
	if !ok {
		t.Fatal("no feed")
	}
	for name, text := range map[string][]byte{"table": f.CSV(), "iCalendar": f.ICalendar()} {
		r, err := dayfile.Read(text, dayfile.Years{First: 2026, Last: 2027})
		if err != nil || len(r.Entries) < 10 {
			t.Fatalf("%s: %d days, %v", name, len(r.Entries), err)
		}
		for _, q := range almanac.Propose(empty, "DE", r.Entries, today) {
			if is := almanac.DayOf(p, "DE", q.Edit.Date); q.Edit.Certainty != is.Certainty {
				t.Errorf("%s: %s, not %s", name, say(almanac.Day(q.Edit)), is.Certainty)
			}
		}
		for _, q := range almanac.Propose(p, "DE", r.Entries, today) {
			if q.Standing != almanac.Same && q.Standing != almanac.Passed {
				t.Errorf("%s: %s is %s", name, say(almanac.Day(q.Edit)), q.Standing)
			}
		}
	}
	said, err := dayfile.Read([]byte("date,name,certainty\n2026-12-25,Christmas Day,announced\n"), dayfile.Years{First: 2026, Last: 2027})
	if err != nil {
		t.Fatal(err)
	}
	if q := almanac.Propose(p, "DE", said.Entries, today); q[0].Standing != almanac.Changed || q[0].Edit.Certainty != policy.Announced {
		t.Errorf("a file that says another certainty: %+v", q[0])
	}
}

// room is the slice on a fresh database.
type room struct {
	*almanac.Service
	db    *db.DB
	clk   *clock.Stepping
	admin access.Actor
}

func each(t *testing.T, fn func(t *testing.T, r room)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		fn(t, room{&almanac.Service{DB: d, Clock: clk, Policy: pack(t)}, d, clk, access.Actor{Person: id.New(), Role: access.Administrator, Session: id.New()}})
	})
}

func changes(t *testing.T, r room, country string) (all []string) {
	t.Helper()
	d, err := r.Draft(t.Context(), r.admin, country)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range d.Changes {
		all = append(all, say(c.After))
	}
	return all
}

func TestEditsWaitInADraft(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r room) {
		eve := almanac.Edit{Date: date(t, "2026-12-24"), Kind: almanac.Hours, NameEn: "Christmas Eve", NameZh: "平安夜", Windows: hours(t, "09:00-12:00")}
		party := almanac.Edit{Date: date(t, "2026-07-08"), Kind: almanac.Holiday, NameEn: "Summer party", Certainty: policy.Announced}
		if err := r.Edit(t.Context(), r.admin, "DE", eve, party); err != nil {
			t.Fatal(err)
		}
		eve.Windows = hours(t, "09:00-13:00")
		if err := r.Edit(t.Context(), r.admin, "DE", eve); err != nil {
			t.Fatal(err)
		}
		want := []string{"2026-07-08 holiday Summer party/Summer party announced", "2026-12-24 hours Christmas Eve/平安夜  09:00-13:00"}
		if got := changes(t, r, "DE"); !slices.Equal(got, want) {
			t.Errorf("draft: %q", got)
		}
		if r.Policy.Now().Calendars["emea-cet:DE"].Holiday(party.Date) != "" {
			t.Error("an edit holds before it is published")
		}
		for _, drop := range []string{"2026-12-24", "2026-12-25"} {
			if err := r.Drop(t.Context(), r.admin, "DE", date(t, drop)); err != nil {
				t.Fatal(err)
			}
		}
		if got := changes(t, r, "DE"); !slices.Equal(got, want[:1]) {
			t.Errorf("after dropping one: %q", got)
		}
		// The day as it is anyway is no change.
		if err := r.Edit(t.Context(), r.admin, "DE", almanac.Edit{Date: party.Date, Kind: almanac.Usual}); err != nil || len(changes(t, r, "DE")) != 0 {
			t.Errorf("%v, %q", err, changes(t, r, "DE"))
		}
	})
}

func TestWhatIsNoEdit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r room) {
		good := almanac.Edit{Date: date(t, "2026-07-08"), Kind: almanac.Holiday, NameEn: "X", Certainty: policy.Announced}
		with := func(change func(e *almanac.Edit)) almanac.Edit { e := good; change(&e); return e }
		for field, e := range map[string]almanac.Edit{
			"day":       with(func(e *almanac.Edit) { e.Date = date(t, "2026-03-03") }), // yesterday
			"kind":      with(func(e *almanac.Edit) { e.Kind = "party" }),
			"name_en":   with(func(e *almanac.Edit) { e.NameEn = " " }),
			"name_zh":   with(func(e *almanac.Edit) { e.NameZh = strings.Repeat("长", 121) }),
			"certainty": with(func(e *almanac.Edit) { e.Certainty = "sure" }),
			"hours":     with(func(e *almanac.Edit) { e.Kind, e.Windows = almanac.Hours, hours(t, "09:00-12:00 11:00-13:00") }),
		} {
			err := r.Edit(t.Context(), r.admin, "DE", good, e)
			if errs.KindOf(err) != errs.Invalid || errs.As(err).Fields[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if got := changes(t, r, "DE"); len(got) != 0 {
			t.Errorf("half of what was refused is kept: %q", got)
		}
		for _, country := range []string{"CA", "XX", "", "DE-BY", "de"} { // Canada keeps the list of the United States
			if err := r.Edit(t.Context(), r.admin, country, good); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", country, err)
			}
		}
		engineer := access.Actor{Person: id.New(), Role: access.Engineer, Session: id.New()}
		if err := r.Edit(t.Context(), engineer, "DE", good); errs.KindOf(err) != errs.Refused {
			t.Errorf("an engineer edits: %v", err)
		}
		if n, err := r.Due(t.Context(), engineer); n != 0 || err != nil {
			t.Errorf("an engineer is told of %d, %v", n, err)
		}
	})
}

// A day is edited in the calendar's zone: when it is still the day before in New York, the day can be edited there and
// not in Tokyo.
func TestADayPassesInTheCalendarsZone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r room) {
		r.clk.Forward(time.Date(2026, 7, 9, 1, 0, 0, 0, time.UTC).Sub(r.clk.Now()))
		e := almanac.Edit{Date: date(t, "2026-07-08"), Kind: almanac.Holiday, NameEn: "X", Certainty: policy.Announced}
		if err := r.Edit(t.Context(), r.admin, "US", e); err != nil {
			t.Errorf("New York: %v", err)
		}
		if err := r.Edit(t.Context(), r.admin, "JP", e); errs.KindOf(err) != errs.Invalid {
			t.Errorf("Tokyo: %v", err)
		}
	})
}

func TestTheYearlyReview(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r room) {
		state := func(country string, year int) string {
			y, err := r.YearOf(t.Context(), r.admin, country, year)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(y.State, " ", y.Due)
		}
		// In March: this year's estimates are due, next year's are not yet.
		for at, want := range map[string]string{"AE 2026": "estimated true", "AE 2027": "estimated false", "DE 2027": "stated false", "DE 2028": "missing false"} {
			country, year, _ := strings.Cut(at, " ")
			n := 2026 + int(year[3]-'6')
			if got := state(country, n); got != want {
				t.Errorf("%s: %s, want %s", at, got, want)
			}
		}
		before, err := r.Due(t.Context(), r.admin)
		if err != nil {
			t.Fatal(err)
		}
		// One minute before October in New York, and after.
		october := time.Date(2026, 10, 1, 4, 0, 0, 0, time.UTC)
		r.clk.Forward(october.Add(-time.Minute).Sub(r.clk.Now()))
		if got := state("CN", 2027); got != "estimated false" {
			t.Errorf("China in September: %s", got)
		}
		r.clk.Forward(time.Minute)
		if got := state("CN", 2027); got != "estimated true" {
			t.Errorf("China in October: %s", got)
		}
		after, err := r.Due(t.Context(), r.admin)
		if err != nil || after <= before {
			t.Errorf("due before October %d, after %d, %v", before, after, err)
		}
		if err := r.Confirm(t.Context(), r.admin, "CN", 2027); err != nil {
			t.Fatal(err)
		}
		if got := state("CN", 2027); got != "reviewed false" {
			t.Errorf("confirmed: %s", got)
		}
		if n, err := r.Due(t.Context(), r.admin); n != after-1 || err != nil {
			t.Errorf("due after one was confirmed: %d, %v", n, err)
		}
		r.reviewEndsWithAChange(t)
		if err := r.Confirm(t.Context(), r.admin, "DE", 2028); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a year without a day: %v", err)
		}
		all, err := r.Overview(t.Context(), r.admin)
		if err != nil || len(all) != 30 || all[0].Country != "AE" || len(all[0].Years) != 2 {
			t.Errorf("%d countries, %v", len(all), err)
		}
	})
}

// reviewEndsWithAChange: a review stands for the days that were there (R9.2-25). In October China's 2027 is confirmed.
func (r *room) reviewEndsWithAChange(t *testing.T) {
	t.Helper()
	is := func(want string) {
		t.Helper()
		y, err := r.YearOf(t.Context(), r.admin, "CN", 2027)
		if got := fmt.Sprint(y.State, " ", y.Due); err != nil || got != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
	was := pack(t)
	publish := func(e almanac.Edit) {
		t.Helper()
		q, err := was.WithHolidays(almanac.Edited(was, "CN", []almanac.Edit{e}))
		if err != nil {
			t.Fatal(err)
		}
		r.Policy = q
	}
	publish(almanac.Edit{Date: date(t, "2028-03-09"), Kind: almanac.Holiday, NameEn: "X", Certainty: policy.Estimated})
	is("reviewed false") // another year
	r.Policy = was
	publish(almanac.Edit{Date: date(t, "2027-03-09"), Kind: almanac.Holiday, NameEn: "X", Certainty: policy.Estimated})
	is("estimated true")
	publish(almanac.Edit{Date: date(t, "2027-03-09"), Kind: almanac.Hours, NameEn: "X", Windows: hours(t, "09:00-12:00")})
	is("estimated true")
	r.Policy = was
	is("reviewed false")
}
