package books

import (
	"context"
	"slices"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Entry is something that is entered into a customer's books: what it is, says its type.
type Entry interface {
	enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error)
}

// Within runs last in the transaction of a use case, e.g. to keep the answer of an idempotency key.
type Within func(tx *db.Tx, entry id.ID) error

// The entries beside Order.
type (
	// Agreement is what the customer has signed.
	Agreement contract.Agreement
	// Seats are seats bought for a system, for a year from a day (1.1).
	Seats struct {
		System id.ID
		Seats  int
		From   calendar.Date // vendor's zone
		// Further: beside as many from the same day that were entered already, which is Conflict without it.
		Further bool
	}
	// Contact is who stands for what from now on.
	Contact struct {
		Kind   string
		Person id.ID
	}
	// Tied is how the customer stands to another one from now on.
	Tied struct {
		Kind  string
		Other id.ID
	}
	// System is a system (DSI).
	System contract.NewSystem
	// Component is somebody else's product that runs beside a system.
	Component contract.Component
	// Term is a subscription term of a system.
	Term struct {
		System id.ID
		contract.Term
	}
	// Exception is an order exception of a system (4.7).
	Exception struct {
		System id.ID
		contract.Exception
	}
)

// Typed is an entry of which some values could not be read, and which is therefore never entered: they are told together
// with whatever else of it cannot be.
type Typed struct {
	Entry
	Unread []errs.Field
}

// Read is an entry as it was read; of what could not be, it is one that is told with all that is wrong.
func Read(e Entry, unread []errs.Field) Entry {
	if len(unread) == 0 {
		return e
	}
	return Typed{e, unread}
}

func (t Typed) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	_, err := t.Entry.enter(s, tx, a, customer)
	bad := slices.Clone(t.Unread)
	switch {
	case err == nil || errs.KindOf(err) == errs.Conflict: // with what was read only: it says nothing of what was meant
	case errs.KindOf(err) != errs.Invalid:
		return id.ID{}, err
	default:
		for _, f := range errs.As(err).Fields {
			if !slices.ContainsFunc(t.Unread, func(said errs.Field) bool { return said.Name == f.Name }) {
				bad = append(bad, f)
			}
		}
	}
	return id.ID{}, errs.BadFields(bad...)
}

// Enter enters something into the books of a customer: one transaction, one line in the journal. What overlaps, is there
// already or cannot be is refused with what to do instead.
func (s *Service) Enter(ctx context.Context, a access.Actor, customer id.ID, e Entry, within ...Within) (entry id.ID, err error) {
	defer errs.Wrap(&err, "books.Enter(%s)", customer)
	if err := access.Check(a, access.BooksRead); err != nil {
		return entry, err
	}
	scope := db.ForTenant(customer)
	if isLink(e) {
		scope = linkScope(a)
	}
	err = s.DB.Update(ctx, scope, func(tx *db.Tx) (err error) {
		if entry, err = e.enter(s, tx, a, customer); err != nil {
			return err
		}
		return runAll(tx, entry, within)
	})
	return entry, err
}

func isLink(e Entry) bool {
	if t, ok := e.(Typed); ok {
		e = t.Entry
	}
	_, link := e.(Tied)
	return link
}

// linkScope: whether a link closes a circle is seen in the links of all customers above.
func linkScope(a access.Actor) db.Scope {
	if a.System {
		return db.ForSystem("books.links")
	}
	return db.ForStaff(a.Person, "link customers")
}

func runAll(tx *db.Tx, entry id.ID, within []Within) error {
	for _, fn := range within {
		if err := fn(tx, entry); err != nil {
			return err
		}
	}
	return nil
}

func (g Agreement) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	return s.Contract.EnterAgreement(tx, a, customer, contract.Agreement(g))
}

func (x Seats) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	entry, err := s.Contract.EnterSeats(tx, a, customer, x.System, x.Seats, x.From, x.Further)
	return entry, unknownSystem(err)
}

func (k Contact) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	return s.nameContact(tx, a, customer, k.Kind, k.Person)
}

func (t Tied) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	return s.link(tx, a, customer, t.Kind, t.Other)
}

func (n System) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	return s.Contract.EnterSystem(tx, a, customer, contract.NewSystem(n))
}

func (c Component) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	return s.Contract.AddComponent(tx, a, customer, contract.Component(c))
}

func (t Term) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	entry, err := s.Contract.EnterTerm(tx, a, customer, t.System, t.Term)
	return entry, unknownSystem(err)
}

func (e Exception) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (id.ID, error) {
	entry, err := s.Contract.EnterException(tx, a, customer, e.System, e.Exception)
	return entry, unknownSystem(err)
}

// unknownSystem says which field was wrong, where a body or a form has named the system.
func unknownSystem(err error) error {
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return errs.BadFields(errs.BadField("system", "books.unknown_system"))
	}
	return err
}
