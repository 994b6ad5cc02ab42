package access

import (
	"slices"

	"liaison/internal/errs"
)

// Permission is one thing that a role may do. Which customer's rows it is done to is not said here: that is
// the scope of the transaction.
type Permission string

// The permissions. A name stays once it stands in GET /me.
const (
	PolicyRead      Permission = "policy.read"     // policy, contact page, lifecycle: what is public
	HealthRead      Permission = "health.read"     // liveness and readiness
	SignIn          Permission = "sign_in"         // sign in, sign out, reset a password: who does it is nobody yet
	MailboxRead     Permission = "mailbox.read"    // the demo's mailbox; mounted in the demo only
	ProfileRead     Permission = "profile.read"    // who one is and what one may do
	ProfileEdit     Permission = "profile.edit"    // own language, zone, theme, shortcuts
	PasswordChange  Permission = "password.change" // own password; never by a token
	TokenManage     Permission = "token.manage"    // own API tokens; never by a token
	CustomerRead    Permission = "customer.read"
	SystemRead      Permission = "system.read"
	PersonRead      Permission = "person.read"
	CaseRegister    Permission = "case.register" // reach the decision on registering; it is the decision that refuses
	CaseRead        Permission = "case.read"
	CaseReply       Permission = "case.reply"    // write what the other side sees
	CaseClose       Permission = "case.close"    // close and reopen
	CaseWork        Permission = "case.work"     // status, question, remedy
	CaseNote        Permission = "case.note"     // internal notes: read and write
	CasePriority    Permission = "case.priority" // decide the effective priority
	CaseAssign      Permission = "case.assign"
	CaseWaive       Permission = "case.waive"      // say that a missed deadline is not held against support
	CaseCorrect     Permission = "case.correct"    // system, environment and version of a case that was filed by mail
	HeldRead        Permission = "held.read"       // mail that waits for somebody to decide
	HeldDecide      Permission = "held.decide"     // release it onto a case, discard it
	HeldAdopt       Permission = "held.adopt"      // a liaison makes a case of a colleague's mail
	HeldRestricted  Permission = "held.restricted" // texts of restricted customers' mail: cleared staff only
	MailOriginal    Permission = "mail.original"   // bytes of mails as they came: cleared staff only, and each time is recorded
	MailSettings    Permission = "mail.settings"   // own mails: at once, once a day, not at all
	QueueRead       Permission = "queue.read"
	PausesRead      Permission = "pauses.read"      // pauses of clocks that look wrong, of all customers
	LiaisonRead     Permission = "liaison.read"     // reach the decision on who sees a customer's liaisons and their changes
	LiaisonManage   Permission = "liaison.manage"   // reach the decision on who is a liaison; it is the decision that refuses
	LiaisonOverride Permission = "liaison.override" // for a customer, also beyond the year's changes
	BooksRead       Permission = "books.read"       // agreements, orders, seats and contacts of customers
	BooksWrite      Permission = "books.write"      // agreements, orders, seats, terms and exceptions
	BooksSystems    Permission = "books.systems"    // systems and what runs beside them
	BooksRelate     Permission = "books.relate"     // contacts by kind, groups and partners
	CRMSync         Permission = "crm.sync"         // another program brings customers, contacts, systems and agreements
	StatementRead   Permission = "statement.read"   // monthly service statements: liaisons of their own customer
	AdminRead       Permission = "admin.read"
	AdminCustomers  Permission = "admin.customers" // create customers, grant and end access to them
	AdminPeople     Permission = "admin.people"    // create and disable people
	AdminMail       Permission = "admin.mail"      // the mail queue, addresses that fail
	AdminCalendars  Permission = "admin.calendars" // lists of days: edit, review, publish
	AdminPolicy     Permission = "admin.policy"    // preview and publish editions of the policy
	MetricsRead     Permission = "metrics.read"    // served on the administrators' address only
)

// The permissions around a customer's own directory of people.
const (
	AdminDirectory Permission = "admin.directory" // tokens of customers' directories
	DirectoryKeep  Permission = "directory.keep"  // a directory keeps its customer's people; never a person
)

// The permissions around money: the order and finance desk.
const (
	InvoiceRead  Permission = "invoice.read"  // invoices of every customer
	InvoiceWrite Permission = "invoice.write" // enter them, record payments, take them back
)

