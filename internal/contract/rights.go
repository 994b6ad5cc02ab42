package contract

import (
	"context"
	"strconv"
	"strings"

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
	On       calendar.Date // of the vendor's zone; zero: today. One that is over: noon of it, as the books stood then

	oldest bool // of each system for whoever has been its liaison longest; Person is zero
}

// oldestLiaison stands in for the person of intakeQuery.
const oldestLiaison = `coalesce($2, (SELECT l.person_id FROM designation l WHERE l.tenant_id = s.tenant_id AND l.system_id = s.id
	AND l.ended_at IS NULL ORDER BY l.since, l.person_id LIMIT 1))`

// Standing is where a person stands with one system on one day: what is over as it stood then, else as it is recorded now.
type Standing struct {
	System     id.ID
	SystemName string
	Product    string
	Version    string
	entitlement.Standing
}

// Standings gives where a person stands with the systems of a customer, by name, at most MaxPage of them. A system that
// is not there, or not that customer's, is missing. So is a customer, or a person, whom the caller may not ask about: for
// staff one who is not there or is nobody of that customer. Somebody of no customer stands with none.
func (s *Service) Standings(ctx context.Context, a access.Actor, q StandingQuery) (all []Standing, err error) {
	defer errs.Wrap(&err, "contract.Standings")
	all = []Standing{}
	scope, some, err := s.see(a)
	if err != nil {
		return all, err
	}
	if !a.Role.IsStaff() && !q.Person.IsZero() && q.Person != a.Person || !some && q.Customer != "" {
		return all, errs.Missing()
	}
	if !some {
		return all, nil
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) (err error) {
		if q.On.IsZero() {
			q.On = s.today(tx.Now())
		}
		if err := s.mayAskAbout(tx, a, q); err != nil {
			return err
		}
		if q.Person.IsZero() {
			q.Person = a.Person
		}
		if all, err = s.standings(tx, a.Customer, q); err == nil && len(all) == 0 && !q.System.IsZero() {
			err = errs.Missing()
		}
		return err
	})
	return all, err
}

// mayAskAbout: nobody of a customer learns even whether another one is there, and no decision is made up for a person who
// has nothing to do with the customer, now and on the day.
func (s *Service) mayAskAbout(tx *db.Tx, a access.Actor, q StandingQuery) error {
	if q.Customer == "" {
		return nil
	}
	var customer id.ID
	if err := tx.Row(`SELECT id FROM customer WHERE key = $1`, []any{q.Customer}, &customer); err != nil {
		return missing(err)
	}
	if !a.Role.IsStaff() && customer != a.Customer {
		return errs.Missing()
	}
	if q.Person.IsZero() || q.Person == a.Person {
		return nil
	}
	at, _ := s.asked(tx.Now(), q.On)
	var known int64
	return missing(tx.Row(`SELECT 1 FROM access_grant WHERE tenant_id = $1 AND person_id = $2 AND (ended_at IS NULL OR ended_at > $3)`,
		[]any{customer, q.Person, at}, &known))
}

// StandingIn is where a person stands with a system on a day, in the caller's transaction: what every edge that decides
// asks the questions of entitlement with. A zero customer is the system's. Missing when there is no such system.
func (s *Service) StandingIn(tx *db.Tx, customer, system, person id.ID, on calendar.Date) (st Standing, err error) {
	all, err := s.standings(tx, customer, StandingQuery{Person: person, System: system, On: on})
	switch {
	case err != nil:
		return st, err
	case len(all) == 0:
		return st, errs.Missing()
	}
	return all[0], nil
}

// StandingsToday is where a liaison of each system of a customer stands today, in the caller's transaction: as far as the
// system decides, all of its liaisons stand alike.
func (s *Service) StandingsToday(tx *db.Tx, customer id.ID) (all []Standing, err error) {
	all, err = s.standings(tx, customer, StandingQuery{On: s.today(tx.Now()), oldest: true})
	for i := range all {
		all[i].Liaison, all[i].Manages, all[i].Narrowed = true, true, false
	}
	return all, err
}

// standings reads where q.Person stands with systems by name: of a customer, with a zero one of those that q and the
// scope allow. It costs the same number of statements however many systems a customer has.
func (s *Service) standings(tx *db.Tx, customer id.ID, q StandingQuery) (all []Standing, err error) {
	facts, err := s.factsOf(tx, customer, q)
	if err != nil {
		return nil, err
	}
	all = make([]Standing, 0, len(facts))
	known := map[id.ID]*aboutCustomer{}
	at, over := s.asked(tx.Now(), q.On)
	for _, f := range facts {
		about := known[f.Customer]
		if about == nil {
			if over {
				about, err = s.aboutThen(tx, f.Customer, q.Person, q.On, at)
			} else {
				about, err = s.about(tx, f.Customer, q.Person, q.On)
			}
			if err != nil {
				return nil, err
			}
			known[f.Customer] = about
		}
		if about.then != nil {
			if f, err = s.factsThen(tx, f, about.then); err != nil {
				return nil, err
			}
		}
		all = append(all, Standing{System: f.System, SystemName: f.SystemName, Product: f.Product, Version: f.Version,
			Standing: entitlement.Standing{RegisterFacts: f.Entitlement(""), Member: f.Role == access.Liaison || f.Role == access.Member, Plan: f.Plan, Extended: f.OnlyExtended,
				Active: about.active[f.System], Invited: about.invited[f.System], Extra: about.extra[f.System], Used: about.changes.Used, Year: entitlement.Term(about.changes.Year),
				Manages:  about.contact && !about.led[f.System] || f.Role == access.Liaison,
				Narrowed: about.narrowed && f.Role == access.Liaison && (!about.contact || about.led[f.System])}})
	}
	return all, nil
}

