package sla

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// randomStart lies within two weeks before a change of summer time, a run of holidays or the end of a year.
func randomStart(r *rand.Rand) time.Time {
	days := []string{
		"2026-03-08", "2026-03-29", "2026-05-26", "2026-07-03", "2026-09-21", "2026-10-01", "2026-10-25", "2026-11-01",
		"2026-11-26", "2026-12-25", "2027-01-01", "2027-03-09", "2027-03-14", "2027-03-28", "2027-10-31", "2027-11-07",
	}
	day, _ := time.Parse(time.DateOnly, days[r.IntN(len(days))])
	return day.Add(-time.Duration(r.IntN(14*24*60)) * time.Minute)
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// randomHistory gives the facts of a case received at start, and an instant not before the last of them.
func randomHistory(r *rand.Rand, start time.Time) ([]Event, time.Time) {
	ids := []string{"na:US", "emea-cet:DE", "emea-uk:GB", "emea-gulf:AE", "apac:CN", "apac-jpkr:JP", "latam-br:BR", "emea-cet:TR+arife"}
	events := []Event{{
		Kind: Registered, At: start.UnixMicro(), Priority: 1 + r.IntN(4), Plan: pick(r, "standard", "extended", "premier", "elite"),
		Production: r.IntN(4) > 0, Deployment: pick(r, "on_prem", "on_prem", "on_prem", "cloud"), Calendar: pick(r, ids...),
		Extended: r.IntN(4) == 0,
	}}
	at, status, suspended := start, StatusOpen, false
	for range r.IntN(14) {
		at = at.Add(time.Duration(r.IntN(pick(r, 1, 60, 600, 4000))) * time.Minute)
		ev := randomEvent(r, status, suspended)
		ev.At = at.UnixMicro()
		if ev.Kind == Joined { // received at some minute since this case was
			ev.Since = start.Add(time.Duration(r.IntN(1+int(at.Sub(start)/time.Minute))) * time.Minute).UnixMicro()
			ev.Calendar = pick(r, ids...)
		}
		switch ev.Kind {
		case Suspended, Reinstated:
			suspended = ev.Kind == Suspended
		case StatusChanged:
			status = ev.Status
		case CustomerActed:
			if status == StatusWaitingCustomer {
				status = StatusOpen
			}
		default: // the others change neither
		}
		events = append(events, ev)
	}
	return inOrder(events), at.Add(time.Duration(r.IntN(6000)) * time.Minute)
}

func randomEvent(r *rand.Rand, status Status, suspended bool) Event {
	next := map[Status][]Status{
		StatusOpen:              {StatusWaitingCustomer, StatusWaitingCustomer, StatusWaitingThirdParty, StatusDevelopment, StatusResolved, StatusClosed},
		StatusWaitingCustomer:   {StatusOpen, StatusResolved, StatusClosed},
		StatusWaitingThirdParty: {StatusOpen, StatusWaitingCustomer, StatusResolved},
		StatusDevelopment:       {StatusOpen, StatusResolved},
		StatusResolved:          {StatusOpen, StatusClosed},
		StatusClosed:            {StatusOpen},
	}
	switch r.IntN(11) {
	case 0, 1:
		return Event{Kind: Answered}
	case 2, 3:
		return Event{Kind: PriorityChanged, Priority: 1 + r.IntN(4)}
	case 4:
		return Event{Kind: PlanChanged, Plan: pick(r, "standard", "extended", "premier", "elite"), Extended: r.IntN(3) == 0}
	case 5:
		return Event{Kind: CustomerActed}
	case 6:
		if suspended {
			return Event{Kind: Reinstated}
		}
		return Event{Kind: Suspended}
	case 7:
		if r.IntN(3) == 0 {
			return Event{Kind: Merged, Question: "20419"}
		}
		return randomJoin(r)
	}
	s := pick(r, next[status]...)
	return Event{Kind: StatusChanged, Status: s, ByCustomer: r.IntN(3) == 0 && s.isOver(), Question: "q"}
}

// randomJoin is a case that is merged into the one of the history: what it owes, without the instants.
func randomJoin(r *rand.Rand) Event {
	return Event{Kind: Joined, Deadline: pick(r, InitialResponse, InitialResponse, StatusUpdate), Priority: 1 + r.IntN(4), Production: r.IntN(4) > 0,
		Plan: pick(r, "standard", "extended", "premier", "elite"), Extended: r.IntN(3) == 0, Deployment: pick(r, "on_prem", "on_prem", "cloud"), Question: "20427",
		Carried: int64(r.IntN(pick(r, 1, 60))) * 60_000_000}
}

// checkLedger: segments meet, and what is counted sums up to the target of the promise that governs.
func checkLedger(t *testing.T, c Clock) {
	t.Helper()
	var counted int64
	for i, s := range c.Ledger {
		counted += s.Counted
		meets := i == 0 || c.Ledger[i-1].To.Equal(s.From)
		mark := s.Reason == NewEdition || s.Reason == Taken
		if !meets || s.From.Before(s.To) == mark || s.Reason != Taken && (s.Reason == Counted) != (s.Counted > 0) || s.Clause == "" {
			t.Fatalf("segment %d of %s is wrong: %+v", i, describe(c), c.Ledger)
		}
	}
	switch {
	case c.DueAt.IsZero():
	case c.Target.Minutes > 0 && counted != int64(c.Target.Minutes)*60_000_000:
		t.Fatalf("%s: %d microseconds counted: %+v", describe(c), counted, c.Ledger)
	case len(c.Ledger) > 0 && !c.Ledger[len(c.Ledger)-1].To.Equal(c.DueAt):
		t.Fatalf("%s: the ledger ends at %v", describe(c), c.Ledger[len(c.Ledger)-1].To)
	}
}

// checkSweep plays the history with a sweep that wakes at every NextDue: no alarm comes twice, none is left over,
// and recording them changes no clock.
func checkSweep(t *testing.T, editions []edition, events []Event, at time.Time, want Result) {
	t.Helper()
	var played []Event
	seen := map[string]bool{}
	sweep := func(until time.Time) {
		for range 100 {
			r := mustEvaluateOver(t, editions, until, played...)
			if r.NextDue == nil || r.NextDue.After(until) {
				return
			}
			r = mustEvaluateOver(t, editions, maxTime(*r.NextDue, instant(played[len(played)-1].At)), played...)
			if len(r.Alarms) == 0 {
				t.Fatalf("woken at %v for nothing: %s", r.NextDue, AppendFacts(nil, played))
			}
			for _, a := range r.Alarms {
				key := fmt.Sprint(a.Deadline, a.Step, a.since)
				if seen[key] {
					t.Fatalf("%s comes twice: %s", key, AppendFacts(nil, played))
				}
				seen[key] = true
				played = append(played, a.Event(maxTime(a.At, instant(played[len(played)-1].At))))
			}
		}
		t.Fatalf("the sweep does not come to rest: %s", AppendFacts(nil, played))
	}
	for i, ev := range events {
		if i > 0 && ev.At > events[i-1].At {
			sweep(instant(ev.At - 1))
		}
		played = append(played, ev)
	}
	sweep(at)
	got := mustEvaluateOver(t, editions, at, played...)
	if len(got.Alarms) > 0 {
		t.Fatalf("left over: %+v", got.Alarms)
	}
	for i := range want.Clocks {
		if describe(got.Clocks[i]) != describe(want.Clocks[i]) {
			t.Fatalf("recording alarms changed a clock: got %s, want %s\n%s", describe(got.Clocks[i]), describe(want.Clocks[i]), AppendFacts(nil, played))
		}
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
