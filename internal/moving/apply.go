package moving

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// inUnit is how many changes one transaction makes at most. A customer with fewer is whole in one; small customers
// share one.
const inUnit = 500

// Rejected is what Apply returns when the files hold something that cannot be. Nothing was changed.
type Rejected struct{ Plan Plan }

// Error names the number of problems.
func (r *Rejected) Error() string {
	return "moving: the files hold what cannot be; nothing was changed"
}

// Apply brings what is there to what the rows say, if nothing is wrong with any of them; else it changes nothing and
// returns *Rejected. Each unit is one transaction. When it is cut off, the units before are whole and stay, and
// applying the same rows again does the rest. tell hears how many of all steps are done.
func (s *Service) Apply(ctx context.Context, a access.Actor, rows []Row, tell func(done, all int)) (p Plan, err error) {
	defer errs.Wrap(&err, "moving.Apply")
	p, err = s.Plan(ctx, a, rows, func(done, all int) { tell(done, 2*all) })
	if err != nil {
		return p, err
	}
	if len(p.Problems) > 0 {
		return p, &Rejected{p}
	}
	m := maker{s: s, a: a}
	for done := 0; done < len(p.Changes); {
		n := unit(p.Changes[done:])
		err := s.DB.Update(ctx, scope(a, "apply files"), func(tx *db.Tx) error { return m.make(tx, p.Changes[done:done+n]) })
		if err != nil {
			return p, err
		}
		done += n
		tell(len(rows)+len(rows)*done/len(p.Changes), 2*len(rows))
	}
	return p, nil
}

// unit is how many of the next changes belong into one transaction: whole customers as far as they fit.
func unit(changes []Change) int {
	if len(changes) <= inUnit {
		return len(changes)
	}
	for n := inUnit; n > 0; n-- {
		if changes[n].Row.customer() != changes[n-1].Row.customer() {
			return n
		}
	}
	for n := inUnit; n > 0; n-- { // never an order in the middle
		if changes[n].Row.Kind != Orders || changes[n].Row.get("number") != changes[n-1].Row.get("number") {
			return n
		}
	}
	return inUnit
}

// maker makes changes by the use cases of the slices. It keeps what the rows before have found, so that a hundred
// people of a customer do not ask for it a hundred times.
type maker struct {
	s    *Service
	a    access.Actor
	made map[string]id.ID // by customer key, by customer and system, by "@" and address
	fresh
}

// make makes the changes of one unit. It may run again, when another transaction was in the way: what it found in a
// transaction that was undone is found anew.
func (m *maker) make(tx *db.Tx, changes []Change) error {
	m.made = map[string]id.ID{}
	if err := m.see(tx, changes); err != nil {
		return err
	}
	if err := tx.Gather(written()...); err != nil {
		return err
	}
	for _, c := range changes {
		if err := m.one(tx, c.Row); err != nil {
			if e := errs.As(err); e.Kind == errs.Internal {
				return err
			}
			return &Failed{Row: c.Row, Err: err}
		}
	}
	return nil
}

// written are the tables that take most rows of a file, each after those that its rows refer to.
func written() []string {
	return []string{"customer", "person", "access_grant", "system", "environment", "subscription", "designation", "designation_period", "journal"}
}

// Failed is what Apply returns when a use case has refused a row that nothing was wrong with when the files were
// compared: somebody has changed something meanwhile. Units before it stay.
type Failed struct {
	Row *Row
	Err error
}

// Error names the row.
func (f *Failed) Error() string { return f.Row.File + ": " + f.Err.Error() }

// Unwrap gives what the use case said.
func (f *Failed) Unwrap() error { return f.Err }

