package db_test

import (
	"testing"

	"liaison/internal/db"
	"liaison/internal/id"
)

// inSystem runs fn in a scope that spans customers, as a change that has its journal line.
func inSystem(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		tx.MarkJournaled()
		return fn(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// addCustomer makes a customer with one system.
func addCustomer(t testing.TB, d *db.DB, key string) (customer, system id.ID) {
	t.Helper()
	customer, system = id.New(), id.New()
	inSystem(t, d, func(tx *db.Tx) error {
		if err := tx.Buffer(`INSERT INTO customer (id, key, name, country, centre, data_key, created_at)
			VALUES ($1, $2, $2, 'DE', 'emea', $3, $4)`, customer, key, []byte{0, 1, 0xff}, tx.Now()); err != nil {
			return err
		}
		if err := tx.Buffer("INSERT INTO product (id, name) VALUES ('p', 'P') ON CONFLICT DO NOTHING"); err != nil {
			return err
		}
		return tx.Buffer(`INSERT INTO system (tenant_id, id, name, deployment, country, calendar, centre, product_id, version, created_at)
			VALUES ($1, $2, 'main', 'cloud', 'DE', 'emea-cet:DE', 'emea', 'p', '1', $3)`, customer, system, tx.Now())
	})
	return customer, system
}

// addPerson makes a person with a grant for the customer.
func addPerson(t testing.TB, d *db.DB, customer id.ID, email string) id.ID {
	t.Helper()
	person := id.New()
	inSystem(t, d, func(tx *db.Tx) error {
		if err := tx.Buffer("INSERT INTO person (id, email, email_norm, name, created_at) VALUES ($1, $2, $2, $2, $3)",
			person, email, tx.Now()); err != nil {
			return err
		}
		return tx.Buffer("INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, 'liaison', $3)",
			customer, person, tx.Now())
	})
	return person
}

func count(t testing.TB, d *db.DB, s db.Scope, q string, args ...any) (n int64) {
	t.Helper()
	if err := d.View(t.Context(), s, func(tx *db.Tx) error { return tx.Row(q, args, &n) }); err != nil {
		t.Fatal(err)
	}
	return n
}
