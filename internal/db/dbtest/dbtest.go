// Package dbtest gives a test a fresh, migrated database: on SQLite a file, on PostgreSQL a database of a server that
// is started for the test process and is gone with it. Nothing needs to be installed as a service, and nothing stays.
//
// ENGINES=sqlite in the environment leaves PostgreSQL out, and says so.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/db"
)

// Start is what the clock of every test shows at first: a Wednesday, a working day in all centres.
func Start() time.Time { return time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC) }

// Each runs fn on every engine, in subtests called sqlite and postgres, with statement and journal checks on. On
// PostgreSQL d is connected as the restricted role of the application, as in production.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB, clk *clock.Stepping)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		clk := clock.NewStepping(Start())
		fn(t, SQLite(t, clk), clk)
	})
	if WithoutPostgres() {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		clk := clock.NewStepping(Start())
		fn(t, Postgres(t, clk), clk)
	})
}

// WithoutPostgres reports whether ENGINES leaves PostgreSQL out, and says so on standard error.
func WithoutPostgres() bool {
	if os.Getenv("ENGINES") != "sqlite" {
		return false
	}
	fmt.Fprintln(os.Stderr, "\n*** ENGINES=sqlite: NOT TESTED ON POSTGRESQL ***")
	return true
}

// SQLite is a migrated database in a file of the test's own.
func SQLite(t testing.TB, clk clock.Clock) *db.DB {
	t.Helper()
	d := Open(t, SQLiteURL(t), db.Options{Clock: clk, Checks: true})
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

// SQLiteURL names a file that does not exist yet.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "liaison.db")
}

// Postgres is a migrated database, entered with the role of the application.
func Postgres(t testing.TB, clk clock.Clock) *db.DB {
	t.Helper()
	_, app := PostgresURLs(t)
	return Open(t, app, db.Options{Clock: clk, Checks: true})
}

// Open opens a database and closes it at the end of the test.
func Open(t testing.TB, url string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