func (m *maker) one(tx *db.Tx, r *Row) (err error) {
	if done, err := m.add(tx, r); done || err != nil {
		return err
	}
	if r.Kind == Customers {
		m.made[r.customer()], _, err = m.s.Accounts.PutCustomer(tx, m.a, r.toCustomer())
		return err
	}
	customer, err := m.customer(tx, r)
	if err != nil {
		return err
	}
	switch r.Kind {
	case People:
		return m.person(tx, customer, r)
	case Systems:
		m.made[r.system()], _, err = m.s.Contract.PutSystem(tx, m.a, customer, r.toSystem())
		return err
	case Agreements:
		_, err = m.s.Contract.PutAgreement(tx, m.a, customer, r.toAgreement())
		return err
	case Invoices:
		_, err = m.s.Contract.PutInvoice(tx, m.a, customer, r.toBill())
		return err
	case Orders:
		return m.orderLine(tx, customer, r)
	case Contacts, Links:
		return m.relation(tx, customer, r)
	default: // the others are of a system, below
	}
	system, err := m.system(tx, customer, r)
	if err != nil {
		return err
	}
	switch r.Kind {
	case Subscriptions:
		_, err = m.s.Contract.PutTerm(tx, m.a, customer, system, r.toTerm())
	case Exceptions:
		_, err = m.s.Contract.PutException(tx, m.a, customer, system, r.toException())
	case Components:
		c := r.toComponent()
		c.System = system
		_, err = m.s.Contract.PutComponent(tx, m.a, customer, c, r.get("status") == ended)
	case Extended:
		_, err = m.s.Contract.PutExtended(tx, m.a, customer, system, r.get("document"), r.toWindow())
	case Seats:
		_, err = m.s.Contract.PutSeats(tx, m.a, customer, system, r.seats(), r.date("from"))
	case Designations:
		err = m.designation(tx, customer, system, r)
	default: // the others are made above
	}
	return err
}

func (m *maker) orderLine(tx *db.Tx, customer id.ID, r *Row) (err error) {
	l := r.toLine()
	if r.get("system") != "" {
		if l.System, err = m.system(tx, customer, r); err != nil {
			return err
		}
	}
	_, err = m.s.Books.PutOrderLine(tx, m.a, customer, r.get("number"), r.date("signedOn"), r.count("line"), l)
	return err
}

// relation is how the customer stands to a person or to another customer.
func (m *maker) relation(tx *db.Tx, customer id.ID, r *Row) error {
	if r.Kind == Links {
		other, err := m.find(r.get("other"), func() (id.ID, error) { return m.s.Accounts.CustomerByKey(tx, r.get("other")) })
		if err == nil {
			_, err = m.s.Books.PutLink(tx, m.a, customer, r.get("kind"), other, r.get("status") == ended)
		}
		return err
	}
	person, err := m.find("@"+r.get("email"), func() (id.ID, error) { return m.s.Accounts.PersonByEmail(tx, r.get("email")) })
	if err == nil {
		_, err = m.s.Books.PutContact(tx, m.a, customer, r.get("kind"), person, r.get("status") == ended)
	}
	return err
}

func (m *maker) person(tx *db.Tx, customer id.ID, r *Row) error {
	person, _, err := m.s.Accounts.PutPerson(tx, m.a, r.toContact())
	if err != nil {
		return err
	}
	m.made["@"+r.get("email")] = person
	role, kind, over := r.toGrant()
	if _, err = m.s.Accounts.PutGrant(tx, m.a, customer, person, role, kind, over); err != nil || over {
		return err
	}
	_, err = m.s.Accounts.PutView(tx, m.a, customer, person, access.View(r.get("sees")))
	return err
}

func (m *maker) designation(tx *db.Tx, customer, system id.ID, r *Row) error {
	person, err := m.find("@"+r.get("email"), func() (id.ID, error) { return m.s.Accounts.PersonByEmail(tx, r.get("email")) })
	over := r.get("status") == ended
	switch {
	case err != nil:
		return err
	case r.moved:
		_, err = m.s.Contract.PutMovedDesignation(tx, m.a, customer, person, system)
	default:
		_, err = m.s.Contract.PutDesignation(tx, m.a, customer, person, system, over)
	}
	if err == nil && !over {
		_, err = m.s.Contract.PutLiaison(tx, m.a, customer, person, system, r.toLiaison())
	}
	return err
}

func (m *maker) customer(tx *db.Tx, r *Row) (id.ID, error) {
	return m.find(r.customer(), func() (id.ID, error) { return m.s.Accounts.CustomerByKey(tx, r.customer()) })
}

func (m *maker) system(tx *db.Tx, customer id.ID, r *Row) (id.ID, error) {
	return m.find(r.system(), func() (id.ID, error) { return m.s.Contract.SystemByName(tx, customer, r.get("system")) })
}

// find remembers what look finds.
func (m *maker) find(key string, look func() (id.ID, error)) (found id.ID, err error) {
	if found, ok := m.made[key]; ok {
		return found, nil
	}
	if found, err = look(); err == nil {
		m.made[key] = found
	}
	return found, err
}
