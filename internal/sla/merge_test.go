package sla

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// other is a second case of the same system, P2 of 11:30: due at 13:30 on the regional calendar.
func other(t testing.TB) *story {
	s := p3(t)
	s.events[0].Priority, s.events[0].At = 2, when(t, "2026-11-16T11:30:00-05:00").UnixMicro()
	return s
}

// merged is case p3 after other was merged into it at noon, and other after it.
func merged(t testing.TB) (into, gone *story) {
	t.Helper()
	into, gone = p3(t), other(t)
	at := when(t, "2026-11-16T12:00:00-05:00")
	owed, ok, err := owedOver(testSettings(t), gone.events, at)
	if err != nil || !ok {
		t.Fatalf("the second case owes nothing: %v", err)
	}
	owed.Question = "20427"
	into.events = append(into.events, owed)
	return into, gone.then("2026-11-16T12:00:00-05:00", Event{Kind: Merged, Question: "20419"})
}

func owedOver(set settings, events []Event, at time.Time) (Event, bool, error) {
	e := engine{editions: []edition{{settings: set}}, at: micros(at)}
	e.edition = &e.editions[0]
	if err := e.run(inOrder(events)); err != nil {
		return Event{}, false, err
	}
	return e.owed()
}

func TestTheSurvivorTakesTheEarliestUnmetDue(t *testing.T) {
	t.Parallel()
	into, gone := merged(t)
	for _, c := range []struct{ at, survivor, merged string }{
		{"2026-11-16T12:00:00-05:00", "running Mon 16 13:30", "running Mon 16 13:30"}, // alone it was 14:00
		{"2026-11-16T13:31:00-05:00", "breached Mon 16 13:30", "breached Mon 16 13:30"},
	} {
		if got := short(into.at(c.at).Clocks[0]); got != c.survivor {
			t.Errorf("the survivor at %s: %s, want %s", c.at, got, c.survivor)
		}
		if got := short(gone.at(c.at).Clocks[0]); got != c.merged {
			t.Errorf("the merged one at %s: %s, want %s", c.at, got, c.merged)
		}
	}
	full, err := evaluate([]edition{{settings: testSettings(t)}}, into.events, when(t, "2026-11-16T12:30:00-05:00"), true)
	if err != nil {
		t.Fatal(err)
	}
	checkLedger(t, full.Clocks[0])
	if first := full.Clocks[0].Ledger[0]; first.Reason != Taken || first.Detail != "20427" {
		t.Errorf("the ledger begins with %+v", first)
	}
}

// An answer in the survivor is one in both; the one that was merged owes nothing afterwards and never warns.
func TestAnAnswerKeepsBothPromises(t *testing.T) {
	t.Parallel()
	into, gone := merged(t)
	const answered = "2026-11-16T13:00:00-05:00"
	into.then(answered, Event{Kind: Answered})
	gone.then(answered, Event{Kind: Answered})
	if a, b := into.at(answered), gone.at(answered); a.Clocks[0].State != Met || b.Clocks[0].State != Met || len(a.Clocks) != 2 || len(b.Clocks) != 1 || b.NextDue != nil {
		t.Errorf("after the answer: %+v and %+v", a, b)
	}
	_, gone = merged(t)
	if r := gone.at("2026-11-16T13:29:00-05:00"); len(r.Alarms) != 0 || !r.NextDue.Equal(r.Clocks[0].DueAt.Add(time.Microsecond)) {
		t.Errorf("the merged one warns: %+v", r)
	}
	closed := gone.then("2026-11-16T13:10:00-05:00", Event{Kind: StatusChanged, Status: StatusResolved}).at("2026-11-16T13:20:00-05:00")
	if closed.Clocks[0].State != Cancelled {
		t.Errorf("the survivor ended without an answer: %+v", closed.Clocks[0])
	}
}

