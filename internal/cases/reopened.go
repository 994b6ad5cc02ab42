package cases

import (
	"errors"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/id"
)

// findOwner gives a case that is taken up again to somebody who hears of it. A closed case stays with who was its liaison
// when they leave their seat (R1.1-08); once it is open it belongs to who followed them, else to the liaison who reopens it,
// else it waits for a successor like those that were open when they left (R1.1-09). No clock moves.
func (s *Service) findOwner(tx *db.Tx, a access.Actor, c *Case) error {
	is, err := isLiaison(tx, c.Tenant, c.System, c.Liaison.ID)
	if err != nil || is {
		return err
	}
	from := c.Liaison.ID
	to, err := successorOf(tx, c)
	if err != nil {
		return err
	}
	if to.IsZero() && side(a) == CustomerSide {
		if is, err := isLiaison(tx, c.Tenant, c.System, a.Person); err != nil {
			return err
		} else if is {
			to = a.Person
		}
	}
	k := ownedCase{id: c.ID, number: c.Number, edition: c.Edition}
	if to.IsZero() {
		if err := departed(tx, c, true); err != nil {
			return err
		}
		if s.Forsaken != nil {
			if err := s.Forsaken(tx, a, c.Tenant, c.System, from); err != nil {
				return err
			}
		}
		return s.recordOwner(tx, a, c.Tenant, k, "case.owner_departed", map[string]any{"from": from})
	}
	c.Liaison.ID = to
	if err := tx.Row(`SELECT name FROM person WHERE id = $1`, []any{to}, &c.Liaison.Name); err != nil {
		return err
	}
	if err := departed(tx, c, false); err != nil {
		return err
	}
	return s.recordOwner(tx, a, c.Tenant, k, "case.handed_over", map[string]any{"from": from, "to": to})
}

// departed flags a case whose owner has left, or takes the flag away; the row is saved by the use case.
func departed(tx *db.Tx, c *Case, flag bool) error {
	if !flag {
		return tx.Buffer(`UPDATE support_case SET owner_departed_at = NULL WHERE tenant_id = $1 AND id = $2`, c.Tenant, c.ID)
	}
	return tx.Buffer(`UPDATE support_case SET owner_departed_at = $3 WHERE tenant_id = $1 AND id = $2`, c.Tenant, c.ID, tx.Now())
}

// successorOf finds who sits in the seat of a case's liaison now: who replaced them or filled the seat that they left, or
// who followed that one. Zero when the line ends with nobody.
func successorOf(tx *db.Tx, c *Case) (id.ID, error) {
	seen := map[id.ID]bool{}
	for who := c.Liaison.ID; !seen[who]; {
		seen[who] = true
		var next id.ID
		err := tx.Row(`SELECT i.new_person FROM liaison_change_item i LEFT JOIN vacated_seat v ON v.tenant_id = i.tenant_id AND v.item_id = i.id AND v.filled_at IS NOT NULL
			WHERE i.tenant_id = $1 AND i.system_id = $2 AND i.state = 'done' AND i.new_person IS NOT NULL AND (i.old_person = $3 OR v.person_id = $3)
			ORDER BY i.settled_at DESC, i.id DESC LIMIT 1`, []any{c.Tenant, c.System, who}, &next)
		if errors.Is(err, db.ErrNoRows) {
			return id.ID{}, nil
		}
		if err != nil {
			return id.ID{}, err
		}
		if is, err := isLiaison(tx, c.Tenant, c.System, next); err != nil || is {
			return next, err
		}
		who = next
	}
	return id.ID{}, nil
}