// The scopes of an API token.
const (
	ScopeRead  = "read"
	ScopeWrite = "write"

	ScopeDirectory = "scim" // of a directory's token, and of no person's
	ScopeCRM       = "crm"  // of the program that keeps the vendor's customers; it reaches nothing else
)

// via says how a permission may be used.
type via int

const (
	openToAll   via = iota // nobody needs to be signed in
	reads                  // session, or token with scope read
	writes                 // session, or token with scope write
	directories            // token of a directory
	crm                    // session, or token with scope crm
	sessionOnly            // never by a token: what it makes would outlive the token's revocation
)

// Permissions is every permission, in the order in which GET /me lists them.
func Permissions() []Permission {
	return []Permission{PolicyRead, HealthRead, SignIn, MailboxRead, ProfileRead, ProfileEdit, PasswordChange, TokenManage,
		CustomerRead, SystemRead, PersonRead, CaseRegister, CaseRead, CaseReply, CaseClose, CaseWork, CaseNote,
		CasePriority, CaseAssign, CaseWaive, CaseCorrect, HeldRead, HeldDecide, HeldAdopt, HeldRestricted, MailOriginal, MailSettings, QueueRead, PausesRead,
		LiaisonRead, LiaisonManage, LiaisonOverride, BooksRead, BooksWrite, BooksSystems, BooksRelate, CRMSync,
		StatementRead, InvoiceRead, InvoiceWrite, AdminRead, AdminCustomers, AdminPeople, AdminMail, AdminCalendars, AdminPolicy, AdminDirectory, DirectoryKeep, MetricsRead}
}

// ruleOf says how p may be used and by which roles; ok is false for a permission that does not exist.
func ruleOf(p Permission) (v via, may func(Role) bool, ok bool) {
	switch p {
	case PolicyRead, HealthRead, SignIn, MailboxRead:
		return openToAll, anyRole, true
	case CaseWaive: // who answers for the figures, not who works against the clock
		return writes, oneOf(RegionalManager, Administrator), true
	case PausesRead:
		return reads, oneOf(RegionalManager, SuccessManager, Administrator), true
	case CaseCorrect:
		return writes, oneOf(Liaison).or(worksOnCases), true
	case HeldRead:
		return reads, oneOf(Liaison, PrivacyOfficer).or(worksOnCases), true
	case HeldDecide:
		return writes, oneOf(Liaison, PrivacyOfficer).or(worksOnCases), true
	case HeldAdopt:
		return writes, oneOf(Liaison), true
	case HeldRestricted:
		return reads, oneOf(PrivacyOfficer), true
	case MailOriginal:
		return writes, oneOf(RegionalManager, Administrator), true
	case ProfileEdit, MailSettings:
		return writes, anyRole, true
	case PasswordChange, TokenManage:
		return sessionOnly, anyRole, true
	case ProfileRead, CustomerRead, SystemRead, PersonRead:
		return reads, anyRole, true
	case CaseRegister:
		// Members and outsiders have no support centre (R2.4-02), yet they reach the decision that says so, with its
		// clause and what to do instead. Staff register on behalf of a liaison.
		return writes, oneOf(Liaison, Member, Outsider).or(worksOnCases), true
	case CaseRead:
		return reads, oneOf(Liaison, SuccessManager, PrivacyOfficer).or(worksOnCases), true
	case CaseReply, CaseClose:
		return writes, oneOf(Liaison).or(worksOnCases), true
	case CaseWork, CasePriority, CaseAssign:
		return writes, worksOnCases, true
	case CaseNote:
		return writes, oneOf(SuccessManager).or(worksOnCases), true
	case QueueRead:
		return reads, oneOf(SuccessManager).or(worksOnCases), true
	case LiaisonRead:
		return reads, oneOf(Liaison, Member, SuccessManager).or(keepsBooks).or(worksOnCases), true
	case LiaisonManage:
		// A member may be the customer's contact for the contract, who asks when no liaison is left (1.1).
		return writes, oneOf(Liaison, Member, RegionalManager, SuccessManager, Licensing, Administrator), true
	case LiaisonOverride:
		return writes, oneOf(RegionalManager, SuccessManager, Licensing, Administrator), true
	case BooksRead:
		return reads, oneOf(SuccessManager).or(keepsBooks).or(worksOnCases), true
	case BooksWrite:
		return writes, oneOf(Licensing, OrderDesk, RenewalsDesk, Administrator), true
	case BooksSystems:
		return writes, oneOf(Licensing, OrderDesk, Administrator), true
	case BooksRelate:
		return writes, oneOf(SuccessManager, Administrator).or(keepsBooks), true
	case CRMSync:
		return crm, oneOf(OrderDesk, Administrator), true
	case DirectoryKeep:
		return directories, oneOf(Directory), true
	case StatementRead:
		return reads, oneOf(Liaison, SuccessManager, RegionalManager, AccountExecutive, Administrator), true
	case InvoiceRead:
		return reads, oneOf(RegionalManager, SuccessManager, Licensing, OrderDesk, RenewalsDesk, AccountExecutive, Administrator), true
	case InvoiceWrite:
		return writes, oneOf(Licensing, OrderDesk, Administrator), true
	case AdminRead, MetricsRead:
		return reads, oneOf(Administrator), true
	case AdminCustomers, AdminPeople, AdminMail, AdminDirectory, AdminCalendars, AdminPolicy:
		return writes, oneOf(Administrator), true
	}
	return 0, nil, false
}

