package apptest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
)

// swaps is somebody of the vendor who replaces one liaison of a system by another and back, while the program is killed.
type swaps struct {
	manager, system string
	a, b            string // persons
	done            int    // that were acknowledged
}

// prepare makes a system with one liaison, who has an open case on it, and takes another liaison to swap with.
func (s *swaps) prepare(t *testing.T, d *apptest.Demo) {
	t.Helper()
	call := func(token, path string, body, into any) {
		t.Helper()
		status, answer, err := d.Call("POST", token, path, body)
		if err != nil || status != 201 {
			t.Fatalf("%s: %d %s %v", path, status, answer, err)
		}
		if into != nil {
			if err := json.Unmarshal(answer, into); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.manager = d.First("regional_manager").Token
	_, text, err := d.Call("GET", s.manager, "/api/v1/liaisons?customer="+home, nil)
	var now seats
	if err == nil {
		err = json.Unmarshal(text, &now)
	}
	if err != nil || len(now.Systems) == 0 || len(now.Systems[0].Liaisons) < 2 {
		t.Fatalf("%s has no two liaisons: %s %v", home, text, err)
	}
	s.a, s.b = now.Systems[0].Liaisons[0].Person, now.Systems[0].Liaisons[1].Person
	first := d.SystemOf(home)
	desk, books := d.First("licensing").Token, "/api/v1/customers/"+home+"/books"
	var made struct{ ID string }
	call(desk, books+"/systems", map[string]any{"name": "SWAP-01", "deployment": "cloud", "country": "DE", "product": first.Product, "version": first.Version,
		"environments": []string{"production"}}, &made)
	s.system = made.ID
	call(desk, books+"/terms", map[string]any{"system": s.system, "plan": "standard", "from": "2020-01-01", "to": "2040-12-31"}, nil)
	call(s.manager, "/api/v1/liaisons/requests", map[string]any{"customer": home, "items": []any{map[string]any{"system": s.system, "person": s.a}}}, nil)
	body := map[string]any{"system": s.system, "environment": "production", "product": first.Product, "version": first.Version, "priority": "P3", "subject": "Empty tiles",
		"symptoms": "No data.", "errorMessages": "none", "stepsTaken": "restarted", "impact": "some", "channel": "phone", "receivedAt": d.Now.Format(time.RFC3339)}
	for _, p := range d.Registering() {
		if p.Customer != nil && *p.Customer == home {
			if status, _, err := d.Call("POST", p.Token, "/api/v1/cases", without(body, "channel", "receivedAt")); err == nil && status == 201 {
				return
			}
		}
	}
	t.Fatal("nobody of the customer may register a case on the new system")
}

func without(body map[string]any, names ...string) map[string]any {
	for _, n := range names {
		delete(body, n)
	}
	return body
}

// work swaps until it is stopped or the program has gone. After a kill it does not know who is in: it tries both ways.
func (s *swaps) work(d *apptest.Demo, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		status, _, err := d.Call("POST", s.manager, "/api/v1/liaisons/requests", map[string]any{"customer": home, "override": "A test of many changes.",
			"items": []any{map[string]any{"system": s.system, "old": s.a, "person": s.b}}})
		if err != nil {
			return
		}
		if status == 201 {
			s.done++
		}
		s.a, s.b = s.b, s.a
	}
}

// whole are the units of replacements: each query counts halves.
func (s *swaps) whole() map[string]string {
	return map[string]string{
		"swaps without their line": `SELECT count(*) FROM liaison_change_item i WHERE i.state = 'done' AND i.old_person IS NOT NULL AND i.new_person IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.kind = 'liaison.replaced' AND j.at = i.settled_at AND j.subject_id = i.system_id)`,
		"lines without their swap": `SELECT count(*) FROM journal j WHERE j.kind = 'liaison.replaced' AND NOT EXISTS
			(SELECT 1 FROM liaison_change_item i WHERE i.tenant_id = j.tenant_id AND i.settled_at = j.at AND i.state = 'done')`,
		"requests without an item": `SELECT count(*) FROM liaison_change c WHERE NOT EXISTS (SELECT 1 FROM liaison_change_item i WHERE i.tenant_id = c.tenant_id AND i.change_id = c.id)`,
		"designations without their period": `SELECT count(*) FROM designation d WHERE d.ended_at IS NULL AND 1 <> (SELECT count(*) FROM designation_period p
			WHERE p.tenant_id = d.tenant_id AND p.system_id = d.system_id AND p.person_id = d.person_id AND p.ended_at IS NULL)`,
		"periods without their designation": `SELECT count(*) FROM designation_period p WHERE p.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM designation d
			WHERE d.tenant_id = p.tenant_id AND d.system_id = p.system_id AND d.person_id = p.person_id AND d.ended_at IS NULL)`,
		"systems that were swapped on with another number of liaisons than one": `SELECT count(*) FROM system s WHERE s.name = 'SWAP-01' AND 1 <> (SELECT count(*) FROM designation d
			WHERE d.tenant_id = s.tenant_id AND d.system_id = s.id AND d.ended_at IS NULL)`,
		"open cases of somebody who is no liaison of their system": `SELECT count(*) FROM support_case c JOIN system s ON s.tenant_id = c.tenant_id AND s.id = c.system_id
			WHERE s.name = 'SWAP-01' AND c.status <> 'closed' AND NOT EXISTS (SELECT 1 FROM designation d
				WHERE d.tenant_id = c.tenant_id AND d.system_id = c.system_id AND d.person_id = c.liaison_id AND d.ended_at IS NULL)`,
	}
}

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
	t.Run("sqlite", func(t *testing.T) { killApply(t, bin, dbtest.SQLiteURL(t), kills-kills/2) })
	if !dbtest.WithoutPostgres() {
		t.Run("postgres", func(t *testing.T) { killApply(t, bin, dbtest.PostgresURL(t), kills/2) })
	}
}

func killApply(t *testing.T, bin, address string, kills int) {
	d := dbtest.Open(t, address, db.Options{Clock: clock.Real{}})
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
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for look := time.NewTicker(2 * time.Millisecond); count(`SELECT count(*) FROM customer`) < goal; {
			select {
			case err := <-ended:
				t.Fatalf("apply ended before it was killed: %v", err)
			case <-look.C:
			}
		}
		_ = cmd.Process.Kill() // it may have ended just now
		<-ended
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
