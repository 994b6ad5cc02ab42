// Package dbtest gives a test a fresh, migrated database: on SQLite a file, on PostgreSQL a database of a server that
// is started for the test process and is gone with it. Nothing needs to be installed as a service, and nothing stays.
//
// ENGINES=sqlite in the environment leaves PostgreSQL out, and says so.
package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

// SQLite is a migrated database in a file of the test's own: a copy of one that was migrated once.
func SQLite(t testing.TB, clk clock.Clock) *db.DB {
	t.Helper()
	content, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	url := SQLiteURL(t)
	if err := os.WriteFile(strings.TrimPrefix(url, "sqlite:"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(t, url, db.Options{Clock: clk, Checks: true})
}

// migrated is the file of a migrated SQLite database without a row, made by the first test that needs it.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "liaison-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "liaison.db")
	d, err := db.Open(context.Background(), "sqlite:"+path, db.Options{})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.Migrate(context.Background()), d.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path) // closing has brought everything into the one file
})

// SQLiteURL names a file that does not exist yet.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "liaison.db")
}

// Postgres is a migrated database without a row, entered with the role of the application. Tests of one process use it
// one after the other: that role cannot change its schema, and what it has written is taken out at the end of each.
func Postgres(t testing.TB, clk clock.Clock) *db.DB {
	t.Helper()
	return Open(t, withUser(running(t).borrow(t), appRole), db.Options{Clock: clk, Checks: true})
}

// Open opens a database and closes it at the end of the test.
func Open(t testing.TB, url string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // a test may have closed it, or broken it
	return d
}
