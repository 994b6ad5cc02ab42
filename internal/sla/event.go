package sla

import (
	"time"

	"liaison/internal/policy"
)

// Kind is the kind of a fact.
type Kind string

// The facts. What is not here (an acknowledgement, an internal note, an assignment) moves no clock.
const (
	Registered      Kind = "reg"   // At: when the channel received it; all terms; Answered for a logged call. A second one corrects them from the start
	Answered        Kind = "ans"   // a person of support wrote what the liaison can see, or logged a call
	PriorityChanged Kind = "pri"   // Priority: the new effective one, shown to the customer
	PlanChanged     Kind = "plan"  // Plan, Extended: the new ones of the system, from At on
	StatusChanged   Kind = "st"    // Status; Question with waiting_customer; ByCustomer
	CustomerActed   Kind = "cust"  // any act of the customer on any channel; At: when it was received
	Suspended       Kind = "sus"   // coverage ended or an invoice is overdue, from At on
	Reinstated      Kind = "rei"   // coverage is back, from At on
	Alarmed         Kind = "alarm" // an Alarm was recorded; see Alarm.Event
	Waived          Kind = "waive" // a person waived a breach of Deadline; Due: the instant that was missed
	Joined          Kind = "join"  // another case was merged into this one, and what it owed first goes on here; see Owed
	Merged          Kind = "into"  // this case was merged into another one; Question: the number of that one
)

// Status is the state of a case; suspended is an overlay, not a status.
type Status string

// The states (semantics, States of a case).
const (
	StatusOpen              Status = "open"
	StatusWaitingCustomer   Status = "waiting_customer"
	StatusWaitingThirdParty Status = "waiting_third_party"
	StatusDevelopment       Status = "development"
	StatusResolved          Status = "resolved"
	StatusClosed            Status = "closed"
)

// isOver reports whether nothing is owed in s.
func (s Status) isOver() bool { return s == StatusResolved || s == StatusClosed }

// Event is one fact about a case that moves a clock. The list of a case is stored as JSON in the order in which
// the facts became known; At, the instant in UTC Unix microseconds at which it happened, may be earlier than that
// of the fact before (a mail that is processed late). The JSON names are stored data: they never change.
type Event struct {
	Kind       Kind     `json:"k"`
	At         int64    `json:"t"`
	Priority   int      `json:"p,omitempty"` // 1..4
	Plan       string   `json:"l,omitempty"` // key of the plan
	Extended   bool     `json:"e,omitempty"` // with Registered, PlanChanged and Joined: nothing but extended lifecycle support covers the system (4.7)
	Production bool     `json:"x,omitempty"` // the environment is the production one
	Deployment string   `json:"d,omitempty"` // policy.OnPrem or policy.Cloud
	Calendar   string   `json:"c,omitempty"` // id of the regional calendar
	Answered   bool     `json:"a,omitempty"` // with Registered: a logged call opened the case and is its response
	Status     Status   `json:"s,omitempty"`
	ByCustomer bool     `json:"b,omitempty"` // with StatusChanged: the customer did it, so it is no update
	Question   string   `json:"q,omitempty"` // with waiting_customer: id of the message that asks; with Joined, Merged: number of the other case; with a Registered that was corrected: id of the system guessed
	Deadline   Deadline `json:"m,omitempty"` // with Alarmed, Waived and Joined, as is Due
	Step       int      `json:"n,omitempty"` // with Alarmed
	Since      int64    `json:"f,omitempty"` // with Alarmed and Joined: when the promise was made, or from where it counts
	Due        int64    `json:"u,omitempty"`
	Carried    int64    `json:"r,omitempty"` // with Joined: microseconds of the target that were used on earlier clocks
	Recorded   int64    `json:"w,omitempty"` // when the program knew it, where that was later than At
}

// terms are those of a registration, as the policy takes them.
func (ev *Event) terms() policy.Terms {
	return policy.Terms{Plan: ev.Plan, Extended: ev.Extended, Priority: ev.Priority, Production: ev.Production, Deployment: ev.Deployment, Calendar: ev.Calendar}
}

// Time is At in UTC.
func (ev Event) Time() time.Time { return instant(ev.At) }

// RecordedAt is when the program knew the fact, in UTC: at once, where nothing else is said.
func (ev Event) RecordedAt() time.Time { return instant(max(ev.At, ev.Recorded)) }

// RecordedBefore gives the facts that were known before an instant.
func RecordedBefore(events []Event, at time.Time) (known []Event) {
	for _, ev := range events {
		if ev.RecordedAt().Before(at) {
			known = append(known, ev)
		}
	}
	return known
}

// rank orders facts of the same instant: a reply counts before the state that was set with it (Clocks 8).
func (ev *Event) rank() int {
	switch ev.Kind {
	case Registered:
		return 0
	case Answered:
		return 1
	default: // the others keep the order in which they were recorded
		return 2
	}
}

func instant(unixMicro int64) time.Time { return time.UnixMicro(unixMicro).UTC() }
