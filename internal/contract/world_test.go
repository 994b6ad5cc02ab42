package contract_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/policies"
)

// world is an installation with one product and whatever a test adds.
type world struct {
	*contract.Service
	t   testing.TB
	clk *clock.Stepping
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) { fn(t, newWorld(t, d, clk)) })
}

func newWorld(t testing.TB, d *db.DB, clk *clock.Stepping) *world {
	t.Helper()
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Service: &contract.Service{DB: d, Policy: pack}, t: t, clk: clk}
	w.rows(func(tx *db.Tx) error {
		return errors.Join(
			tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
			w.release(tx, "2025", "2025", "2025-01-15", ""),
			w.release(tx, "2025.1", "2025", "2025-04-15", ""),
			w.release(tx, "2022", "2022", "2022-05-01", ""),
			w.release(tx, "2022.3", "2022", "2024-05-01", ""),
		)
	})
	return w
}

func (w *world) release(tx *db.Tx, version, platform, ga, end string) error {
	var published *string
	if end != "" {
		published = &end
	}
	return tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date, end_date)
		VALUES ('server', $1, $2, $3, $4)`, version, platform, ga, published)
}

// rows writes rows of other slices.
func (w *world) rows(fn func(tx *db.Tx) error) {
	w.t.Helper()
	err := w.DB.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
		return errors.Join(fn(tx), journal.Record(tx, line))
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// read runs fn in the scope of a customer, or of the program for the zero id.
func (w *world) read(customer id.ID, fn func(tx *db.Tx) error) {
	w.t.Helper()
	scope := db.ForSystem("test")
	if !customer.IsZero() {
		scope = db.ForTenant(customer)
	}
	if err := w.DB.View(context.Background(), scope, fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) customer(key string) id.ID {
	w.t.Helper()
	c := id.New()
	w.rows(func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO customer (id, key, name, country, centre, language, data_key, created_at)
			VALUES ($1, $2, $3, 'DE', 'emea', 'en', $4, $5)`, c, key, key+" Ltd", []byte("k"), tx.Now())
	})
	return c
}

func (w *world) person(customer id.ID, role access.Role) id.ID {
	w.t.Helper()
	p := id.New()
	w.rows(func(tx *db.Tx) error {
		address := p.String() + "@example.test"
		return errors.Join(
			tx.Buffer(`INSERT INTO person (id, email, email_norm, name, created_at) VALUES ($1, $2, $2, 'N', $3)`, p, address, tx.Now()),
			tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)`,
				customer, p, string(role), tx.Now()))
	})
	return p
}

func german(name string) contract.NewSystem {
	return contract.NewSystem{Name: name, Deployment: contract.OnPrem, Country: "DE", Product: "server", Version: "2025.1",
		Environments: []string{"production", "development"}}
}

func (w *world) system(customer id.ID, n contract.NewSystem) id.ID {
	w.t.Helper()
	system, err := w.AddSystem(context.Background(), seed(), customer, n)
	if err != nil {
		w.t.Fatal(err)
	}
	return system
}

func (w *world) term(customer, system id.ID, plan, from, to string) {
	w.t.Helper()
	_, err := w.AddSubscription(context.Background(), seed(), customer, system, contract.Term{Plan: plan, From: date(from), To: date(to)})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) invoice(customer id.ID, number, due string) id.ID {
	w.t.Helper()
	invoice, err := w.AddInvoice(context.Background(), seed(), customer, number, date(due))
	if err != nil {
		w.t.Fatal(err)
	}
	w.rows(func(tx *db.Tx) error { // entered in time, whatever the clock of the test says
		return tx.Buffer(`UPDATE invoice SET due_known_at = 0 WHERE tenant_id = $1 AND id = $2`, customer, invoice)
	})
	return invoice
}

// openCase writes the row of an open case.
func (w *world) openCase(customer, system, liaison id.ID, suspended bool) id.ID {
	w.t.Helper()
	c := id.New()
	w.rows(func(tx *db.Tx) error { return insertCase(tx, customer, c, system, liaison, suspended, true) })
	return c
}

func insertCase(tx *db.Tx, customer, c, system, liaison id.ID, suspended, open bool) error {
	return tx.Buffer(`INSERT INTO support_case (tenant_id, id, number, status, suspended, is_open, priority, requested_priority,
		plan, plan_order, system_id, environment, production, deployment, country, calendar, centre, product_id,
		product_version, channel, received_at, registered_at, liaison_id, registered_by, edition, decision, subject, symptoms,
		error_messages, steps_taken, impact, facts, updated_at)
		VALUES ($1, $2, '1', 'open', $3, $6, 3, 3, 'standard', 3, $4, 'production', TRUE, 'on_prem', 'DE', 'emea-cet:DE', 'emea',
		'server', '2025.1', 'portal', 0, 0, $5, $5, 'e', '{}', 's', 's', 's', 's', 's', '[]', 0)`, customer, c, suspended, system, liaison, open)
}

func seed() access.Actor { return access.Actor{System: true} }

func liaisonOf(customer, person id.ID) access.Actor {
	return access.Actor{Person: person, Role: access.Liaison, Customer: customer}
}

func engineer() access.Actor { return access.Actor{Person: id.New(), Role: access.Engineer} }

func date(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// newYork is an instant on the wall clock of the vendor.
func newYork(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, newYorkZone())
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func wantKind(t testing.TB, err error, kind errs.Kind, key string) {
	t.Helper()
	if errs.KindOf(err) != kind || errs.As(err).Key != key {
		t.Errorf("error is %v, want kind %d and key %s", err, kind, key)
	}
}

func newYorkZone() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return zone
}
