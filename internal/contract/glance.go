package contract

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Coverages says of every system of a customer whether its support is owed now, for staff who look at the customer. It
// costs the same number of statements however many systems there are, and on PostgreSQL they travel together. A customer
// that nobody knows has no systems.
func (s *Service) Coverages(ctx context.Context, a access.Actor, customer id.ID) (all map[id.ID]Coverage, err error) {
	defer errs.Wrap(&err, "contract.Coverages(%s)", customer)
	err = s.glance(ctx, a, "a system's coverage", func(tx *db.Tx) error {
		var systems []id.ID
		if err := tx.Ahead(`SELECT id FROM system WHERE tenant_id = $1`, []any{customer}, func(scan func(...any) error) error {
			var system id.ID
			err := scan(&system)
			systems = append(systems, system)
			return err
		}); err != nil {
			return err
		}
		terms, err := termsBy(tx.Ahead, customer, id.ID{})
		if err != nil {
			return err
		}
		var corrections []correction
		if err := correctionsBy(tx.Ahead, customer, &corrections); err != nil {
			return err
		}
		overdue, err := s.unpaidTimes(tx, customer)
		if err != nil {
			return err
		}
		all = map[id.ID]Coverage{}
		for _, system := range systems {
			all[system] = coverageAt(s.gapsOf(system, terms[system], corrections, overdue), tx.Now())
		}
		return nil
	})
	return all, err
}

// StandingsOfLiaisons gives where each system of a customer stands for the person who has been its liaison longest, for
// staff who look at the customer; for nobody in particular where it has no liaison.
func (s *Service) StandingsOfLiaisons(ctx context.Context, a access.Actor, customer string) (all []Standing, err error) {
	defer errs.Wrap(&err, "contract.StandingsOfLiaisons(%s)", customer)
	err = s.glance(ctx, a, "a system's liaisons", func(tx *db.Tx) (err error) {
		all, err = s.standings(tx, id.ID{}, StandingQuery{Customer: customer, On: s.today(tx.Now()), oldest: true})
		return err
	})
	return all, err
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
