package contract

import (
	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The use cases below correct entries of the books and take out what was entered by mistake, in the caller's
// transaction. Each wants the tag of the entry as the caller has read it, keeps the entry as it was, and tells the
// journal. Days that are over keep what was promised for them: clocks hold their own facts.

// ChangeTerm changes plan and last day of a term.
func (s *Service) ChangeTerm(tx *db.Tx, a access.Actor, customer, entry id.ID, tag, plan string, to calendar.Date) (t TermEntry, err error) {
	defer errs.Wrap(&err, "contract.ChangeTerm(%s)", entry)
	if err := mayKeepBooks(a); err != nil {
		return t, err
	}
	was, _, err := termEntry(tx, customer, entry)
	if err == nil {
		err = matches(was, tag)
	}
	if err != nil {
		return t, err
	}
	t = was
	t.Plan, t.To = plan, to
	t.Etag = Tag(t)
	_, err = s.PutTerm(tx, a, customer, was.System, Term{Plan: plan, From: was.From, To: to})
	return t, err
}

// ChangeException changes scope and days of an order exception. A window of extended lifecycle support has a scope of the
// pack and limits of its own: it is withdrawn and ordered anew.
func (s *Service) ChangeException(tx *db.Tx, a access.Actor, customer, entry id.ID, tag string, e Exception) (x ExceptionEntry, err error) {
	defer errs.Wrap(&err, "contract.ChangeException(%s)", entry)
	if err := mayKeepBooks(a); err != nil {
		return x, err
	}
	was, _, err := exceptionEntry(tx, customer, entry)
	if err == nil {
		err = matches(was, tag)
	}
	if err != nil {
		return x, err
	}
	if was.Kind == extendedKind {
		return x, errs.New(errs.Conflict, "books.extended_is_ordered")
	}
	e.Document = was.Document
	if err := CheckException(e); err != nil {
		return x, err
	}
	x = was
	x.Scope, x.From, x.To = ScopeOf(e.Scope), e.From, e.To
	same := x == was
	x.Etag = Tag(x)
	if same {
		return x, nil
	}
	return x, s.changeException(tx, a, customer, x)
}

// ChangeSystem changes what a system runs and where. Its name stays: it is found by it.
func (s *Service) ChangeSystem(tx *db.Tx, a access.Actor, customer, entry id.ID, tag string, n NewSystem) (x SystemEntry, err error) {
	defer errs.Wrap(&err, "contract.ChangeSystem(%s)", entry)
	if err := mayKeepSystems(a); err != nil {
		return x, err
	}
	was, _, err := systemEntry(tx, customer, entry, "")
	if err == nil {
		err = matches(was, tag)
	}
	if err != nil {
		return x, err
	}
	n.Name = was.Name
	if _, _, err := s.PutSystem(tx, a, customer, n); err != nil {
		return x, err
	}
	x = SystemEntry{ID: was.ID, Name: n.Name, Deployment: n.Deployment, Country: n.Country, Product: n.Product, Version: n.Version, Environments: n.Environments}
	x.Etag = Tag(x)
	return x, nil
}

// Withdraw takes an entry out that was entered by mistake: an agreement, a term, an exception or bought seats. It stays
// readable for the days on which the books had it. NotFound where there is none.
func (s *Service) Withdraw(tx *db.Tx, a access.Actor, customer id.ID, kind string, entry id.ID) (err error) {
	defer errs.Wrap(&err, "contract.Withdraw(%s, %s)", kind, entry)
	if err := mayKeepBooks(a); err != nil {
		return err
	}
	switch kind {
	case EntryAgreement:
		return s.withdrawAgreement(tx, a, customer, entry)
	case EntryTerm:
		t, recorded, err := termEntry(tx, customer, entry)
		if err != nil {
			return err
		}
		return s.takeOut(tx, a, customer, kind, entry, t, recorded, `DELETE FROM subscription WHERE tenant_id = $1 AND id = $2`,
			onSystem("subscription.withdrawn", t.System, map[string]any{"subscription": entry, "plan": t.Plan, "from": t.From, "to": t.To}))
	case EntryException:
		e, recorded, err := exceptionEntry(tx, customer, entry)
		if err != nil {
			return err
		}
		l := onSystem("exception.withdrawn", e.System, map[string]any{"exception": entry, "scope": journaledScope(e.Scope), "from": e.From, "to": e.To})
		l.Clause = "4.7"
		return s.takeOut(tx, a, customer, kind, entry, e, recorded, `DELETE FROM order_exception WHERE tenant_id = $1 AND id = $2`, l)
	case EntrySeats:
		e, recorded, err := seatEntry(tx, customer, entry)
		if err != nil {
			return err
		}
		l := onSystem("seats.withdrawn", e.System, map[string]any{"term": entry, "seats": e.Seats, "from": e.From, "to": e.To})
		l.Clause = "1.1"
		return s.takeOut(tx, a, customer, kind, entry, e, recorded, `DELETE FROM extra_seat WHERE tenant_id = $1 AND id = $2`, l)
	}
	return errs.Missing()
}

// EntryAgreement is the kind of agreements; their rows keep themselves when they are withdrawn.
const EntryAgreement = "agreement"

func (s *Service) withdrawAgreement(tx *db.Tx, a access.Actor, customer, entry id.ID) error {
	n, err := tx.Exec(`UPDATE agreement SET withdrawn_at = $3 WHERE tenant_id = $1 AND id = $2 AND withdrawn_at IS NULL`, customer, entry, tx.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Missing()
	}
	return s.record(tx, a, customer, onCustomer("agreement.withdrawn", customer, map[string]any{"agreement": entry}))
}
