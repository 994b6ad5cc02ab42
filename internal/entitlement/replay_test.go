package entitlement_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"liaison/internal/entitlement"
	"liaison/internal/errs"
)

func TestAStoredDecisionIsReplayedToTheSameResult(t *testing.T) {
	t.Parallel()
	p := pack(t)
	late := fine(t)
	late.OldestDue = day(t, "2026-11-30")
	for _, f := range []entitlement.RegisterFacts{fine(t), late, spoiled(t)} {
		made := entitlement.Register(p, f, instant(t, noon))
		stored, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		var d errs.Decision
		if err := json.Unmarshal(stored, &d); err != nil {
			t.Fatal(err)
		}
		if again, err := entitlement.Replay(p, d.Inputs); err != nil || !reflect.DeepEqual(again, made) {
			t.Errorf("%s is replayed to %+v, %v", made.Code, again, err)
		}
	}
}

// The decisions on seats and on the changes of a year, as JSON has them.
func TestSeatsAndChangesAreReplayed(t *testing.T) {
	t.Parallel()
	p := pack(t)
	quota := func(used int) errs.Decision {
		_, d := entitlement.MayChange(p, entitlement.ChangeFacts{})
		d.Inputs = map[string]any{"used": used, "limit": 6, "year_from": "2026-01-01", "year_to": "2026-12-31", "next": "2027-01-01"}
		return d
	}
	full := quota(6)
	full.Allowed, full.Code = false, entitlement.QuotaUsed
	for _, made := range []errs.Decision{entitlement.DesignateNew(p, "standard", 1, 2), entitlement.DesignateNew(p, "standard", 0, 2), quota(5), full} {
		stored, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		var d errs.Decision
		if err := json.Unmarshal(stored, &d); err != nil {
			t.Fatal(err)
		}
		if again, err := entitlement.Replay(p, d.Inputs); err != nil || !reflect.DeepEqual(again, d) {
			t.Errorf("%+v is replayed to %+v, %v", d, again, err)
		}
	}
}

func TestWhatIsNoStoredDecisionIsNotReplayed(t *testing.T) {
	t.Parallel()
	for _, inputs := range []map[string]any{nil, {"at": "2026-12-02T12:00:00Z"}, {"at": "soon", "liaison": true},
		{"at": "2026-12-02T12:00:00Z", "liaison": true, "due": "2026-02-30"}} {
		if _, err := entitlement.Replay(pack(t), inputs); errs.As(err).Key != "decision.no_replay" {
			t.Errorf("%v: %v", inputs, err)
		}
	}
}
