package sla

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"liaison/internal/policy"
	"liaison/policies"
)

// The engine over the pack that ships: the promise before filing, and the JSON of a clock as contracts.md has it.
func TestReferencePackGivesClocksInTheContractsForm(t *testing.T) {
	t.Parallel()
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	filing := p3(t).events[0]
	promised, err := InitialDue(pack, filing)
	if err != nil || !promised.DueAt.Equal(when(t, "2026-11-16T14:00:00-05:00")) || promised.State != Running {
		t.Fatalf("promised %+v, %v", promised, err)
	}
	plain, err := Evaluate(pack, []Event{filing}, filing.Time())
	if err != nil || plain.Clocks[0].Ledger != nil || !plain.Clocks[0].DueAt.Equal(promised.DueAt) {
		t.Fatalf("without ledger: %+v, %v", plain, err)
	}
	full, err := EvaluateWithLedger(pack, []Event{filing}, filing.Time())
	if err != nil {
		t.Fatal(err)
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(full.Clocks[0].In(shanghai))
	want := `{"kind":"initial_response","clock":"na:US","target":{"minutes":240},"startedAt":"2026-11-16T23:00:00+08:00","dueAt":"2026-11-17T03:00:00+08:00",` +
		`"state":"running","ledger":[{"from":"2026-11-16T23:00:00+08:00","to":"2026-11-17T03:00:00+08:00","counted":14400000000,"reason":"counted","clause":"9.2"}],"clause":"9.2"}`
	if string(got) != want || err != nil {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if empty, _ := json.Marshal(plain.Clocks[0].In(shanghai)); !strings.Contains(string(empty), `"ledger":[]`) {
		t.Errorf("a clock without ledger is %s", empty)
	}
}
