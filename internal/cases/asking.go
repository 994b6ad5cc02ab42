package cases

import (
	"context"
	"errors"
	"slices"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// A mail waits: for the mails before it, for a relay that is away, for its reader's working time. So it is asked again
// when it is sent, and what is not so any more is not said.

// mayGet reads who a mail about a case goes to; ok is false for somebody who may not read the case any more: disabled,
// of another role, no liaison of its system, or one who sees only the cases of their own.
func mayGet(tx *db.Tx, tenant, of, person id.ID, to *Recipient) (ok bool, err error) {
	var role, sees string
	var liaison id.ID
	err = tx.Row(`SELECT p.name, p.email, p.language, p.zone, p.staff_role, c.liaison_id, coalesce((
			SELECT min(g.sees) FROM access_grant g JOIN designation d ON d.tenant_id = g.tenant_id AND d.person_id = g.person_id
			WHERE g.tenant_id = c.tenant_id AND g.person_id = p.id AND g.role = 'liaison' AND g.ended_at IS NULL
				AND d.system_id = c.system_id AND d.ended_at IS NULL), '')
		FROM person p, support_case c WHERE p.id = $1 AND p.disabled_at IS NULL AND c.tenant_id = $2 AND c.id = $3`, []any{person, tenant, of},
		&to.Name, &to.Email, &to.Language, &to.Zone, &role, &liaison, &sees)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case role != "":
		return access.Allows(access.Actor{Person: person, Role: access.Role(role)}, access.CaseRead), nil
	}
	return sees != "" && (sees != string(access.SeesOwn) || liaison == person), nil
}

// MayHear reports whether a person may still be told what became of their own mail about the case with a number: they see
// the case.
func (s *Service) MayHear(ctx context.Context, person id.ID, number string) (ok bool, err error) {
	defer errs.Wrap(&err, "cases.MayHear")
	err = s.DB.View(ctx, db.ForSystem("cases.mail"), func(tx *db.Tx) error {
		tenant, of, err := locate(tx, number)
		if err != nil {
			return err
		}
		a := access.Actor{Person: person, Customer: tenant}
		var staff, role string
		err = tx.Row(`SELECT p.staff_role, coalesce(g.role, ''), coalesce(g.sees, '') FROM person p
			LEFT JOIN access_grant g ON g.tenant_id = $2 AND g.person_id = p.id AND g.ended_at IS NULL
			WHERE p.id = $1 AND p.disabled_at IS NULL`, []any{person, tenant}, &staff, &role, (*string)(&a.Sees))
		if errors.Is(err, db.ErrNoRows) {
			return errs.Missing()
		}
		if a.Role = access.Role(role); staff != "" {
			a.Role = access.Role(staff)
		}
		if ok = access.Allows(a, access.CaseRead); err != nil || !ok {
			return err
		}
		return visible(tx, a, tenant, of)
	})
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return false, nil
	}
	return ok && err == nil, err
}

// stands reports whether a mail says what is so: an alarm while its owner still owes what it is about, a reminder while
// its question is open, a task while its case goes on, a remedy while it has not been objected to. What people wrote is told whatever came after.
func stands(c *Case, m Mail) bool {
	switch m.Template {
	case "warning", "breach":
		return c.Assignee != nil && c.Assignee.ID == m.Person && owed(c, m.Clock, m.At)
	case "reminder":
		return c.Status == WaitingCustomer && c.askedBefore(m.At)
	case "task", "task_late": // while it is open, which is asked with its text
		return active(c.Status) || !c.MergedInto.IsZero()
	case "resolved":
		return !active(c.Status)
	}
	return true
}

// Awaits reports whether the case waits for the answer to a question. One that was answered, or that another one
// followed, asks for nothing any more.
func (c *Case) Awaits(question id.ID) bool {
	if c.Status != WaitingCustomer {
		return false
	}
	for _, f := range slices.Backward(c.Facts) {
		if f.Kind == sla.StatusChanged {
			return f.Question == question.String()
		}
	}
	return false
}

// owed reports whether support still owes what an alarm of an instant (UTC microseconds) was about.
func owed(c *Case, deadline string, at int64) bool {
	if !active(c.Status) || !c.MergedInto.IsZero() {
		return false
	}
	for _, k := range c.Clocks {
		if string(k.Deadline) == deadline {
			return k.MetAt.IsZero() && (k.State == sla.Running || k.State == sla.Breached) && micros(k.StartedAt) <= at
		}
	}
	return false
}

// askedBefore reports whether the question that is open was asked before an instant.
func (c *Case) askedBefore(at int64) bool {
	var asked int64
	for _, f := range c.Facts {
		if f.Kind == sla.StatusChanged && f.Status == WaitingCustomer {
			asked = f.At
		}
	}
	return asked <= at
}
