// Package cases is the main job: a liaison registers a case, support answers within the promise, the case is
// resolved and closed.
//
// It owns the tables support_case, case_number, message, attachment, pending_upload, draft, notice, late_alarm, customer_task,
// case_team, contact_time and undo.
//
// States (spec "States of a case"; Transition holds the table):
//
//	open ──question──▶ waiting_customer ──any act of the customer──▶ open;
//	open ──component and vendor──▶ waiting_third_party ──▶ open;
//	open ──linked defect──▶ development ──▶ open;
//	any of them ──remedy──▶ resolved ──confirmed, or 7 working days──▶ closed;
//	resolved ──objection──▶ open;  closed ──within 14 days──▶ open
//
// suspended lies over any state while coverage is missing.
//
// Every use case has the same five steps: authorise, load with one joined read, decide by a pure rule, save, write
// one journal line and enqueue the reactions, all in one transaction. What a case owes and since when follows from
// its clock facts (sla.Event); the row keeps a copy of them beside the journal so that one read gives everything.
package cases