func TestAWaiverLeavesTheBreachAsItIs(t *testing.T) {
	t.Parallel()
	late := p3(t).then("2026-11-16T15:00:00-05:00", Event{Kind: Answered})
	due := when(t, "2026-11-16T14:00:00-05:00")
	before := late.at("2026-11-17T10:00:00-05:00")
	late.then("2026-11-17T11:00:00-05:00", Event{Kind: Waived, Deadline: InitialResponse, Due: due.UnixMicro()})
	late.then("2026-11-17T12:00:00-05:00", Event{Kind: Waived, Deadline: StatusUpdate, Due: due.UnixMicro()}) // no such breach
	for at, want := range map[string]string{"2026-11-17T10:59:00-05:00": "", "2026-11-17T13:00:00-05:00": "2026-11-17T11:00:00-05:00"} {
		c := late.at(at).Clocks[0]
		if c.State != Breached || !c.BreachedAt.Equal(due) || c.WaivedAt.IsZero() != (want == "") || want != "" && !c.WaivedAt.Equal(when(t, want)) {
			t.Errorf("at %s: %+v", at, c)
		}
	}
	after := late.at("2026-11-17T10:00:00-05:00")
	if describe(after.Clocks[1]) != describe(before.Clocks[1]) {
		t.Errorf("the next promise moved: %s", describe(after.Clocks[1]))
	}
	full, err := evaluate([]edition{{settings: testSettings(t)}}, late.events, when(t, "2026-11-18T10:00:00-05:00"), true)
	if err != nil {
		t.Fatal(err)
	}
	if last := full.Clocks[0].Ledger[len(full.Clocks[0].Ledger)-1]; last.Reason != WaivedThen || last.Counted != 0 {
		t.Errorf("the ledger ends with %+v", last)
	}
}

// Of two periods that were missed, the one that is named is waived.
func TestAWaiverNamesItsPeriod(t *testing.T) {
	t.Parallel()
	s := p3(t).then("2026-11-16T11:00:00-05:00", Event{Kind: Answered}).then("2026-11-20T12:00:00-05:00", Event{Kind: Answered}).then("2026-11-27T12:00:00-05:00", Event{Kind: Answered})
	s.then("2026-11-28T12:00:00-05:00", Event{Kind: Waived, Deadline: StatusUpdate, Due: when(t, "2026-11-19T11:00:00-05:00").UnixMicro()})
	e := engine{editions: []edition{{settings: testSettings(t)}}, at: when(t, "2026-11-29T10:00:00-05:00").UnixMicro(), keep: true}
	if _, err := e.evaluate(s.events, false); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range e.past {
		got = append(got, fmt.Sprint(c.State, " ", !c.WaivedAt.IsZero()))
	}
	if want := []string{"breached true", "breached false"}; !slices.Equal(got, want) {
		t.Errorf("periods %v, want %v", got, want)
	}
}

// Whatever two cases owe, merging them moves the survivor's due to the earlier of the two, and never beyond its own.
func TestMergingNeverGivesMoreTime(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	rapid.Check(t, func(rt *rapid.T) {
		start := when(t, "2026-11-12T10:00:00-05:00").Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(rt, "filed")) * time.Minute)
		events := make([][]Event, 2)
		for i, name := range []string{"survivor", "merged"} {
			at := start.Add(time.Duration(rapid.IntRange(0, 600).Draw(rt, name)) * time.Minute)
			events[i] = []Event{{Kind: Registered, At: at.UnixMicro(), Priority: rapid.IntRange(1, 4).Draw(rt, name+" priority"),
				Plan: rapid.SampledFrom([]string{"standard", "elite"}).Draw(rt, name+" plan"), Production: true, Deployment: "on_prem", Calendar: "na:US"}}
			if rapid.Bool().Draw(rt, name+" answered") {
				events[i] = append(events[i], Event{Kind: Answered, At: at.Add(time.Minute).UnixMicro()})
			} else if i == 1 && rapid.Bool().Draw(rt, "suspended") { // before the survivor knew of it
				from := rapid.IntRange(0, 300).Draw(rt, "from")
				to := rapid.IntRange(from, 600).Draw(rt, "to")
				events[i] = append(events[i], Event{Kind: Suspended, At: max(at.UnixMicro(), start.Add(time.Duration(from)*time.Minute).UnixMicro())},
					Event{Kind: Reinstated, At: max(at.UnixMicro(), start.Add(time.Duration(to)*time.Minute).UnixMicro())})
			}
		}
		now := start.Add(601 * time.Minute)
		owed, ok, err := owedOver(set, events[1], now)
		if err != nil || !ok {
			rt.Fatalf("owes nothing: %v", err)
		}
		own := mustEvaluate(t, set, now, events[0]...)
		got := mustEvaluate(t, set, now, append(events[0], owed)...)
		want := *own.NextPromise
		if due := instant(owed.Due); due.Before(want) {
			want = due
		}
		if !got.NextPromise.Equal(want) {
			rt.Fatalf("due %v, want %v: alone %v, the other %v", got.NextPromise, want, own.NextPromise, instant(owed.Due))
		}
	})
}

