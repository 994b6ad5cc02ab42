package contract_test

import (
	"context"
	"errors"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// stands is where a person stood with a system at noon of a day.
func (w *world) stands(customer string, system, person id.ID, on string) (contract.Standing, error) {
	all, err := w.Standings(context.Background(), engineer(), contract.StandingQuery{Person: person, Customer: customer, System: system, On: date(on)})
	if err != nil {
		return contract.Standing{}, err
	}
	return all[0], nil
}

// decided is what registering a case in the portal would have been answered at noon of a day.
func (w *world) decided(customer string, system, person id.ID, on string) string {
	w.t.Helper()
	s, err := w.stands(customer, system, person, on)
	if err != nil {
		w.t.Fatal(err)
	}
	d, _ := entitlement.Ask(w.Policy.Now(), entitlement.AskRegisterPortal, s.Standing, newYork(on+" 12:00"))
	return d.Code
}

func (w *world) seat(at string, do func(context.Context, access.Actor, id.ID, id.ID, id.ID) error, customer, person, system id.ID) {
	w.t.Helper()
	w.clk.Set(newYork(at))
	if err := do(context.Background(), seed(), customer, person, system); err != nil {
		w.t.Fatal(err)
	}
}

func TestADayThatIsOverIsDecidedByWhatStoodThen(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.clk.Set(newYork("2026-02-16 09:00"))
		nordwind := w.customer("nordwind")
		old := german("OLD-01")
		old.Version = "2022.3"
		system, aged, anna, ben := w.system(nordwind, german("PRD-01")), w.system(nordwind, old), w.person(nordwind, access.Liaison), w.person(nordwind, access.Liaison)
		for _, one := range []id.ID{system, aged} {
			w.term(nordwind, one, "standard", "2026-01-01", "2027-12-31")
			w.seat("2026-02-16 09:00", w.Designate, nordwind, anna, one)
		}
		w.put(nordwind, "I-1", "2026-03-01", newYork("2026-02-16 09:00"))
		w.pay(nordwind, "I-1", "2026-03-20 10:00")
		w.upgrade(nordwind, german("OLD-01"), "2026-03-21 09:00")
		w.put(nordwind, "I-2", "2026-03-10", newYork("2026-03-24 09:00")) // entered late
		w.put(nordwind, "I-2", "2026-05-31", newYork("2026-03-25 09:00"))
		w.seat("2026-03-26 09:00", w.EndDesignation, nordwind, anna, system)
		w.seat("2026-03-27 09:00", w.Designate, nordwind, anna, system)
		w.seat("2026-04-01 09:00", w.Designate, nordwind, ben, system)
		w.clk.Set(newYork("2026-04-10 15:00"))

		const overdue, nobody, old2022 = entitlement.InvoiceOverdue, entitlement.NotALiaison, entitlement.VersionExpired
		for on, want := range map[string]string{
			"2026-02-10": nobody, "2026-02-20": "accepted", "2026-03-01": "accepted", "2026-03-02": overdue, "2026-03-12": overdue, "2026-03-20": "accepted",
			"2026-03-23": "accepted", "2026-03-24": overdue, "2026-03-25": "accepted", "2026-03-26": nobody, "2026-03-27": "accepted",
			"2026-04-10": "accepted", "2026-05-31": "accepted", "2026-06-01": overdue, // today and later: what is recorded now
		} {
			if got := w.decided("nordwind", system, anna, on); got != want {
				t.Errorf("on %s: %s, want %s", on, got, want)
			}
		}
		for on, want := range map[string]string{"2026-02-20": old2022, "2026-03-20": old2022, "2026-03-22": "accepted", "2026-04-10": "accepted"} {
			if got := w.decided("nordwind", aged, anna, on); got != want {
				t.Errorf("of the system that was brought up to date, on %s: %s, want %s", on, got, want)
			}
		}
		for on, want := range map[string]struct {
			active                   int
			liaison, member, manages bool
		}{"2026-02-10": {}, "2026-03-12": {active: 1, member: true}, "2026-03-26": {member: true}, "2026-04-02": {2, true, true, true}} {
			s, err := w.stands("nordwind", system, ben, on)
			if err != nil || s.Active != want.active || s.Liaison != want.liaison || s.Member != want.member || s.Manages != want.manages {
				t.Errorf("ben on %s: %+v, %v", on, s, err)
			}
		}
	})
}

