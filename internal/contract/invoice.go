package contract

import (
	"context"
	"errors"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Invoice is one of a customer as it is entered.
type Invoice struct {
	Number   string
	Issued   calendar.Date // vendor's zone; zero: nobody said
	Due      calendar.Date // the last day to pay, vendor's zone
	Amount   int64         // in the smallest unit of Currency
	Currency string        // ISO 4217; "": nobody said how much
}

// mayBill lets those through who keep invoices: the order and finance desk.
func mayBill(a access.Actor) error { return access.Check(a, access.InvoiceWrite) }

// AddInvoice records an invoice of a customer that is to be paid on its due day at the latest (vendor's zone).
// From the day after, and the pack's days of grace, it suspends the customer's support until it is paid, but never from
// before the instant at which it is entered (5.2).
func (s *Service) AddInvoice(ctx context.Context, a access.Actor, customer id.ID, number string, due calendar.Date) (invoice id.ID, err error) {
	return s.RecordInvoice(ctx, a, customer, Invoice{Number: number, Due: due})
}

// RecordInvoice is AddInvoice with what the invoice asks for.
func (s *Service) RecordInvoice(ctx context.Context, a access.Actor, customer id.ID, v Invoice) (invoice id.ID, err error) {
	defer errs.Wrap(&err, "contract.RecordInvoice(%s)", customer)
	if err := mayBill(a); err != nil {
		return id.ID{}, err
	}
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		invoice, err = s.EnterInvoice(tx, a, customer, v)
		return err
	})
	return invoice, err
}

// EnterInvoice is RecordInvoice in the caller's transaction. Conflict when the customer has one of this number.
func (s *Service) EnterInvoice(tx *db.Tx, a access.Actor, customer id.ID, v Invoice) (invoice id.ID, err error) {
	if err := mayBill(a); err != nil {
		return id.ID{}, err
	}
	if err := CheckInvoice(v); err != nil {
		return id.ID{}, err
	}
	if err := customerExists(tx, customer); err != nil {
		return id.ID{}, err
	}
	if err := numberFree(tx, customer, v.Number); err != nil {
		return id.ID{}, err
	}
	return s.insertInvoice(tx, a, customer, v)
}

// CheckInvoice says what of an invoice cannot be.
func CheckInvoice(v Invoice) error {
	bad := checkLine("number", v.Number)
	if v.Due.IsZero() {
		bad = append(bad, errs.BadField("due", "field.required"))
	}
	if !v.Issued.IsZero() && !v.Due.IsZero() && v.Due.Compare(v.Issued) < 0 {
		bad = append(bad, errs.BadField("due", "contract.due_before_issued"))
	}
	if v.Currency != "" && v.Amount <= 0 {
		bad = append(bad, errs.BadField("amount", "contract.amount_positive"))
	}
	return errs.BadFields(bad...)
}

func (s *Service) insertInvoice(tx *db.Tx, a access.Actor, customer id.ID, v Invoice) (invoice id.ID, err error) {
	invoice = id.New()
	err = tx.Buffer(`INSERT INTO invoice (tenant_id, id, number, due_date, issued_on, amount, currency, remind_at, recorded_at, due_known_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
		customer, invoice, v.Number, v.Due.String(), dayOrNone(v.Issued), v.Amount, v.Currency, s.firstNotice(v.Due), tx.Now())
	if err != nil {
		return invoice, err
	}
	return invoice, s.invoiceAdded(tx, a, customer, invoice, v)
}

func (s *Service) invoiceAdded(tx *db.Tx, a access.Actor, customer, invoice id.ID, v Invoice) error {
	return s.record(tx, a, customer, onCustomer("invoice.added", customer, map[string]any{"invoice": invoice, "issued": dayOrNone(v.Issued), "due": v.Due}))
}

func (s *Service) invoicePaid(tx *db.Tx, a access.Actor, customer, invoice id.ID, due string, paidAt time.Time) error {
	l := onCustomer("invoice.paid", customer, map[string]any{"invoice": invoice, "due": due})
	l.Occurred, l.Clause = paidAt, "5.2"
	return s.record(tx, a, customer, l)
}

// firstNotice is when the reminders of an invoice are to be looked at first.
func (s *Service) firstNotice(due calendar.Date) time.Time {
	return entitlement.Notices(s.Policy.Now(), due)[0].At
}

func dayOrNone(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func numberFree(tx *db.Tx, customer id.ID, number string) error {
	var one int64
	err := tx.Row(`SELECT 1 FROM invoice WHERE tenant_id = $1 AND number = $2 AND voided_at IS NULL`, []any{customer, number}, &one)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return errs.New(errs.Conflict, "contract.invoice_exists", "number", number)
}

// NumberOfNobodyElse refuses the number of an invoice that another customer has: it is the vendor's own. One that was
// taken back stands in nobody's way. The transaction is over all customers.
func NumberOfNobodyElse(tx *db.Tx, customer id.ID, number string) error {
	var n int64
	err := tx.Row(`SELECT count(*) FROM invoice WHERE number = $1 AND tenant_id <> $2 AND voided_at IS NULL`, []any{number, customer}, &n)
	if err != nil || n == 0 {
		return err
	}
	return errs.BadFields(errs.BadField("number", "billing.number_of_another"))
}

// RecordPayment records the instant at which an invoice was paid, which may lie in the past. Support is reinstated
// at that instant when no other invoice is overdue (R5.2-02).
func (s *Service) RecordPayment(ctx context.Context, a access.Actor, customer, invoice id.ID, paidAt time.Time) (err error) {
	defer errs.Wrap(&err, "contract.RecordPayment(%s)", invoice)
	if err := mayBill(a); err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error { return s.SettleInvoice(tx, a, customer, invoice, paidAt) })
}

// SettleInvoice is RecordPayment in the caller's transaction. Of many at once one wins; the others are Conflict.
func (s *Service) SettleInvoice(tx *db.Tx, a access.Actor, customer, invoice id.ID, paidAt time.Time) error {
	if err := mayBill(a); err != nil {
		return err
	}
	paidAt = paidAt.UTC().Truncate(time.Microsecond)
	if err := checkPaid(paidAt, tx.Now()); err != nil {
		return err
	}
	due, err := openInvoice(tx, customer, invoice)
	if err != nil {
		return err
	}
	if err := s.paidAfterIssued(tx, customer, invoice, paidAt); err != nil {
		return err
	}
	if err := supersedeInvoice(tx, customer, invoice); err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE invoice SET paid_at = $3, remind_at = NULL, version = version + 1, recorded_at = $4
		WHERE tenant_id = $1 AND id = $2 AND paid_at IS NULL AND voided_at IS NULL`, customer, invoice, paidAt, tx.Now())
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "contract.already_paid")
	}
	if err != nil {
		return err
	}
	return s.invoicePaid(tx, a, customer, invoice, due, paidAt)
}

