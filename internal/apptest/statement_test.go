package apptest_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/errs"
	statements "liaison/internal/report"
	"liaison/internal/sla"
)

func TestAMonthlyStatementIsComputedAgainByteForByte(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-05T10:00:00+01:00"))
		katrin, sofia := w.As("katrin.vogel"), w.As("sofia.lindqvist")
		kept, missed := katrin.Register(home, "P3"), katrin.Register(home, "P3")
		w.Clock.Forward(time.Hour)
		sofia.Say(kept.Number, "We are looking into it.")
		w.Sweep(berlin(t, "2026-03-06T10:00:00+01:00")) // the other one is missed on the 5th at 14:00
		sofia.Say(missed.Number, "Sorry, this took long.")
		customer := *w.Person("katrin.vogel").Customer
		if _, err := w.App.Reports.Make(t.Context(), apptest.Program(), customer, "2026-03"); !hasKey(err, "statement.month_open") {
			t.Errorf("before the month is over: %v", err)
		}
		w.Clock.Set(berlin(t, "2026-04-02T10:00:00+02:00"))
		m, err := w.App.Reports.Make(t.Context(), apptest.Program(), customer, "2026-03")
		if err != nil {
			t.Fatal(err)
		}
		states := map[string]sla.State{}
		for _, l := range m.Statement.Lines {
			if l.Kind == sla.InitialResponse {
				states[l.Number] = l.State
			}
		}
		if states[kept.Number] != sla.Met || states[missed.Number] != sla.Breached {
			t.Errorf("%s is %s, %s is %s", kept.Number, states[kept.Number], missed.Number, states[missed.Number])
		}
		again, err := w.App.Reports.Make(t.Context(), apptest.Program(), customer, "2026-03")
		if err != nil || !bytes.Equal(again.File, m.File) {
			t.Errorf("made twice, the statement differs: %v", err)
		}
		v, err := statements.Verify(m.File)
		if err != nil || v.Key != w.App.Reports.PublicKey() || len(v.Statement.Lines) != len(m.Statement.Lines) {
			t.Errorf("verified: %v", err)
		}
		forged(t, m.File)
		table, err := statements.CSV(m.Statement)
		if err != nil || strings.Count(string(table), "\n") != len(m.Statement.Lines)+1 || !strings.Contains(string(table), missed.Number) {
			t.Errorf("CSV %v:\n%s", err, table)
		}
		if _, err := w.App.Reports.Make(t.Context(), apptest.Program(), "nobody", "2026-03"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of a customer who does not exist: %v", err)
		}
	})
}

// forged files are found, whether they are only touched or signed anew.
func forged(t *testing.T, file []byte) {
	t.Helper()
	for old, now := range map[string]string{`"state":"breached"`: `"state":"met"`, `"breached":`: `"breacher":`, `"publicKey":"`: `"publicKey":"A`, `"month":"2026-03"`: `"month":"2026-02"`} {
		if _, err := statements.Verify(bytes.Replace(file, []byte(old), []byte(now), 1)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s for %s: %v", now, old, err)
		}
	}
	if _, err := statements.Verify(file[:len(file)/2]); !hasKey(err, "statement.bad_file") {
		t.Errorf("cut in half: %v", err)
	}
}