// A breach of a promise that was taken over is no breach of the period that begins in the same instant.
func TestABreachOfATakenPromiseIsNotThatOfTheNextPeriod(t *testing.T) {
	t.Parallel()
	const now = "2026-11-17T12:00:00-05:00"
	s := p3(t).then("2026-11-16T11:00:00-05:00", Event{Kind: Answered})
	joined := Event{Kind: Joined, Deadline: InitialResponse, Since: when(t, "2026-11-16T11:30:00-05:00").UnixMicro(), Priority: 2, Plan: "standard",
		Production: true, Deployment: "on_prem", Calendar: "na:US", Question: "20427"}
	s.then(now, joined).then(now, Event{Kind: PriorityChanged, Priority: 2})
	for _, a := range s.at(now).Alarms {
		s.events = append(s.events, a.Event(when(t, now)))
	}
	last := s.at("2026-11-17T12:01:00-05:00").Clocks[1]
	if len(s.events) != 5 || last.State != Running {
		t.Errorf("%d facts, the period after is %s", len(s.events), short(last))
	}
}

// The promise that is taken over stood still while the merged case was suspended, also where the survivor came in later.
func TestTheSurvivorKeepsTheSuspensionsOfTheMergedCase(t *testing.T) {
	t.Parallel()
	const at = "2026-12-08T10:00:00-05:00"
	gone, into := p3(t), p3(t)
	gone.events[0].At = when(t, "2026-11-30T18:00:00-05:00").UnixMicro()
	gone.then("2026-12-01T00:00:00-05:00", Event{Kind: Suspended}).then("2026-12-08T09:00:00-05:00", Event{Kind: Reinstated})
	into.events[0].At, into.events[0].Priority = when(t, "2026-12-08T09:30:00-05:00").UnixMicro(), 4
	alone := gone.at(at).Clocks[0]
	owed, ok, err := owedOver(testSettings(t), gone.events, when(t, at))
	if err != nil || !ok {
		t.Fatalf("owes nothing: %v", err)
	}
	owed.Question = "20427"
	into.events = append(into.events, owed)
	if got := into.at(at).Clocks[0]; got.State != Running || !got.DueAt.Equal(alone.DueAt) || !got.DueAt.After(when(t, at)) {
		t.Errorf("the survivor: %s, the merged one alone: %s", short(got), short(alone))
	}
	if got := short(alone); got != "running Tue 08 12:00" {
		t.Errorf("alone: %s", got)
	}
	full, err := evaluate([]edition{{settings: testSettings(t)}}, into.events, when(t, at), true)
	if err != nil {
		t.Fatal(err)
	}
	checkLedger(t, full.Clocks[0])
}

// What a case takes over is what the other one owed, with the pauses of its own that it had before this one was there: at
// the merging, and after what both live through later. The merged case itself is held against the stepping oracle by the
// random histories.
func TestTheSurvivorOwesWhatTheMergedCaseOwed(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	editions := []edition{{settings: set}}
	both, days, own := 0, 0, 0
	for n := range *histories / 2 {
		r := rand.New(rand.NewPCG(11, uint64(n)))
		start := randomStart(r)
		gone, at := lonely(r, start)
		owed, ok, err := owedOver(set, gone, at)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			continue
		}
		both++
		if owed.Deadline == StatusUpdate {
			days++
		}
		owed.Question = "20427"
		// The other case is registered after the pauses of this one, and owes nothing before it; or before, with pauses of
		// its own.
		into := []Event{gone[0]}
		into[0].At, into[0].Priority, into[0].Deployment = at.UnixMicro(), 4, "on_prem"
		if owed.Deadline == InitialResponse && r.IntN(2) == 0 {
			into[0].At = start.UnixMicro()
			for from := start; ; {
				from = from.Add(time.Duration(r.IntN(600)) * time.Minute)
				to := from.Add(time.Duration(r.IntN(600)) * time.Minute)
				if !to.Before(at) {
					break
				}
				into = append(into, Event{Kind: Suspended, At: from.UnixMicro()}, Event{Kind: Reinstated, At: to.UnixMicro()})
				from = to
				own++
			}
		}
		alone := slices.Clone(into)
		into, gone = append(into, owed), append(gone, Event{Kind: Merged, At: at.UnixMicro(), Question: "20419"})
		for range 3 {
			if a, b, c := dueNow(t, editions, at, into), dueNow(t, editions, at, alone), dueNow(t, editions, at, gone); a != min(b, c) {
				t.Fatalf("history %d at %v: due %v, alone %v, the merged one %v\n%s\n%s", n, at, instant(a), instant(b), instant(c), AppendFacts(nil, gone), AppendFacts(nil, into))
			}
			from := at.Add(time.Duration(r.IntN(3000)) * time.Minute)
			at = from.Add(time.Duration(r.IntN(6000)) * time.Minute)
			for _, facts := range []*[]Event{&into, &alone, &gone} {
				*facts = append(*facts, Event{Kind: Suspended, At: from.UnixMicro()}, Event{Kind: Reinstated, At: at.UnixMicro()})
			}
		}
	}
	if both < *histories/8 || days < *histories/16 || own < *histories/16 {
		t.Errorf("%d of the histories owed something, %d of them an update; the survivors had %d pauses", both, days, own)
	}
}

