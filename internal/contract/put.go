package contract

import (
	"errors"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// The puts below bring one thing of a customer's contract to what a file or another system says it is, in the
// caller's transaction. Each reads what is there, writes only a difference, and tells the journal about it: to put the
// same thing twice changes nothing. What it is found by never changes: a system by its name, a term by its first day,
// an exception by its document, an invoice by its number.

// PutSystem makes the customer's system of this name, or changes the one that has it.
func (s *Service) PutSystem(tx *db.Tx, a access.Actor, customer id.ID, n NewSystem) (system id.ID, changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutSystem(%s)", customer)
	if err := mayKeepSystems(a); err != nil {
		return id.ID{}, false, err
	}
	if err := s.CheckSystem(n); err != nil {
		return id.ID{}, false, err
	}
	calendarID, centre, _ := s.Policy.Now().CalendarFor(n.Country)
	if n.Deployment == Cloud {
		centre = Cloud
	}
	was := NewSystem{Name: n.Name}
	var environments *string
	err = tx.Row(`SELECT s.id, s.deployment, s.country, s.product_id, s.version, `+environmentList+` FROM system s
		WHERE s.tenant_id = $1 AND s.name = $2`, []any{customer, n.Name},
		&system, &was.Deployment, &was.Country, &was.Product, &was.Version, &environments)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return id.ID{}, false, err
	}
	for _, e := range readEnvironments(environments) {
		was.Environments = append(was.Environments, e.Name)
	}
	data := map[string]any{"deployment": n.Deployment, "country": n.Country, "calendar": calendarID, "centre": centre,
		"product": n.Product, "version": n.Version, "environments": len(n.Environments)}
	switch {
	case err != nil:
		system = id.New()
		if err := s.insertPut(tx, customer, system, n, calendarID, centre); err != nil {
			return id.ID{}, false, err
		}
		return system, true, s.record(tx, a, customer, onSystem("system.added", system, data))
	case was.same(n):
		return system, false, nil
	}
	if err := s.changeSystem(tx, customer, system, was, n, calendarID, centre); err != nil {
		return id.ID{}, false, err
	}
	return system, true, s.record(tx, a, customer, onSystem("system.changed", system, data))
}

func (n NewSystem) same(o NewSystem) bool {
	return n.Deployment == o.Deployment && n.Country == o.Country && n.Product == o.Product && n.Version == o.Version &&
		slices.Equal(n.Environments, o.Environments)
}

// CheckSystem says what of a system cannot be, except for its product and version, which are rows.
func (s *Service) CheckSystem(n NewSystem) error {
	_, _, known := s.Policy.Now().CalendarFor(n.Country)
	return n.check(known)
}

func (s *Service) insertPut(tx *db.Tx, customer, system id.ID, n NewSystem, calendarID, centre string) error {
	if err := releaseExists(tx, n.Product, n.Version); err != nil {
		return err
	}
	return insertSystem(tx, customer, system, n, calendarID, centre)
}

func (s *Service) changeSystem(tx *db.Tx, customer, system id.ID, was, n NewSystem, calendarID, centre string) error {
	if was.Product != n.Product || was.Version != n.Version {
		if err := releaseExists(tx, n.Product, n.Version); err != nil {
			return err
		}
	}
	if err := supersedeSystem(tx, customer, n.Name); err != nil {
		return err
	}
	err := tx.Buffer(`UPDATE system SET deployment = $3, country = $4, calendar = $5, centre = $6, product_id = $7, version = $8, recorded_at = $9
		WHERE tenant_id = $1 AND id = $2`, customer, system, n.Deployment, n.Country, calendarID, centre, n.Product, n.Version, tx.Now())
	if err != nil || slices.Equal(was.Environments, n.Environments) {
		return err
	}
	if err := tx.Buffer(`DELETE FROM environment WHERE tenant_id = $1 AND system_id = $2`, customer, system); err != nil {
		return err
	}
	for i, name := range n.Environments {
		err := tx.Buffer(`INSERT INTO environment (tenant_id, system_id, name, production, position) VALUES ($1, $2, $3, $4, $5)`,
			customer, system, name, i == 0, i)
		if err != nil {
			return err
		}
	}
	return nil
}

// CheckTerm says what of a term cannot be, beside the other terms of its system.
func (s *Service) CheckTerm(t Term) error {
	bad := checkDays(t.From, t.To)
	if _, ok := s.Policy.Now().Plan(t.Plan); !ok {
		bad = append(bad, errs.BadField("plan", "contract.unknown_plan"))
	}
	return errs.BadFields(bad...)
}

