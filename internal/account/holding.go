package account

import (
	"errors"
	"strconv"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Known is a person of the installation as those see them who bring data in or take it out. Nothing of it opens
// anything: no password, no token.
type Known struct {
	ID id.ID
	Contact
	Norm     string // the normalised e-mail
	Staff    bool
	Disabled bool
}

// Access is what one person is, or was, to one customer.
type Access struct {
	Customer id.ID
	Person   Known
	Role     access.Role
	Kind     GrantKind
	Sees     access.View // which of the customer's cases
	Ended    bool
}

// CustomersByKey are the customers with these keys; what does not exist is left out.
func CustomersByKey(tx *db.Tx, keys []string) ([]Customer, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return customers(tx, ` WHERE key IN (`+numbered(1, len(keys))+`) ORDER BY key`, anys(keys)...)
}

// CustomersAfter are the next customers by key.
func CustomersAfter(tx *db.Tx, key string, limit int) ([]Customer, error) {
	return customers(tx, ` WHERE key > $1 ORDER BY key LIMIT $2`, key, limit)
}

const knownColumns = `p.id, p.email, p.email_norm, p.name, p.phone, p.language, p.zone, p.staff_role <> '', p.disabled_at IS NOT NULL`

func (k *Known) dest() []any {
	return []any{&k.ID, &k.Email, &k.Norm, &k.Name, &k.Phone, &k.Language, &k.Zone, &k.Staff, &k.Disabled}
}

// PeopleByEmail are the people with these normalised addresses.
func PeopleByEmail(tx *db.Tx, emails []string) (list []Known, err error) {
	for len(emails) > 0 {
		n := min(len(emails), inList)
		some, err := peopleByEmail(tx, emails[:n])
		if err != nil {
			return nil, err
		}
		list, emails = append(list, some...), emails[n:]
	}
	return list, nil
}

func peopleByEmail(tx *db.Tx, emails []string) (list []Known, err error) {
	err = tx.Query(`SELECT `+knownColumns+` FROM person p WHERE p.email_norm IN (`+numbered(1, len(emails))+`)`, anys(emails),
		func(scan func(...any) error) error {
			var k Known
			err := scan(k.dest()...)
			list = append(list, k)
			return err
		})
	return list, err
}

// AccessOf is who is what to these customers, by customer and e-mail; grants that have ended are in it.
func AccessOf(tx *db.Tx, of []id.ID) (list []Access, err error) {
	if len(of) == 0 {
		return nil, nil
	}
	err = tx.Query(`SELECT g.tenant_id, g.role, g.kind, g.sees, g.ended_at IS NOT NULL, `+knownColumns+` FROM access_grant g
		JOIN person p ON p.id = g.person_id WHERE g.tenant_id IN (`+numbered(1, len(of))+`) ORDER BY g.tenant_id, p.email_norm`, anys(of),
		func(scan func(...any) error) error {
			var x Access
			err := scan(append([]any{&x.Customer, (*string)(&x.Role), (*string)(&x.Kind), (*string)(&x.Sees), &x.Ended}, x.Person.dest()...)...)
			list = append(list, x)
			return err
		})
	return list, err
}

// inList is how many values one IN holds at most: both engines have a limit, and a plan per length.
const inList = 200

// numbered is "$from, $from+1, ..." of n arguments.
func numbered(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// CustomerByKey is the id of the customer with this key, or NotFound.
func (s *Service) CustomerByKey(tx *db.Tx, key string) (customer id.ID, err error) {
	return oneID(tx, `SELECT id FROM customer WHERE key = $1`, key)
}

// PersonByEmail is the id of the person with this normalised address, or NotFound.
func (s *Service) PersonByEmail(tx *db.Tx, email string) (person id.ID, err error) {
	return oneID(tx, `SELECT id FROM person WHERE email_norm = $1`, email)
}

func oneID(tx *db.Tx, q string, args ...any) (found id.ID, err error) {
	err = tx.Row(q, args, &found)
	if errors.Is(err, db.ErrNoRows) {
		err = errs.Missing()
	}
	return found, err
}
