package sla

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"liaison/internal/policy"
	"liaison/policies"
)

// What is stored with a decision gives the same answer again, at every step of random histories, also after another
// edition of the policy was published that holds since before.
func TestEveryStepOfARandomHistoryIsReplayed(t *testing.T) {
	t.Parallel()
	packs := map[string]*policy.Pack{}
	for _, name := range []string{"reference-2025-02", "harbour-2026"} {
		p, err := policy.Load(policies.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		packs[name] = p
	}
	before := policy.NewBook(packs["reference-2025-02"])
	start := time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC)
	after, err := before.With(start.Add(time.Hour), packs["harbour-2026"])
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for n := range 60 {
		events, _ := randomHistory(rand.New(rand.NewPCG(11, uint64(n))), start)
		for i := range events {
			if c := events[i].Calendar; c != "" && before.Last().Pack.Calendars[c] == nil {
				events[i].Calendar = "na:US"
			}
		}
		for i := range events {
			made, err := StandingOf(before, events[:i+1], events[i].Time())
			if err != nil {
				t.Fatal(err)
			}
			stored, err := json.Marshal(made)
			if err != nil {
				t.Fatal(err)
			}
			var read Standing
			if err := json.Unmarshal(stored, &read); err != nil {
				t.Fatal(err)
			}
			again, err := read.Again(after)
			if err != nil {
				t.Fatal(err)
			}
			if now, _ := json.Marshal(again); string(now) != string(stored) {
				t.Fatalf("stored %s\nnow    %s", stored, now)
			}
			steps++
		}
	}
	if steps < 200 {
		t.Errorf("%d steps", steps)
	}
	foreign, err := StandingOf(policy.NewBook(packs["harbour-2026"]), nil, start)
	if err == nil {
		t.Errorf("no facts: %+v", foreign)
	}
	if _, err := (Standing{Inputs: StandingInputs{Editions: []string{"another"}}}).Again(before); err == nil {
		t.Error("replayed under another policy")
	}
}

// A standing that is stored after another one has its own facts only, and is whole again with those before it.
func TestAStandingIsWholeAgainWithTheOneBefore(t *testing.T) {
	facts := []Event{{Kind: Registered, At: 1}, {Kind: Answered, At: 2}, {Kind: CustomerActed, At: 3}}
	whole := Standing{Kind: KindOfStanding, Inputs: StandingInputs{Facts: facts}}
	for known := range len(facts) + 1 {
		short := whole.After(known)
		if len(short.Inputs.Facts) != len(facts)-known || len(whole.Inputs.Facts) != len(facts) {
			t.Errorf("after %d: %d facts", known, len(short.Inputs.Facts))
		}
		again, err := short.Whole(facts[:known])
		if err != nil || !reflect.DeepEqual(again, whole) {
			t.Errorf("after %d: %+v, %v", known, again, err)
		}
		if known > 0 {
			if _, err := short.Whole(facts[:known-1]); err == nil {
				t.Errorf("after %d: too few facts are enough", known)
			}
		}
	}
}
