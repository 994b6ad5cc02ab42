package entitlement

import (
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Why a priority is not lowered for a liaison who does not get in touch (3.3).
const (
	NoQuestionOpen       = "no_question_open"      // nothing was asked, or the customer has acted since
	RemindersOutstanding = "reminders_outstanding" // fewer reminders than the pack wants are unanswered
)

// LowerForNoContact decides whether staff may lower the priority of a case because the liaison does not get in touch in
// time: a question is open, and as many reminders of it as the pack wants went out without an answer (R3.3-05).
func LowerForNoContact(p *policy.Pack, waits bool, reminders int) errs.Decision {
	d := errs.Decision{Allowed: true, Code: Accepted, Clause: "3.3", Requirement: "R3.3-05", Edition: p.Edition,
		Inputs: map[string]any{"waits": waits, "reminders": reminders, "needed": p.NoContactReminders}}
	switch {
	case !waits:
		d.Allowed, d.Code = false, NoQuestionOpen
	case reminders < p.NoContactReminders:
		d.Allowed, d.Code = false, RemindersOutstanding
	}
	return d
}
