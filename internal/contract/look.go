package contract

import (
	"time"

	"liaison/internal/db"
	"liaison/internal/id"
)

// Cover is what covers a system at an instant: whether it is covered, by which plans, and when that changes by itself.
type Cover struct {
	Coverage
	Plans []PlanFrom // that have come to hold by then, in their order
	Next  time.Time  // of the next change that is known by then; the year 9999 where none is
}

// PlanFrom is a plan with the instant from which it counts for cases that are open (A, Clocks 10): 00:00 of the first day
// of its term, or the entry where that came later. The past is not rewritten. Extended: from then on nothing but extended
// lifecycle support covers the system (4.7).
type PlanFrom struct {
	Plan     string
	Extended bool
	From     time.Time
}

// Last is the one that holds, or held last; the zero one for none.
func (c Cover) Last() PlanFrom {
	if len(c.Plans) == 0 {
		return PlanFrom{}
	}
	return c.Plans[len(c.Plans)-1]
}

// CoverAt gives how a customer's system stands at an instant, as what is recorded by now makes it.
func (s *Service) CoverAt(tx *db.Tx, customer, system id.ID, at time.Time) (st Cover, err error) {
	all, err := termsOf(tx, customer, system)
	if err != nil {
		return st, err
	}
	terms := all[system]
	gaps, err := s.gapsBeside(tx, customer, system, terms)
	if err != nil {
		return st, err
	}
	st.Coverage, st.Next = coverageAt(gaps, at), forever()
	sooner := func(t time.Time) {
		if t.After(at) && t.Before(st.Next) {
			st.Next = t
		}
	}
	for _, g := range gaps {
		sooner(g.from)
		sooner(g.to)
	}
	for _, t := range terms {
		p := PlanFrom{Plan: t.Plan, From: s.start(t.From)}
		sooner(p.From)
		if t.at.After(p.From) {
			p.From = t.at
		}
		if !p.From.After(at) && p.From.Before(s.start(t.To.AddDays(1))) { // not entered after it was over
			st.Plans = append(st.Plans, p)
		}
	}
	turns, err := s.extendedTurns(tx, customer, system)
	if err != nil {
		return st, err
	}
	for _, t := range turns {
		sooner(t.From)
	}
	st.Plans = underExtended(st.Plans, turns, at)
	for _, e := range s.Policy.Book().Editions() {
		sooner(e.From) // which may have other days of grace, or another zone
	}
	return st, nil
}

// Place is a system at which the sweep looks.
type Place struct {
	Customer, System id.ID
	LookAt           int64 // for which instant it was marked; the mark goes when nobody has set another one
}

// Due lists at most limit systems whose coverage or plan has changed or may have, those that wait longest first. It reads
// one index: its cost is what is due.
func (s *Service) Due(tx *db.Tx, limit int) (due []Place, err error) {
	err = tx.Query(`SELECT tenant_id, id, look_at FROM system WHERE look_at <= $1 ORDER BY look_at LIMIT $2`, []any{tx.Now(), limit},
		func(scan func(...any) error) error {
			var p Place
			err := scan(&p.Customer, &p.System, &p.LookAt)
			due = append(due, p)
			return err
		})
	return due, err
}

// LookAgain sets when a system is looked at next. Where somebody has written what covers it since p was read, it stays
// due.
func (s *Service) LookAgain(tx *db.Tx, p Place, next time.Time) error {
	return tx.Buffer(`UPDATE system SET look_at = $3 WHERE tenant_id = $1 AND id = $2 AND look_at = $4`, p.Customer, p.System, next, p.LookAt)
}

// Look lets the sweep look at a system at once, or at all of a customer's where system is zero: what covers it was
// written in this transaction.
func (s *Service) Look(tx *db.Tx, customer, system id.ID) error {
	if system.IsZero() {
		return tx.Buffer(`UPDATE system SET look_at = $2 WHERE tenant_id = $1`, customer, tx.Now())
	}
	return tx.Buffer(`UPDATE system SET look_at = $3 WHERE tenant_id = $1 AND id = $2`, customer, system, tx.Now())
}

// LookAtAll lets the sweep look at every system: the policy by which they are looked at is another one.
func (s *Service) LookAtAll(tx *db.Tx) error {
	return tx.Buffer(`UPDATE system SET look_at = $1`, tx.Now())
}
