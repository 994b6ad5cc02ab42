// Package books keeps what a customer has signed and ordered, whom it belongs to, and who stands for it: agreements,
// orders, groups and partners, contacts by kind (RD-01). It owns the tables sales_order, sales_order_line,
// customer_link and customer_contact, and reads those of contract.
//
// Nothing is overwritten: every row says from when to when it was true, and every change has a line in the journal that
// holds the whole fact. The books can therefore be read as of any instant (AsOf), and the journal gives the same
// answer.
package books

import (
	"errors"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
)

// Service holds the use cases. The fields are set once, before use.
type Service struct {
	DB       *db.DB
	Policy   policy.Source
	Contract *contract.Service
	Accounts *account.Service
}

// record writes the line of a change of a customer's books, for staff: some of it is about other customers.
func (s *Service) record(tx *db.Tx, a access.Actor, customer id.ID, kind string, data map[string]any) error {
	side := "staff"
	if a.System {
		side = "system"
	}
	return journal.Record(tx, journal.Line{Tenant: customer, Actor: a.Person, ActorKind: side, SubjectKind: "customer", Subject: customer,
		Kind: kind, Visibility: journal.Staff, Data: data, Edition: s.Policy.Now().Edition})
}

// missing turns "no row" into the one answer for what does not exist and for what is another customer's.
func missing(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return errs.Missing()
	}
	return err
}

// exists answers Missing for a customer that is not there.
func exists(tx *db.Tx, customer id.ID) error {
	var n int64
	err := tx.Row(`SELECT count(*) FROM customer WHERE id = $1`, []any{customer}, &n)
	if err == nil && n == 0 {
		err = errs.Missing()
	}
	return err
}
