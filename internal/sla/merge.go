package sla

import (
	"time"

	"liaison/internal/policy"
)

// Owed is what a case owes first, as the fact with which the case that it is merged into takes it over: the terms of the
// promise and from where it counts. ok is false while nothing is owed, or nothing is due because a question is open.
func Owed(of policy.Editions, events []Event, at time.Time) (owed Event, ok bool, err error) {
	e := engine{editions: editionsOf(of.Book()), at: micros(at)}
	e.edition = &e.editions[0]
	if err := e.run(inOrder(events)); err != nil {
		return owed, false, err
	}
	return e.owed()
}

func (e *engine) owed() (owed Event, ok bool, err error) {
	for _, o := range []*obligation{&e.initial, &e.update} {
		if o.state != Running || o.waiting {
			continue
		}
		v, err := e.pauses.governs(o, e.at)
		if err != nil {
			return owed, false, err
		}
		if ok && v.due >= owed.Due {
			continue
		}
		p := &o.promises[v.which]
		since, used := e.pauses.resumed(p, v, e.at)
		owed, ok = Event{Kind: Joined, At: e.at, Deadline: o.deadline, Since: since, Due: v.due, Carried: (p.carried + used).Microseconds(),
			Priority: p.course.priority, Plan: p.course.plan, Extended: p.course.extended, Production: e.terms.Production, Deployment: e.terms.Deployment, Calendar: e.terms.Calendar}, true
	}
	return owed, ok, nil
}

// resumed is from where a promise in open time counts for a case that knows nothing of the suspensions of this one: the
// end of the last one before it was due, and what was used by then.
func (ps pauses) resumed(p *promise, v verdict, at int64) (since int64, used time.Duration) {
	since = p.start
	if p.course.part(v.part).days > 0 {
		return since, 0
	}
	for _, q := range ps {
		if q.to <= min(at, v.due) {
			since = max(since, q.to)
		}
	}
	return since, ps.open(p.course.hours, p.start, since)
}

// join lets the promise of a merged case govern where it is the earlier one (Clocks 15). A case that owes its first
// response keeps it by that; any other one by its next update. An open question has ended before: the case that was
// merged is an act of the customer.
func (e *engine) join(ev *Event) error {
	o := &e.initial
	if o.state != Running {
		o = &e.update
	}
	if o.state != Running || o.waiting {
		return nil
	}
	v, err := e.noteBreach(o, ev.At)
	if err != nil {
		return err
	}
	terms, priority, choice := e.terms, e.priority, e.choice
	e.terms.Priority, e.terms.Plan, e.terms.Extended, e.terms.Production = ev.Priority, ev.Plan, ev.Extended, ev.Production
	e.terms.Deployment, e.terms.Calendar = ev.Deployment, ev.Calendar
	if err := e.lookUp(); err != nil {
		return err
	}
	p := promise{since: ev.At, start: ev.Since, course: e.course(ev.Since, ev.Deadline == StatusUpdate),
		carried: time.Duration(ev.Carried) * time.Microsecond, prev: v.which, clause: clauseTargets, of: ev.Question, warnings: e.warnings}
	e.terms, e.priority, e.choice = terms, priority, choice
	if ev.Due != 0 {
		if err := e.pauses.takeOver(&p, ev); err != nil {
			return err
		}
	}
	o.promises = append(o.promises, p)
	return nil
}

// takeOver keeps the due instant that the merged case had: one of the two cases was suspended when the other was not. From
// the merging on, what is left of the promise is suspended with this one.
func (ps pauses) takeOver(p *promise, ev *Event) error {
	due, i, err := ps.dueOf(p, ev.At)
	if err != nil || due == ev.Due {
		return err
	}
	p.start = min(ev.At, ev.Due)
	if ev.Deadline == StatusUpdate || ev.Due <= ev.At {
		p.taken = ev.Due
	}
	if ev.Deadline == StatusUpdate {
		return nil
	}
	left := p.course.hours.Between(instant(p.start), instant(ev.Due))
	p.carried = max(0, p.course.part(i).target-left)
	return nil
}

// merge leaves what is owed as it is: the other case answers for it, and both stay in the reports. Of a breach only the
// record is left, since the other case warns. A question that was open asks for nothing any more.
func (e *engine) merge(ev *Event) error {
	if e.update.waiting {
		if err := e.settle(&e.update, ev.At, Cancelled); err != nil {
			return err
		}
	}
	for _, o := range []*obligation{&e.initial, &e.update} {
		for i := range o.promises {
			o.promises[i].warnings = nil
		}
	}
	e.merged, e.status, e.since, e.question = true, StatusClosed, ev.At, ""
	return nil
}

// takeMerged takes what happened in the case that answers for this one. What is a first response or an update there is
// one here; nothing begins anew.
func (e *engine) takeMerged(ev *Event) error {
	switch {
	case ev.Kind == Suspended || ev.Kind == Reinstated:
		e.suspend(ev)
		return nil
	case ev.Kind == StatusChanged && ev.Status.isOver():
		return e.finish(ev)
	case ev.Kind == Answered, ev.Kind == StatusChanged && ev.Status == StatusWaitingCustomer:
		if err := e.settle(&e.initial, ev.At, Met); err != nil {
			return err
		}
		return e.settle(&e.update, ev.At, Met)
	case ev.Kind == PriorityChanged, ev.Kind == StatusChanged && !ev.ByCustomer:
		return e.settle(&e.update, ev.At, Met)
	}
	return nil
}

// waiver finds when the breach of an obligation was waived; zero when it was not.
func (e *engine) waiver(o *obligation) (at int64) {
	for _, ev := range e.waived {
		if ev.Deadline == o.deadline && ev.Due == o.breachedAt && (at == 0 || ev.At < at) {
			at = ev.At
		}
	}
	return at
}
