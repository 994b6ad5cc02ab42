package cases

import (
	"errors"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// ofOwnSystem is the condition on a case c that a person is a liaison of its system now; the person goes between.
const ofOwnSystem = `EXISTS (SELECT 1 FROM designation d WHERE d.tenant_id = c.tenant_id AND d.system_id = c.system_id
	AND d.person_id = `

// Sight is the condition on a case c that an actor of its own customer sees it; person is the placeholder of the actor's
// id, "$2". It is "" for one who sees all cases of the customer.
func Sight(a access.Actor, person string) string {
	switch {
	case !a.Narrowed():
		return ""
	case a.Sees == access.SeesOwn:
		return "c.liaison_id = " + person
	}
	return "(c.liaison_id = " + person + " OR " + ofOwnSystem + person + " AND d.ended_at IS NULL))"
}

// narrow adds what the actor sees to a list's conditions.
func (w *where) narrow(a access.Actor) {
	cond := Sight(a, "?")
	if n := strings.Count(cond, "?"); n > 0 {
		w.add(cond, slices.Repeat([]any{a.Person}, n)...)
	}
}

// loadFor is load for an actor: a case that they do not see is as missing as one that never was.
func loadFor(tx *db.Tx, a access.Actor, number string) (*Case, error) {
	c, err := load(tx, number)
	if err == nil {
		err = visible(tx, a, c.Tenant, c.ID)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// locateFor is locate for an actor.
func locateFor(tx *db.Tx, a access.Actor, number string) (tenant, caseID id.ID, err error) {
	tenant, caseID, err = locate(tx, number)
	if err == nil {
		err = visible(tx, a, tenant, caseID)
	}
	return tenant, caseID, err
}

// Sees reports whether an actor of a case's own customer sees the case with that number.
func Sees(tx *db.Tx, a access.Actor, number string) (bool, error) {
	_, _, err := locateFor(tx, a, number)
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return false, nil
	}
	return err == nil, err
}

func visible(tx *db.Tx, a access.Actor, tenant, caseID id.ID) error {
	if !a.Narrowed() {
		return nil
	}
	w := new(where)
	w.add("c.tenant_id = ?", tenant)
	w.add("c.id = ?", caseID)
	w.narrow(a)
	var one int64
	err := tx.Row(`SELECT 1 FROM support_case c`+w.sql(), w.args, &one)
	if errors.Is(err, db.ErrNoRows) {
		return errs.Missing()
	}
	return err
}
