package contract

import (
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Bill is an invoice as a file or another system names it.
type Bill struct {
	Invoice
	Paid *time.Time // nil: it says nothing about a payment
}

// Put is what became of something that was put.
type Put int

// What became of it.
const (
	PutNothing Put = iota // it was so already
	PutAdded
	PutChanged
)

// storedBill is what is there of an invoice.
type storedBill struct {
	row    id.ID
	due    string
	known  int64 // since when the due day is recorded, UTC microseconds
	issued string
	amount int64
	money  string
	paid   *time.Time
	voided *time.Time
}

// PutInvoice records the invoice of this number, changes what it says, or records its payment. A payment that is
// recorded stays: another instant for it is Conflict, and so is a change of what is settled. The transaction is over all
// customers: a number that another has is refused.
func (s *Service) PutInvoice(tx *db.Tx, a access.Actor, customer id.ID, b Bill) (changed bool, err error) {
	if err := NumberOfNobodyElse(tx, customer, b.Number); err != nil {
		return false, err
	}
	put, err := s.PutBill(tx, a, customer, b)
	return put != PutNothing, err
}

// PutBill is PutInvoice and says whether the invoice was there.
func (s *Service) PutBill(tx *db.Tx, a access.Actor, customer id.ID, b Bill) (put Put, err error) {
	defer errs.Wrap(&err, "contract.PutBill(%s)", customer)
	if err := mayBill(a); err != nil {
		return put, err
	}
	if err := CheckBill(b, tx.Now(), s.Policy.Now().Vendor.Zone); err != nil {
		return put, err
	}
	var was storedBill
	err = tx.Row(`SELECT id, due_date, due_known_at, issued_on, amount, currency, paid_at, voided_at FROM invoice WHERE tenant_id = $1 AND number = $2
		ORDER BY CASE WHEN voided_at IS NULL THEN 0 ELSE 1 END, voided_at DESC, id DESC LIMIT 1`, []any{customer, b.Number},
		&was.row, &was.due, &was.known, &was.issued, &was.amount, &was.money, db.NullTime(&was.paid), db.NullTime(&was.voided))
	switch {
	case errors.Is(err, db.ErrNoRows), err == nil && was.voided != nil && !was.says(b.Invoice): // what was taken back comes right under its number
		put, was = PutAdded, storedBill{}
		was.row, err = s.insertInvoice(tx, a, customer, b.Invoice)
	case err == nil && !was.says(b.Invoice):
		put = PutChanged
		err = s.changeInvoice(tx, a, customer, was, b.Invoice)
	}
	if err != nil || b.Paid == nil {
		return put, err
	}
	at := b.Paid.UTC().Truncate(time.Microsecond)
	switch {
	case was.paid != nil && was.paid.Equal(at):
		return put, nil
	case put == PutNothing:
		put = PutChanged
	}
	return put, s.SettleInvoice(tx, a, customer, was.row, at)
}

// AddFreshBill is PutBill for an invoice of which the transaction has seen that nobody has its number. What is paid already
// was never open here: it is written as paid, with both lines in the journal.
func (s *Service) AddFreshBill(tx *db.Tx, a access.Actor, customer id.ID, b Bill) error {
	if err := mayBill(a); err != nil {
		return err
	}
	if err := CheckBill(b, tx.Now(), s.Policy.Now().Vendor.Zone); err != nil {
		return err
	}
	if b.Paid == nil {
		_, err := s.insertInvoice(tx, a, customer, b.Invoice)
		return err
	}
	invoice, paidAt := id.New(), b.Paid.UTC().Truncate(time.Microsecond)
	err := tx.Buffer(`INSERT INTO invoice (tenant_id, id, number, due_date, issued_on, amount, currency, paid_at, recorded_at, due_known_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
		customer, invoice, b.Number, b.Due.String(), dayOrNone(b.Issued), b.Amount, b.Currency, paidAt, tx.Now())
	if err == nil {
		err = s.invoiceAdded(tx, a, customer, invoice, b.Invoice)
	}
	if err != nil {
		return err
	}
	return s.invoicePaid(tx, a, customer, invoice, b.Due.String(), paidAt)
}

// says reports whether what is there is what an invoice says; what it leaves out stays.
func (b storedBill) says(v Invoice) bool {
	return b.due == v.Due.String() && (v.Issued.IsZero() || b.issued == v.Issued.String()) && (v.Currency == "" || b.amount == v.Amount && b.money == v.Currency)
}

func (s *Service) changeInvoice(tx *db.Tx, a access.Actor, customer id.ID, was storedBill, v Invoice) error {
	if _, err := openInvoice(tx, customer, was.row); err != nil {
		return err
	}
	issued, amount, money := was.issued, was.amount, was.money
	if !v.Issued.IsZero() {
		issued = v.Issued.String()
	}
	if v.Currency != "" {
		amount, money = v.Amount, v.Currency
	}
	if err := supersedeInvoice(tx, customer, was.row); err != nil {
		return err
	}
	err := tx.Buffer(`UPDATE invoice SET due_date = $3, issued_on = $4, amount = $5, currency = $6, version = version + 1, recorded_at = $7
		WHERE tenant_id = $1 AND id = $2`, customer, was.row, v.Due.String(), issued, amount, money, tx.Now())
	if err == nil && was.due != v.Due.String() { // another day to pay has reminders of its own
		err = s.dueMoved(tx, customer, was, v.Due)
	}
	if err != nil {
		return err
	}
	return s.record(tx, a, customer, onCustomer("invoice.changed", customer, map[string]any{"invoice": was.row, "issued": issued, "due": v.Due}))
}

// dueMoved keeps the due day as it stood, and lets the other one count from now on: it suspends nothing from before, and
// what the old one suspended stays.
func (s *Service) dueMoved(tx *db.Tx, customer id.ID, was storedBill, due calendar.Date) error {
	if err := Supersede(tx, customer, EntryDue, was.row, DueEntry{ID: was.row, Due: was.due}, was.known); err != nil {
		return err
	}
	return tx.Buffer(`UPDATE invoice SET told_until = 0, told_stop = FALSE, remind_at = $3, due_known_at = $4 WHERE tenant_id = $1 AND id = $2`,
		customer, was.row, s.firstNotice(due), tx.Now())
}

// DueEntry is the due day of an invoice as it stood for a while.
type DueEntry struct {
	ID  id.ID  `json:"id"`
	Due string `json:"due"` // vendor's zone
}

// CheckBill says what of an invoice cannot be at the instant now; its days are of the zone, which is the vendor's.
func CheckBill(b Bill, now time.Time, zone *time.Location) error {
	var bad []errs.Field
	for _, err := range []error{CheckInvoice(b.Invoice), b.checkPayment(now, zone)} {
		if err != nil {
			bad = append(bad, errs.As(err).Fields...)
		}
	}
	return errs.BadFields(bad...)
}

func (b Bill) checkPayment(now time.Time, zone *time.Location) error {
	if b.Paid == nil {
		return nil
	}
	if err := checkPaid(*b.Paid, now); err != nil {
		return err
	}
	return checkOrder(b.Issued, *b.Paid, zone)
}
