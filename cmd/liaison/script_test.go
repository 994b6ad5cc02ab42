package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"liaison": main})
}

// The scripts run the program as an operator does: arguments in, standard output, standard error and exit code out.
func TestScripts(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/script", sqliteFile)
}

// Those about storage run on both engines.
func TestStorageScripts(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		runScripts(t, "testdata/storage", sqliteFile)
	})
	if dbtest.WithoutPostgres() {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		runScripts(t, "testdata/storage", func(*testscript.Env) (string, string) { return dbtest.PostgresURLs(t) })
	})
}

// sqliteFile is the database of a script: its owner's address and the one to serve with.
func sqliteFile(e *testscript.Env) (owner, serve string) {
	return "", "sqlite:" + filepath.Join(e.WorkDir, "data", "liaison.db")
}

func runScripts(t *testing.T, dir string, database func(*testscript.Env) (owner, serve string)) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: dir, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			owner, serve := database(e)
			for name, value := range map[string]string{"URL": "http://localhost:8080", "DATA_DIR": filepath.Join(e.WorkDir, "data"),
				"DB": serve, "MIGRATE_DB": owner, "ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0"} {
				e.Setenv("LIAISON_"+name, value)
			}
			e.Setenv("ROOT", root)
			return os.Mkdir(filepath.Join(e.WorkDir, "data"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "rows": rows, "occupy": occupy, "hold": hold, "signer": signer, "touched": touched, "ahead": ahead},
	})
}

// exits CODE ARGS... runs the program and compares its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("liaison", args[1:]...)
	code := 0
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		code = e.ExitCode()
	}
	if want, _ := strconv.Atoi(args[0]); code != want {
		ts.Fatalf("exit code %d, want %d (%v)", code, want, err)
	}
}

// rows URL STATEMENT changes the database behind the program's back.
func rows(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(withRows(args[0], func(tx *db.Tx) error { _, err := tx.Exec(args[1]); return err }))
}

func withRows(url string, fn func(*db.Tx) error) error {
	ctx := context.Background()
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return err
	}
	return errors.Join(d.Update(ctx, db.ForSystem("test"), fn), d.Close())
}

// occupy NAME listens on a port until the script ends and puts the address into the variable.
func occupy(ts *testscript.TestScript, _ bool, args []string) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// hold URL holds the database's only place to write until the script ends.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = withRows(args[0], func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE counter SET value = value`)
			close(held)
			<-release
			return err
		}) // it changes nothing; a script that needs it held sees that itself
	}()
	<-held
	ts.Defer(func() { close(release); <-done })
}

// signer FILE puts the first line of a file into the variable KEY.
func signer(ts *testscript.TestScript, _ bool, args []string) {
	line, _, _ := strings.Cut(ts.ReadFile(args[0]), "\n")
	ts.Setenv("KEY", line)
}

// ahead NAME DAYS puts the midnight of UTC that lies so many days ahead into the variable NAME, its date into NAME_DATE and its
// wall time at the vendor of the reference pack into NAME_VENDOR.
func ahead(ts *testscript.TestScript, _ bool, args []string) {
	days, err := strconv.Atoi(args[1])
	ts.Check(err)
	at := clock.Real{}.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days)
	ts.Setenv(args[0], at.Format(time.RFC3339))
	ts.Setenv(args[0]+"_DATE", at.Format(time.DateOnly))
	vendor, err := time.LoadLocation("America/New_York")
	ts.Check(err)
	ts.Setenv(args[0]+"_VENDOR", at.In(vendor).Format(time.RFC3339))
}

// touched FILE OFFSET... changes one byte of a statement after another, and each time its check has to fail. A negative
// offset counts from the end.
func touched(ts *testscript.TestScript, _ bool, args []string) {
	whole := ts.ReadFile(args[0])
	for _, a := range args[1:] {
		at, err := strconv.Atoi(a)
		ts.Check(err)
		if at < 0 {
			at += len(whole)
		}
		body := []byte(whole)
		body[at] ^= 1
		ts.Check(os.WriteFile(ts.MkAbs("touched.json"), body, 0o600))
		exits(ts, false, []string{"1", "statement", "verify", "touched.json"})
	}
}
