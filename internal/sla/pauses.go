package sla

import "time"

// Doubt is why a pause looks wrong (Clocks 7: it exists only while a named question to the customer is open).
type Doubt string

// The doubts.
const (
	LateReply  Doubt = "late_reply"  // the customer had answered; it was processed later
	Crossed    Doubt = "crossed"     // what the customer wrote came in before the question was asked, and was processed after it
	Nameless   Doubt = "no_question" // no question is named
	Unanswered Doubt = "unanswered"  // all reminders have gone out, and it went on
)

// lateFrom is how long a reply may take to be processed before its pause is reported.
const lateFrom = time.Minute

// Wait is one pause of a case for the customer, as it was shown.
type Wait struct {
	Question string    // id of the message that asks, "" for none
	From     time.Time // when it was asked
	Until    time.Time // when the customer acted, or support went on; zero while it lasts
	Known    time.Time // when the program knew that it was over; Until or later
	Doubts   []Doubt
	Wrong    time.Duration // for how long the case was shown as waiting although the customer had acted
}

// Waits lists the pauses for the customer among the facts of a case, in the order in which they became known. reminders
// says after how many reminders a pause without an answer is doubted.
func Waits(events []Event, reminders int) (out []Wait) {
	w := waiting{reminders: reminders}
	for i := range events {
		if done := w.take(&events[i]); done != nil {
			out = append(out, *done)
		}
	}
	if w.open != nil {
		w.doubt()
		out = append(out, *w.open)
	}
	return out
}

// waiting is the pause that is open while the facts are gone through.
type waiting struct {
	open      *Wait
	acted     time.Time // of the customer; zero: not yet
	sent      int       // reminders
	reminders int
}

func (w *waiting) take(ev *Event) (done *Wait) {
	switch {
	case w.open != nil && ev.Kind == CustomerActed && w.acted.IsZero():
		w.acted = ev.Time()
	case w.open != nil && ev.Kind == Alarmed && ev.Deadline == Reminder && ev.Since == micros(w.open.From):
		w.sent++
	case ev.Kind == Merged || ev.Kind == StatusChanged:
		done = w.end(ev.Time())
		if ev.Kind == StatusChanged && ev.Status == StatusWaitingCustomer {
			w.open, w.acted, w.sent = &Wait{Question: ev.Question, From: ev.Time()}, time.Time{}, 0
		}
	}
	return done
}

func (w *waiting) end(at time.Time) (done *Wait) {
	if w.open == nil {
		return nil
	}
	w.doubt()
	done, w.open = w.open, nil
	done.Until, done.Known = at, at
	switch {
	case w.acted.IsZero():
	case w.acted.Before(done.From):
		done.Doubts, done.Wrong = append(done.Doubts, Crossed), at.Sub(done.From)
	default:
		done.Until = w.acted
		if done.Wrong = at.Sub(w.acted); done.Wrong >= lateFrom {
			done.Doubts = append(done.Doubts, LateReply)
		}
	}
	return done
}

func (w *waiting) doubt() {
	if w.open.Question == "" {
		w.open.Doubts = append(w.open.Doubts, Nameless)
	}
	if w.reminders > 0 && w.sent >= w.reminders {
		w.open.Doubts = append(w.open.Doubts, Unanswered)
	}
}
