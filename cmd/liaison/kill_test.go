package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liaison/internal/app"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
)

// kills is how often an apply is killed on each engine before one is let through.
const kills = 3

// An apply that is killed leaves whole customers, and the next one does the rest (as the kill test does for cases).
func TestAnApplyThatIsKilledLeavesWholeCustomers(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killApply(t, "", dbtest.SQLiteURL(t))
	})
	if dbtest.WithoutPostgres() {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		owner, serve := dbtest.PostgresURLs(t)
		killApply(t, owner, serve)
	})
}

func killApply(t *testing.T, owner, url string) {
	const all = 1200
	dir := t.TempDir()
	program, err := os.Executable()
	if err == nil {
		err = os.Symlink(program, filepath.Join(dir, "liaison"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if owner == "" {
		owner = url
	}
	d := dbtest.Open(t, owner, db.Options{Clock: clock.Real{}})
	if err := app.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	writeCustomers(t, filepath.Join(dir, "in"), all)
	run := func() *exec.Cmd {
		cmd := exec.Command(filepath.Join(dir, "liaison"), "apply", filepath.Join(dir, "in"))
		cmd.Env = append(os.Environ(), "LIAISON_URL=http://localhost:8080", "LIAISON_DATA_DIR="+dir, "LIAISON_DB="+url)
		cmd.Stderr = t.Output()
		return cmd
	}
	for round := range kills {
		before := count(t, d, `SELECT count(*) FROM customer`)
		cmd := run()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		waitForMore(t, d, before, ended)
		_ = cmd.Process.Kill() // it may have ended: then the round tells nothing
		end := <-ended
		n := count(t, d, `SELECT count(*) FROM customer`)
		whole := count(t, d, `SELECT count(*) FROM customer c WHERE (SELECT count(*) FROM access_grant g WHERE g.tenant_id = c.id) = 3
			AND (SELECT count(*) FROM invoice i WHERE i.tenant_id = c.id) = 1
			AND (SELECT count(*) FROM journal j WHERE j.tenant_id = c.id) = 5`)
		t.Logf("kill %d (%v): %d of %d customers", round+1, end, n, all)
		if n != whole || n <= before {
			t.Fatalf("kill %d: %d customers, before %d, %d of them whole", round+1, n, before, whole)
		}
	}
	if out, err := run().Output(); err != nil || !strings.Contains(string(out), "rows changed") {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := run().Output()
	if want := fmt.Sprintf("0 rows changed: 0 new, 0 changed, 0 ended. %d rows were so already.\n", 5*all); err != nil || string(out) != want {
		t.Errorf("%v: %s", err, out)
	}
}

func writeCustomers(t *testing.T, dir string, n int) {
	t.Helper()
	customers, people, invoices := "customer,name,country\n", "customer,email,name,role\n", "customer,number,due\n"
	for i := range n {
		customers += fmt.Sprintf("c%04d,C,DE\n", i)
		invoices += fmt.Sprintf("c%04d,INV-%d,2026-01-31\n", i, i)
		for p := range 3 {
			people += fmt.Sprintf("c%04d,p%d@c%04d.example,P,member\n", i, p, i)
		}
	}
	err := os.MkdirAll(dir, 0o700)
	for name, text := range map[string]string{"customers": customers, "people": people, "invoices": invoices} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// waitForMore looks until there are more customers than before, or the program has ended.
func waitForMore(t *testing.T, d *db.DB, before int, ended chan error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for count(t, d, `SELECT count(*) FROM customer`) <= before {
		select {
		case err := <-ended:
			ended <- err
			return
		case <-ctx.Done():
			t.Fatal("the program brings nothing in")
		case <-look.C:
		}
	}
}

func count(t *testing.T, d *db.DB, q string) (n int) {
	t.Helper()
	if err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { return tx.Row(q, nil, &n) }); err != nil {
		t.Fatal(err)
	}
	return n
}
