package sla

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// What was computed while an edition was announced is computed again with it after it was withdrawn; a policy that never
// had it computes nothing.
func TestAStandingIsReplayedAfterItsEditionWasWithdrawn(t *testing.T) {
	t.Parallel()
	first, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "second")
	slower := "base: reference-2025-02\nedition: second\npriorities: {P1: {response: 5h}, P2: {response: 9h}, P3: {response: 20h}, P4: {response: 30h}}\n"
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(slower), 0o600)); err != nil {
		t.Fatal(err)
	}
	second, err := policy.LoadDir(dir, policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC)
	alone := policy.NewBook(first)
	announced, err := alone.With(start.Add(time.Hour), second)
	if err != nil {
		t.Fatal(err)
	}
	gone := announced.Without(announced.Last())
	differ := 0
	for n := range 30 {
		events, _ := randomHistory(rand.New(rand.NewPCG(12, uint64(n))), start)
		for i := range events {
			if c := events[i].Calendar; c != "" && first.Calendars[c] == nil {
				events[i].Calendar = "na:US"
			}
		}
		at := events[len(events)-1].Time()
		made, err := StandingOf(announced, events, at)
		if err != nil {
			t.Fatal(err)
		}
		again, err := made.Again(gone)
		if err != nil || !reflect.DeepEqual(again, made) {
			t.Fatalf("withdrawn: %+v, %v, was %+v", again, err, made)
		}
		if _, err := made.Again(alone); err == nil {
			t.Fatal("replayed under a policy that never had the edition")
		}
		now, err := StandingOf(gone, events, at)
		if err != nil {
			t.Fatal(err)
		}
		never, err := StandingOf(alone, events, at)
		if err != nil || !reflect.DeepEqual(now, never) {
			t.Fatalf("withdrawn: %+v, never announced: %+v, %v", now, never, err)
		}
		if !reflect.DeepEqual(now.Answer, made.Answer) {
			differ++
		}
	}
	if differ == 0 {
		t.Error("no history in which the edition made a difference")
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
