package contract

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// StandingQuery says whose standing is asked for. Everyone but staff asks for themselves and the customer they act for.
type StandingQuery struct {
	Person   id.ID         // zero: whoever asks
	Customer string        // key; staff need to name one
	System   id.ID         // zero: every system of the customer
	On       calendar.Date // of the vendor's zone; zero: today
}

// Standing is where a person stands with one system, as it is recorded now, on one day.
type Standing struct {
	System     id.ID
	SystemName string
	Product    string
	Version    string
	entitlement.Standing
}

// Standings gives where a person stands with the systems of a customer, by name, at most MaxPage of them. A system that
// is not there, or not that customer's, is missing. Somebody of no customer stands with none.
func (s *Service) Standings(ctx context.Context, a access.Actor, q StandingQuery) (all []Standing, err error) {
	defer errs.Wrap(&err, "contract.Standings")
	all = []Standing{}
	scope, some, err := s.see(a)
	if err != nil || !some {
		return all, err
	}
	if !a.Role.IsStaff() {
		q.Person, q.Customer = a.Person, ""
	}
	if q.Person.IsZero() {
		q.Person = a.Person
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		if q.On.IsZero() {
			q.On = s.today(tx.Now())
		}
		v := s.view(tx)
		if q.Customer != "" {
			v.where("c.key = $?", q.Customer)
		}
		if !q.System.IsZero() {
			v.where("s.id = $?", q.System)
		}
		page, err := v.page(MaxPage)
		if err != nil {
			return err
		}
		if len(page.Items) == 0 && !q.System.IsZero() {
			return errs.Missing()
		}
		for _, system := range page.Items {
			customer := a.Customer
			if a.Role.IsStaff() {
				customer = id.ID{}
			}
			one, err := s.StandingIn(tx, customer, system.ID, q.Person, q.On)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		return nil
	})
	return all, err
}

// StandingIn is where a person stands with a system on a day, in the caller's transaction: what every edge that decides
// asks the questions of entitlement with. A zero customer is the system's. Missing when there is no such system.
func (s *Service) StandingIn(tx *db.Tx, customer, system, person id.ID, on calendar.Date) (st Standing, err error) {
	f, err := s.IntakeFacts(tx, Intake{Customer: customer, System: system, Person: person, Today: on})
	if err != nil {
		return st, missing(err)
	}
	st = Standing{System: system, SystemName: f.SystemName, Product: f.Product, Version: f.Version,
		Standing: entitlement.Standing{RegisterFacts: f.Entitlement(""), Member: f.Role == access.Liaison || f.Role == access.Member, Plan: f.Plan}}
	seats, err := s.SeatsOfSystem(tx, f.Customer, system)
	if err != nil {
		return st, err
	}
	st.Active = seats.Taken + seats.Promised
	changes, err := s.ChangesOn(tx, f.Customer, on)
	if err != nil {
		return st, err
	}
	st.Used, st.Year = changes.Used, entitlement.Term(changes.Year)
	err = tx.Row(`SELECT (SELECT coalesce(sum(e.seats), 0) FROM extra_seat e WHERE e.tenant_id = $1 AND e.system_id = $2
			AND e.from_date <= $3 AND e.to_date >= $3),
		EXISTS (SELECT 1 FROM customer_contact k WHERE k.tenant_id = $1 AND k.person_id = $4 AND k.kind = 'contract' AND k.ended_at IS NULL)`,
		[]any{f.Customer, system, on.String(), person}, &st.Extra, &st.Manages)
	st.Manages = st.Manages || f.Role == access.Liaison
	return st, err
}
