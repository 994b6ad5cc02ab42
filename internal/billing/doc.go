// Package billing is what happens around invoices: the list of the finance desk, files of them, reminders, and what is
// told to whom, the mails about the end of on-premises support (4.7), and the renewals desk: quotes, their orders and what
// is told before a term ends (5.1). The rows of invoices and terms are contract's, those of orders are books'; this slice
// calls their steps in its own transactions. It owns the tables support_end_notice, renewal, renewal_line and term_notice.
//
// An invoice has no states of its own: it is open, paid or void by what is recorded, and overdue by the day.
//
//	open ──payment──▶ paid
//	open ──taken back, with a reason──▶ void
//
// Reminders go out before the last day to pay, on it, and when support is suspended (R5.2-03): each once, the last one
// only where several were missed, none after the payment.
package billing

import (
	"context"
	"errors"
	"sync"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/cursor"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
)

// Enqueuer puts a job into the transaction: it runs after the commit, or not at all.
type Enqueuer interface {
	Enqueue(tx *db.Tx, kind string, args any) error
}

// Service holds the use cases. The fields are set once, before use.
type Service struct {
	DB       *db.DB
	Policy   policy.Source
	Contract *contract.Service
	Books    *books.Service
	Jobs     Enqueuer

	CursorKey cursor.Key // seals the cursors of lists

	ending    sync.Mutex // guards what follows
	lookedOn  calendar.Date
	lookedFor int           // the mail of the series about the end of support for which everybody was looked at on lookedOn
	termsOn   calendar.Date // the day on which everybody was looked at whose term ends
	planned   string        // the days of the policy by which reminders were planned
}

// scope is that of staff who deal with the invoices of all customers.
func (s *Service) scope(a access.Actor) db.Scope {
	if a.System {
		return db.ForSystem("billing")
	}
	return db.ForStaff(a.Person, "invoices and renewals")
}

func mayRead(a access.Actor) error { return staffWith(a, access.InvoiceRead) }

func staffWith(a access.Actor, p access.Permission) error {
	if err := access.Check(a, p); err != nil {
		return err
	}
	if !a.System && !a.Role.IsStaff() {
		return errs.New(errs.Refused, "error.forbidden")
	}
	return nil
}

// MaxPage is how many rows a page has at most.
const MaxPage = 200

// record writes the line of a change. data holds ids, codes and dates only.
func (s *Service) record(tx *db.Tx, a access.Actor, customer id.ID, l journal.Line) error {
	l.Tenant, l.Actor, l.Edition = customer, a.Person, s.Policy.Now().Edition
	l.ActorKind = "staff"
	if a.System {
		l.ActorKind = "system"
	}
	if l.Visibility == "" {
		l.Visibility = journal.Customer
	}
	if l.SubjectKind == "" {
		l.SubjectKind, l.Subject = "customer", customer
	}
	return journal.Record(tx, l)
}

func (s *Service) today(tx *db.Tx) calendar.Date {
	return calendar.DateOf(tx.Now(), s.Policy.Now().Vendor.Zone)
}

// customerByKey is the id of a customer, or Missing.
func customerByKey(tx *db.Tx, key string) (customer id.ID, err error) {
	if err := tx.Row(`SELECT id FROM customer WHERE key = $1`, []any{key}, &customer); err != nil {
		return customer, missing(err)
	}
	return customer, nil
}

func missing(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return errs.Missing()
	}
	return err
}

// CustomerOf is the id of a customer that staff name by its key; Missing for a key that nobody has.
func (s *Service) CustomerOf(ctx context.Context, a access.Actor, key string) (customer id.ID, err error) {
	defer errs.Wrap(&err, "billing.CustomerOf")
	if err := mayRead(a); err != nil {
		return customer, err
	}
	err = s.DB.View(ctx, s.scope(a), func(tx *db.Tx) error {
		customer, err = customerByKey(tx, key)
		return err
	})
	return customer, err
}