// checkPaid wants an instant that has been, and is no slip of the finger.
func checkPaid(at, now time.Time) error {
	switch {
	case at.After(now):
		return errs.BadFields(errs.BadField("paidAt", "contract.paid_in_future"))
	case at.Year() < 2000:
		return errs.BadFields(errs.BadField("paidAt", "contract.paid_long_ago"))
	}
	return nil
}

// paidAfterIssued refuses the payment of an invoice that did not exist yet: one of the two days is mistyped.
func (s *Service) paidAfterIssued(tx *db.Tx, customer, invoice id.ID, paidAt time.Time) error {
	var text string
	if err := tx.Row(`SELECT issued_on FROM invoice WHERE tenant_id = $1 AND id = $2`, []any{customer, invoice}, &text); err != nil {
		return missing(err)
	}
	issued, err := day(&text)
	if err != nil {
		return err
	}
	return checkOrder(issued, paidAt, s.Policy.Now().Vendor.Zone)
}

func checkOrder(issued calendar.Date, paidAt time.Time, zone *time.Location) error {
	if !issued.IsZero() && calendar.DateOf(paidAt, zone).Compare(issued) < 0 {
		return errs.BadFields(errs.BadField("paidAt", "contract.paid_before_issued", "issued", issued.String()))
	}
	return nil
}

// openInvoice is the due day of an invoice that is neither paid nor void; Conflict when it is one of both.
func openInvoice(tx *db.Tx, customer, invoice id.ID) (due string, err error) {
	var paid, voided *int64
	err = tx.Row(`SELECT due_date, paid_at, voided_at FROM invoice WHERE tenant_id = $1 AND id = $2`, []any{customer, invoice}, &due, &paid, &voided)
	switch {
	case err != nil:
		return "", missing(err)
	case paid != nil:
		return "", errs.New(errs.Conflict, "contract.already_paid")
	case voided != nil:
		return "", errs.New(errs.Conflict, "contract.already_void")
	}
	return due, nil
}

// VoidInvoice takes an invoice back that should not have been, or not so, with the reason: it suspends nothing from the
// transaction's instant on. What it suspended until then stays as it was: no past is rewritten.
func (s *Service) VoidInvoice(tx *db.Tx, a access.Actor, customer, invoice id.ID, reason string) error {
	if err := mayBill(a); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if err := errs.BadFields(checkLine("reason", reason)...); err != nil {
		return err
	}
	due, err := openInvoice(tx, customer, invoice)
	if err != nil {
		return err
	}
	if err := supersedeInvoice(tx, customer, invoice); err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE invoice SET voided_at = $3, recorded_at = $3, void_reason = $4, remind_at = NULL, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND paid_at IS NULL AND voided_at IS NULL`, customer, invoice, tx.Now(), reason)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "contract.already_paid")
	}
	if err != nil {
		return err
	}
	l := onCustomer("invoice.voided", customer, map[string]any{"invoice": invoice, "due": due})
	l.Clause = "5.2"
	return s.record(tx, a, customer, l)
}
