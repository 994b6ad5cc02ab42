package sla

import (
	"fmt"
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

// The clauses on which the engine's own rules rest; those of the hours come from the pack's clock rules.
const (
	clauseTargets    = "3.3"
	clauseSuspension = "5.2"
	clausePlans      = "A"
	clauseExtended   = "4.7"
)

// rules is what the engine asks of a policy pack.
type rules interface {
	ClockOf(t policy.Terms) policy.ClockChoice
	PriorityOf(level int, extended bool) (policy.Priority, bool)
	PlanOrder(key string) int
}

// settings are a pack's rules and readings.
type settings struct {
	rules
	raise       policy.RaiseStrategy
	warnings    []int
	confirmDays int
}

// edition is settings with the instant from which they hold, in UTC Unix microseconds.
type edition struct {
	settings
	from int64
	name string
}

// engine walks through the facts of one case.
type engine struct {
	*edition // in force at the fact that is being taken
	editions []edition
	at       int64
	keep     bool // what was owed before, for a history
	past     []Clock
	recorded []*Event // the alarms that were recorded, also later: the clock may have been set back since
	waived   []*Event // the waivers that were
	merged   bool     // into another case, which answers for this one

	terms    Event // the registration, with priority and plan as they are now
	priority policy.Priority
	choice   policy.ClockChoice
	status   Status
	since    int64  // when the status was entered
	question string // the open question, while waiting for the customer
	pauses   pauses

	initial obligation
	update  obligation
	alarms  []Alarm

	room struct { // keeps the usual case off the heap
		initial, update [2]promise
		recorded        [4]*Event
		alarms          [4]Alarm
	}
}

// run takes the facts in the order of their instants. Facts after the instant asked for have not happened yet.
func (e *engine) run(events []Event) error {
	if len(events) == 0 || events[0].Kind != Registered {
		return broken("the first fact is no registration")
	}
	e.initial.promises, e.update.promises = e.room.initial[:0], e.room.update[:0]
	e.recorded, e.alarms = e.room.recorded[:0], e.room.alarms[:0]
	for i := range events {
		switch {
		case events[i].Kind == Alarmed:
			e.recorded = append(e.recorded, &events[i])
		case events[i].Kind == Waived && events[i].At <= e.at:
			e.waived = append(e.waived, &events[i])
		}
	}
	for i := range events {
		if i > 0 && events[i].At > e.at {
			break
		}
		if err := e.turn(events[i].At); err != nil {
			return err
		}
		if err := e.take(&events[i]); err != nil {
			return err
		}
	}
	return e.turn(e.at)
}

// turn brings the edition into force that holds at an instant. What a later edition does not know any more goes on as
// it was.
func (e *engine) turn(at int64) error {
	now := e.inForce(at)
	if now == e.edition {
		return nil
	}
	e.edition = now
	if e.terms.Kind == "" { // not registered yet
		return nil
	}
	priority, choice := e.priority, e.choice
	if err := e.lookUp(); err != nil {
		e.priority, e.choice = priority, choice
	}
	return nil
}

// inForce is the edition that holds at an instant.
func (e *engine) inForce(at int64) *edition {
	i := len(e.editions) - 1
	for i > 0 && e.editions[i].from > at {
		i--
	}
	return &e.editions[i]
}

func (e *engine) take(ev *Event) error {
	if e.merged {
		return e.takeMerged(ev)
	}
	switch ev.Kind {
	case Registered:
		return e.register(ev)
	case Answered:
		return e.answer(ev.At)
	case PriorityChanged:
		return e.changePriority(ev)
	case PlanChanged:
		return e.changePlan(ev)
	case StatusChanged:
		return e.changeStatus(ev)
	case CustomerActed:
		return e.customerActed(ev.At)
	case Suspended, Reinstated:
		e.suspend(ev)
	case Joined:
		return e.join(ev)
	case Merged:
		return e.merge(ev)
	case Alarmed, Waived:
	default:
		return broken("unknown kind of fact %q", ev.Kind)
	}
	return nil
}

// suspend begins or ends a suspension; a second beginning or end changes nothing.
func (e *engine) suspend(ev *Event) {
	on := e.pauses.since() != stillPaused
	switch {
	case ev.Kind == Suspended && !on:
		e.pauses = append(e.pauses, pause{ev.At, stillPaused})
	case ev.Kind == Reinstated && on:
		e.pauses[len(e.pauses)-1].to = ev.At
	}
}

func (e *engine) register(ev *Event) error {
	e.terms = *ev
	e.status, e.since = StatusOpen, ev.At
	if err := e.lookUp(); err != nil {
		return err
	}
	e.initial = obligation{deadline: InitialResponse, state: Running, promises: append(e.initial.promises, promise{
		since: ev.At, start: ev.At, course: e.course(ev.At, false), warnings: e.warnings, clause: clauseTargets,
	})}
	if ev.Answered {
		return e.answer(ev.At)
	}
	return nil
}

// lookUp finds the priority and the clock of the present terms.
func (e *engine) lookUp() error {
	t := &e.terms
	var ok bool
	if e.priority, ok = e.PriorityOf(t.Priority, t.Extended); !ok {
		return broken("unknown priority %d", t.Priority)
	}
	e.choice = e.ClockOf(t.terms())
	if e.choice.Calendar == nil {
		return broken("no clock for plan %q, priority %d, deployment %q, calendar %q", t.Plan, t.Priority, t.Deployment, t.Calendar)
	}
	return nil
}

// answer is a first response or an update. After the case is over it is neither.
func (e *engine) answer(at int64) error {
	if e.status.isOver() {
		return nil
	}
	if err := e.settle(&e.initial, at, Met); err != nil {
		return err
	}
	return e.renew(at, Segment{})
}

// renew ends the running update period, which is met or late, and begins the next one; while a question to the
// customer is open that one has no due instant.
func (e *engine) renew(at int64, lead Segment) error {
	if err := e.settle(&e.update, at, Met); err != nil {
		return err
	}
	if err := e.remember(&e.update); err != nil {
		return err
	}
	e.update = obligation{
		deadline: StatusUpdate, state: Running, lead: lead,
		waiting: e.status == StatusWaitingCustomer, question: e.question,
		promises: append(e.update.promises[:0], promise{
			since: at, start: at, course: e.course(at, true), warnings: e.warnings, clause: clauseTargets,
		}),
	}
	return nil
}

// remember keeps an obligation that has ended, unless nothing was due.
func (e *engine) remember(o *obligation) error {
	if !e.keep || o.state == "" || o.waiting {
		return nil
	}
	c, err := e.clock(o, false)
	e.past = append(e.past, c)
	return err
}

// settle ends what is owed. Given after the due instant it is a breach; while waiting nothing is due.
func (e *engine) settle(o *obligation, at int64, how State) error {
	if o.state != Running {
		return nil
	}
	if !o.waiting {
		if _, err := e.noteBreach(o, at); err != nil {
			return err
		}
	}
	o.state, o.endedAt = how, at
	return nil
}

// noteBreach gives the promise that governs with its due instant, and marks o as breached when that lies before at,
// or when it was recorded before. What was recorded stays, whatever became known later.
func (e *engine) noteBreach(o *obligation, at int64) (v verdict, err error) {
	v, err = e.pauses.governs(o, at)
	if err != nil || o.breachedAt != 0 {
		return v, err
	}
	if ev := e.recordedBreach(o); ev != nil {
		o.breachedAt = ev.Due
	} else if at > v.due {
		o.breachedAt = v.due
		if !e.hasBreach(o) {
			e.alarms = append(e.alarms, alarm(o, Breach, v.due+1, v.due, o.promises[v.which].name()))
		}
	}
	return v, nil
}

// changePriority is a customer-visible update too. Before the first response it changes what was promised:
// the earlier due for a raised, the later one for a lowered priority (Clocks 9).
func (e *engine) changePriority(ev *Event) error {
	if ev.Priority == e.terms.Priority {
		return nil
	}
	raised := ev.Priority < e.terms.Priority
	if err := e.repromise(ev.At, raised, clauseTargets, func() { e.terms.Priority = ev.Priority }); err != nil {
		return err
	}
	if e.update.state == Running {
		return e.renew(ev.At, Segment{})
	}
	return nil
}

// changePlan lets better terms count from now on by the rule for raising. Worse ones change no running promise:
// they hold for the next one (Clocks 10).
func (e *engine) changePlan(ev *Event) error {
	change := func() { e.terms.Plan, e.terms.Extended = ev.Plan, ev.Extended }
	clause, better := clausePlans, e.PlanOrder(ev.Plan) < e.PlanOrder(e.terms.Plan)
	if !better && ev.Extended != e.terms.Extended {
		clause, better = clauseExtended, e.betterWith(ev)
	}
	if !better {
		change()
		return e.lookUp()
	}
	if err := e.repromise(ev.At, true, clause, change); err != nil {
		return err
	}
	if e.update.state != Running || e.update.waiting {
		return nil
	}
	v, err := e.pauses.governs(&e.update, ev.At)
	e.update.promises = append(e.update.promises, promise{
		since: ev.At, start: ev.At, course: e.course(ev.At, true), warnings: e.warnings, prev: v.which, clause: clause,
	})
	return err
}

// betterWith reports whether any part of what is promised is better on other terms: a shorter target, or a clock that
// never stops. Of the promises that both make the earlier one governs, so that nothing worse comes with it.
func (e *engine) betterWith(ev *Event) bool {
	t := e.terms
	t.Plan, t.Extended = ev.Plan, ev.Extended
	p, _ := e.PriorityOf(t.Priority, t.Extended)
	c := e.ClockOf(t.terms())
	around := c.ID == policy.AlwaysOpenID && e.choice.ID != policy.AlwaysOpenID
	return around || p.Response < e.priority.Response || p.UpdateDays < e.priority.UpdateDays
}

// repromise changes the terms and adds the promise that follows from them to an initial response that is owed.
func (e *engine) repromise(at int64, better bool, clause string, change func()) error {
	if e.initial.state != Running {
		change()
		return e.lookUp()
	}
	v, err := e.noteBreach(&e.initial, at)
	if err != nil {
		return err
	}
	old := e.initial.promises[v.which]
	change()
	if err := e.lookUp(); err != nil {
		return err
	}
	next := promise{since: at, start: at, warnings: e.warnings, prev: v.which, clause: clause}
	switch {
	case !better:
		next.joins, next.start = ifLater, e.terms.At
	case e.raise == policy.RaiseRetroactive:
		next.start = e.terms.At
	case e.raise == policy.RaiseCarryElapsed:
		next.carried = old.carried + e.pauses.open(old.course.hours, old.start, at)
	}
	next.course = e.course(next.start, false)
	e.initial.promises = append(e.initial.promises, next)
	return nil
}

// changeStatus is an update when support did it. Opening a case again begins a full update period; the first
// response is not owed again.
func (e *engine) changeStatus(ev *Event) error {
	if ev.Status == e.status {
		return nil
	}
	was, since := e.status, e.since
	e.status, e.since, e.question = ev.Status, ev.At, ev.Question
	switch {
	case ev.Status.isOver():
		return e.finish(ev)
	case was.isOver():
		return e.renew(ev.At, Segment{From: instant(since), To: instant(ev.At), Reason: CaseClosed, Clause: clauseTargets})
	case ev.Status == StatusWaitingCustomer: // the question is itself the response, and an update
		if err := e.settle(&e.initial, ev.At, Met); err != nil {
			return err
		}
		return e.renew(ev.At, Segment{})
	case was == StatusWaitingCustomer || e.update.state == Running:
		return e.renew(ev.At, Segment{})
	}
	return nil
}

// finish ends all that is owed: a first response never given is cancelled; so is an update when it is the customer
// who ends the case, while support's own word on the end is one.
func (e *engine) finish(ev *Event) error {
	if err := e.settle(&e.initial, ev.At, Cancelled); err != nil {
		return err
	}
	if ev.ByCustomer {
		return e.settle(&e.update, ev.At, Cancelled)
	}
	return e.settle(&e.update, ev.At, Met)
}

// customerActed ends the waiting; a full update period begins when the act was received (Clocks 6, 7).
func (e *engine) customerActed(at int64) error {
	if e.status != StatusWaitingCustomer {
		return nil
	}
	lead := Segment{From: instant(e.since), To: instant(at), Reason: Waiting, Clause: clauseTargets, Detail: e.question}
	e.status, e.since, e.question = StatusOpen, at, ""
	return e.renew(at, lead)
}

// broken is an error of ours: cases stores only facts that make sense.
func broken(format string, args ...any) error {
	return errs.Because(errs.Internal, "error.internal", fmt.Errorf("sla: "+format, args...))
}

// micros gives t as the facts have it.
func micros(t time.Time) int64 { return t.UnixMicro() }
