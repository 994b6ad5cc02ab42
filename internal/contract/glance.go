package contract

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Standing says whether support of a system is owed now, for staff who look at a customer.
func (s *Service) Standing(ctx context.Context, a access.Actor, system id.ID) (c Coverage, err error) {
	defer errs.Wrap(&err, "contract.Standing(%s)", system)
	err = s.glance(ctx, a, "a system's coverage", func(tx *db.Tx) error {
		var customer id.ID
		if err := tx.Row(`SELECT tenant_id FROM system WHERE id = $1`, []any{system}, &customer); err != nil {
			return missing(err)
		}
		c, err = s.Coverage(tx, customer, system, tx.Now())
		return err
	})
	return c, err
}

// Designated are the people who are liaisons of a system now, for staff who register for one of them.
func (s *Service) Designated(ctx context.Context, a access.Actor, system id.ID) (people []id.ID, err error) {
	defer errs.Wrap(&err, "contract.Designated(%s)", system)
	err = s.glance(ctx, a, "a system's liaisons", func(tx *db.Tx) error {
		people = nil
		return tx.Query(`SELECT person_id FROM designation WHERE system_id = $1 AND ended_at IS NULL ORDER BY since, person_id`,
			[]any{system}, func(scan func(...any) error) error {
				var p id.ID
				err := scan(&p)
				people = append(people, p)
				return err
			})
	})
	return people, err
}

func (s *Service) glance(ctx context.Context, a access.Actor, reason string, fn func(tx *db.Tx) error) error {
	if err := access.Check(a, access.SystemRead); err != nil {
		return err
	}
	if !a.Role.IsStaff() {
		return errs.New(errs.Refused, "error.forbidden")
	}
	return s.DB.View(ctx, db.ForStaff(a.Person, reason), fn)
}
