package sla

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liaison/internal/calendar"
)

// changed are the test's settings with other hours of na:US, from an instant on.
func changed(t testing.TB, from string, edit func(*testRules, *calendar.Spec)) []edition {
	t.Helper()
	set := testSettings(t)
	rules := set.rules.(*testRules)
	spec := exampleSpecs(t)["na:US"]
	closed := map[calendar.Date]string{}
	maps.Copy(closed, spec.Closed)
	spec.Closed = closed
	edit(rules, &spec)
	rules.calendars["na:US"] = made(t, map[string]calendar.Spec{"na:US": spec})["na:US"]
	return []edition{{settings: testSettings(t), from: math.MinInt64, name: "first"}, {settings: set, from: when(t, from).UnixMicro(), name: "second"}}
}

func date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A P3 of Monday 10:00, four hours, on a calendar that is open from 09:00 to 19:00.
func TestAnEditionPinsWhatHasElapsed(t *testing.T) {
	t.Parallel()
	off := func(day string) func(*testRules, *calendar.Spec) {
		return func(_ *testRules, s *calendar.Spec) { s.Closed[date(t, day)] = "moved" }
	}
	respond := func(d time.Duration) func(*testRules, *calendar.Spec) {
		return func(r *testRules, _ *calendar.Spec) { r.response[3] = d }
	}
	for _, c := range []struct {
		name   string
		from   string
		edit   func(*testRules, *calendar.Spec)
		want   string
		ledger []string
	}{
		{"the same again", "2026-11-16T11:00:00-05:00", func(*testRules, *calendar.Spec) {}, "running Mon 16 14:00",
			[]string{"16T10:00-16T11:00 1h0m0s counted 9.2", "16T11:00-16T11:00 0s new_edition 9.2second", "16T11:00-16T14:00 3h0m0s counted 9.2"}},
		{"the day is taken off from 11:00", "2026-11-16T11:00:00-05:00", off("2026-11-16"), "running Tue 17 12:00",
			[]string{"16T10:00-16T11:00 1h0m0s counted 9.2", "16T11:00-16T11:00 0s new_edition 9.2second", "16T11:00-17T00:00 0s holiday 9.2moved",
				"17T00:00-17T09:00 0s closed 9.2", "17T09:00-17T12:00 3h0m0s counted 9.2"}},
		{"after it was due", "2026-11-16T14:00:00-05:00", off("2026-11-16"), "running Mon 16 14:00", []string{"16T10:00-16T14:00 4h0m0s counted 9.2"}},
		{"a longer target", "2026-11-16T11:00:00-05:00", respond(6 * time.Hour), "running Mon 16 16:00",
			[]string{"16T10:00-16T11:00 1h0m0s counted 9.2", "16T11:00-16T11:00 0s new_edition 9.2second", "16T11:00-16T16:00 5h0m0s counted 9.2"}},
		{"a target of which more was used", "2026-11-16T13:00:00-05:00", respond(2 * time.Hour), "running Mon 16 13:00",
			[]string{"16T10:00-16T12:00 2h0m0s counted 9.2", "16T12:00-16T13:00 0s restarted 3.3"}},
		{"a past day is taken off", "2026-11-16T11:00:00-05:00", off("2026-11-13"), "running Mon 16 14:00",
			[]string{"16T10:00-16T11:00 1h0m0s counted 9.2", "16T11:00-16T11:00 0s new_edition 9.2second", "16T11:00-16T14:00 3h0m0s counted 9.2"}},
	} {
		got := mustEvaluateOver(t, changed(t, c.from, c.edit), when(t, "2026-11-16T10:30:00-05:00"), p3(t).events...).Clocks[0]
		if short(got) != c.want || !slices.Equal(lines(got), c.ledger) {
			t.Errorf("%s: got %s %q, want %s %q", c.name, short(got), lines(got), c.want, c.ledger)
		}
	}
}

