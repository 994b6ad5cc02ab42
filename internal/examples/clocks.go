package examples

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"liaison/internal/entitlement"
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
	Extended    bool      `json:"extended_support"` // nothing but extended lifecycle support covers the system
}

func level(priority string) (int, error) {
	if len(priority) != 2 || priority[0] != 'P' || priority[1] < '1' || priority[1] > '4' {
		return 0, fmt.Errorf("%q is no priority", priority)
	}
	return int(priority[1] - '0'), nil
}

func (f filing) event() (sla.Event, error) {
	n, err := level(f.Priority)
	return sla.Event{Kind: sla.Registered, At: f.FiledAt.UnixMicro(), Priority: n, Plan: f.Plan, Extended: f.Extended,
		Production: f.Environment == "production", Deployment: f.Deployment, Calendar: f.Calendar}, err
}

func (f filing) terms(priority int, production bool) policy.Terms {
	return policy.Terms{Plan: f.Plan, Extended: f.Extended, Priority: priority, Production: production, Deployment: f.Deployment, Calendar: f.Calendar}
}

// story is a case whose facts come one after the other.
type story struct {
	pack   *policy.Pack
	events []sla.Event
	err    error // the first that happened
}

func begin(pack *policy.Pack, f filing) *story {
	e, err := f.event()
	if err == nil && pack.ClockOf(f.terms(e.Priority, e.Production)).Calendar == nil {
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
	values := map[string]any{"clock": c.Clock, "due": orNever(c.DueAt), "due_utc": orNever(c.DueAt)}
	maps.Copy(values, more)
	return answer{values: values, clause: c.Clause, ledger: c.Ledger}, s.err
}

// orNever is null where nothing is due, or nobody can know when.
func orNever(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
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

// clockedBy chooses the deployment and environment of a case that is on a clock: the example names the clock alone.
func (f *filing) clockedBy(pack *policy.Pack, clock string) error {
	n, err := level(f.Priority)
	if err != nil {
		return err
	}
	for _, kind := range []struct{ deployment, environment string }{
		{policy.OnPrem, "production"}, {policy.OnPrem, "non_production"}, {policy.Cloud, "production"},
	} {
		c := pack.ClockFor(f.Plan, n, kind.environment == "production", kind.deployment, clock)
		if c.ID == clock && c.Calendar != nil {
			f.Deployment, f.Environment = kind.deployment, kind.environment
			return nil
		}
	}
	return fmt.Errorf("no case of plan %q and priority %s is on the clock %q", f.Plan, f.Priority, clock)
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
	choice := pack.ClockOf(in.terms(to, s.events[0].Production)) // of the new terms, whichever promise governs
	more := map[string]any{"old_due": old.DueAt, "breached_at_change": old.State == sla.Breached, "new_clock": choice.ID,
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
		Begins    bool      `json:"extended_support_begins"` // from then on nothing else covers the system
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	if in.NewPlan == "" && in.Begins {
		in.NewPlan = in.Plan
	}
	if _, ok := pack.Plan(in.NewPlan); !ok {
		return answer{}, fmt.Errorf("the pack has no plan %q", in.NewPlan)
	}
	s := begin(pack, in.filing)
	if in.Responded { // the example does not say when: nothing but that there was an answer before the change
		s.then(in.FiledAt, sla.Event{Kind: sla.Answered})
	}
	s.then(in.ChangedAt, sla.Event{Kind: sla.PlanChanged, Plan: in.NewPlan, Extended: in.Extended || in.Begins})
	c := s.clock(sla.InitialResponse, in.ChangedAt)
	if in.Responded {
		c.DueAt = time.Time{}
	}
	before := in.Plan
	in.Plan, in.Extended = in.NewPlan, in.Extended || in.Begins
	after := pack.ClockOf(in.terms(s.events[0].Priority, s.events[0].Production)).ID
	if worse := pack.PlanOrder(in.NewPlan) > pack.PlanOrder(before); (worse || in.Begins) && !in.Responded {
		after = c.Clock // the promise that runs keeps its clock (RA-09)
	}
	return s.answer(c, map[string]any{"clock_after": after})
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
	later := func(at time.Time) {
		if at.After(last) {
			last = at
		}
	}
	stops, err := entitlementPauses(in.Pauses)
	if err != nil {
		return answer{}, err
	}
	for _, p := range stops {
		state = "suspended"
		s.then(p.From, sla.Event{Kind: sla.Suspended})
		later(p.From)
		if p.To != nil {
			s.then(*p.To, sla.Event{Kind: sla.Reinstated})
			later(*p.To)
		}
	}
	return s.answer(s.clock(sla.InitialResponse, last), map[string]any{"case_state_while_suspended": state})
}

// entitlementPauses are the pauses of an example in order and apart from each other: support is back only when no
// reason to suspend it is left.
func entitlementPauses(pairs [][2]*time.Time) ([]entitlement.Suspension, error) {
	var all []entitlement.Suspension
	for _, p := range pairs {
		if p[0] == nil {
			return nil, fmt.Errorf("a pause without a beginning")
		}
		if p[1] == nil || p[1].After(*p[0]) {
			all = append(all, entitlement.Suspension{From: *p[0], To: p[1]})
		}
	}
	return entitlement.Merge(all), nil
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
	human, err := isAnswer(in.Event)
	if err != nil {
		return answer{}, err
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
