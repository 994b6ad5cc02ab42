package calendar

import (
	"testing"
	"time"
)

func TestMonthsClampToTheLastDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-03-15", 12, "2027-03-15"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2028-02-29", 48, "2032-02-29"},
		{"2027-02-28", 12, "2028-02-28"},
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-10-31", 1, "2026-11-30"},
		{"2026-12-31", 24, "2028-12-31"},
		{"2026-11-30", 3, "2027-02-28"},
		{"2026-03-15", -12, "2025-03-15"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-01-15", 0, "2026-01-15"},
	} {
		if got := date(t, c.from).AddMonths(c.months).String(); got != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestDaysUntil(t *testing.T) {
	t.Parallel()
	if n := date(t, "2027-01-01").DaysUntil(date(t, "2028-12-31")); n != 730 {
		t.Errorf("%d", n)
	}
	if n := date(t, "2027-01-02").DaysUntil(date(t, "2027-01-01")); n != -1 {
		t.Errorf("%d", n)
	}
}

// Berlin jumps from 02:00 to 03:00 on 29 March 2026 and goes back from 03:00 to 02:00 on 25 October 2026.
func TestAWallTimeIsTheFirstInstantThatShowsIt(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day, clock, want string
	}{
		{"2026-03-28", "02:30:00", "2026-03-28T01:30:00Z"},
		{"2026-03-29", "02:30:00", "2026-03-29T01:00:00Z"},
		{"2026-03-29", "10:00:00", "2026-03-29T08:00:00Z"},
		{"2026-10-25", "02:30:00", "2026-10-25T00:30:00Z"},
		{"2026-10-25", "10:00:30", "2026-10-25T09:00:30Z"},
	} {
		clock, err := time.Parse(time.TimeOnly, c.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := date(t, c.day).AtIn(berlin, TimeOfDay(clock, time.UTC)); !got.Equal(at(t, c.want)) {
			t.Errorf("%s %s is %s, want %s", c.day, c.clock, got, c.want)
		}
	}
	if got := TimeOfDay(at(t, "2026-03-29T08:00:00.25Z"), berlin); got != 10*time.Hour+250*time.Millisecond {
		t.Errorf("%s", got)
	}
}
