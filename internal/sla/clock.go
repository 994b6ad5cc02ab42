package sla

import (
	"time"

	"liaison/internal/calendar"
)

// Deadline names what is due.
type Deadline string

// The deadlines. The first two are the clocks of a case; the others are the sweep's.
const (
	InitialResponse Deadline = "initial_response"
	StatusUpdate    Deadline = "status_update"
	Reminder        Deadline = "reminder"     // of the customer, while a question is open
	Confirmation    Deadline = "confirmation" // a resolved case closes by itself
)

// State is where a clock stands.
type State string

// The states of a clock.
const (
	Running   State = "running"
	Paused    State = "paused"    // suspended; for the status update also while a question to the customer is open
	Met       State = "met"       // given in time; of the status update: the last one, and none is due any more
	Breached  State = "breached"  // the due instant passed; stays so when it is given late
	Cancelled State = "cancelled" // ended without being given, before it was due
)

// Breach is the step of an alarm at which the target is used up. The steps before are the pack's warnings.
const Breach = 100

// Target is what was promised: open minutes of the clock, or working days of it.
type Target struct {
	Minutes     int `json:"minutes,omitempty"`
	WorkingDays int `json:"workingDays,omitempty"`
}

// Clock is one clock of a case, with the names of contracts.md. Times are UTC; In moves them.
type Clock struct {
	Deadline   Deadline           `json:"kind"`
	Clock      string             `json:"clock"` // "24x7" or the calendar id
	Target     Target             `json:"target"`
	StartedAt  time.Time          `json:"startedAt"`      // when the case was received, or last updated
	DueAt      time.Time          `json:"dueAt,omitzero"` // zero while paused: nobody can know it
	State      State              `json:"state"`
	MetAt      time.Time          `json:"metAt,omitzero"`      // when it was given, also when late
	BreachedAt time.Time          `json:"breachedAt,omitzero"` // the due instant that was missed
	WaivedAt   time.Time          `json:"waivedAt,omitzero"`   // when a person waived that breach, which stays recorded
	Ledger     []Segment          `json:"ledger"`              // by EvaluateWithLedger only
	Calendar   *calendar.Calendar `json:"-"`                   // counts the time left
	Clause     string             `json:"clause"`              // the rule that chose the clock, "9.2" or "9.3"
	Edition    string             `json:"-"`                   // of the policy, under which it is due
	EndedAt    time.Time          `json:"-"`                   // when it was given or cancelled; zero while it is owed
}

// Reason says why a segment of a ledger counts, or not.
type Reason string

// The reasons.
const (
	Counted    Reason = "counted"     // open time of the clock
	Closed     Reason = "closed"      // outside the hours of the calendar
	Holiday    Reason = "holiday"     // Detail: its name in the calendar
	OnHold     Reason = "suspended"   // coverage had ended (5.2)
	Waiting    Reason = "waiting"     // for the customer's answer; Detail: the question's message id
	CaseClosed Reason = "case_closed" // resolved or closed, before it was opened again
	NewEdition Reason = "new_edition" // no time: from here on another edition of the policy counts (Detail: its name)
	Restarted  Reason = "restarted"   // counted for a promise that a later one replaced; Clause: its rule
	Taken      Reason = "taken"       // no time: from here on the promise of a merged case counts (Detail: its number); Counted: what it had used before
	WaivedThen Reason = "waived"      // no time: then a person waived the breach
)

// Segment is a stretch of a ledger, [From, To). The Counted microseconds of a ledger sum up to the target of the
// promise that governs.
type Segment struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Counted int64     `json:"counted"`
	Reason  Reason    `json:"reason"`
	Clause  string    `json:"clause"`
	Detail  string    `json:"detail,omitempty"`
}

// In gives the clock with all its times in loc.
func (c Clock) In(loc *time.Location) Clock {
	for _, t := range []*time.Time{&c.StartedAt, &c.DueAt, &c.MetAt, &c.BreachedAt, &c.WaivedAt} {
		if !t.IsZero() {
			*t = t.In(loc)
		}
	}
	ledger := make([]Segment, len(c.Ledger))
	for i, s := range c.Ledger {
		s.From, s.To = s.From.In(loc), s.To.In(loc)
		ledger[i] = s
	}
	c.Ledger = ledger
	return c
}

// Alarm is something the sweep has to do: warn at a part of the target, record a breach, remind the customer,
// close a resolved case.
type Alarm struct {
	Deadline Deadline
	Step     int       // percent of the target used (the pack's warnings, Breach); the n-th reminder
	At       time.Time // when it was or will be time for it
	Due      time.Time // of the promise it is about
	since    int64     // when that promise was made: names it whatever moves its due
}

// Event is the fact that the alarm was recorded at now; Evaluate does not give it again.
func (a Alarm) Event(now time.Time) Event {
	return Event{Kind: Alarmed, At: now.UnixMicro(), Deadline: a.Deadline, Step: a.Step, Since: a.since, Due: a.Due.UnixMicro()}
}

// Result is what the facts mean at an instant.
type Result struct {
	Clocks      []Clock    // the initial response, and the status update once there has been a first response
	NextPromise *time.Time // earliest due instant that is still owed, also when it has passed; nil while paused
	NextDue     *time.Time // earliest instant of an alarm not yet recorded, also when it has passed; nil: none
	Alarms      []Alarm    // those whose time has come and that are not recorded, by time
}
