package sla

import (
	"cmp"
	"math"
	"slices"
	"time"

	"liaison/internal/policy"
)

// Evaluate gives the clocks of a case as they stand at an instant, without ledgers. events are all its facts, in
// any order. The error is Internal: facts that make no sense for the pack.
func Evaluate(of policy.Editions, events []Event, at time.Time) (Result, error) {
	return evaluate(editionsOf(of.Book()), events, at, false)
}

// EvaluateWithLedger is Evaluate with the ledger of each clock: for the case page and for explaining.
func EvaluateWithLedger(of policy.Editions, events []Event, at time.Time) (Result, error) {
	return evaluate(editionsOf(of.Book()), events, at, true)
}

// History gives every obligation of a case until an instant, those that have ended first: each period of the status
// update is one of its own. What was paused when it ended was never due and is left out.
func History(of policy.Editions, events []Event, at time.Time) ([]Clock, error) {
	e := engine{editions: editionsOf(of.Book()), at: micros(at), keep: true}
	r, err := e.evaluate(events, false)
	return append(e.past, r.Clocks...), err
}

// InitialDue is the initial response that would be promised for a case with the terms of filing, received at
// filing.At: the preview before it is registered.
func InitialDue(of policy.Editions, filing Event) (Clock, error) {
	filing.Kind = Registered
	r, err := evaluate(editionsOf(of.Book()), []Event{filing}, filing.Time(), true)
	if err != nil {
		return Clock{}, err
	}
	return r.Clocks[0], nil
}

// editionsOf makes the engine's editions of a book.
func editionsOf(b *policy.Book) []edition {
	all := b.Editions()
	out := make([]edition, len(all))
	for i, ed := range all {
		out[i] = edition{settings: settingsOf(ed.Pack), from: micros(ed.From), name: ed.Pack.Edition}
	}
	out[0].from = math.MinInt64
	return out
}

func settingsOf(p *policy.Pack) settings {
	return settings{rules: p, raise: p.RaiseStrategy, warnings: p.Warnings, confirmDays: p.ConfirmWorkingDays}
}

func evaluate(editions []edition, events []Event, at time.Time, ledger bool) (Result, error) {
	e := engine{editions: editions, at: micros(at)}
	return e.evaluate(events, ledger)
}

func (e *engine) evaluate(events []Event, ledger bool) (Result, error) {
	e.edition = &e.editions[0]
	if err := e.run(inOrder(events)); err != nil {
		return Result{}, err
	}
	r := Result{Clocks: make([]Clock, 0, 2)}
	for _, o := range []*obligation{&e.initial, &e.update} {
		if o.state == "" {
			continue
		}
		c, err := e.clock(o, ledger)
		if err != nil {
			return Result{}, err
		}
		r.Clocks = append(r.Clocks, c)
		owed := o.state == Running && !c.DueAt.IsZero()
		if owed && (r.NextPromise == nil || c.DueAt.Before(*r.NextPromise)) {
			due := c.DueAt
			r.NextPromise = &due
		}
	}
	return r, e.finishAlarms(&r)
}

// finishAlarms fills in the alarms of the result. While support is suspended only what was missed before is left.
func (e *engine) finishAlarms(r *Result) error {
	if e.pauses.since() == stillPaused {
		if err := e.attend(); err != nil {
			return err
		}
	}
	n := e.sortAlarms()
	r.Alarms = append([]Alarm(nil), e.alarms[:n]...)
	if len(e.alarms) > 0 {
		next := e.alarms[0].At
		r.NextDue = &next
	}
	return nil
}

// inOrder gives the facts by their instants, the registration first and a reply before the state that was set
// with it.
func inOrder(events []Event) []Event {
	events = corrected(events)
	for i := 1; i < len(events); i++ {
		if before(&events[i], &events[i-1]) < 0 {
			events = slices.Clone(events)
			slices.SortStableFunc(events, func(a, b Event) int { return before(&a, &b) })
			break
		}
	}
	return events
}

// corrected leaves the last registration of several: the terms were corrected from the start. What was known before about
// the plan of another system goes with the terms that it belonged to.
func corrected(events []Event) []Event {
	last := 0
	for i := range events {
		if events[i].Kind == Registered {
			last = i
		}
	}
	if last == 0 {
		return events
	}
	out := []Event{events[last]}
	for i, ev := range events {
		if ev.Kind != Registered && (ev.Kind != PlanChanged || i > last) {
			out = append(out, ev)
		}
	}
	return out
}

func before(a, b *Event) int {
	ra, rb := a.rank(), b.rank()
	if ra != rb && min(ra, rb) == 0 {
		return ra - rb
	}
	return cmp.Or(cmp.Compare(a.At, b.At), ra-rb)
}

// clock gives the state of an obligation at the engine's instant, and adds its alarms while it is owed.
func (e *engine) clock(o *obligation, ledger bool) (Clock, error) {
	v, known, err := e.look(o)
	if err != nil {
		return Clock{}, err
	}
	paused := o.state == Running && (o.waiting || v.due > e.pauses.since())
	if o.state == Running && !paused {
		if err := e.owe(o, v); err != nil {
			return Clock{}, err
		}
	}
	p := o.promises[v.which].course.part(v.part)
	c := Clock{
		Deadline: o.deadline, Clock: p.choice.ID, Calendar: p.choice.Calendar, Clause: p.choice.Clause, Edition: p.edition,
		Target:    Target{Minutes: int(p.target / time.Minute), WorkingDays: p.days},
		StartedAt: instant(o.promises[0].start), State: o.state,
	}
	if !o.waiting && !paused {
		c.DueAt = instant(v.due)
	}
	switch {
	case o.breachedAt != 0:
		c.State, c.BreachedAt = Breached, instant(o.breachedAt)
		if at := e.waiver(o); at != 0 {
			c.WaivedAt = instant(at)
		}
	case paused:
		c.State = Paused
	}
	if o.state != Running {
		c.EndedAt = instant(o.endedAt)
	}
	if o.state == Met {
		c.MetAt = instant(o.endedAt)
	}
	if ledger {
		if c.Ledger = e.ledger(o, v, known); !c.WaivedAt.IsZero() {
			c.Ledger = append(c.Ledger, Segment{From: c.WaivedAt, To: c.WaivedAt, Reason: WaivedThen, Clause: clauseTargets})
		}
	}
	return c, nil
}

// look gives the promise that governs and its due instant, as known at an instant: the engine's, or when the
// obligation ended, because it keeps the due instant that held then.
func (e *engine) look(o *obligation) (v verdict, known int64, err error) {
	if o.state == Running && !o.waiting {
		v, err = e.noteBreach(o, e.at)
		return v, e.at, err
	}
	known = e.at
	if o.state != Running {
		known = o.endedAt
	}
	v, err = e.pauses.governs(o, known)
	return v, known, err
}
