package calendar

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func drawInstant(t *rapid.T, name string) time.Time {
	start := time.Date(2026, 10, 15, 0, 0, 0, 0, time.UTC)
	return start.Add(time.Duration(rapid.Int64Range(0, 40*24*3600*1e6).Draw(t, name)) * time.Microsecond)
}

// spliced cuts a calendar into parts that are all itself.
func spliced(t *rapid.T, c *Calendar) *Splice {
	at, parts := drawInstant(t, "first cut"), []Part{{Calendar: c}}
	for range rapid.IntRange(1, 4).Draw(t, "cuts") {
		parts = append(parts, Part{From: at, Calendar: c})
		at = at.Add(time.Duration(rapid.Int64Range(1, 3*24*3600*1e6).Draw(t, "until the next cut")) * time.Microsecond)
	}
	return NewSplice(parts)
}

// A change to the same calendar changes nothing: splitting a stretch of time anywhere and going on is the same.
func TestACalendarSplicedWithItselfCountsAsBefore(t *testing.T) {
	t.Parallel()
	night := everyDay(t, "Europe/Berlin", "22:00-06:00")
	office := weekdays(t, "America/New_York", "09:00-12:00", "13:00-19:00")
	calendars := []*Calendar{must(t, office), must(t, night), AlwaysOpen("24x7")}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(calendars).Draw(t, "calendar")
		s := spliced(t, c)
		a, d := drawInstant(t, "start"), time.Duration(rapid.Int64Range(-1, 90*3600*1e6).Draw(t, "open time"))*time.Microsecond
		want, _ := c.Add(a, d)
		if got, err := s.Add(a, d); err != nil || !got.Equal(want) {
			t.Fatalf("Add(%v, %v): %v, %v; want %v", a, d, got, err, want)
		}
		b := drawInstant(t, "end")
		if got, want := s.Between(a, b), c.Between(a, b); got != want {
			t.Fatalf("Between(%v, %v): %v, want %v", a, b, got, want)
		}
		opens, _ := c.NextOpening(a)
		if got, ok := s.NextOpening(a); !ok || !got.Equal(opens) {
			t.Fatalf("NextOpening(%v): %v, want %v", a, got, opens)
		}
		n := rapid.IntRange(1, 6).Draw(t, "working days")
		want, _ = c.AddWorkingDays(a, n)
		if got, err := s.AddWorkingDays(a, n); err != nil || !got.Equal(want) {
			t.Fatalf("AddWorkingDays(%v, %d): %v, %v; want %v", a, n, got, err, want)
		}
	})
}

// Each part counts in its own time only, and the parts of a stretch meet.
func TestASpliceCountsEachPartByItsOwnCalendar(t *testing.T) {
	t.Parallel()
	before, after := must(t, weekdays(t, "Europe/Paris", "09:00-18:00")), must(t, weekdays(t, "America/New_York", "08:00-20:00"))
	rapid.Check(t, func(t *rapid.T) {
		x, a, b := drawInstant(t, "change"), drawInstant(t, "start"), drawInstant(t, "end")
		if b.Before(a) {
			a, b = b, a
		}
		s := NewSplice([]Part{{Calendar: before}, {From: x, Calendar: after}})
		cut := x
		if cut.Before(a) {
			cut = a
		}
		if cut.After(b) {
			cut = b
		}
		open := before.Between(a, cut) + after.Between(cut, b)
		if got := s.Between(a, b); got != open {
			t.Fatalf("Between: %v, want %v", got, open)
		}
		due, err := s.Add(a, open)
		if err != nil || due.After(b) || s.Between(a, due) != open {
			t.Fatalf("Add(%v): %v, %v", open, due, err)
		}
		at, counted := a, time.Duration(0)
		s.Segments(a, b, func(part int, seg Segment) {
			if !seg.From.Equal(at) || (part == 1) == seg.From.Before(x) {
				t.Fatalf("segment %+v of part %d after %v", seg, part, at)
			}
			at = seg.To
			if seg.Open {
				counted += seg.To.Sub(seg.From)
			}
		})
		if counted != open || !at.Equal(b) && a.Before(b) {
			t.Fatalf("the segments have %v until %v", counted, at)
		}
	})
}

