package apptest_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
)

// TestKillOfAnApplyLeavesWholeCustomers kills `liaison apply` at random points: every customer that is there has
// everything that the files say, and the next run does the rest.
func TestKillOfAnApplyLeavesWholeCustomers(t *testing.T) {
	kills := 4
	if text := os.Getenv("KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 2 {
			t.Fatalf("KILLS=%q is no number of kills", text)
		}
		kills = max(2, n/20)
	}
	bin := filepath.Join(t.TempDir(), "liaison")
	if out, err := exec.Command("go", "build", "-o", bin, "liaison/cmd/liaison").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Run("sqlite", func(t *testing.T) {
		address := dbtest.SQLiteURL(t)
		killApply(t, bin, address, address, kills-kills/2)
	})
	if !dbtest.WithoutPostgres() {
		t.Run("postgres", func(t *testing.T) {
			owner, serving := dbtest.PostgresURLs(t)
			killApply(t, bin, owner, serving, kills/2)
		})
	}
}

// killApply looks at the database as owner; the program connects to it at address.
func killApply(t *testing.T, bin, owner, address string, kills int) {
	d := dbtest.Open(t, owner, db.Options{Clock: clock.Real{}})
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	count := func(q string) (n int) {
		t.Helper()
		if err := d.View(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error { return tx.Row(q, nil, &n) }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		tx.MarkJournaled()
		if err := tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`); err != nil {
			return err
		}
		return tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2026', '2026', '2026-01-15')`)
	})
	if err != nil {
		t.Fatal(err)
	}
	random, dir := rand.New(rand.NewPCG(1, uint64(len(address)))), t.TempDir()
	all := 0
	for round := range kills {
		const customers = 200
		file := filepath.Join(dir, "move.yaml")
		if err := os.WriteFile(file, moveFile(round, customers), 0o600); err != nil {
			t.Fatal(err)
		}
		run := func() *exec.Cmd {
			cmd := exec.Command(bin, "apply", file)
			cmd.Env = append(os.Environ(), "LIAISON_URL=http://127.0.0.1", "LIAISON_DATA_DIR="+dir, "LIAISON_DB="+address)
			return cmd
		}
		from, cmd := count(`SELECT count(*) FROM customer`), run()
		goal := from + 1 + random.IntN(customers-80)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for look := time.NewTicker(2 * time.Millisecond); count(`SELECT count(*) FROM customer`) < goal; {
			select {
			case err := <-ended:
				t.Fatalf("apply ended before it was killed: %v\n%s", err, said.String())
			case <-look.C:
			}
		}
		_ = cmd.Process.Kill() // it may have ended just now
		t.Logf("kill %d: %v", round+1, <-ended)
		halves(t, count, round)
		if out, err := run().CombinedOutput(); err != nil {
			t.Fatalf("the next run: %v %s", err, out)
		}
		halves(t, count, round)
		if all += customers; count(`SELECT count(*) FROM customer`) != all {
			t.Errorf("after the next run there are %d customers, want %d", count(`SELECT count(*) FROM customer`), all)
		}
	}
}

// halves looks for customers and orders that have not everything.
func halves(t *testing.T, count func(string) int, round int) {
	t.Helper()
	for what, q := range map[string]string{
		"customers without all their people":        `SELECT count(*) FROM customer c WHERE 3 <> (SELECT count(*) FROM access_grant g WHERE g.tenant_id = c.id)`,
		"customers without their system":            `SELECT count(*) FROM customer c WHERE 1 <> (SELECT count(*) FROM system s WHERE s.tenant_id = c.id)`,
		"customers without their term":              `SELECT count(*) FROM customer c WHERE 1 <> (SELECT count(*) FROM subscription s WHERE s.tenant_id = c.id)`,
		"customers without their liaison":           `SELECT count(*) FROM customer c WHERE 1 <> (SELECT count(*) FROM designation s WHERE s.tenant_id = c.id)`,
		"customers without their contact":           `SELECT count(*) FROM customer c WHERE 1 <> (SELECT count(*) FROM customer_contact s WHERE s.tenant_id = c.id)`,
		"orders without all their lines":            `SELECT count(*) FROM customer c WHERE 2 <> (SELECT count(*) FROM sales_order_line s WHERE s.tenant_id = c.id)`,
		"customers without the line of their birth": `SELECT count(*) FROM customer c WHERE 1 <> (SELECT count(*) FROM journal j WHERE j.tenant_id = c.id AND j.kind = 'customer.created')`,
	} {
		if n := count(q); n != 0 {
			t.Errorf("after kill %d: %d %s", round+1, n, what)
		}
	}
}

// moveFile is customers with everything, a document each.
func moveFile(round, customers int) []byte {
	var b bytes.Buffer
	for n := range customers {
		key := fmt.Sprintf("c%d-%d", round, n)
		b.WriteString(strings.NewReplacer("KEY", key).Replace(`---
customer: KEY
name: Customer KEY
country: DE
people:
  - {email: a@KEY.example, name: A, role: liaison}
  - {email: b@KEY.example, name: B, role: liaison}
  - {email: c@KEY.example, name: C, role: member}
contacts: [{kind: billing, email: c@KEY.example}]
orders:
  - {number: O-1, line: 1, signedOn: 2026-01-01, sku: plan.premier, system: SYS, quantity: 1, from: 2026-01-01, to: 2028-12-31}
  - {number: O-1, line: 2, signedOn: 2026-01-01, sku: map_key, quantity: 3, from: 2026-01-01, to: 2028-12-31}
systems:
  - system: SYS
    deployment: cloud
    country: DE
    product: server
    version: "2026"
    environments: [production]
    subscriptions: [{from: 2026-01-01, to: 2028-12-31, plan: premier}]
    liaisons: [{email: a@KEY.example}]
`))
	}
	return b.Bytes()
}
