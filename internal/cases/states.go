package cases

import (
	"liaison/internal/errs"
	"liaison/internal/sla"
)

// Status is the state of a case. "suspended" is no status: it lies over any of them.
type Status = sla.Status

// The states of a case.
const (
	Open              = sla.StatusOpen
	WaitingCustomer   = sla.StatusWaitingCustomer
	WaitingThirdParty = sla.StatusWaitingThirdParty
	Development       = sla.StatusDevelopment
	Resolved          = sla.StatusResolved
	Closed            = sla.StatusClosed
)

// Statuses lists the states in the order of a case's life.
func Statuses() []Status {
	return []Status{Open, WaitingCustomer, WaitingThirdParty, Development, Resolved, Closed}
}

// ParseStatus reads a status; ok is false for anything else.
func ParseStatus(s string) (Status, bool) {
	for _, st := range Statuses() {
		if string(st) == s {
			return st, true
		}
	}
	return "", false
}

// active reports whether work on the case goes on: neither resolved nor closed.
func active(s Status) bool { return s != Resolved && s != Closed }

// Side is who makes a change.
type Side string

// The sides.
const (
	CustomerSide Side = "customer"
	StaffSide    Side = "staff"
	SystemSide   Side = "system"
)

// Needs is what must come with a change of state so that it is allowed.
type Needs string

// What a transition may ask for.
const (
	NeedsNothing   Needs = ""
	NeedsQuestion  Needs = "question"  // the named question that pauses the clock
	NeedsThird     Needs = "component" // component and vendor that the case waits for
	NeedsDefect    Needs = "defect"    // the linked defect
	NeedsRemedy    Needs = "remedy"    // what solved it
	NeedsReason    Needs = "reason"
	NeedsInTime    Needs = "in_time" // reopening within the pack's days; later a new linked case
	needsForbidden Needs = "forbidden"
)

// Transition says whether side may move a case from one state to another and what has to come with it. Moves that
// the table of states does not hold are forbidden.
func Transition(from, to Status, side Side) (Needs, bool) {
	n := transition(from, to, side)
	return n, n != needsForbidden
}

func transition(from, to Status, side Side) Needs {
	switch {
	case from == to:
		return needsForbidden
	case from == Closed:
		if to == Open && side != SystemSide {
			return NeedsInTime
		}
		return needsForbidden
	case to == Closed: // the customer, staff, or time after a remedy
		if side == StaffSide && from != Resolved {
			return NeedsReason
		}
		if side == SystemSide && from != Resolved {
			return needsForbidden
		}
		return NeedsNothing
	case from == Resolved: // the customer objects, or staff find that it is not over
		if to == Open && side != SystemSide {
			return NeedsNothing
		}
		return needsForbidden
	case to == Resolved:
		return map[Side]Needs{StaffSide: NeedsRemedy, CustomerSide: NeedsNothing, SystemSide: needsForbidden}[side]
	case side == CustomerSide: // an answer brings a waiting case back; nothing else is the customer's to set
		if from == WaitingCustomer && to == Open {
			return NeedsNothing
		}
		return needsForbidden
	case side == SystemSide:
		return needsForbidden
	}
	return map[Status]Needs{WaitingCustomer: NeedsQuestion, WaitingThirdParty: NeedsThird, Development: NeedsDefect}[to]
}

// errTransition is the refusal of a change that the table of states does not hold.
func errTransition(c *Case, to Status) error {
	d := errs.Decision{
		Code: "transition_not_allowed", Clause: "3.4", Requirement: "RD-03", Edition: c.Edition,
		Inputs: map[string]any{"from": string(c.Status), "to": string(to)},
	}
	return &errs.Error{Kind: errs.Conflict, Key: "refusal.transition_not_allowed", Args: d.Inputs, Decision: &d}
}
