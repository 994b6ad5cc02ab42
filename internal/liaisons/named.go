package liaisons

import (
	"context"
	"errors"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Named finds the customer that staff name by its key. Everybody else acts for their own: a key is then only compared,
// and another's is as missing as one that never was.
func (s *Service) Named(ctx context.Context, a access.Actor, key string) (customer id.ID, err error) {
	defer errs.Wrap(&err, "liaisons.Named")
	if !a.Role.IsStaff() && key == "" {
		return customer, nil
	}
	scope := db.ForTenant(a.Customer)
	switch {
	case a.Role.IsStaff():
		if err := access.Check(a, access.CustomerRead); err != nil {
			return customer, err
		}
		scope = db.ForStaff(a.Person, "customer by key")
	case a.Customer.IsZero():
		return customer, errs.Missing()
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		return tx.Row(`SELECT id FROM customer WHERE key = $1`, []any{key}, &customer)
	})
	if errors.Is(err, db.ErrNoRows) || err == nil && !a.Role.IsStaff() && customer != a.Customer {
		return id.ID{}, errs.Missing()
	}
	return customer, err
}
