package entitlement

import (
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Part is what a customer's cooperation on an urgent case consists of (3.3).
type Part string

// The parts, each of one requirement.
const (
	ContactSchedule Part = "contact_schedule" // who is reachable when (R3.3-24)
	CustomerTeam    Part = "team"             // whom the customer has assigned (R3.3-25)
	CustomerTasks   Part = "tasks"            // what the customer is to test, send, carry out (R3.3-26)
)

// Why a part is not kept on a case.
const (
	NotUrgent = "cooperation_urgent_only" // the policy asks for it on P1 and P2
	CaseOver  = "cooperation_case_over"   // resolved or closed
)

// urgentTo is the lowest priority on which the customer has to cooperate throughout: P1 and P2 (3.3).
const urgentTo = 2

func (p Part) requirement() string {
	switch p {
	case ContactSchedule:
		return "R3.3-24"
	case CustomerTeam:
		return "R3.3-25"
	case CustomerTasks:
		return "R3.3-26"
	}
	return ""
}

// Cooperate decides whether a part of the customer's cooperation can be added to or changed on a case. What is there
// already stays readable whatever the priority becomes.
func Cooperate(p *policy.Pack, part Part, priority int, active bool) errs.Decision {
	d := errs.Decision{Allowed: true, Code: Accepted, Clause: "3.3", Requirement: part.requirement(), Edition: p.Edition,
		Inputs: map[string]any{"part": string(part), "priority": priority, "active": active}}
	switch {
	case !active:
		d.Allowed, d.Code = false, CaseOver
	case priority > urgentTo:
		d.Allowed, d.Code = false, NotUrgent
	}
	return d
}

// AnswerTask decides whether a task that was asked for can still be answered on a case: also when the priority has dropped
// since, but not once the case is over.
func AnswerTask(p *policy.Pack, active bool) errs.Decision {
	d := errs.Decision{Allowed: true, Code: Accepted, Clause: "3.3", Requirement: CustomerTasks.requirement(), Edition: p.Edition,
		Inputs: map[string]any{"part": string(CustomerTasks), "active": active}}
	if !active {
		d.Allowed, d.Code = false, CaseOver
	}
	return d
}
