package account

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// The steps below are for use cases of other slices that make or end access as a part of something larger: they write
// rows in the caller's transaction. Enrol and the roles write their own lines in the journal; the line of the larger
// thing is the caller's.

// Enrolment is a person who has been checked and whose password is hashed, ready to be written.
type Enrolment struct {
	in    NewPerson
	email string
	hash  string
}

// PrepareEnrolment checks a person of a customer and hashes the password, which takes too long for a transaction.
func (s *Service) PrepareEnrolment(ctx context.Context, in NewPerson) (e Enrolment, err error) {
	defer errs.Wrap(&err, "account.PrepareEnrolment")
	in.StaffRole, in.Centre = "", ""
	e.in = in
	if in.Password == "" {
		in.Password = "-" // too short, and refused as such together with everything else
	}
	if e.email, err = in.check(); err != nil {
		return e, err
	}
	e.hash, err = s.passwords.hash(ctx, in.Password)
	return e, err
}

// Enrol writes the person, who makes themselves by accepting an invitation of the customer. Conflict when somebody has the address meanwhile.
func Enrol(tx *db.Tx, customer id.ID, e Enrolment) (person id.ID, err error) {
	person = id.New()
	n, err := tx.Exec(`INSERT INTO person (id, email, email_norm, name, phone, language, zone, password_hash, staff_role, centre, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', $9) ON CONFLICT (email_norm) DO NOTHING`,
		person, e.in.Email, e.email, e.in.Name, e.in.Phone, e.in.Language, e.in.Zone, e.hash, tx.Now())
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "account.email_taken")
	}
	if err != nil {
		return id.ID{}, err
	}
	return person, record(tx, access.Actor{Person: person, Role: access.Member}, line{tenant: customer, about: "person", subject: person, kind: "person.created",
		visibility: journal.Staff, data: map[string]any{"role": "", "centre": ""}})
}

// Return lets somebody of customers in again who was disabled and has proved the address: with a new password, and
// nothing of before. What they were told is left as it is.
func Return(tx *db.Tx, customer, person id.ID, e Enrolment) error {
	n, err := tx.Exec(`UPDATE person SET disabled_at = NULL, password_hash = $2 WHERE id = $1 AND disabled_at IS NOT NULL AND staff_role = ''`, person, e.hash)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Missing()
	}
	return record(tx, access.Actor{Person: person, Role: access.Member}, line{tenant: customer, about: "person", subject: person,
		kind: "person.enabled", visibility: journal.Staff, data: map[string]any{"why": "invitation"}})
}

// FirstPassword gives somebody of customers who has none a password, after they have proved the address. What they were
// told is left as it is.
func FirstPassword(tx *db.Tx, customer, person id.ID, e Enrolment) error {
	n, err := tx.Exec(`UPDATE person SET password_hash = $2 WHERE id = $1 AND password_hash = '' AND disabled_at IS NULL AND staff_role = ''`, person, e.hash)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Missing()
	}
	return record(tx, access.Actor{Person: person, Role: access.Member}, line{tenant: customer, about: "person", subject: person,
		kind: "password.set", visibility: journal.Staff, data: map[string]any{"why": "invitation"}})
}

// MakeLiaison makes a person a liaison of a customer, also one whose access had ended; a grant that was there keeps its
// kind, one that is new is an own one.
func MakeLiaison(tx *db.Tx, a access.Actor, customer, person id.ID) error {
	was, err := grantOf(tx, customer, person)
	if err != nil {
		return err
	}
	kind := Own
	if was.there {
		kind = was.kind
	}
	return setRole(tx, a, customer, person, was, access.Liaison, kind)
}

// MakeMember leaves somebody access as a member. It gives nobody access: one whose grant has ended stays without.
func MakeMember(tx *db.Tx, a access.Actor, customer, person id.ID) error {
	was, err := grantOf(tx, customer, person)
	if err != nil || !was.live() {
		return err
	}
	return setRole(tx, a, customer, person, was, access.Member, was.kind)
}

// setRole is giveAccess with its line in the journal, where something changes.
func setRole(tx *db.Tx, a access.Actor, customer, person id.ID, was granted, role access.Role, kind GrantKind) error {
	changed, err := giveAccess(tx, customer, person, was, role, kind)
	if err != nil || !changed {
		return err
	}
	return recordAccess(tx, a, customer, person, role, kind)
}

func recordAccess(tx *db.Tx, a access.Actor, customer, person id.ID, role access.Role, kind GrantKind) error {
	return record(tx, a, line{tenant: customer, about: "person", subject: person, kind: "access.granted",
		visibility: journal.Customer, data: map[string]any{"role": role, "kind": kind}})
}

// EndAccess ends a person's access to a customer at once: the grant, the tokens for it, and every session, so that
// those that act for another customer begin anew. Who has access to no other customer any more is disabled. Missing
// when there is no such grant. It looks at grants to other customers: the transaction's scope has to be the program's.
func EndAccess(tx *db.Tx, customer, person id.ID) (disabled bool, err error) {
	if err := endAccess(tx, customer, person); err != nil {
		return false, err
	}
	err = tx.Buffer(`UPDATE api_token SET revoked_at = $3 WHERE customer_id = $1 AND person_id = $2 AND revoked_at IS NULL`,
		customer, person, tx.Now())
	if err != nil {
		return false, err
	}
	var others int64
	err = tx.Row(`SELECT count(*) FROM access_grant WHERE person_id = $1 AND ended_at IS NULL`, []any{person}, &others)
	if err != nil {
		return false, err
	}
	if others == 0 {
		return true, Disable(tx, person)
	}
	return false, endSessions(tx, person)
}

// Disable ends every way in of a person.
func Disable(tx *db.Tx, person id.ID) error {
	if err := tx.Buffer(`UPDATE person SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL`, person, tx.Now()); err != nil {
		return err
	}
	return closeWays(tx, person)
}

// CheckName says what is wrong with the name of a person.
func CheckName(field, name string) []errs.Field { return checkText(field, name, maxName) }
