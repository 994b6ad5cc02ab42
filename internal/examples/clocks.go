package examples

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"liaison/internal/policy"
	"liaison/internal/sla"
)

// filing is the registration of an example's case.
type filing struct {
	FiledAt     time.Time `json:"filed_at"`
	Priority    string    `json:"priority"`
	Plan        string    `json:"plan"`
	Deployment  string    `json:"deployment"`
	Environment string    `json:"environment"`
	Calendar    string    `json:"regional_calendar"`
}

func level(priority string) (int, error) {
	if len(priority) != 2 || priority[0] != 'P' || priority[1] < '1' || priority[1] > '4' {
		return 0, fmt.Errorf("%q is no priority", priority)
	}
	return int(priority[1] - '0'), nil
}

func (f filing) event() (sla.Event, error) {
	n, err := level(f.Priority)
	return sla.Event{Kind: sla.Registered, At: f.FiledAt.UnixMicro(), Priority: n, Plan: f.Plan,
		Production: f.Environment == "production", Deployment: f.Deployment, Calendar: f.Calendar}, err
}

// story is a case whose facts come one after the other.
type story struct {
	pack   *policy.Pack
	events []sla.Event
	err    error // the first that happened
}

func begin(pack *policy.Pack, f filing) *story {
	e, err := f.event()
	if err == nil && pack.ClockFor(f.Plan, e.Priority, e.Production, f.Deployment, f.Calendar).Calendar == nil {
		err = fmt.Errorf("there is no clock for plan %q, calendar %q", f.Plan, f.Calendar)
	}
	return &story{pack: pack, events: []sla.Event{e}, err: err}
}

// then adds a fact that happened at an instant.
func (s *story) then(at time.Time, e sla.Event) {
	e.At = at.UnixMicro()
	s.events = append(s.events, e)
}

// clock gives a clock as known at an instant; the zero one when it does not run.
func (s *story) clock(which sla.Deadline, at time.Time) (c sla.Clock) {
	if s.err != nil {
		return c
	}
	r, err := sla.EvaluateWithLedger(s.pack, s.events, at)
	s.err = err
	if i := slices.IndexFunc(r.Clocks, func(c sla.Clock) bool { return c.Deadline == which }); i >= 0 {
		return r.Clocks[i]
	}
	return c
}

// answer is what a clock says, with what the kind adds.
func (s *story) answer(c sla.Clock, more map[string]any) (answer, error) {
	values := map[string]any{"clock": c.Clock, "due": c.DueAt, "due_utc": c.DueAt}
	for k, v := range more {
		values[k] = v
	}
	return answer{values: values, clause: c.Clause, ledger: c.Ledger}, s.err
}

func initialResponse(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		filing
		Exception json.RawMessage `json:"order_exception"` // decides whether the case is served, not when
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	s := begin(pack, in.filing)
	c := s.clock(sla.InitialResponse, in.FiledAt)
	return s.answer(c, map[string]any{"target_minutes": c.Target.Minutes})
}

func nextOpening(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Calendar string
		Now      time.Time
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	c := pack.Calendars[in.Calendar]
	if c == nil {
		return answer{}, fmt.Errorf("there is no calendar %q", in.Calendar)
	}
	got := answer{values: map[string]any{"open_now": c.IsOpen(in.Now), "opens_at": nil}, clause: "9.2"}
	if opens, ok := c.NextOpening(in.Now); ok {
		got.values["opens_at"] = opens
	}
	return got, nil
}

