package db

import (
	"errors"

	"liaison/internal/id"
)

// Scope says whose rows a transaction may touch, and for whom it does so. The zero Scope may touch nothing.
type Scope struct {
	kind   scopeKind
	tenant id.ID
	person id.ID
	reason string
	snap   bool // PostgreSQL need not watch what is read
}

// scopeKind is sent to PostgreSQL as app.scope; the policies of the tables read it.
type scopeKind string

const (
	tenantScope scopeKind = "tenant"
	staffScope  scopeKind = "staff"
	systemScope scopeKind = "system"
)

var errNoScope = errors.New("db: a transaction needs a scope that names a customer, a staff member or a site")

// ForTenant is the scope of one customer: only its rows.
func ForTenant(customer id.ID) Scope { return Scope{kind: tenantScope, tenant: customer} }

// ForStaff is the scope of a staff member: the rows of all customers. The reason says for what ("queue").
func ForStaff(person id.ID, reason string) Scope {
	return Scope{kind: staffScope, person: person, reason: reason}
}

// ForSystem is the scope of the program itself: the rows of all customers. The site says which part of it asks
// ("sweep"); the sites are few and listed in a file that a test compares.
func ForSystem(site string) Scope { return Scope{kind: systemScope, reason: site} }

// Snapshot is the scope for an Update that changes what it decides on (the row with its version, a unique key) or
// decides on what may change a moment later without harm. PostgreSQL then does not watch what it reads, which is
// nearly twice as fast when many write into small tables, and still lets only one of two change the same row. An
// Update that counts or looks for what is not there ("is a seat left?") must not use it. SQLite makes no difference.
func (s Scope) Snapshot() Scope {
	s.snap = true
	return s
}

// Tenant is the customer of the scope; zero when the scope spans customers.
func (s Scope) Tenant() id.ID { return s.tenant }

// Person is the staff member of the scope; zero for the other scopes.
func (s Scope) Person() id.ID { return s.person }

// Reason is what ForStaff or ForSystem was given.
func (s Scope) Reason() string { return s.reason }

func (s Scope) check() error {
	switch {
	case s.kind == tenantScope && !s.tenant.IsZero(),
		s.kind == staffScope && !s.person.IsZero() && s.reason != "",
		s.kind == systemScope && s.reason != "":
		return nil
	}
	return errNoScope
}
