package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
)

func TestALookReadsWithinItsScopeAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		nord, _ := addCustomer(t, d, "nord")
		addCustomer(t, d, "sued")
		var name string
		own := []any{nord}
		if err := d.Look(t.Context(), db.ForTenant(nord), "SELECT name FROM system WHERE tenant_id = $1", own, &name); err != nil || name != "main" {
			t.Error(name, err)
		}
		if err := d.Look(t.Context(), db.ForSystem("test"), "SELECT key FROM customer WHERE key = 'west'", nil, &name); !errors.Is(err, db.ErrNoRows) {
			t.Errorf("nothing is %v", err)
		}
		var keys []string
		all := func(scan func(...any) error) error {
			var k string
			err := scan(&k)
			keys = append(keys, k)
			return err
		}
		if err := d.LookAll(t.Context(), db.ForSystem("test"), "SELECT key FROM customer ORDER BY key", nil, all); err != nil || !slices.Equal(keys, []string{"nord", "sued"}) {
			t.Error(keys, err)
		}
		if err := d.Look(t.Context(), db.ForTenant(nord), "SELECT name FROM system", nil, &name); !errors.Is(err, db.ErrNoTenant) {
			t.Errorf("without the customer: %v", err)
		}
		if err := d.Look(t.Context(), db.ForSystem("test"), "SELECT nothing FROM nowhere", nil, &name); err == nil {
			t.Error("a statement that fails gives no error")
		}
		if err := d.Look(t.Context(), db.ForSystem("test"), "DELETE FROM system RETURNING name", nil, &name); err == nil {
			t.Error("a look writes")
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if err := d.Look(ended, db.ForSystem("test"), "SELECT 'x'", nil, &name); !errors.Is(err, context.Canceled) {
			t.Errorf("after the caller has gone: %v", err)
		}
		for range 20 { // no connection is left in a bad state
			if err := d.Look(t.Context(), db.ForSystem("test"), "SELECT key FROM customer WHERE key = 'sued'", nil, &name); err != nil || name != "sued" {
				t.Fatal(name, err)
			}
		}
	})
}

func TestAReservedNumberIsTheNextOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		var got []int64
		for i := range 4 {
			inSystem(t, d, func(tx *db.Tx) error {
				var one int64
				if i%2 == 0 {
					if err := tx.ReserveCaseSequence(); err != nil {
						return err
					}
				}
				if err := tx.Row("SELECT 1", nil, &one); err != nil {
					return err
				}
				n, err := tx.NextCaseSequence()
				got = append(got, n)
				return err
			})
		}
		if !slices.Equal(got, []int64{1, 2, 3, 4}) {
			t.Errorf("numbers %v", got)
		}
		err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { return tx.ReserveCaseSequence() })
		if d.Engine() == db.SQLite && err == nil {
			t.Error("a view reserves")
		}
	})
}
