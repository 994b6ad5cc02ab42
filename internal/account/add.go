package account

import (
	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The adds below are the puts for those who bring very many things and have just seen, in the same transaction, that
// none of them is there: they read nothing, so that a thousand of them are one round trip. What was there after all
// breaks the transaction.

// waited writes and waits: the caller wants to know what the database says about this row.
func waited(tx *db.Tx, q string, args ...any) error {
	_, err := tx.Exec(q, args...)
	return err
}

func buffered(tx *db.Tx, q string, args ...any) error { return tx.Buffer(q, args...) }

// AddCustomer makes a customer whose key nobody has.
func (s *Service) AddCustomer(tx *db.Tx, a access.Actor, in Customer) (customer id.ID, err error) {
	defer errs.Wrap(&err, "account.AddCustomer(%s)", in.Key)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return id.ID{}, err
	}
	if err := in.Check(); err != nil {
		return id.ID{}, err
	}
	return s.insertCustomer(tx, a, in, buffered)
}

// AddPerson makes a person with an address that nobody has, and gives them the role at the customer.
func (s *Service) AddPerson(tx *db.Tx, a access.Actor, customer id.ID, in Contact, role access.Role, kind GrantKind, sees access.View) (person id.ID, err error) {
	defer errs.Wrap(&err, "account.AddPerson(%s)", customer)
	for _, p := range []access.Permission{access.AdminPeople, access.AdminCustomers} {
		if err := access.Check(a, p); err != nil {
			return id.ID{}, err
		}
	}
	email, bad := in.Check()
	if err := errs.BadFields(bad...); err != nil {
		return id.ID{}, err
	}
	if err := checkGrant(role, kind); err != nil {
		return id.ID{}, err
	}
	if err := checkView(sees); err != nil {
		return id.ID{}, err
	}
	person, err = insertPerson(tx, a, email, NewPerson{Name: in.Name, Email: in.Email, Phone: in.Phone, Language: in.Language, Zone: in.Zone}.filled())
	if err != nil {
		return id.ID{}, err
	}
	if err := newAccess(tx, customer, person, role, kind, sees); err != nil {
		return id.ID{}, err
	}
	err = recordAccess(tx, a, customer, person, role, kind)
	if err != nil || sees == access.SeesAll {
		return person, err
	}
	return person, recordView(tx, a, customer, person, access.SeesAll, sees)
}
