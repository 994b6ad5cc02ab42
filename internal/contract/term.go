package contract

import (
	"context"
	"errors"
	"strings"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Term is one subscription term of a system. Each plan contains the base plan (RA-02) and there is at most one
// add-on at a time (RA-08), so a system has at most one term on any day.
type Term struct {
	Plan     string
	From, To calendar.Date // both inclusive, vendor's zone
}

// Covers reports whether d is a day of the term.
func (t Term) Covers(d calendar.Date) bool { return within(t.From, t.To, d) }

func within(from, to, d calendar.Date) bool { return from.Compare(d) <= 0 && to.Compare(d) >= 0 }

// AddSubscription records a term of a system. A term that shares a day with another one is refused.
func (s *Service) AddSubscription(ctx context.Context, a access.Actor, customer, system id.ID, t Term) (term id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddSubscription(%s)", system)
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		term, err = s.EnterTerm(tx, a, customer, system, t)
		return err
	})
	return term, err
}

// EnterTerm is AddSubscription in the caller's transaction.
func (s *Service) EnterTerm(tx *db.Tx, a access.Actor, customer, system id.ID, t Term) (term id.ID, err error) {
	if err := mayKeepBooks(a); err != nil {
		return id.ID{}, err
	}
	if err := s.CheckTerm(t); err != nil {
		return id.ID{}, err
	}
	if err := systemExists(tx, customer, system); err != nil {
		return id.ID{}, err
	}
	if err := noOverlap(tx, customer, system, t); err != nil {
		return id.ID{}, err
	}
	term = id.New()
	return term, s.insertTerm(tx, a, customer, system, term, t)
}

