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
			one, err := s.standing(tx, a, q, system)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		return nil
	})
	return all, err
}

func (s *Service) standing(tx *db.Tx, a access.Actor, q StandingQuery, system System) (st Standing, err error) {
	in := Intake{Customer: a.Customer, System: system.ID, Person: q.Person, Product: system.Product, Version: system.Version, Today: q.On}
	if a.Role.IsStaff() {
		in.Customer = id.ID{}
	}
	f, err := s.IntakeFacts(tx, in)
	if err != nil {
		return st, missing(err)
	}
	st = Standing{System: system.ID, SystemName: system.Name, Product: system.Product, Version: system.Version,
		Standing: entitlement.Standing{RegisterFacts: f.Entitlement(""), Member: f.Role == access.Liaison || f.Role == access.Member, Plan: f.Plan}}
	seats, err := s.SeatsOfSystem(tx, f.Customer, system.ID)
	if err != nil {
		return st, err
	}
	st.Active = seats.Taken + seats.Promised
	err = tx.Row(`SELECT coalesce(sum(e.seats), 0) FROM extra_seat e WHERE e.tenant_id = $1 AND e.system_id = $2
		AND e.from_date <= $3 AND e.to_date >= $3`, []any{f.Customer, system.ID, q.On.String()}, &st.Extra)
	return st, err
}