// statusUpdate replays the events, or one update, on a case that was opened with a logged call.
func statusUpdate(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Clock, Plan, Priority string
		Last                  time.Time   `json:"last_customer_visible_update"`
		Events                [][2]string `json:"events"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	if in.Events == nil {
		in.Events = [][2]string{{in.Last.Format(time.RFC3339Nano), "public_comment"}}
	}
	facts := map[string]sla.Event{
		"public_comment":                           {Kind: sla.Answered},
		"status_changed:open->development":         {Kind: sla.StatusChanged, Status: sla.StatusDevelopment},
		"status_changed:open->waiting_third_party": {Kind: sla.StatusChanged, Status: sla.StatusWaitingThirdParty},
		"waiting_for_customer":                     {Kind: sla.StatusChanged, Status: sla.StatusWaitingCustomer, Question: "question"},
		"customer_reply":                           {Kind: sla.CustomerActed},
	}
	f := filing{Priority: in.Priority, Plan: in.Plan, Deployment: policy.OnPrem, Environment: "production", Calendar: in.Clock}
	s := begin(pack, f)
	for i, e := range in.Events {
		at, err := time.Parse(time.RFC3339Nano, e[0])
		fact, known := facts[e[1]]
		if err != nil || !known {
			return answer{}, fmt.Errorf("unknown event %q", e)
		}
		if i == 0 {
			s.events[0].At, s.events[0].Answered = at.UnixMicro(), true
		}
		s.then(at, fact)
	}
	c := s.clock(sla.StatusUpdate, in.Last)
	if s.err == nil && c.Clock != in.Clock {
		return answer{}, fmt.Errorf("the clock of such a case is %s", c.Clock)
	}
	return s.answer(c, map[string]any{"interval_working_days": c.Target.WorkingDays})
}

func priorityChange(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		filing
		ChangedAt   time.Time `json:"changed_at"`
		NewPriority string    `json:"new_priority"`
		Responded   bool      `json:"responded"`
		RespondedAt time.Time `json:"first_response_at"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	to, err := level(in.NewPriority)
	if err != nil {
		return answer{}, err
	}
	s := begin(pack, in.filing)
	if in.Responded {
		s.then(in.RespondedAt, sla.Event{Kind: sla.Answered})
	}
	old := s.clock(sla.InitialResponse, in.ChangedAt)
	s.then(in.ChangedAt, sla.Event{Kind: sla.PriorityChanged, Priority: to})
	c := s.clock(sla.InitialResponse, in.ChangedAt)
	more := map[string]any{"old_due": old.DueAt, "breached_at_change": old.State == sla.Breached, "new_clock": c.Clock,
		"initial_response": c.State}
	if in.Responded {
		more["next_update_due"] = s.clock(sla.StatusUpdate, in.ChangedAt).DueAt
	}
	return s.answer(c, more)
}

func planChange(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		filing
		ChangedAt time.Time `json:"plan_changed_at"`
		NewPlan   string    `json:"new_plan"`
		Responded bool      `json:"responded"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	if in.Responded {
		return answer{}, errNotBuilt // the example does not say when
	}
	s := begin(pack, in.filing)
	s.then(in.ChangedAt, sla.Event{Kind: sla.PlanChanged, Plan: in.NewPlan})
	c := s.clock(sla.InitialResponse, in.ChangedAt)
	choice := pack.ClockFor(in.NewPlan, s.events[0].Priority, s.events[0].Production, in.Deployment, in.Calendar)
	return s.answer(c, map[string]any{"clock_after": choice.ID})
}

func suspension(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		filing
		Pauses [][2]*time.Time `json:"pauses"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	s := begin(pack, in.filing)
	state, last := "open", in.FiledAt
	for _, p := range in.Pauses {
		if p[0] == nil {
			return answer{}, fmt.Errorf("a pause without a beginning")
		}
		last = *p[0]
		s.then(last, sla.Event{Kind: sla.Suspended})
		if s.clock(sla.InitialResponse, last).State == sla.Paused {
			state = "suspended"
		}
		if p[1] != nil {
			last = *p[1]
			s.then(last, sla.Event{Kind: sla.Reinstated})
		}
	}
	c := s.clock(sla.InitialResponse, last)
	more := map[string]any{"case_state_while_suspended": state}
	if c.DueAt.IsZero() { // nobody can know it
		more["due"], more["due_utc"] = nil, nil
	}
	return s.answer(c, more)
}

// responseMet builds a case around the clock that is due when the example says. What is no fact of a clock adds none.
func responseMet(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Due     time.Time
		Event   string
		EventAt time.Time `json:"event_at"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	human, known := map[string]bool{"public_comment_by_engineer": true, "information_requested_by_engineer": true,
		"automatic_acknowledgement": false, "internal_note": false}[in.Event]
	if !known {
		return answer{}, fmt.Errorf("unknown event %q", in.Event)
	}
	top, _ := pack.Priority(1)
	s := begin(pack, filing{FiledAt: in.Due.Add(-top.Response), Priority: "P1", Plan: pack.Plans[len(pack.Plans)-1].Key,
		Deployment: policy.Cloud, Environment: "production"})
	if human {
		s.then(in.EventAt, sla.Event{Kind: sla.Answered})
	}
	c := s.clock(sla.InitialResponse, in.EventAt)
	state := string(c.State)
	if c.State == sla.Running {
		state = "open"
	}
	return s.answer(c, map[string]any{"met": state})
}