func (s *Service) insertTerm(tx *db.Tx, a access.Actor, customer, system, term id.ID, t Term) error {
	err := tx.Buffer(`INSERT INTO subscription (tenant_id, id, system_id, plan, from_date, to_date, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		customer, term, system, t.Plan, t.From.String(), t.To.String(), tx.Now())
	if err != nil {
		return err
	}
	return s.record(tx, a, customer, onSystem("subscription.added", system, map[string]any{"subscription": term, "plan": t.Plan, "from": t.From, "to": t.To}))
}

func noOverlap(tx *db.Tx, customer, system id.ID, t Term) error {
	var plan, from, to string
	err := tx.Row(`SELECT plan, from_date, to_date FROM subscription
		WHERE tenant_id = $1 AND system_id = $2 AND from_date <= $3 AND to_date >= $4 ORDER BY from_date LIMIT 1`,
		[]any{customer, system, t.To.String(), t.From.String()}, &plan, &from, &to)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.New(errs.Conflict, "contract.terms_overlap", "plan", plan, "from", from, "to", to)
}

// Exception is an order that promises on-premises support after its general end (4.7, R4.7-02). What it does not
// name is not promised: Scope has no default.
type Exception struct {
	Document string        // reference of the order
	Scope    string        // "full", or a space separated list of services
	From, To calendar.Date // both inclusive, vendor's zone
}

// ScopeFull is the scope of an exception under which everything goes on as before.
const ScopeFull = entitlement.ServiceAll

// AddException records an order exception of a system. Conflict for a document that the system has one of, and for one
// that shares a day with another.
func (s *Service) AddException(ctx context.Context, a access.Actor, customer, system id.ID, e Exception) (exception id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddException(%s)", system)
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		exception, err = s.EnterException(tx, a, customer, system, e)
		return err
	})
	return exception, err
}

// EnterException is AddException in the caller's transaction.
func (s *Service) EnterException(tx *db.Tx, a access.Actor, customer, system id.ID, e Exception) (exception id.ID, err error) {
	if err := mayKeepBooks(a); err != nil {
		return id.ID{}, err
	}
	if err := CheckException(e); err != nil {
		return id.ID{}, err
	}
	if err := systemExists(tx, customer, system); err != nil {
		return id.ID{}, err
	}
	if err := documentFree(tx, customer, system, e.Document); err != nil {
		return id.ID{}, err
	}
	if err := noWindow(tx, customer, system, e.Document); err != nil {
		return id.ID{}, err
	}
	exception = id.New()
	if err := exceptionsApart(tx, customer, system, exception, e); err != nil {
		return id.ID{}, err
	}
	return exception, s.insertException(tx, a, customer, system, exception, e)
}

// documentFree: an exception is found by its document, in files too (PutException), so a system has one of each.
func documentFree(tx *db.Tx, customer, system id.ID, document string) error {
	var one int64
	err := tx.Row(`SELECT count(*) FROM order_exception WHERE tenant_id = $1 AND system_id = $2 AND document = $3 AND kind = 'exception'`,
		[]any{customer, system, document}, &one)
	if err == nil && one > 0 {
		err = errs.New(errs.Conflict, "books.exception_exists", "document", document)
	}
	return err
}

func (s *Service) insertException(tx *db.Tx, a access.Actor, customer, system, exception id.ID, e Exception) error {
	scope := ScopeOf(e.Scope)
	err := tx.Buffer(`INSERT INTO order_exception (tenant_id, id, system_id, document, scope, from_date, to_date, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, customer, exception, system, e.Document, scope, e.From.String(), e.To.String(), tx.Now())
	if err != nil {
		return err
	}
	l := onSystem("exception.added", system, map[string]any{"exception": exception, "scope": journaledScope(scope), "from": e.From, "to": e.To})
	l.Clause = "4.7"
	return s.record(tx, a, customer, l)
}

// changeException writes an exception that is there already, and keeps it as it was.
func (s *Service) changeException(tx *db.Tx, a access.Actor, customer id.ID, x ExceptionEntry) error {
	if err := exceptionsApart(tx, customer, x.System, x.ID, Exception{From: x.From, To: x.To}); err != nil {
		return err
	}
	was, recorded, err := exceptionEntry(tx, customer, x.ID)
	if err != nil {
		return err
	}
	if err := Supersede(tx, customer, EntryException, x.ID, was, recorded); err != nil {
		return err
	}
	err = tx.Buffer(`UPDATE order_exception SET scope = $3, from_date = $4, to_date = $5, recorded_at = $6 WHERE tenant_id = $1 AND id = $2`,
		customer, x.ID, x.Scope, x.From.String(), x.To.String(), tx.Now())
	if err != nil {
		return err
	}
	l := onSystem("exception.changed", x.System, map[string]any{"exception": x.ID, "scope": journaledScope(x.Scope), "from": x.From, "to": x.To})
	l.Clause = "4.7"
	return s.record(tx, a, customer, l)
}

// takeOut removes an entry and keeps it as it was.
func (s *Service) takeOut(tx *db.Tx, a access.Actor, customer id.ID, kind string, entry id.ID, was any, recorded int64, q string, l journal.Line) error {
	if err := Supersede(tx, customer, kind, entry, was, recorded); err != nil {
		return err
	}
	if err := tx.Buffer(q, customer, entry); err != nil {
		return err
	}
	return s.record(tx, a, customer, l)
}

// journaledScope is what the journal may hold of a scope: codes of services, and "other" for any other text.
func journaledScope(scope string) string {
	for word := range strings.FieldsSeq(scope) {
		if word != entitlement.ServiceAll && word != entitlement.TechnicalAssistance { // what others are is read in the books
			return "other"
		}
	}
	return scope
}

func checkDays(from, to calendar.Date) (bad []errs.Field) {
	if from.IsZero() {
		bad = append(bad, errs.BadField("from", "field.required"))
	}
	if to.IsZero() {
		bad = append(bad, errs.BadField("to", "field.required"))
	}
	if len(bad) == 0 && to.Compare(from) < 0 {
		bad = append(bad, errs.BadField("to", "contract.ends_before_start"))
	}
	return bad
}
