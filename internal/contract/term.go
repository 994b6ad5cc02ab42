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
	if err := mayManage(a); err != nil {
		return id.ID{}, err
	}
	bad := checkDays(t.From, t.To)
	if _, ok := s.Policy.Now().Plan(t.Plan); !ok {
		bad = append(bad, errs.BadField("plan", "contract.unknown_plan"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return id.ID{}, err
	}
	term = id.New()
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		if err := systemExists(tx, customer, system); err != nil {
			return err
		}
		if err := noOverlap(tx, customer, system, t); err != nil {
			return err
		}
		err := tx.Buffer(`INSERT INTO subscription (tenant_id, id, system_id, plan, from_date, to_date) VALUES ($1, $2, $3, $4, $5, $6)`,
			customer, term, system, t.Plan, t.From.String(), t.To.String())
		if err != nil {
			return err
		}
		return s.record(tx, a, customer, onSystem("subscription.added", system, map[string]any{
			"subscription": term, "plan": t.Plan, "from": t.From, "to": t.To,
		}))
	})
	return term, err
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

// AddException records an order exception of a system.
func (s *Service) AddException(ctx context.Context, a access.Actor, customer, system id.ID, e Exception) (exception id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddException(%s)", system)
	if err := mayManage(a); err != nil {
		return id.ID{}, err
	}
	e.Scope = strings.Join(strings.Fields(e.Scope), " ")
	bad := checkDays(e.From, e.To)
	if strings.TrimSpace(e.Document) == "" {
		bad = append(bad, errs.BadField("document", "field.required"))
	}
	if e.Scope == "" {
		bad = append(bad, errs.BadField("scope", "field.required"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return id.ID{}, err
	}
	exception = id.New()
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		if err := systemExists(tx, customer, system); err != nil {
			return err
		}
		err := tx.Buffer(`INSERT INTO order_exception (tenant_id, id, system_id, document, scope, from_date, to_date)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, customer, exception, system, e.Document, e.Scope, e.From.String(), e.To.String())
		if err != nil {
			return err
		}
		l := onSystem("exception.added", system, map[string]any{"exception": exception, "scope": journaledScope(e.Scope), "from": e.From, "to": e.To})
		l.Clause = "4.7"
		return s.record(tx, a, customer, l)
	})
	return exception, err
}

// journaledScope is what the journal may hold of a scope: codes of services, and "other" for any other text.
func journaledScope(scope string) string {
	for _, word := range strings.Fields(scope) {
		if word != entitlement.ServiceAll && word != entitlement.TechnicalAssistance {
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
