package cases

import (
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/sla"
)

// NoContact is the code of a lower priority whose reason is that the liaison does not get in touch in time (R3.3-05).
const NoContact = "no_contact"

// byCode decides whether the code of a change holds: it lowers the priority of a case whose question stays unanswered
// through the reminders that the pack wants.
func (s *Service) byCode(tx *db.Tx, c *Case, in Change) error {
	if in.Code == "" {
		return nil
	}
	if in.Code != NoContact {
		return errs.BadFields(errs.BadField("reason", "field.one_of", "allowed", NoContact))
	}
	if in.Priority <= c.Priority { // P1 is the highest
		return errs.BadFields(errs.BadField("reason", "case.no_contact_lowers"))
	}
	reminders, waits := sla.Reminded(c.Facts)
	d := entitlement.LowerForNoContact(s.Policy.At(tx.Now()), waits, reminders)
	if !d.Allowed {
		return &errs.Error{Kind: errs.Conflict, Key: "refusal." + d.Code, Args: d.Inputs, Decision: &d}
	}
	return nil
}
