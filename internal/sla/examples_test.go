package sla

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// example is a worked example of the kinds that the engine answers.
type example struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Inputs struct {
		FiledAt     time.Time      `json:"filed_at"`
		Priority    string         `json:"priority"`
		Plan        string         `json:"plan"`
		Deployment  string         `json:"deployment"`
		Environment string         `json:"environment"`
		Calendar    string         `json:"regional_calendar"`
		Clock       string         `json:"clock"`
		LastUpdate  time.Time      `json:"last_customer_visible_update"`
		Events      [][2]string    `json:"events"`
		ChangedAt   time.Time      `json:"changed_at"`
		NewPriority string         `json:"new_priority"`
		Responded   bool           `json:"responded"`
		RespondedAt time.Time      `json:"first_response_at"`
		PlanAt      time.Time      `json:"plan_changed_at"`
		NewPlan     string         `json:"new_plan"`
		Pauses      [][2]time.Time `json:"pauses"`
		NextCal     string         `json:"calendar"`
		Now         time.Time      `json:"now"`
		Due         time.Time      `json:"due"`
		Event       string         `json:"event"`
		EventAt     time.Time      `json:"event_at"`
	} `json:"inputs"`
	Expected map[string]any `json:"expected"`
}

func level(key string) int { return int(key[1] - '0') }

// filing is the registration of the example's case.
func (x *example) filing() Event {
	in := x.Inputs
	return Event{
		Kind: Registered, At: in.FiledAt.UnixMicro(), Priority: level(in.Priority), Plan: in.Plan,
		Production: in.Environment == "production", Deployment: in.Deployment, Calendar: in.Calendar,
	}
}

func TestWorkedExamples(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	answers := map[string]func(*testing.T, settings, *example) map[string]any{
		"initial_response_due": answerInitial,
		"next_opening":         answerOpening,
		"status_update_due":    answerUpdate,
		"priority_change":      answerPriority,
		"plan_change":          answerPlan,
		"suspension_pause":     answerSuspension,
		"response_met":         answerMet,
	}
	var file struct{ Examples []json.RawMessage }
	readJSON(t, "../../testdata/examples/public.json", &file)
	ran := 0
	for _, raw := range file.Examples {
		var kind struct{ Kind string }
		if err := json.Unmarshal(raw, &kind); err != nil {
			t.Fatal(err)
		}
		answer := answers[kind.Kind]
		if answer == nil {
			continue // of another package
		}
		var x example
		if err := json.Unmarshal(raw, &x); err != nil {
			t.Fatal(err)
		}
		ran++
		t.Run(x.ID, func(t *testing.T) {
			t.Parallel()
			got := answer(t, set, &x)
			for key, want := range x.Expected {
				if !same(got[key], want) {
					t.Errorf("%s: got %v, want %v", key, got[key], want)
				}
			}
		})
	}
	if ran < 55 {
		t.Errorf("only %d examples ran", ran)
	}
}

// same compares instants as instants and the rest as JSON has it.
func same(got, want any) bool {
	if at, ok := got.(time.Time); ok {
		w, err := time.Parse(time.RFC3339Nano, want.(string))
		return err == nil && w.Equal(at)
	}
	if n, ok := got.(int); ok {
		got = float64(n)
	}
	return got == want
}

func mustEvaluate(t testing.TB, set settings, at time.Time, events ...Event) Result {
	t.Helper()
	return mustEvaluateOver(t, always(set), at, events...)
}

