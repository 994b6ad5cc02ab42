package apptest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/id"
)

// swaps is somebody of the vendor who replaces one liaison of a system by another and back, while the program is killed.
type swaps struct {
	manager, system string
	a, b            string // persons
	done            int    // that were acknowledged
}

// prepare makes a second liaison of the customer, and a system with one of both, who has an open case on it.
func (s *swaps) prepare(t *testing.T, v *victim) {
	t.Helper()
	s.b = v.promote(t)
	d := v.Demo
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
	if err != nil || len(now.Systems) == 0 || len(now.Systems[0].Liaisons) == 0 {
		t.Fatalf("%s has no liaison: %s %v", home, text, err)
	}
	s.a = now.Systems[0].Liaisons[0].Person
	call(s.manager, "/api/v1/liaisons/requests", map[string]any{"customer": home, "items": []any{map[string]any{"system": now.Systems[0].System, "person": s.b}}}, nil)
	first := d.SystemOf(home)
	desk, books := d.First("licensing").Token, "/api/v1/customers/"+home+"/books"
	var made struct{ ID string }
	call(desk, books+"/systems", map[string]any{"name": "SWAP-01", "deployment": "cloud", "country": "DE", "product": first.Product, "version": first.Version,
		"environments": []string{"production"}}, &made)
	s.system = made.ID
	call(desk, books+"/terms", map[string]any{"system": s.system, "plan": "standard", "from": "2020-01-01", "to": "2040-12-31"}, nil)
	call(s.manager, "/api/v1/liaisons/requests", map[string]any{"customer": home, "items": []any{map[string]any{"system": s.system, "person": s.a}}}, nil)
	body := map[string]any{"system": s.system, "environment": "production", "product": first.Product, "version": first.Version, "priority": "P3", "subject": "Empty tiles",
		"symptoms": "No data.", "errorMessages": "none", "stepsTaken": "restarted", "impact": "some"}
	for _, p := range d.Registering() {
		if p.Customer != nil && *p.Customer == home {
			if status, _, err := d.Call("POST", p.Token, "/api/v1/cases", body); err == nil && status == 201 {
				return
			}
		}
	}
	t.Fatal("nobody of the customer may register a case on the new system")
}

// promote makes a member of the customer one whom nobody has to invite, and gives their id. The program is started again:
// no other process writes beside it.
func (v *victim) promote(t *testing.T) string {
	t.Helper()
	v.kill()
	var person id.ID
	d, err := db.Open(t.Context(), v.address(), db.Options{Clock: clock.Real{}})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		tx.MarkJournaled()
		err := tx.Row(`SELECT g.person_id FROM access_grant g JOIN customer c ON c.id = g.tenant_id WHERE c.key = $1 AND g.role = 'member' LIMIT 1`, []any{home}, &person)
		if err == nil {
			err = tx.Buffer(`UPDATE access_grant SET role = 'liaison' WHERE person_id = $1`, person)
		}
		return err
	})
	if err = errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	v.start()
	return person.String()
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

// dunning is the finance desk, which brings files of overdue invoices and of their payments while the program is killed, so
// that support of a customer with several open cases is suspended and given back.
type dunning struct {
	customer, desk string
	n              int
	unpaid         []int // files whose invoices may be there and whose payments are not known to be
	done           int   // files that were acknowledged
}

// inFile is how many invoices a file has.
const inFile = 5

func (u *dunning) prepare(t *testing.T, d *apptest.Demo) {
	t.Helper()
	u.desk = d.First("licensing").Token
	for _, p := range d.People {
		if p.Role != "liaison" || len(p.Notes) != 1 || p.Notes[0] != "cloud" { // not one of those who register cases meanwhile
			continue
		}
		u.customer = *p.Customer
		for range 3 {
			if status, said, err := d.Call("POST", p.Token, "/api/v1/cases", apptest.NewCase(d.SystemOf(u.customer), "P3")); err != nil || status != 201 {
				t.Fatalf("a case of %s: %d %s %v", u.customer, status, said, err)
			}
		}
		return
	}
	t.Fatal("there is no customer whose invoices may be overdue")
}

// work brings files of overdue invoices, and now and then one that pays all that are open, until it is stopped or the program has gone.
func (u *dunning) work(d *apptest.Demo, stop <-chan struct{}) {
	bring := func(files []int, paid string) bool {
		text := "customer,number,due,amount,currency,paidAt\n"
		for _, f := range files {
			for i := range inFile {
				text += fmt.Sprintf("%s,KILL-%06d-%d,2026-01-31,%d.00,EUR,%s\n", u.customer, f, i, 10+i, paid)
			}
		}
		status, _, err := d.Call("POST", u.desk, "/api/v1/invoices/import", []byte(text))
		if err == nil && status == 200 {
			u.done++
		}
		return err == nil
	}
	for {
		select {
		case <-stop:
			return
		default:
		}
		u.n++
		u.unpaid = append(u.unpaid, u.n)
		if !bring([]int{u.n}, "") {
			return
		}
		if u.n%10 != 0 { // long enough unpaid for the sweep to see it
			continue
		}
		if !bring(u.unpaid, d.Now.UTC().Format(time.RFC3339)) {
			return
		}
		u.unpaid = nil
	}
}

// whole are the units of imports and suspensions: each query counts halves.
func (u *dunning) whole() map[string]string {
	of := strings.NewReplacer("CUSTOMER", "(SELECT id FROM customer WHERE key = '"+u.customer+"')")
	return map[string]string{
		"files of invoices of which a part is there": of.Replace(`SELECT count(*) FROM (SELECT substr(number, 1, 11) FROM invoice WHERE tenant_id = CUSTOMER AND number LIKE 'KILL-%'
			GROUP BY substr(number, 1, 11) HAVING count(*) <> 5) f`),
		"files of payments of which a part is there": of.Replace(`SELECT count(*) FROM (SELECT substr(number, 1, 11) FROM invoice WHERE tenant_id = CUSTOMER AND number LIKE 'KILL-%'
			GROUP BY substr(number, 1, 11) HAVING count(paid_at) <> 0 AND count(paid_at) <> 5) f`),
		"customers with other lines than invoices": of.Replace(`SELECT count(*) FROM customer c WHERE c.id = CUSTOMER AND
			(SELECT count(*) FROM invoice i WHERE i.tenant_id = c.id) <> (SELECT count(*) FROM journal j WHERE j.tenant_id = c.id AND j.kind = 'invoice.added')`),
		"customers with other lines than payments": of.Replace(`SELECT count(*) FROM customer c WHERE c.id = CUSTOMER AND
			(SELECT count(*) FROM invoice i WHERE i.tenant_id = c.id AND i.paid_at IS NOT NULL) <> (SELECT count(*) FROM journal j WHERE j.tenant_id = c.id AND j.kind = 'invoice.paid')`),
		"systems of which some open cases are suspended and others are not": `SELECT count(*) FROM (SELECT system_id FROM support_case WHERE is_open
			GROUP BY tenant_id, system_id HAVING count(DISTINCT suspended) > 1) s`,
		"cases that are suspended otherwise than their lines say": of.Replace(`SELECT count(*) FROM support_case c WHERE c.tenant_id = CUSTOMER AND CASE WHEN c.suspended THEN 1 ELSE 0 END <>
			(SELECT count(*) FROM journal j WHERE j.subject_id = c.id AND j.kind = 'case.suspended') - (SELECT count(*) FROM journal j WHERE j.subject_id = c.id AND j.kind = 'case.reinstated')`),
	}
}