func TestWorkingDaysOverAChange(t *testing.T) {
	t.Parallel()
	office := must(t, weekdays(t, "Europe/Paris", "09:00-18:00"))
	spec := weekdays(t, "Europe/Paris", "09:00-18:00")
	spec.Closed = map[Date]string{date(t, "2026-11-18"): "moved", date(t, "2026-11-16"): "moved"}
	moved := must(t, spec)
	short := must(t, weekdays(t, "Europe/Paris", "10:00-16:00"))
	around := AlwaysOpen("24x7")
	paris := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, office.Zone())
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		name          string
		first, second *Calendar
		change, from  string
		n             int
		want          string
	}{
		{"a day off that is named in time", office, moved, "2026-11-17 12:00", "2026-11-17 11:00", 2, "2026-11-20 11:00"},
		{"a day off that has passed stays a working day", office, moved, "2026-11-17 12:00", "2026-11-13 11:00", 1, "2026-11-16 11:00"},
		{"a day off that has passed counted already", office, moved, "2026-11-17 12:00", "2026-11-13 11:00", 3, "2026-11-19 11:00"},
		{"shorter hours clamp the time", office, short, "2026-11-17 12:00", "2026-11-16 17:30", 2, "2026-11-18 16:00"},
		{"of the day of the change itself", office, short, "2026-11-17 12:00", "2026-11-16 17:30", 1, "2026-11-17 16:00"},
		{"changed after the end of the day", office, short, "2026-11-17 18:00", "2026-11-16 17:30", 1, "2026-11-17 17:30"},
		{"around the clock from the weekend on", office, around, "2026-11-14 00:00", "2026-11-13 11:00", 2, "2026-11-15 11:00"},
		{"sent after hours counts as sent at the close of that time", office, short, "2026-11-17 20:00", "2026-11-17 21:00", 1, "2026-11-18 16:00"},
	} {
		s := NewSplice([]Part{{Calendar: c.first}, {From: paris(c.change), Calendar: c.second}})
		if got, err := s.AddWorkingDays(paris(c.from), c.n); err != nil || !got.Equal(paris(c.want)) {
			t.Errorf("%s: %v, %v; want %s", c.name, got.In(office.Zone()), err, c.want)
		}
	}
}

// A change that a mistyped year puts a thousand years ahead moves nothing, and no amount of open time turns negative.
func TestAChangeFarAheadMovesNothing(t *testing.T) {
	t.Parallel()
	start, far := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), time.Date(9999, 12, 10, 0, 0, 0, 0, time.UTC)
	for _, c := range []*Calendar{AlwaysOpen("24x7"), must(t, weekdays(t, "Europe/Paris", "09:00-18:00"))} {
		s := NewSplice([]Part{{Calendar: c}, {From: far, Calendar: c}})
		want, err := c.Add(start, 30*time.Hour)
		if got, err2 := s.Add(start, 30*time.Hour); err != nil || err2 != nil || !got.Equal(want) {
			t.Errorf("%s: due %v, %v, %v; want %v", c.ID(), got, err, err2, want)
		}
	}
	for name, open := range map[string]func(a, b time.Time) time.Duration{
		"a calendar": AlwaysOpen("24x7").Between,
		"a splice":   NewSplice([]Part{{Calendar: AlwaysOpen("24x7")}, {From: start.AddDate(250, 0, 0), Calendar: AlwaysOpen("24x7")}}).Between,
	} {
		if got := open(start, start.AddDate(500, 0, 0)); got != math.MaxInt64 {
			t.Errorf("%s: 500 years are %v", name, got)
		}
		if got := open(start, start.AddDate(0, 0, 2)); got != 48*time.Hour {
			t.Errorf("%s: two days are %v", name, got)
		}
	}
}
