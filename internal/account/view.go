package account

import (
	"errors"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// IsView reports whether a word says which cases of their customer somebody sees (2.1).
func IsView(v access.View) bool {
	return v == access.SeesOwn || v == access.SeesSystem || v == access.SeesAll
}

func checkView(v access.View) error {
	if !IsView(v) {
		return errs.BadFields(errs.BadField("sees", "field.not_allowed"))
	}
	return nil
}

// ChangeView says from now on which cases of a customer a person sees, and keeps what they saw until now, in the caller's
// transaction, which decides and writes the line in the journal. It gives what they saw; where that is the same, nothing has
// changed. Missing for somebody without access.
func ChangeView(tx *db.Tx, customer, person id.ID, sees access.View) (was access.View, err error) {
	var since, created int64
	err = tx.Row(`SELECT sees, sees_at, created_at FROM access_grant WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL`,
		[]any{customer, person}, (*string)(&was), &since, &created)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return "", errs.Missing()
	case err != nil || was == sees:
		return was, err
	}
	if err := Supersede(tx, customer, EntryView, person, ViewEntry{Person: person, Sees: string(was)}, max(since, created)); err != nil {
		return was, err
	}
	return was, tx.Buffer(`UPDATE access_grant SET sees = $3, sees_at = $4 WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL`,
		customer, person, sees, tx.Now())
}

// PutView brings which cases of a customer a person sees, for somebody who has access.
func (s *Service) PutView(tx *db.Tx, a access.Actor, customer, person id.ID, sees access.View) (changed bool, err error) {
	defer errs.Wrap(&err, "account.PutView(%s, %s)", customer, person)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return false, err
	}
	if err := checkView(sees); err != nil {
		return false, err
	}
	was, err := ChangeView(tx, customer, person, sees)
	if err != nil || was == sees {
		return false, err
	}
	return true, recordView(tx, a, customer, person, was, sees)
}

func recordView(tx *db.Tx, a access.Actor, customer, person id.ID, from, to access.View) error {
	return record(tx, a, line{tenant: customer, about: "person", subject: person, kind: "access.view_changed", clause: "2.1",
		visibility: journal.Customer, data: map[string]any{"from": from, "to": to}})
}