// roleSet is a set of roles by its membership.
type roleSet func(Role) bool

func oneOf(roles ...Role) roleSet {
	return func(r Role) bool { return slices.Contains(roles, r) }
}

func (s roleSet) or(t roleSet) roleSet {
	return func(r Role) bool { return s(r) || t(r) }
}

func anyRole(r Role) bool { return r.Known() }

// keepsBooks are the roles that keep what customers have signed and ordered (RD-02).
func keepsBooks(r Role) bool {
	return r == Licensing || r == OrderDesk || r == RenewalsDesk || r == AccountExecutive
}

// worksOnCases are the roles that answer customers.
func worksOnCases(r Role) bool {
	return r == Engineer || r == DedicatedEngineer || r == RegionalManager || r == Administrator
}

// Allows reports whether the actor's role has the permission and, for a token, whether its scopes reach it. The
// program itself may do everything; what does not exist is allowed to nobody else.
func Allows(a Actor, p Permission) bool {
	if a.System {
		return true
	}
	v, may, ok := ruleOf(p)
	if !ok {
		return false
	}
	return v == openToAll || (!a.IsNobody() && may(a.Role) && reaches(a, v) && (!whole(p) || !a.Narrowed()))
}

// whole reports whether a permission is about all cases of a customer at once: a signed statement cannot leave out those
// that its reader does not see.
func whole(p Permission) bool { return p == StatementRead }

// RoleAllows reports whether a role has the permission, whoever holds it: for choosing whom to give work to.
func RoleAllows(r Role, p Permission) bool {
	_, may, ok := ruleOf(p)
	return ok && may(r)
}

// Check is Allows as an error: Unauthenticated for nobody, Refused for a role, a token or a narrowed view that may not.
func Check(a Actor, p Permission) error {
	switch {
	case Allows(a, p):
		return nil
	case a.IsNobody():
		return errs.New(errs.Unauthenticated, "error.unauthenticated")
	}
	if v, may, ok := ruleOf(p); ok && may(a.Role) && !reaches(a, v) {
		return errs.New(errs.Refused, "account.token_not_enough")
	} else if ok && may(a.Role) && whole(p) {
		return errs.New(errs.Refused, "statement.whole_only")
	}
	return errs.New(errs.Refused, "error.forbidden")
}

// May is every permission that the actor has, for GET /me.
func May(a Actor) []Permission {
	var all []Permission
	for _, p := range Permissions() {
		if Allows(a, p) {
			all = append(all, p)
		}
	}
	return all
}

// reaches reports whether a session, or the scopes of a token, are enough. Scopes other than nil belong to a
// token: one without any scope reaches nothing.
func reaches(a Actor, v via) bool {
	if a.Token.IsZero() && a.Scopes == nil {
		return true
	}
	switch v {
	case reads:
		return slices.Contains(a.Scopes, ScopeRead)
	case writes:
		return slices.Contains(a.Scopes, ScopeWrite)
	case directories:
		return slices.Contains(a.Scopes, ScopeDirectory)
	case crm:
		return slices.Contains(a.Scopes, ScopeCRM)
	default: // sessionOnly is reached by no token
		return v == openToAll
	}
}
