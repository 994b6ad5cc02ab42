package contract

import (
	"context"
	"errors"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// AddInvoice records an invoice of a customer that is to be paid on its due day at the latest (vendor's zone).
// From the day after, and the pack's days of grace, it suspends the customer's support until it is paid (5.2).
func (s *Service) AddInvoice(ctx context.Context, a access.Actor, customer id.ID, number string, due calendar.Date) (invoice id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddInvoice(%s)", customer)
	if err := mayManage(a); err != nil {
		return id.ID{}, err
	}
	var bad []errs.Field
	if strings.TrimSpace(number) == "" {
		bad = append(bad, errs.BadField("number", "field.required"))
	}
	if due.IsZero() {
		bad = append(bad, errs.BadField("due", "field.required"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return id.ID{}, err
	}
	invoice = id.New()
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		if err := customerExists(tx, customer); err != nil {
			return err
		}
		if err := numberFree(tx, customer, number); err != nil {
			return err
		}
		err := tx.Buffer(`INSERT INTO invoice (tenant_id, id, number, due_date) VALUES ($1, $2, $3, $4)`,
			customer, invoice, number, due.String())
		if err != nil {
			return err
		}
		return s.record(tx, a, customer, onCustomer("invoice.added", customer, map[string]any{"invoice": invoice, "due": due}))
	})
	return invoice, err
}

func numberFree(tx *db.Tx, customer id.ID, number string) error {
	var one int64
	err := tx.Row(`SELECT 1 FROM invoice WHERE tenant_id = $1 AND number = $2`, []any{customer, number}, &one)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return errs.New(errs.Conflict, "contract.invoice_exists", "number", number)
}

// RecordPayment records the instant at which an invoice was paid, which may lie in the past. Support is reinstated
// at that instant when no other invoice is overdue (R5.2-02).
func (s *Service) RecordPayment(ctx context.Context, a access.Actor, customer, invoice id.ID, paidAt time.Time) (err error) {
	defer errs.Wrap(&err, "contract.RecordPayment(%s)", invoice)
	if err := mayManage(a); err != nil {
		return err
	}
	paidAt = paidAt.UTC().Truncate(time.Microsecond)
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		if paidAt.After(tx.Now()) {
			return errs.BadFields(errs.BadField("paidAt", "contract.paid_in_future"))
		}
		var due string
		var before *int64
		err := tx.Row(`SELECT due_date, paid_at FROM invoice WHERE tenant_id = $1 AND id = $2`, []any{customer, invoice}, &due, &before)
		if err != nil {
			return missing(err)
		}
		if before != nil {
			return errs.New(errs.Conflict, "contract.already_paid")
		}
		err = tx.Buffer(`UPDATE invoice SET paid_at = $3 WHERE tenant_id = $1 AND id = $2`, customer, invoice, paidAt)
		if err != nil {
			return err
		}
		l := onCustomer("invoice.paid", customer, map[string]any{"invoice": invoice, "due": due})
		l.Occurred, l.Clause = paidAt, "5.2"
		return s.record(tx, a, customer, l)
	})
}
