package cases

import (
	"context"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// Told is what a statement about a customer's cases stands on.
type Told struct {
	Customer string // key
	Name     string // of the customer
	Cases    []ToldCase
	Now      time.Time
}

// ToldCase is a case by its clock facts; nothing in it was written by people.
type ToldCase struct {
	Number string
	System string
	Facts  []sla.Event
}

// FactsOf gives the cases of a customer in which something may have been due from an instant on, or in which something of
// before became known since, as they were known before another one: what is recorded later changes nothing in it. Customers reach their own only, whatever the key; "" is the actor's own customer.
func (s *Service) FactsOf(ctx context.Context, a access.Actor, customer string, from, to time.Time) (t Told, err error) {
	defer errs.Wrap(&err, "cases.FactsOf(%s)", customer)
	if err := s.Permit(a, access.StatementRead); err != nil {
		return t, err
	}
	door := scope(a, "make a service statement")
	if a.System {
		door = db.ForSystem("cases.statement")
	}
	err = s.DB.View(ctx, door, func(tx *db.Tx) error {
		t = Told{Now: tx.Now()}
		tenant, err := tenantOf(tx, a, customer, &t)
		if err != nil {
			return err
		}
		err = tx.Query(`SELECT c.number, sy.name, c.facts, c.closed_at IS NULL OR c.closed_at >= $2 FROM support_case c
			JOIN system sy ON sy.tenant_id = c.tenant_id AND sy.id = c.system_id
			WHERE c.tenant_id = $1 AND c.received_at < $3 AND (c.closed_at IS NULL OR c.closed_at >= $2 OR c.updated_at >= $2) ORDER BY c.number`,
			[]any{tenant, from, to}, func(scan func(...any) error) error {
				var c ToldCase
				var facts string
				var tells bool
				if err := scan(&c.Number, &c.System, &facts, &tells); err != nil {
					return err
				}
				all, err := sla.ParseFacts(facts)
				c.Facts = sla.RecordedBefore(all, to)
				for _, f := range c.Facts { // of a case that was closed before
					late := f.Kind == sla.Waived || f.Time().Before(from)
					tells = tells || late && !f.RecordedAt().Before(from)
				}
				if tells && len(c.Facts) > 0 {
					t.Cases = append(t.Cases, c)
				}
				return err
			})
		for i := range t.Cases {
			if err == nil {
				err = nameGuessed(tx, tenant, &t.Cases[i])
			}
		}
		return err
	})
	return t, err
}

// nameGuessed gives a case the system that it was thought to be about, where that was corrected later than its facts.
func nameGuessed(tx *db.Tx, tenant id.ID, c *ToldCase) error {
	guessed := ""
	for i := range c.Facts {
		if f := &c.Facts[i]; f.Kind == sla.Registered {
			guessed, f.Question = f.Question, ""
		}
	}
	if guessed == "" {
		return nil
	}
	system, err := id.Parse(guessed)
	if err != nil {
		return err
	}
	return tx.Row(`SELECT name FROM system WHERE tenant_id = $1 AND id = $2`, []any{tenant, system}, &c.System)
}

func tenantOf(tx *db.Tx, a access.Actor, key string, t *Told) (tenant id.ID, err error) {
	q, arg := `SELECT id, key, name FROM customer WHERE key = $1`, any(key)
	if own := tx.Scope().Tenant(); !own.IsZero() || key == "" {
		q, arg = `SELECT id, key, name FROM customer WHERE id = $1`, a.Customer
	}
	err = tx.Row(q, []any{arg}, &tenant, &t.Customer, &t.Name)
	if errors.Is(err, db.ErrNoRows) || err == nil && key != "" && t.Customer != key {
		err = errs.Missing()
	}
	return tenant, err
}
