package sla

import "time"

// Spent is how the time of a case from its receipt until it was resolved, closed or merged is shared out. Time passes here
// around the clock, also outside of hours: what a promise counts is in its ledger.
type Spent struct {
	Support   time.Duration // it was support's turn
	Customer  time.Duration // a question to the customer was open (R3.3-27)
	Suspended time.Duration // nobody's turn: coverage had ended (5.2)
}

// SpentOf shares out the time until an instant. A wait ends when the customer's act was received, also where it was
// processed later (Clocks 7).
func SpentOf(events []Event, at time.Time) (s Spent) {
	var t turn
	from, until := int64(0), micros(at)
	for _, ev := range inOrder(events) {
		if ev.At > until {
			break
		}
		t.share(&s, ev.At-from)
		t.take(&ev)
		from = ev.At
	}
	t.share(&s, until-from)
	return s
}

// Reminded counts the reminders of the question that is open. waits is false when none is, or when the customer has acted
// since it was asked.
func Reminded(events []Event) (reminders int, waits bool) {
	var w waiting
	for i := range events {
		w.take(&events[i])
	}
	if w.open == nil || !w.acted.IsZero() {
		return 0, false
	}
	return w.sent, true
}

// turn says whose turn it is while the facts are gone through.
type turn struct {
	began, over, suspended, waits bool
}

func (t *turn) take(ev *Event) {
	switch ev.Kind {
	case Registered:
		t.began = true
	case CustomerActed:
		t.waits = false
	case Suspended:
		t.suspended = true
	case Reinstated:
		t.suspended = false
	case Merged:
		t.over = true
	case StatusChanged:
		t.over, t.waits = ev.Status.isOver(), ev.Status == StatusWaitingCustomer
	default: // the others change nothing of whose turn it is
	}
}

// share adds microseconds to whom they belong.
func (t *turn) share(s *Spent, micros int64) {
	d := time.Duration(micros) * time.Microsecond
	switch {
	case !t.began || t.over:
	case t.suspended:
		s.Suspended += d
	case t.waits:
		s.Customer += d
	default:
		s.Support += d
	}
}
