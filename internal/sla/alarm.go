package sla

import (
	"cmp"
	"slices"
	"time"
)

func alarm(o *obligation, step int, at, due, since int64) Alarm {
	return Alarm{Deadline: o.deadline, Step: step, At: instant(at), Due: instant(due), since: since}
}

// recordedBreach finds the record of a breach of o until the engine's instant.
func (e *engine) recordedBreach(o *obligation) *Event {
	for _, ev := range e.recorded {
		if ev.At <= e.at && isBreachOf(ev, o) {
			return ev
		}
	}
	return nil
}

// hasBreach reports whether a breach of o is recorded, also by a clock that was ahead: it is not recorded again.
func (e *engine) hasBreach(o *obligation) bool {
	return slices.ContainsFunc(e.recorded, func(ev *Event) bool { return isBreachOf(ev, o) })
}

// isBreachOf: the initial response has one period, the status update one per promise.
func isBreachOf(ev *Event, o *obligation) bool {
	return ev.Deadline == o.deadline && ev.Step == Breach &&
		(o.deadline == InitialResponse || slices.ContainsFunc(o.promises, func(p promise) bool { return p.name() == ev.Since }))
}

func (e *engine) isRecorded(d Deadline, step int, since int64) bool {
	return slices.ContainsFunc(e.recorded, func(ev *Event) bool {
		return ev.Deadline == d && ev.Step == step && ev.Since == since
	})
}

// owe adds the warnings and the breach of an obligation that is still owed. Nothing happens while it is paused.
func (e *engine) owe(o *obligation, v verdict) error {
	p, due := &o.promises[v.which], v.due
	s := p.course.part(v.part)
	total := s.target
	if s.days > 0 {
		total = e.pauses.open(p.course.hours, p.start, due)
	}
	for _, percent := range p.warnings {
		if total == 0 || e.isRecorded(o.deadline, percent, p.name()) {
			continue
		}
		used := max(0, total*time.Duration(percent)/Breach-p.carried)
		at, err := e.pauses.add(p.course.hours, p.start, used, e.at)
		if err != nil {
			return err
		}
		e.alarms = append(e.alarms, alarm(o, percent, max(at, p.since), due, p.name()))
	}
	if o.breachedAt == 0 && !e.hasBreach(o) { // kept when given at the due instant, so the breach comes one microsecond later
		e.alarms = append(e.alarms, alarm(o, Breach, due+1, due, p.name()))
	}
	return nil
}

// attend adds what the state of the case asks for: reminders while a question is open, and the closing of a
// resolved case. Suspended time does not count.
func (e *engine) attend() error {
	switch e.status {
	case StatusWaitingCustomer:
		for i, days := range e.priority.Reminders {
			if err := e.after(Reminder, i+1, days); err != nil {
				return err
			}
		}
	case StatusResolved:
		return e.after(Confirmation, Breach, e.confirmDays)
	default: // the other states ask for nothing
	}
	return nil
}

// after adds an alarm some working days after the state of the case was entered.
func (e *engine) after(d Deadline, step, days int) error {
	if e.isRecorded(d, step, e.since) {
		return nil
	}
	way := e.course(e.since, true)
	at, err := e.pauses.addDays(way.hours, e.since, days, e.at)
	if err == nil {
		e.alarms = append(e.alarms, Alarm{Deadline: d, Step: step, At: instant(at), Due: instant(at), since: e.since})
	}
	return err
}

// sortAlarms puts alarms in the order of their time and gives the number of those whose time has come.
func (e *engine) sortAlarms() int {
	slices.SortStableFunc(e.alarms, func(a, b Alarm) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Step, b.Step))
	})
	n := 0
	for n < len(e.alarms) && micros(e.alarms[n].At) <= e.at {
		n++
	}
	return n
}
