package billing

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Reach is a person of the vendor who helps with an invoice or a renewal.
type Reach struct {
	Kind, Name, Email string
}

// Arrears are the open invoices of a customer, the oldest first, and whom it may reach about them.
type Arrears struct {
	Invoices []Invoice // where not Named, only what state they are in and since when
	Named    bool      // the reader may know their numbers and amounts
	Reach    []Reach
}

// ArrearsOf gives them to the customer's own people, and to staff, who name the customer. Somebody of no customer gets
// none.
func (s *Service) ArrearsOf(ctx context.Context, a access.Actor, key string) (all Arrears, err error) {
	defer errs.Wrap(&err, "billing.ArrearsOf")
	scope := db.ForTenant(a.Customer)
	switch {
	case a.System || a.Role.IsStaff():
		if err := access.Check(a, access.CustomerRead); err != nil {
			return all, err
		}
		scope = s.scope(a)
	case a.Customer.IsZero():
		return all, nil
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		customer := a.Customer
		if a.System || a.Role.IsStaff() {
			if customer, err = customerByKey(tx, key); err != nil {
				return err
			}
		}
		all = Arrears{}
		if all.Named, err = mayName(tx, a, customer); err != nil {
			return err
		}
		err := tx.Query(invoiceQuery+` WHERE i.tenant_id = $1 AND i.paid_at IS NULL AND i.voided_at IS NULL ORDER BY i.due_date, i.id`,
			[]any{customer}, func(scan func(...any) error) error {
				one, err := s.readInvoice(tx, scan)
				if !all.Named {
					one = Invoice{State: one.State, Due: one.Due, SuspendsAt: one.SuspendsAt}
				}
				all.Invoices = append(all.Invoices, one)
				return err
			})
		if err != nil {
			return err
		}
		all.Reach, err = reachOf(tx, customer)
		return err
	})
	return all, err
}

// mayName reports whether somebody may know numbers and amounts: staff who read invoices, and at the customer its
// liaisons and those who look after its contract or its invoices.
func mayName(tx *db.Tx, a access.Actor, customer id.ID) (bool, error) {
	if a.System || a.Role.IsStaff() {
		return access.Allows(a, access.InvoiceRead), nil
	}
	if a.Role == access.Liaison {
		return true, nil
	}
	var n int64
	err := tx.Row(`SELECT count(*) FROM customer_contact WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL AND kind IN ('billing', 'contract')`,
		[]any{customer, a.Person}, &n)
	return n > 0, err
}

func reachOf(tx *db.Tx, customer id.ID) (list []Reach, err error) {
	err = tx.Query(`SELECT k.kind, p.name, p.email FROM customer_contact k JOIN person p ON p.id = k.person_id AND p.disabled_at IS NULL
		WHERE k.tenant_id = $1 AND k.ended_at IS NULL AND k.kind IN ('renewals', 'account_executive', 'success_manager')
		ORDER BY CASE k.kind WHEN 'renewals' THEN 0 WHEN 'account_executive' THEN 1 ELSE 2 END, k.since, p.id`,
		[]any{customer}, func(scan func(...any) error) error {
			list = append(list, Reach{})
			one := &list[len(list)-1]
			return scan(&one.Kind, &one.Name, &one.Email)
		})
	return list, err
}
