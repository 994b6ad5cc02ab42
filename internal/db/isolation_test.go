package db_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
)

// tenantTables are the tables that hold rows of customers; the catalogue is asked so that none can be forgotten.
func tenantTables(t testing.TB, d *db.DB) []string {
	t.Helper()
	q := `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) p ON p.name = 'tenant_id' WHERE m.type = 'table'`
	if d.Engine() == db.Postgres {
		q = `SELECT table_name::text FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = current_schema()`
	}
	found := map[string]bool{}
	err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Query(q, nil, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			found[name] = true
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if !found["support_case"] || !found["journal"] || len(found) < 10 {
		t.Fatalf("the catalogue names only %v", found)
	}
	return slices.Sorted(maps.Keys(found))
}

// T13 on both engines: the statement is refused before it runs.
func TestStatementsWithoutTheCustomerAreRefusedForEveryTable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		a, b := id.New(), id.New()
		for _, table := range tenantTables(t, d) {
			for q, args := range map[string][]any{
				"SELECT 1 FROM %s":                                             nil,
				"SELECT count(*) FROM %s":                                      nil,
				"SELECT 1 FROM %s WHERE tenant_id = $1":                        {b},
				"SELECT 1 FROM %s WHERE tenant_id = $1 OR TRUE":                {a},
				"SELECT 1 FROM customer WHERE EXISTS (SELECT 1 FROM %s)":       nil,
				"UPDATE %s SET tenant_id = $1 WHERE tenant_id = $2":            {b, a},
				"DELETE FROM %s":                                               nil,
				"INSERT INTO %s (tenant_id) VALUES ($1)":                       {b},
				"SELECT 1 FROM customer c LEFT JOIN %s x ON c.id = $1":         {a},
				"WITH x AS (SELECT tenant_id FROM %s) SELECT tenant_id FROM x": nil,
			} {
				err := d.Update(t.Context(), db.ForTenant(a), func(tx *db.Tx) error {
					_, err := tx.Exec(fmt.Sprintf(q, table), args...)
					return err
				})
				if !errors.Is(err, db.ErrNoTenant) {
					t.Errorf(q+": %v", table, err)
				}
			}
			err := d.View(t.Context(), db.ForTenant(a), func(tx *db.Tx) error {
				_, err := tx.Exec(fmt.Sprintf("SELECT 1 FROM %s WHERE tenant_id = $1", table), a)
				return err
			})
			if err != nil {
				t.Errorf("%s: the right statement is refused: %v", table, err)
			}
		}
	})
}

func TestStaffAndTheProgramReadAllCustomersAndACustomerOnlyItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		a, _ := addCustomer(t, d, "a")
		addCustomer(t, d, "b")
		for _, s := range []db.Scope{db.ForStaff(id.New(), "queue"), db.ForSystem("sweep")} {
			if n := count(t, d, s, "SELECT count(*) FROM system"); n != 2 {
				t.Errorf("%d systems", n)
			}
		}
		if n := count(t, d, db.ForTenant(a), "SELECT count(*) FROM system WHERE tenant_id = $1", a); n != 1 {
			t.Errorf("%d systems", n)
		}
	})
}

func TestARowCannotPointIntoAnotherCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		a, ofA := addCustomer(t, d, "a")
		_, ofB := addCustomer(t, d, "b")
		add := func(system id.ID) error {
			return d.Update(t.Context(), db.ForTenant(a), func(tx *db.Tx) error {
				tx.MarkJournaled()
				return tx.Buffer("INSERT INTO environment (tenant_id, system_id, name, production, position) VALUES ($1, $2, 'x', TRUE, 0)", a, system)
			})
		}
		if err := add(ofB); err == nil {
			t.Error("an environment of a points to a system of b")
		}
		if err := add(ofA); err != nil {
			t.Error(err)
		}
	})
}

func TestAChangeWithoutAJournalLineFails(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		a, _ := addCustomer(t, d, "a")
		rename := func(mark bool) error {
			return d.Update(t.Context(), db.ForTenant(a), func(tx *db.Tx) error {
				if mark {
					tx.MarkJournaled()
				}
				_, err := tx.Exec("UPDATE system SET name = 'renamed' WHERE tenant_id = $1", a)
				return err
			})
		}
		if err := rename(false); !errors.Is(err, db.ErrNoJournal) {
			t.Errorf("unrecorded: %v", err)
		}
		if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM system WHERE name = 'renamed'"); n != 0 {
			t.Error("the change is stored")
		}
		if err := rename(true); err != nil {
			t.Errorf("recorded: %v", err)
		}
		err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			return tx.Buffer("INSERT INTO setting (name, value) VALUES ('x', 'y')")
		})
		if err != nil {
			t.Errorf("a table that needs no line: %v", err)
		}
	})
}