// lonely is a case with answers and suspensions that are over.
func lonely(r *rand.Rand, start time.Time) (events []Event, at time.Time) {
	events, _ = randomHistory(r, start)
	events, at = events[:1], start
	for range 1 + r.IntN(5) {
		at = at.Add(time.Duration(r.IntN(pick(r, 60, 600, 4000))) * time.Minute)
		if r.IntN(2) == 0 {
			events = append(events, Event{Kind: Answered, At: at.UnixMicro()})
			continue
		}
		events = append(events, Event{Kind: Suspended, At: at.UnixMicro()})
		at = at.Add(time.Duration(r.IntN(3000)) * time.Minute)
		events = append(events, Event{Kind: Reinstated, At: at.UnixMicro()})
	}
	return events, at
}

// dueNow is what is due first of a case, as known at an instant.
func dueNow(t *testing.T, editions []edition, at time.Time, events []Event) int64 {
	t.Helper()
	r := mustEvaluateOver(t, editions, at, events...)
	if r.NextPromise == nil {
		return math.MaxInt64
	}
	return micros(*r.NextPromise)
}

// The survivor was suspended before, the case that goes into it was not: what that one owed first stays due when it was,
// and is suspended with the survivor from the merging on.
func TestAPauseOfTheSurvivorBeforeTheMergingMovesNothingOfTheOther(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, merged, later, at, want string }{ // the merged one: P2 of 10:10, due at 12:10
		{"not due yet", "2026-11-16T12:00:00-05:00", "", "2026-11-16T12:05:00-05:00", "running Mon 16 12:10"},
		{"just now", "2026-11-16T12:10:00-05:00", "", "2026-11-16T12:10:00-05:00", "running Mon 16 12:10"},
		{"missed before", "2026-11-16T12:20:00-05:00", "", "2026-11-16T12:30:00-05:00", "breached Mon 16 12:10"},
		{"suspended afterwards", "2026-11-16T12:00:00-05:00", "2026-11-16T12:05:00-05:00", "2026-11-16T13:10:00-05:00", "running Mon 16 13:10"},
	} {
		into, gone := p3(t), other(t)
		gone.events[0].At = when(t, "2026-11-16T10:10:00-05:00").UnixMicro()
		into.then("2026-11-16T10:15:00-05:00", Event{Kind: Suspended}).then("2026-11-16T10:45:00-05:00", Event{Kind: Reinstated})
		owed, ok, err := owedOver(testSettings(t), gone.events, when(t, c.merged))
		if err != nil || !ok {
			t.Fatalf("%s: %v", c.name, err)
		}
		owed.Question = "20427"
		into.events = append(into.events, owed)
		if c.later != "" {
			into.then(c.later, Event{Kind: Suspended}).then("2026-11-16T13:05:00-05:00", Event{Kind: Reinstated})
		}
		if got := short(into.at(c.at).Clocks[0]); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		full, err := evaluate([]edition{{settings: testSettings(t)}}, into.events, when(t, c.at), true)
		if err != nil {
			t.Fatal(err)
		}
		checkLedger(t, full.Clocks[0])
	}
}
