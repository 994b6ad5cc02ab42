package books

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The kinds of entries as addresses name them.
const (
	Agreements = "agreements"
	Orders     = "orders"
	BoughtKind = "seats"
	Contacts   = "contacts"
	Links      = "links"
	Systems    = "systems"
	Components = "components"
	Terms      = "terms"
	Exceptions = "exceptions"
)

// EntryKinds are all kinds of entries, in the order in which they are shown.
func EntryKinds() []string {
	return []string{Agreements, Orders, Systems, Components, Terms, Exceptions, BoughtKind, Contacts, Links}
}

// EnterPermission is what somebody needs to enter, correct or end entries of a kind; "" for a kind that is none.
func EnterPermission(kind string) access.Permission {
	switch kind {
	case Agreements, Orders, BoughtKind, Terms, Exceptions:
		return access.BooksWrite
	case Systems, Components:
		return access.BooksSystems
	case Contacts, Links:
		return access.BooksRelate
	}
	return ""
}

// CorrectTerm changes plan and last day of a term. tag is that of the entry as it was read; Stale when somebody was faster.
func (s *Service) CorrectTerm(ctx context.Context, a access.Actor, customer, entry id.ID, tag, plan string, to calendar.Date) (t contract.TermEntry, err error) {
	defer errs.Wrap(&err, "books.CorrectTerm(%s)", entry)
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		t, err = s.Contract.ChangeTerm(tx, a, customer, entry, tag, plan, to)
		return err
	})
	return t, err
}

// CorrectException changes scope and days of an order exception (4.7).
func (s *Service) CorrectException(ctx context.Context, a access.Actor, customer, entry id.ID, tag string, e contract.Exception) (x contract.ExceptionEntry, err error) {
	defer errs.Wrap(&err, "books.CorrectException(%s)", entry)
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		x, err = s.Contract.ChangeException(tx, a, customer, entry, tag, e)
		return err
	})
	return x, err
}

// CorrectSystem changes what a system runs and where; its name stays.
func (s *Service) CorrectSystem(ctx context.Context, a access.Actor, customer, entry id.ID, tag string, n contract.NewSystem) (x contract.SystemEntry, err error) {
	defer errs.Wrap(&err, "books.CorrectSystem(%s)", entry)
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		x, err = s.Contract.ChangeSystem(tx, a, customer, entry, tag, n)
		return err
	})
	return x, err
}

// End ends a contact, a link or a component from now on, and takes an agreement, an order, a term, an exception or bought
// seats out that were entered by mistake: they stay readable for the days on which the books had them. Systems stay. tag
// is that of the entry as it was read; Stale when somebody was faster.
func (s *Service) End(ctx context.Context, a access.Actor, customer id.ID, kind string, entry id.ID, tag string, within ...Within) (err error) {
	defer errs.Wrap(&err, "books.End(%s, %s)", kind, entry)
	p := EnterPermission(kind)
	if p == "" {
		p = access.BooksWrite
	}
	if err := access.Check(a, p); err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		if err := s.stillThere(tx, customer, kind, entry, tag); err != nil {
			return err
		}
		if err := s.endEntry(tx, a, customer, kind, entry); err != nil {
			return err
		}
		return runAll(tx, entry, within)
	})
}

func (s *Service) endEntry(tx *db.Tx, a access.Actor, customer id.ID, kind string, entry id.ID) error {
	switch kind {
	case Agreements:
		return s.Contract.Withdraw(tx, a, customer, contract.EntryAgreement, entry)
	case Terms:
		return s.Contract.Withdraw(tx, a, customer, contract.EntryTerm, entry)
	case Exceptions:
		return s.Contract.Withdraw(tx, a, customer, contract.EntryException, entry)
	case BoughtKind:
		return s.Contract.Withdraw(tx, a, customer, contract.EntrySeats, entry)
	case Components:
		return s.Contract.EndComponent(tx, a, customer, entry)
	case Orders:
		return s.withdrawOrder(tx, a, customer, entry)
	case Contacts:
		return s.endRow(tx, a, customer, `UPDATE customer_contact SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL RETURNING kind, person_id`,
			entry, "contact.ended", "contact", "person")
	case Links:
		return s.endRow(tx, a, customer, `UPDATE customer_link SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL RETURNING kind, other_id`,
			entry, "link.ended", "link", "other")
	}
	return errs.Missing()
}

func (s *Service) endRow(tx *db.Tx, a access.Actor, customer id.ID, q string, entry id.ID, event, kindName, ofName string) error {
	var kind string
	var of id.ID
	if err := tx.Row(q, []any{customer, entry, tx.Now()}, &kind, &of); err != nil {
		return missing(err)
	}
	return s.record(tx, a, customer, event, map[string]any{kindName: kind, ofName: of})
}
