package apptest_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// Reliability R4: the clock of the running program jumps by two days, forwards and backwards, several times. No promise
// moves, no warning and no breach is recorded or told twice, every ledger goes forward, and the journal keeps its order.
func TestTheClockMayJumpByTwoDays(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin, lin := w.As("katrin.vogel"), w.As("lin.wei")
		start := berlin(t, "2026-03-05T10:00:00+01:00")
		w.Clock.Set(start)
		var open, answered []string
		for _, level := range []string{"P1", "P2", "P3", "P4"} {
			open = append(open, katrin.Register(home, level).Number)
			number := katrin.Register(home, level).Number
			lin.Say(number, "We are looking into it.")
			answered = append(answered, number)
		}
		clocks := func(number string) []sla.Clock {
			return apptest.Is[[]sla.Clock](t, lin.Get("/api/v1/cases/"+number+"/clocks"), 200)
		}
		due := map[string]time.Time{}
		for _, number := range append(open, answered...) {
			for _, k := range clocks(number) {
				due[number+string(k.Deadline)] = k.DueAt
			}
		}
		const days = 48 * time.Hour
		at := start
		for _, jump := range []time.Duration{days, -days, days, -days, time.Hour, -2 * days, 2*days + time.Hour, days} {
			at = at.Add(jump)
			w.Sweep(at)
			w.Sweep(at)
			for _, number := range append(open, answered...) {
				for _, k := range clocks(number) {
					if want := due[number+string(k.Deadline)]; !k.DueAt.IsZero() && !k.DueAt.Equal(want) {
						t.Errorf("at %v the %s of %s is due %v, was %v", at, k.Deadline, number, k.DueAt, want)
					}
					for i, s := range k.Ledger {
						if s.To.Before(s.From) || i > 0 && s.From.Before(k.Ledger[i-1].To) {
							t.Errorf("at %v the ledger of %s goes back: %+v", at, number, k.Ledger)
						}
					}
				}
			}
		}
		once(t, w)
		breached := w.Count(`SELECT count(*) FROM journal WHERE kind = 'clock.breached' AND at >= $1`, start)
		if breached < int64(len(open)) {
			t.Errorf("%d breaches of %d are recorded", breached, len(open))
		}
	})
}

// once: every warning and breach has one line in the journal and one notice for its centre.
func once(t *testing.T, w *apptest.World) {
	t.Helper()
	lines, last := map[string]int{}, int64(0)
	w.Rows(`SELECT seq, subject_id, kind, data FROM journal WHERE kind IN ('clock.warning', 'clock.breached') ORDER BY seq`, nil, func(scan func(...any) error) error {
		var seq int64
		var subject id.ID
		var kind, text string
		err := scan(&seq, &subject, &kind, &text)
		var data struct {
			Clock   string
			Percent int
			Due     int64
		}
		if err == nil {
			err = json.Unmarshal([]byte(text), &data)
		}
		if seq <= last {
			t.Errorf("line %d follows %d", seq, last)
		}
		last = seq
		lines[fmt.Sprintf("%s %s %s %d %d", subject, kind, data.Clock, data.Percent, data.Due)]++
		return err
	})
	for key, n := range lines {
		if n != 1 {
			t.Errorf("%d lines of %s", n, key)
		}
	}
	told := w.Count(`SELECT count(*) FROM notice WHERE kind IN ('warning', 'breach') AND centre <> ''`)
	if told != int64(len(lines)) {
		t.Errorf("%d notices for %d lines", told, len(lines))
	}
}
