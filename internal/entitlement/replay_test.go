package entitlement_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"liaison/internal/calendar"
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
	quota := func(used int, kind entitlement.ChangeKind) errs.Decision {
		on := day(t, "2026-06-01")
		_, d := entitlement.MayChange(p, entitlement.ChangeFacts{ContractStart: day(t, "2026-01-15"), Counted: slices.Repeat([]calendar.Date{on}, used), Kind: kind, On: on})
		return d
	}
	if full := quota(6, entitlement.Replacement); full.Allowed || full.Code != entitlement.QuotaUsed {
		t.Errorf("the seventh change: %+v", full)
	}
	under := *p // seats under extended lifecycle support; of the others nothing changes
	under.Extended.Seats = 1
	own := &under
	older := quota(6, entitlement.Replacement)
	older.Inputs = map[string]any{"used": 6, "limit": 6, "year_from": "2026-01-01", "year_to": "2026-12-31", "next": "2027-01-01"}
	for _, made := range []errs.Decision{entitlement.DesignateNew(p, entitlement.SeatFacts{Plan: "standard", Extra: 1, Active: 2}), entitlement.DesignateNew(p, entitlement.SeatFacts{Plan: "standard", Active: 2}),
		entitlement.DesignateNew(own, entitlement.SeatFacts{Plan: "elite", Extended: true, Active: 1}),
		quota(5, entitlement.VacatedFilled), quota(6, entitlement.Replacement), quota(7, entitlement.SeatVacated), older} {
		stored, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		var d errs.Decision
		if err := json.Unmarshal(stored, &d); err != nil {
			t.Fatal(err)
		}
		if again, err := entitlement.Replay(own, d.Inputs); err != nil || !reflect.DeepEqual(again, d) {
			t.Errorf("%+v is replayed to %+v, %v", d, again, err)
		}
	}
}

func TestWhatIsNoStoredDecisionIsNotReplayed(t *testing.T) {
	t.Parallel()
	for _, inputs := range []map[string]any{nil, {"at": "2026-12-02T12:00:00Z"}, {"at": "soon", "liaison": true},
		{"at": "2026-12-02T12:00:00Z", "liaison": true, "due": "2026-02-30"},
		{"action": "audit", "at": "soon", "liaison": true}, {"action": "fly", "at": "2026-12-02T12:00:00Z", "liaison": true},
		{"action": 7, "at": "2026-12-02T12:00:00Z", "liaison": true}, {"action": "audit", "at": "2026-12-02T12:00:00Z", "due": "2026-02-30"}} {
		if _, err := entitlement.Replay(pack(t), inputs); errs.As(err).Key != "decision.no_replay" {
			t.Errorf("%v: %v", inputs, err)
		}
	}
}

// A decision that names its question is that question's; one that was stored before decisions named theirs is about
// registering a case, as it was.
func TestADecisionSaysWhichQuestionItAnswers(t *testing.T) {
	t.Parallel()
	p := pack(t)
	contact := entitlement.Standing{RegisterFacts: fine(t), Manages: true}
	contact.Liaison = false
	d, _ := entitlement.Ask(p, entitlement.AskAudit, contact, instant(t, noon))
	if !d.Allowed || d.Inputs["action"] != "audit" {
		t.Fatalf("%+v", d)
	}
	if again, err := entitlement.Replay(p, d.Inputs); err != nil || again.Code != "accepted" || again.Clause != "8.8" {
		t.Errorf("an audit is replayed to %+v, %v", again, err)
	}
	delete(d.Inputs, "action")
	if again, err := entitlement.Replay(p, d.Inputs); err != nil || again.Clause != "3.2" || again.Allowed {
		t.Errorf("without its question it is replayed to %+v, %v", again, err)
	}
}