// pay records the payment of an invoice at an instant.
func (w *world) pay(customer id.ID, number, at string) {
	w.t.Helper()
	w.clk.Set(newYork(at))
	var invoice id.ID
	w.read(customer, func(tx *db.Tx) error {
		return tx.Row(`SELECT id FROM invoice WHERE tenant_id = $1 AND number = $2`, []any{customer, number}, &invoice)
	})
	if err := w.RecordPayment(context.Background(), seed(), customer, invoice, w.clk.Now()); err != nil {
		w.t.Fatal(err)
	}
}

// upgrade records that a system is another one from an instant on.
func (w *world) upgrade(customer id.ID, n contract.NewSystem, at string) {
	w.t.Helper()
	w.clk.Set(newYork(at))
	err := w.DB.Update(context.Background(), db.ForTenant(customer), func(tx *db.Tx) error {
		_, _, err := w.PutSystem(tx, seed(), customer, n)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// What a customer asked for, what somebody saw and who stood for the contract on a day that is over.
func TestRequestsViewsAndContactsOfADayThatIsOver(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.clk.Set(newYork("2026-02-16 09:00"))
		nordwind := w.customer("nordwind")
		system, anna, carla := w.system(nordwind, german("PRD-01")), w.person(nordwind, access.Liaison), w.person(nordwind, access.Member)
		w.term(nordwind, system, "standard", "2026-01-01", "2027-12-31")
		w.seat("2026-02-16 09:00", w.Designate, nordwind, anna, system)
		w.clk.Set(newYork("2026-03-05 09:00"))
		w.rows(func(tx *db.Tx) error {
			return errors.Join(w.requested(tx, nordwind, system, "done", "2026-03-10 09:00"), w.requested(tx, nordwind, system, "declined", "2026-03-07 09:00"),
				tx.Buffer(`INSERT INTO customer_contact (tenant_id, id, kind, person_id, since, ended_at) VALUES ($1, $2, 'contract', $3, $4, $5)`,
					nordwind, id.New(), carla, newYork("2026-03-05 09:00"), newYork("2026-03-08 09:00")),
				account.Supersede(tx, nordwind, account.EntryView, anna, account.ViewEntry{Person: anna, Sees: "own"}, newYork("2026-02-20 09:00").UnixMicro()),
				tx.Buffer(`UPDATE access_grant SET sees_at = $3 WHERE tenant_id = $1 AND person_id = $2`, nordwind, anna, tx.Now()),
				account.Supersede(tx, nordwind, account.EntryCustomer, nordwind, account.CustomerEntry{Key: "nordwind"}, 0),
				tx.Buffer(`UPDATE customer SET restricted = TRUE, recorded_at = $2 WHERE id = $1`, nordwind, tx.Now()))
		})
		w.seat("2026-03-06 08:00", w.EndDesignation, nordwind, anna, system)
		w.clk.Set(newYork("2026-04-10 15:00"))
		for on, want := range map[string]struct{ active, invited, used int }{"2026-03-04": {1, 0, 0}, "2026-03-05": {3, 2, 2}, "2026-03-06": {2, 2, 2}, "2026-03-08": {1, 1, 1}, "2026-03-12": {0, 0, 1}} {
			if s, err := w.stands("nordwind", system, anna, on); err != nil || s.Active != want.active || s.Invited != want.invited || s.Used != want.used {
				t.Errorf("on %s: %d seats, %d changes, %v", on, s.Active, s.Used, err)
			}
		}
		for on, want := range map[string]struct{ narrowed, restricted, contact bool }{
			"2026-02-18": {}, "2026-02-21": {narrowed: true}, "2026-03-05": {restricted: true}, "2026-03-07": {restricted: true, contact: true}, "2026-03-09": {restricted: true},
		} {
			s, err := w.stands("nordwind", system, anna, on)
			c, errContact := w.stands("nordwind", system, carla, on)
			if err != nil || errContact != nil || s.Narrowed != want.narrowed || s.Restricted != want.restricted || c.Manages != want.contact {
				t.Errorf("on %s: %+v, the contact %+v, %v, %v", on, s, c, err, errContact)
			}
		}
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE access_grant SET ended_at = $3 WHERE tenant_id = $1 AND person_id = $2`, nordwind, carla, tx.Now())
		})
		if s, err := w.stands("nordwind", system, carla, "2026-03-07"); err != nil || !s.Member {
			t.Errorf("of somebody who has left since: %+v, %v", s, err)
		}
		if _, err := w.stands("nordwind", system, carla, "2026-04-10"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of somebody who has left: %v", err)
		}
	})
}

// Access that ended and was given again: in between there was none, also where a seat was left to the person.
func TestNobodyHasTheRightsOfAnAccessThatHadEndedThen(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.clk.Set(newYork("2026-02-16 09:00"))
		nordwind, other := w.customer("nordwind"), w.customer("other")
		system, anna := w.system(nordwind, german("PRD-01")), w.person(nordwind, access.Liaison)
		w.term(nordwind, system, "standard", "2026-01-01", "2027-12-31")
		w.seat("2026-02-16 09:00", w.Designate, nordwind, anna, system)
		at := func(when string, do func(tx *db.Tx) error) { w.clk.Set(newYork(when)); w.rows(do) }
		end := func(tx *db.Tx) error { _, err := account.EndAccess(tx, nordwind, anna); return err }
		again := func(tx *db.Tx) error { return account.MakeLiaison(tx, seed(), nordwind, anna) }
		at("2026-02-16 10:00", func(tx *db.Tx) error { return account.MakeLiaison(tx, seed(), other, anna) }) // the end below does not disable her
		at("2026-03-01 09:00", end)
		at("2026-03-05 09:00", again)
		w.seat("2026-03-10 09:00", w.EndDesignation, nordwind, anna, system)
		at("2026-03-10 09:00", end)
		at("2026-03-15 09:00", again)
		w.seat("2026-03-15 09:00", w.Designate, nordwind, anna, system)
		w.clk.Set(newYork("2026-04-10 15:00"))
		for on, want := range map[string]struct{ member, liaison bool }{"2026-02-10": {}, "2026-02-20": {true, true}, "2026-03-01": {}, "2026-03-04": {},
			"2026-03-05": {true, true}, "2026-03-10": {}, "2026-03-14": {}, "2026-03-15": {true, true}, "2026-04-10": {true, true}} {
			if s, err := w.stands("nordwind", system, anna, on); err != nil || s.Member != want.member || s.Liaison != want.liaison || s.Manages != want.liaison {
				t.Errorf("on %s: %+v, %v", on, s, err)
			}
		}
	})
}

// requested writes an invitation that was made now and settled later.
func (w *world) requested(tx *db.Tx, customer, system id.ID, state, settled string) error {
	change := id.New()
	return errors.Join(
		tx.Buffer(`INSERT INTO liaison_change (tenant_id, id, requested_at, side, year_from) VALUES ($1, $2, $3, 'customer', '2026-01-01')`, customer, change, tx.Now()),
		tx.Buffer(`INSERT INTO liaison_change_item (tenant_id, id, change_id, position, system_id, counts, why, state, settled_at, expires_at)
			VALUES ($1, $2, $3, 1, $4, TRUE, 'vacated_seat', $5, $6, $7)`, customer, id.New(), change, system, state, newYork(settled), tx.Now().AddDate(0, 0, 14)))
}