// What later editions say never changes what was counted before they held: the ledger up to then is the same.
func TestEditingThePastChangesNoElapsedSegment(t *testing.T) {
	t.Parallel()
	set, specs := testSettings(t), exampleSpecs(t)
	rapid.Check(t, func(rt *rapid.T) {
		start := when(t, "2026-11-12T10:00:00-05:00").Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(rt, "filed")) * time.Minute)
		reg := Event{Kind: Registered, At: start.UnixMicro(), Priority: rapid.IntRange(1, 4).Draw(rt, "priority"), Plan: "standard", Production: true, Deployment: "on_prem", Calendar: "na:US"}
		from := start.Add(time.Duration(rapid.IntRange(1, 600).Draw(rt, "edition")) * time.Minute)
		other := testSettings(t)
		spec := specs["na:US"]
		spec.Closed = map[calendar.Date]string{calendar.DateOf(start.AddDate(0, 0, rapid.IntRange(-2, 4).Draw(rt, "day off")), time.UTC): "moved"}
		c, err := calendar.New(spec)
		if err != nil {
			rt.Fatal(err)
		}
		other.rules.(*testRules).calendars["na:US"] = c
		before := mustEvaluate(t, set, start, reg).Clocks[0]
		after := mustEvaluateOver(t, []edition{{settings: set, from: math.MinInt64}, {settings: other, from: from.UnixMicro(), name: "second"}}, start, reg).Clocks[0]
		if got, want := until(after, from), until(before, from); got != want {
			rt.Fatalf("before %v:\ngot  %s\nwant %s", from, got, want)
		}
		checkLedger(t, after)
	})
}

// until is the ledger before an instant.
func until(c Clock, at time.Time) string {
	s := ""
	for _, l := range c.Ledger {
		if l.From.Before(at) {
			counted := l.Counted
			if l.To.After(at) && counted > 0 {
				counted = at.Sub(l.From).Microseconds()
			}
			s += fmt.Sprintf("%v-%v %d %s; ", l.From, minTime(l.To, at), counted, l.Reason)
		}
	}
	return s
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Due is monotone: a longer target or a later start is never due earlier, and neither is anything after an hour more
// is closed. Going on from any instant of the way with what is left gives the same due.
func TestDueIsMonotoneAndSplits(t *testing.T) {
	t.Parallel()
	specs := exampleSpecs(t)
	rapid.Check(t, func(rt *rapid.T) {
		set := testSettings(t)
		rules := set.rules.(*testRules)
		id := rapid.SampledFrom([]string{"na:US", "emea-cet:DE", "emea-gulf:AE", "apac:CN"}).Draw(rt, "calendar")
		start := when(t, "2026-09-20T00:00:00Z").Add(time.Duration(rapid.Int64Range(0, 60*24*3600*1e6).Draw(rt, "filed")) * time.Microsecond)
		reg := Event{Kind: Registered, At: start.UnixMicro(), Priority: 3, Plan: "standard", Production: true, Deployment: "on_prem", Calendar: id}
		rules.response[3] = time.Duration(rapid.IntRange(1, 60*60).Draw(rt, "target")) * time.Minute
		c := mustEvaluate(t, set, start, reg).Clocks[0]
		checkLedger(t, c)
		due := c.DueAt

		later := reg
		later.At += rapid.Int64Range(0, 40*3600*1e6).Draw(rt, "later")
		if d := mustEvaluate(t, set, later.Time(), later).Clocks[0].DueAt; d.Before(due) {
			rt.Fatalf("filed later, due earlier: %v before %v", d, due)
		}
		split := start.Add(time.Duration(rapid.Int64Range(0, due.Sub(start).Microseconds()).Draw(rt, "split")) * time.Microsecond)
		left := rules.response[3] - c.Calendar.Between(start, split)
		if d, err := c.Calendar.Add(split, left); err != nil || left > 0 && !d.Equal(due) {
			rt.Fatalf("split at %v with %v left: %v, want %v", split, left, d, due)
		}
		again := []edition{{settings: set, from: math.MinInt64}, {settings: set, from: split.UnixMicro() + 1, name: "the same"}}
		if d := mustEvaluateOver(t, again, start, reg).Clocks[0].DueAt; !d.Equal(due) {
			rt.Fatalf("the same edition from %v on: %v, want %v", split, d, due)
		}
		rules.response[3] += time.Duration(rapid.IntRange(0, 600).Draw(rt, "more")) * time.Minute
		if d := mustEvaluate(t, set, start, reg).Clocks[0].DueAt; d.Before(due) {
			rt.Fatalf("a longer target is due earlier: %v before %v", d, due)
		}
		spec, closed := specs[id], map[calendar.Date]string{}
		maps.Copy(closed, spec.Closed)
		closed[calendar.DateOf(start.AddDate(0, 0, rapid.IntRange(-1, 8).Draw(rt, "day off")), time.UTC)] = "more"
		spec.Closed = closed
		less, err := calendar.New(spec)
		if err != nil {
			rt.Fatal(err)
		}
		long := mustEvaluate(t, set, start, reg).Clocks[0].DueAt
		rules.calendars[id] = less
		if d := mustEvaluate(t, set, start, reg).Clocks[0].DueAt; d.Before(long) {
			rt.Fatalf("closed for longer, due earlier: %v before %v", d, long)
		}
	})
}
