package main

import (
	"testing"
	"time"

	"liaison/internal/policy"
)

// Who applies an older edition is told that it does not hold, and which one does.
func TestAnOlderEditionIsSaidNotToHold(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	pack := func(name string) *policy.Pack { return &policy.Pack{Edition: name, Vendor: policy.Vendor{Zone: zone}} }
	day := func(d int) time.Time { return time.Date(2026, 12, d, 5, 0, 0, 0, time.UTC) }
	book, err := policy.NewBook(pack("a")).With(day(10), pack("b"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		now        time.Time
		name, want string
	}{
		{day(9), "a", ""},
		{day(9), "b", " It holds from 2026-12-10 00:00:00 -05:00 on."},
		{day(10), "b", ""},
		{day(11), "a", " It does not hold: edition b has held since 2026-12-10 00:00:00 -05:00. To go back to what these files say, publish them under another name of edition."},
	} {
		if got := standing(book, c.now, c.name); got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.name, c.now, got, c.want)
		}
	}
}

func TestCountsAndShiftsAreSaidInWords(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	for got, want := range map[string]string{
		some(0, "system"): "0 systems", some(1, "system"): "1 system", some(2, "system"): "2 systems",
		shift(due, due.Add(-40*time.Hour-9*time.Minute-50*time.Second-18477*time.Microsecond)): "1d 16h earlier",
		shift(due, due.Add(90*time.Minute)):                                                    "1h 30m later",
		shift(time.Time{}, due):                                                                "", shift(due, time.Time{}) + "-": "-",
		"same: " + shift(due, due): "same: no change",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