func mustEvaluateOver(t testing.TB, editions []edition, at time.Time, events ...Event) Result {
	t.Helper()
	r, err := evaluate(editions, events, at, true)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func answerInitial(t *testing.T, set settings, x *example) map[string]any {
	c := mustEvaluate(t, set, x.Inputs.FiledAt, x.filing()).Clocks[0]
	return map[string]any{"clock": c.Clock, "target_minutes": c.Target.Minutes, "due": c.DueAt, "due_utc": c.DueAt}
}

func answerOpening(_ *testing.T, set settings, x *example) map[string]any {
	cal := set.rules.(*testRules).calendars[x.Inputs.NextCal]
	opens, _ := cal.NextOpening(x.Inputs.Now)
	return map[string]any{"open_now": cal.IsOpen(x.Inputs.Now), "opens_at": opens}
}

// answerUpdate replays the events of the example, or one update, on a case that was answered with a logged call.
func answerUpdate(t *testing.T, set settings, x *example) map[string]any {
	in := x.Inputs
	events := []Event{{Kind: Answered, At: in.LastUpdate.UnixMicro()}}
	if len(in.Events) > 0 {
		events = nil
	}
	for _, ev := range in.Events {
		next := map[string]Event{
			"public_comment":                   {Kind: Answered},
			"status_changed:open->development": {Kind: StatusChanged, Status: StatusDevelopment},
			"waiting_for_customer":             {Kind: StatusChanged, Status: StatusWaitingCustomer, Question: "q1"},
			"customer_reply":                   {Kind: CustomerActed},
		}[ev[1]]
		next.At = when(t, ev[0]).UnixMicro()
		events = append(events, next)
	}
	reg := Event{Kind: Registered, At: events[0].At, Answered: true, Priority: level(in.Priority), Plan: in.Plan, Production: true, Deployment: "on_prem", Calendar: in.Clock}
	c := mustEvaluate(t, set, in.LastUpdate, slices.Insert(events, 0, reg)...).Clocks[1]
	if c.Clock != in.Clock {
		t.Errorf("clock %s, want %s", c.Clock, in.Clock)
	}
	return map[string]any{"interval_working_days": c.Target.WorkingDays, "due": c.DueAt, "due_utc": c.DueAt}
}

func answerPriority(t *testing.T, set settings, x *example) map[string]any {
	in := x.Inputs
	events := []Event{x.filing()}
	if in.Responded {
		events = append(events, Event{Kind: Answered, At: in.RespondedAt.UnixMicro()})
	}
	old := mustEvaluate(t, set, in.ChangedAt, events...).Clocks[0]
	events = append(events, Event{Kind: PriorityChanged, At: in.ChangedAt.UnixMicro(), Priority: level(in.NewPriority)})
	r := mustEvaluate(t, set, in.ChangedAt, events...)
	got := map[string]any{
		"old_due": old.DueAt, "breached_at_change": old.State == Breached, "new_clock": r.Clocks[0].Clock,
		"due": r.Clocks[0].DueAt, "due_utc": r.Clocks[0].DueAt, "initial_response": string(r.Clocks[0].State),
	}
	if in.Responded {
		got["next_update_due"] = r.Clocks[1].DueAt
	}
	return got
}

func answerPlan(t *testing.T, set settings, x *example) map[string]any {
	in := x.Inputs
	events := []Event{x.filing(), {Kind: PlanChanged, At: in.PlanAt.UnixMicro(), Plan: in.NewPlan}}
	c := mustEvaluate(t, set, in.PlanAt, events...).Clocks[0]
	choice := set.rules.(*testRules).ClockFor(in.NewPlan, level(in.Priority), in.Environment == "production", in.Deployment, in.Calendar)
	return map[string]any{"clock_after": choice.ID, "due": c.DueAt, "due_utc": c.DueAt}
}

func answerSuspension(t *testing.T, set settings, x *example) map[string]any {
	events := []Event{x.filing()}
	state := "open"
	for _, p := range x.Inputs.Pauses {
		events = append(events, Event{Kind: Suspended, At: p[0].UnixMicro()})
		if mustEvaluate(t, set, p[0], events...).Clocks[0].State == Paused {
			state = "suspended"
		}
		events = append(events, Event{Kind: Reinstated, At: p[1].UnixMicro()})
	}
	c := mustEvaluate(t, set, instant(events[len(events)-1].At), events...).Clocks[0]
	return map[string]any{"clock": c.Clock, "case_state_while_suspended": state, "due": c.DueAt, "due_utc": c.DueAt}
}

// answerMet builds a P1 around the clock that is due when the example says. What is no fact of a clock, such as an
// acknowledgement, adds no event.
func answerMet(t *testing.T, set settings, x *example) map[string]any {
	in := x.Inputs
	events := []Event{{Kind: Registered, At: in.Due.Add(-2 * time.Hour).UnixMicro(), Priority: 1, Plan: "elite", Production: true, Deployment: "cloud"}}
	human := map[string]bool{"public_comment_by_engineer": true, "information_requested_by_engineer": true}
	if human[in.Event] {
		events = append(events, Event{Kind: Answered, At: in.EventAt.UnixMicro()})
	}
	state := string(mustEvaluate(t, set, in.EventAt, events...).Clocks[0].State)
	if state == string(Running) {
		state = "open"
	}
	return map[string]any{"met": state}
}
