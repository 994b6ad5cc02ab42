package calendar

import (
	"math/rand/v2"
	"testing"
	"time"

	"liaison/internal/id"
)

func zoneNamed(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func instantOf(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWhoCanBeReachedNowAndNext(t *testing.T) {
	t.Parallel()
	berlin, tokyo := zoneNamed(t, "Europe/Berlin"), zoneNamed(t, "Asia/Tokyo")
	ann, ben, eve := id.New(), id.New(), id.New()
	list := []Presence{
		{Person: ann, First: date(t, "2026-03-27"), Last: date(t, "2026-03-31"), Hours: Window{9 * 60, 17 * 60}, Zone: berlin},
		{Person: ann, First: date(t, "2026-03-27"), Last: date(t, "2026-03-31"), Hours: Window{17 * 60, 20 * 60}, Zone: berlin}, // goes on at once
		{Person: ben, First: date(t, "2026-03-28"), Last: date(t, "2026-03-30"), Hours: Window{22 * 60, 30 * 60}, Zone: tokyo},  // over midnight
		{Person: eve, From: instantOf(t, "2026-03-29T00:00:00Z"), To: instantOf(t, "2026-03-29T02:30:00Z")},
	}
	for _, c := range []struct {
		at, now, until, next, from string
	}{
		{"2026-03-26T10:00:00Z", "", "", "ann", "2026-03-27T08:00:00Z"},
		{"2026-03-27T08:00:00Z", "ann", "2026-03-27T19:00:00Z", "ann", "2026-03-28T08:00:00Z"}, // both of its hours are one stretch
		{"2026-03-27T19:00:00Z", "", "", "ann", "2026-03-28T08:00:00Z"},                        // until is not included
		{"2026-03-28T14:00:00Z", "annben", "2026-03-28T19:00:00Z", "eve", "2026-03-29T00:00:00Z"},
		{"2026-03-29T01:00:00Z", "eve", "2026-03-29T02:30:00Z", "ann", "2026-03-29T07:00:00Z"}, // summer time has begun in Berlin
		{"2026-03-30T20:00:00Z", "ben", "2026-03-30T21:00:00Z", "ann", "2026-03-31T07:00:00Z"}, // of the date before, its last one
		{"2026-03-31T18:00:00Z", "", "", "", ""},
	} {
		names := map[id.ID]string{ann: "ann", ben: "ben", eve: "eve"}
		now, next, ok := Reachable(list, instantOf(t, c.at))
		who := ""
		for _, r := range now {
			who += names[r.Person]
		}
		if who != c.now || len(now) > 0 && !now[0].To.Equal(instantOf(t, c.until)) {
			t.Errorf("%s: now %s, %+v", c.at, who, now)
		}
		if ok != (c.next != "") || ok && (names[next.Person] != c.next || !next.From.Equal(instantOf(t, c.from))) {
			t.Errorf("%s: next %s, %+v", c.at, names[next.Person], next)
		}
	}
}

// Berlin skips 02:00-03:00 on 29 March 2026 and has it twice on 25 October 2026.
func TestHoursAcrossAChangeOfTheClock(t *testing.T) {
	t.Parallel()
	p := Presence{Person: id.New(), First: date(t, "2026-01-01"), Last: date(t, "2026-12-31"), Hours: Window{2*60 + 15, 2*60 + 45}, Zone: zoneNamed(t, "Europe/Berlin")}
	if _, _, is := p.on(date(t, "2026-03-29")); is {
		t.Error("hours that the clock jumps over are some")
	}
	from, to, is := p.on(date(t, "2026-10-25"))
	if !is || !from.Equal(instantOf(t, "2026-10-25T00:15:00Z")) || !to.Equal(instantOf(t, "2026-10-25T01:45:00Z")) {
		t.Errorf("twice: %v to %v", from, to)
	}
	if _, _, is := p.on(date(t, "2027-01-01")); is {
		t.Error("after the last day")
	}
}

func TestAPresenceThatIsNone(t *testing.T) {
	t.Parallel()
	at, utc := instantOf(t, "2026-03-01T10:00:00Z"), time.UTC
	day := date(t, "2026-03-01")
	for want, list := range map[string][]Presence{
		"":      {{From: at, To: at.Add(time.Hour)}, {First: day, Last: day, Hours: Window{0, 1440}, Zone: utc}, {First: day, Last: day.AddDays(365), Hours: Window{1320, 1800}, Zone: utc}},
		"to":    {{From: at, To: at}, {From: at}, {To: at}, {From: at, To: at.AddDate(2, 0, 0)}, {From: at, To: at.Add(time.Hour), First: day, Last: day}},
		"days":  {{Zone: utc, Hours: Window{0, 60}}, {First: day, Last: day.AddDays(-1), Hours: Window{0, 60}, Zone: utc}, {First: day, Last: day.AddDays(366), Hours: Window{0, 60}, Zone: utc}},
		"zone":  {{First: day, Last: day, Hours: Window{0, 60}}},
		"hours": {{First: day, Last: day, Zone: utc}, {First: day, Last: day, Zone: utc, Hours: Window{60, 60}}, {First: day, Last: day, Zone: utc, Hours: Window{0, 1500}}},
	} {
		for i, p := range list {
			if got := p.Fault(); got != want {
				t.Errorf("%q number %d: %q", want, i, got)
			}
		}
	}
}

// Minute by minute the answer is the same as that of asking every presence by hand.
func TestReachableAgreesWithAMinuteByMinuteWalk(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 270))
	people := []id.ID{id.New(), id.New()}
	for range 20 {
		var list []Presence
		for range 3 {
			open := random.IntN(1440)
			list = append(list, Presence{Person: people[random.IntN(2)], First: date(t, "2026-10-24"), Last: date(t, "2026-10-24").AddDays(random.IntN(3)),
				Hours: Window{open, open + 1 + random.IntN(1440)}, Zone: zoneNamed(t, "Europe/Berlin")})
		}
		at := instantOf(t, "2026-10-24T12:00:00Z").Add(time.Duration(random.IntN(2000)) * time.Minute)
		holds := func(who id.ID, x time.Time) bool {
			for _, p := range list {
				if _, _, is := p.around(x); is && p.Person == who {
					return true
				}
			}
			return false
		}
		now, _, _ := Reachable(list, at)
		for _, r := range now {
			if !holds(r.Person, at) || holds(r.Person, r.To) {
				t.Errorf("%v until %v is wrong", r.Person, r.To)
			}
			for x := at; x.Before(r.To); x = x.Add(time.Minute) {
				if !holds(r.Person, x) {
					t.Fatalf("not reachable at %v within %v", x, r)
				}
			}
		}
		for _, who := range people {
			if is := len(now) > 0 && (now[0].Person == who || len(now) > 1 && now[1].Person == who); is != holds(who, at) {
				t.Errorf("%v at %v: %v", who, at, is)
			}
		}
	}
}
