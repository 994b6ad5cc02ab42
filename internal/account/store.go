package account

import (
	"context"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// actorColumns and grantJoin find who a person is for the customer acted for. The statement has a person p and goes on
// in the join with which of the person's grants count. Two rows are enough to see that there are several.
const (
	actorColumns = `p.id, p.name, p.email, p.language, p.zone, p.staff_role, p.centre, g.tenant_id, g.role, coalesce(g.sees, '')`
	grantJoin    = ` LEFT JOIN access_grant g ON g.person_id = p.id AND g.ended_at IS NULL`
)

// actorRow is one row of actorColumns.
type actorRow struct {
	actor     access.Actor
	zone      string
	staffRole access.Role
	customer  id.ID
	role      *string
}

func (r *actorRow) dest() []any {
	a := &r.actor
	return []any{&a.Person, &a.Name, &a.Email, &a.Language, &r.zone, (*string)(&r.staffRole), &a.Centre, &r.customer, &r.role, (*string)(&a.Sees)}
}

// actor makes the actor from the rows of one person: one row with a grant acts for it, none or several act for
// nobody, staff act for the vendor.
func (s *Service) actor(rows []actorRow) access.Actor {
	r := rows[0]
	a := r.actor
	a.Zone = s.zone(r.zone)
	switch {
	case r.staffRole != "":
		a.Role = r.staffRole
	case len(rows) == 1 && r.role != nil:
		a.Role, a.Customer = access.Role(*r.role), r.customer
	default:
		a.Role = access.Outsider
	}
	return a
}

// credentials is what a password is checked against.
type credentials struct {
	person   id.ID
	email    string // normalised
	hash     string
	disabled *time.Time
}

const credentialColumns = `SELECT id, email_norm, password_hash, disabled_at FROM person WHERE `

// credentialsByEmail gives zero credentials for an e-mail that nobody has.
func credentialsByEmail(tx *db.Tx, email string) (c credentials, err error) {
	return readCredentials(tx, credentialColumns+`email_norm = $1`, email)
}

func credentialsByID(tx *db.Tx, person id.ID) (c credentials, err error) {
	return readCredentials(tx, credentialColumns+`id = $1`, person)
}

func readCredentials(tx *db.Tx, q string, key any) (c credentials, err error) {
	err = tx.Row(q, []any{key}, &c.person, &c.email, &c.hash, db.NullTime(&c.disabled))
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return c, err
}

func setPassword(tx *db.Tx, person id.ID, hash string) error {
	return tx.Buffer(`UPDATE person SET password_hash = $2 WHERE id = $1`, person, hash)
}

func insertSession(tx *db.Tx, session, person, customer id.ID, token string) error {
	now := tx.Now()
	return tx.Buffer(`INSERT INTO session (id, token_hash, person_id, customer_id, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $5, $6)`, session, digest(token), person, customer, now, now.Add(sessionLife))
}

func endSessions(tx *db.Tx, person id.ID) error {
	return tx.Buffer(`DELETE FROM session WHERE person_id = $1`, person)
}

// voidResets makes every reset of a person that is still open unusable.
func voidResets(tx *db.Tx, person id.ID) error {
	return tx.Buffer(`UPDATE password_reset SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL`, person, tx.Now())
}

const personColumns = `SELECT p.id, p.name, p.email, p.phone, p.language, p.zone, p.centre, p.staff_role, g.tenant_id, c.key, g.role, g.kind
	FROM person p`

// people reads personColumns.
func people(tx *db.Tx, from string, args ...any) ([]Person, error) {
	return peopleBy(tx.Query, from, args...)
}

// asking is how a statement is asked: as one of a transaction (db.Tx.Query), or alone.
type asking func(q string, args []any, row func(scan func(dest ...any) error) error) error

// alone asks with one statement, which is one round trip.
func (s *Service) alone(ctx context.Context, scope db.Scope) asking {
	return func(q string, args []any, row func(scan func(dest ...any) error) error) error {
		return s.db.LookAll(ctx, scope, q, args, row)
	}
}

func peopleBy(ask asking, from string, args ...any) ([]Person, error) {
	list := []Person{}
	err := ask(personColumns+from, args, func(scan func(...any) error) error {
		var p Person
		var staffRole string
		var key, role, kind *string
		err := scan(&p.ID, &p.Name, &p.Email, &p.Phone, &p.Language, &p.Zone, &p.Centre, &staffRole, &p.Customer, &key, &role, &kind)
		switch {
		case staffRole != "":
			p.Role = access.Role(staffRole)
		case role != nil:
			p.Role, p.CustomerKey, p.Kind = access.Role(*role), *key, GrantKind(*kind)
		default:
			p.Role = access.Outsider
		}
		list = append(list, p)
		return err
	})
	return list, err
}

const customerColumns = `SELECT id, key, name, kind, country, centre, language, restricted FROM customer`

// customers reads customerColumns.
func customers(tx *db.Tx, where string, args ...any) ([]Customer, error) {
	return customersBy(tx.Query, where, args...)
}

func customersBy(ask asking, where string, args ...any) ([]Customer, error) {
	list := []Customer{}
	err := ask(customerColumns+where, args, func(scan func(...any) error) error {
		var c Customer
		err := scan(&c.ID, &c.Key, &c.Name, &c.Kind, &c.Country, &c.Centre, &c.Language, &c.Restricted)
		list = append(list, c)
		return err
	})
	return list, err
}

// mustExist is NotFound when q has no row.
func mustExist(tx *db.Tx, q string, args ...any) error {
	var one int64
	err := tx.Row(q, args, &one)
	if errors.Is(err, db.ErrNoRows) {
		return errs.Missing()
	}
	return err
}