// PutTerm records the term of a system that begins on t.From, or changes its plan and last day.
func (s *Service) PutTerm(tx *db.Tx, a access.Actor, customer, system id.ID, t Term) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutTerm(%s)", system)
	if err := mayKeepBooks(a); err != nil {
		return false, err
	}
	if err := s.CheckTerm(t); err != nil {
		return false, err
	}
	terms, err := storedTerms(tx, customer, system)
	if err != nil {
		return false, err
	}
	term := id.New()
	kind := "subscription.added"
	for _, o := range terms {
		switch {
		case o.From == t.From && o.Term == t:
			return false, nil
		case o.From == t.From:
			term, kind = o.id, "subscription.changed"
		case o.From.Compare(t.To) <= 0 && t.From.Compare(o.To) <= 0:
			return false, overlap(o.Term)
		}
	}
	if kind == "subscription.added" {
		return true, s.insertTerm(tx, a, customer, system, term, t)
	}
	was, recorded, err := termEntry(tx, customer, term)
	if err == nil {
		err = Supersede(tx, customer, EntryTerm, term, was, recorded)
	}
	if err == nil {
		err = tx.Buffer(`UPDATE subscription SET plan = $3, to_date = $4, recorded_at = $5 WHERE tenant_id = $1 AND id = $2`,
			customer, term, t.Plan, t.To.String(), tx.Now())
	}
	if err != nil {
		return false, err
	}
	return true, s.record(tx, a, customer, onSystem(kind, system, map[string]any{"subscription": term, "plan": t.Plan, "from": t.From, "to": t.To}))
}

func overlap(o Term) error {
	return errs.New(errs.Conflict, "contract.terms_overlap", "plan", o.Plan, "from", o.From.String(), "to", o.To.String())
}

// storedTerm is a term with its row.
type storedTerm struct {
	id id.ID
	Term
}

func storedTerms(tx *db.Tx, customer, system id.ID) (list []storedTerm, err error) {
	err = tx.Query(`SELECT id, plan, from_date, to_date FROM subscription WHERE tenant_id = $1 AND system_id = $2 ORDER BY from_date`,
		[]any{customer, system}, func(scan func(...any) error) error {
			var t storedTerm
			var from, to *string
			if err := scan(&t.id, &t.Plan, &from, &to); err != nil {
				return err
			}
			err := days(dayColumn{from, &t.From}, dayColumn{to, &t.To})
			list = append(list, t)
			return err
		})
	return list, err
}

// CheckException says what of an exception cannot be, beside the other ones of its system. Its scope names services of
// the policy, or everything: a word that no question asks for would promise nothing (R4.7-02).
func CheckException(e Exception) error {
	bad := checkDays(e.From, e.To)
	bad = append(bad, checkLine("document", e.Document)...)
	words := strings.Fields(e.Scope)
	if len(words) == 0 {
		bad = append(bad, errs.BadField("scope", "field.required"))
	}
	for _, word := range words {
		if word != ScopeFull && !slices.Contains(policy.Services(), word) {
			bad = append(bad, errs.BadField("scope", "contract.unknown_service", "allowed", strings.Join(append([]string{ScopeFull}, policy.Services()...), ", ")))
			break
		}
	}
	return errs.BadFields(bad...)
}

// ScopeOf is the one form of a scope: every service once.
func ScopeOf(text string) string {
	var words []string
	for word := range strings.FieldsSeq(text) {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// exceptionsApart wants at most one exception of a system on a day beside the one of the id, so that one row says what is still delivered.
func exceptionsApart(tx *db.Tx, customer, system, but id.ID, e Exception) error {
	var document, from, to string
	err := tx.Row(`SELECT document, from_date, to_date FROM order_exception WHERE tenant_id = $1 AND system_id = $2 AND kind = 'exception' AND id <> $3
		AND from_date <= $4 AND to_date >= $5 ORDER BY from_date LIMIT 1`, []any{customer, system, but, e.To.String(), e.From.String()}, &document, &from, &to)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.New(errs.Conflict, "contract.exceptions_overlap", "document", document, "from", from, "to", to)
}

// PutException records the order exception of a system in this document, or changes its scope and days (4.7). The
// document of a window of extended lifecycle support is Conflict: a window has limits of its own.
func (s *Service) PutException(tx *db.Tx, a access.Actor, customer, system id.ID, e Exception) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutException(%s)", system)
	if err := mayKeepBooks(a); err != nil {
		return false, err
	}
	if err := CheckException(e); err != nil {
		return false, err
	}
	e.Scope = ScopeOf(e.Scope)
	x := ExceptionEntry{System: system, Document: e.Document, Scope: e.Scope, From: e.From, To: e.To}
	var scope, from, to string
	err = tx.Row(`SELECT id, scope, from_date, to_date FROM order_exception WHERE tenant_id = $1 AND system_id = $2 AND document = $3
		AND kind = 'exception' ORDER BY id LIMIT 1`, []any{customer, system, e.Document}, &x.ID, &scope, &from, &to)
	switch {
	case errors.Is(err, db.ErrNoRows):
		if err := noWindow(tx, customer, system, e.Document); err != nil {
			return false, err
		}
		x.ID = id.New()
		if err := exceptionsApart(tx, customer, system, x.ID, e); err != nil {
			return false, err
		}
		return true, s.insertException(tx, a, customer, system, x.ID, e)
	case err != nil:
		return false, err
	case scope == e.Scope && from == e.From.String() && to == e.To.String():
		return false, nil
	}
	return true, s.changeException(tx, a, customer, x)
}

// noWindow refuses the document of a window of extended lifecycle support.
func noWindow(tx *db.Tx, customer, system id.ID, document string) error {
	var found int64
	err := tx.Row(`SELECT count(*) FROM order_exception WHERE tenant_id = $1 AND system_id = $2 AND document = $3 AND kind = $4`,
		[]any{customer, system, document, extendedKind}, &found)
	if err == nil && found > 0 {
		err = errs.New(errs.Conflict, "books.extended_is_ordered")
	}
	return err
}