// SystemFacts are the facts of every system of the actor's customer, for the actor, today, by name and in one statement;
// none for staff and for people of no customer.
func (s *Service) SystemFacts(ctx context.Context, a access.Actor) (all []Facts, err error) {
	defer errs.Wrap(&err, "contract.SystemFacts")
	scope, some, err := s.see(a)
	if err != nil || !some || a.Customer.IsZero() {
		return nil, err
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) (err error) {
		all, err = s.factsOf(tx, a.Customer, StandingQuery{Person: a.Person, On: s.today(tx.Now())})
		return err
	})
	return all, err
}

// factsOf reads the facts of the systems that a query is about, by name and in one statement.
func (s *Service) factsOf(tx *db.Tx, customer id.ID, q StandingQuery) (all []Facts, err error) {
	text, args := intakeQuery+` WHERE s.id = coalesce($1, s.id)`, []any{q.System, q.Person, q.On.String(), nil, nil}
	if q.oldest {
		text = strings.ReplaceAll(text, "$2", oldestLiaison)
	}
	if customer.IsZero() {
		customer = tx.Scope().Tenant()
	}
	if !customer.IsZero() {
		args = append(args, customer)
		text += ` AND s.tenant_id = $` + strconv.Itoa(len(args))
	}
	if q.Customer != "" {
		args = append(args, q.Customer)
		text += ` AND c.key = $` + strconv.Itoa(len(args))
	}
	args = append(args, MaxPage)
	err = tx.Query(text+` ORDER BY c.key, s.name LIMIT $`+strconv.Itoa(len(args)), args, func(scan func(...any) error) error {
		var f Facts
		err := s.readFacts(&f, q.On, scan)
		all = append(all, f)
		return err
	})
	return all, err
}

// aboutCustomer is what all systems of a customer share, and what is counted for each.
type aboutCustomer struct {
	active   map[id.ID]int // by system: seats that are taken or promised
	invited  map[id.ID]int // those of them that are promised only
	extra    map[id.ID]int // seats bought beside the plan
	changes  Changes
	contact  bool           // the person is the contact for the contract
	led      map[id.ID]bool // systems with a liaison; only where the person is the contact
	narrowed bool           // the person sees a part of the customer's cases (2.1)
	then     *then          // what else stood so on a day that is over; nil: today or later
}

func (s *Service) about(tx *db.Tx, customer, person id.ID, on calendar.Date) (a *aboutCustomer, err error) {
	a = &aboutCustomer{active: map[id.ID]int{}, invited: map[id.ID]int{}, extra: map[id.ID]int{}}
	seats, err := s.AllSeats(tx, customer)
	if err != nil {
		return nil, err
	}
	for _, one := range seats {
		a.active[one.System], a.invited[one.System] = one.Taken+one.Promised, one.Promised
	}
	if a.changes, err = s.ChangesOn(tx, customer, on); err != nil {
		return nil, err
	}
	err = tx.Query(`SELECT e.system_id, sum(e.seats) FROM extra_seat e WHERE e.tenant_id = $1 AND e.from_date <= $2 AND e.to_date >= $2
		GROUP BY e.system_id`, []any{customer, on.String()}, func(scan func(...any) error) error {
		var system id.ID
		var n int
		err := scan(&system, &n)
		a.extra[system] = n
		return err
	})
	if err != nil {
		return nil, err
	}
	err = tx.Row(`SELECT EXISTS (SELECT 1 FROM customer_contact k WHERE k.tenant_id = $1 AND k.person_id = $2 AND k.kind = 'contract' AND k.ended_at IS NULL),
		EXISTS (SELECT 1 FROM access_grant g WHERE g.tenant_id = $1 AND g.person_id = $2 AND g.sees <> 'all' AND g.ended_at IS NULL)`,
		[]any{customer, person}, &a.contact, &a.narrowed)
	if err == nil && a.contact {
		a.led, err = LedSystems(tx, customer)
	}
	return a, err
}

// LedSystems are the systems of a customer that have a liaison who can act: designated, with access, and not disabled.
func LedSystems(tx *db.Tx, customer id.ID) (led map[id.ID]bool, err error) {
	led = map[id.ID]bool{}
	err = tx.Query(`SELECT DISTINCT d.system_id FROM designation d
		JOIN access_grant g ON g.tenant_id = d.tenant_id AND g.person_id = d.person_id AND g.ended_at IS NULL
		JOIN person p ON p.id = d.person_id AND p.disabled_at IS NULL
		WHERE d.tenant_id = $1 AND d.ended_at IS NULL`, []any{customer}, func(scan func(...any) error) error {
		var system id.ID
		err := scan(&system)
		led[system] = true
		return err
	})
	return led, err
}
