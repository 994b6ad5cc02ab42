// Package access says who acts, in which role, and what a role may do. A person's session, an API token and
// (later) a mail or an SSH key all become the same Actor. It is pure: it decides from values and reads nothing.
package access

import (
	"time"

	"liaison/internal/id"
)

// Role is what a person is to the vendor or to the customer they act for.
type Role string

// The roles. The first three are on the customer's side.
const (
	Liaison           Role = "liaison"
	Member            Role = "member"
	Outsider          Role = "outsider" // signed in, of no customer
	Engineer          Role = "engineer"
	DedicatedEngineer Role = "dedicated_engineer"
	RegionalManager   Role = "regional_manager"
	SuccessManager    Role = "success_manager"
	Licensing         Role = "licensing"
	ReleaseManager    Role = "release_manager"
	PrivacyOfficer    Role = "privacy_officer"
	Administrator     Role = "administrator"

	OrderDesk        Role = "order_desk"        // order and finance desk: agreements, orders, systems, invoices
	RenewalsDesk     Role = "renewals_desk"     // renewals: orders and terms
	AccountExecutive Role = "account_executive" // knows the customer: contacts, groups and partners

	// Directory is a customer's own directory of people, known by its token (SCIM). It is no person, and no role that a
	// person can have.
	Directory Role = "directory"
)

// IsStaff reports whether the role is one of the vendor's.
func (r Role) IsStaff() bool {
	switch r {
	case Engineer, DedicatedEngineer, RegionalManager, SuccessManager, Licensing, ReleaseManager, PrivacyOfficer, Administrator,
		OrderDesk, RenewalsDesk, AccountExecutive:
		return true
	default: // the customer's side, and what is no role
		return false
	}
}

// Known reports whether r is one of the roles above.
func (r Role) Known() bool {
	return r == Liaison || r == Member || r == Outsider || r.IsStaff()
}

// View is which cases of their customer somebody sees.
type View string

// The views, from the narrowest.
const (
	SeesOwn    View = "own"    // those that they are the liaison of
	SeesSystem View = "system" // those of the systems that they are a liaison of
	SeesAll    View = "all"
)

// Actor is who does something, for exactly one customer (or for the vendor). The zero Actor is nobody.
type Actor struct {
	Person   id.ID
	Name     string
	Email    string
	Role     Role
	Customer id.ID  // the customer acted for; zero for staff and outsiders
	Sees     View   // customer's side: which cases of the customer; "" is all
	Centre   string // staff: their regional centre, "" for none
	Language string // "en" or "zh-Hans"
	Zone     *time.Location
	Scopes   []string // of an API token; nil for a session: no limit beyond the role
	Session  id.ID    // zero for a token
	Token    id.ID    // zero for a session
	System   bool     // the program itself: sweep, jobs, seed
}

// Narrowed reports whether the actor sees a part of their customer's cases only (2.1): own ones, or those of the systems
// that they are a liaison of.
func (a Actor) Narrowed() bool {
	return !a.System && !a.Role.IsStaff() && (a.Sees == SeesOwn || a.Sees == SeesSystem)
}

// IsNobody reports whether nobody is signed in.
func (a Actor) IsNobody() bool { return a.Person.IsZero() && !a.System && a.Role != Directory }
