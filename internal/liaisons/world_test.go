package liaisons_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/cursor"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/liaisons"
	"liaison/internal/policy"
	"liaison/policies"
)

// world is an installation with one customer and its system PRD-01; tests add people and cases.
type world struct {
	*liaisons.Service
	t        testing.TB
	clk      *clock.Stepping
	mail     *outbox
	customer id.ID
	system   id.ID
	number   int
}

// outbox keeps the mails that were enqueued and committed.
type outbox struct {
	mu    sync.Mutex
	mails []liaisons.Mail
}

func (o *outbox) Enqueue(tx *db.Tx, kind string, args any) error {
	if kind != liaisons.MailJob {
		return errors.New("unknown kind of job")
	}
	tx.AfterCommit(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.mails = append(o.mails, args.(liaisons.Mail))
	})
	return nil
}

// to lists the templates of what a person got, in order.
func (o *outbox) to(person id.ID) (templates []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.mails {
		if m.Person == person {
			templates = append(templates, m.Template)
		}
	}
	return templates
}

func onBoth(t *testing.T, plan string, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) { fn(t, newWorld(t, d, clk, plan)) })
}

func newWorld(t testing.TB, d *db.DB, clk *clock.Stepping, plan string) *world {
	t.Helper()
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clk: clk, mail: &outbox{}}
	accounts, err := account.New(account.Options{DB: d, Clock: clk, Log: slog.New(slog.DiscardHandler), NewDataKey: func(id.ID) []byte { return []byte("k") },
		Origin: "http://support.test", Secret: []byte(strings.Repeat("s", 32)), Hashing: account.Hashing{MemoryKiB: 8, Passes: 1, Threads: 1, Parallel: 4},
		SeatsLost: func(tx *db.Tx, by access.Actor, customer, person id.ID) error {
			return w.SeatsLost(tx, by, customer, person)
		}})
	if err != nil {
		t.Fatal(err)
	}
	deals := &contract.Service{DB: d, Policy: pack}
	w.Service = &liaisons.Service{DB: d, Policy: pack, Accounts: accounts, Contract: deals, Cases: &cases.Service{DB: d, Policy: pack, Contract: deals},
		Jobs: w.mail, Secret: []byte(strings.Repeat("i", 32)), CursorKey: cursor.Key("a secret of the tests, 32 bytes..")}
	deals.SeatLeft = w.SeatLeft
	w.rows(func(tx *db.Tx) error {
		return errors.Join(
			tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
			tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2025', '2025', '2025-01-15')`))
	})
	w.customer = w.newCustomer("nordwind")
	w.system = w.newSystem(w.customer, "PRD-01", plan)
	return w
}

func program() access.Actor { return access.Actor{System: true} }

func (w *world) rows(fn func(tx *db.Tx) error) {
	w.t.Helper()
	err := w.DB.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
		return errors.Join(fn(tx), journal.Record(tx, line))
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) newCustomer(key string) id.ID {
	w.t.Helper()
	c, err := w.Accounts.CreateCustomer(context.Background(), program(), account.Customer{Key: key, Name: key + " Ltd", Kind: "customer",
		Country: "DE", Centre: "emea", Language: "en"})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// newSystem makes a system whose term began on 2026-01-15, and with it the contract year.
func (w *world) newSystem(customer id.ID, name, plan string) id.ID {
	w.t.Helper()
	system, err := w.Contract.AddSystem(context.Background(), program(), customer, contract.NewSystem{Name: name, Deployment: contract.OnPrem,
		Country: "DE", Product: "server", Version: "2025", Environments: []string{"production"}})
	if err == nil {
		_, err = w.Contract.AddSubscription(context.Background(), program(), customer, system, contract.Term{Plan: plan, From: date("2026-01-15"), To: date("2028-01-14")})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return system
}

// person is somebody of the customer.
func (w *world) person(name string, role access.Role) id.ID {
	w.t.Helper()
	return w.personWith(name, role, "correct horse battery 1")
}

// personWith is somebody of the customer with a password, "" for none.
func (w *world) personWith(name string, role access.Role, password string) id.ID {
	w.t.Helper()
	ctx := context.Background()
	p, err := w.Accounts.CreatePerson(ctx, program(), account.NewPerson{Name: name, Email: name + "@nordwind.example", Language: "en", Zone: "UTC", Password: password})
	if err == nil {
		err = w.Accounts.Grant(ctx, program(), w.customer, p, role, account.Own)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// liaison is somebody who sits in a seat of PRD-01 from the beginning.
func (w *world) liaison(name string) id.ID {
	w.t.Helper()
	p := w.person(name, access.Liaison)
	w.ask(program(), liaisons.Item{System: w.system, New: p})
	return p
}

func (w *world) actor(person id.ID) access.Actor {
	return access.Actor{Person: person, Role: access.Liaison, Customer: w.customer}
}

func manager() access.Actor { return access.Actor{Person: id.New(), Role: access.RegionalManager} }

// ask makes a request that has to be allowed.
func (w *world) ask(a access.Actor, items ...liaisons.Item) id.ID {
	w.t.Helper()
	change, err := w.try(a, items...)
	if err != nil {
		w.t.Fatal(err)
	}
	return change
}

func (w *world) try(a access.Actor, items ...liaisons.Item) (id.ID, error) {
	in := liaisons.Request{Items: items}
	if a.System || a.Role.IsStaff() {
		in.Customer = w.customer
	}
	return w.Request(context.Background(), a, in)
}

// link is the token of the invitation that was sent last.
func (w *world) link() string {
	w.t.Helper()
	w.mail.mu.Lock()
	defer w.mail.mu.Unlock()
	for _, m := range slices.Backward(w.mail.mails) {
		if m.Template == liaisons.Invited {
			f, ok, err := w.MailFacts(context.Background(), m)
			if err != nil || !ok {
				w.t.Fatalf("the invitation cannot be sent: %v, %v", ok, err)
			}
			return strings.TrimPrefix(f.Path, liaisons.InvitePath)
		}
	}
	w.t.Fatal("nobody was invited")
	return ""
}

func (w *world) accept(token string) error {
	return w.Accept(context.Background(), token, liaisons.Acceptance{Name: "New Person", Language: "en", Zone: "UTC", Password: "correct horse battery 1"})
}

// openCase writes the row of a case of a liaison in a state.
func (w *world) openCase(liaison id.ID, status string) string {
	w.t.Helper()
	w.number++
	number := fmt.Sprint(w.number)
	w.rows(func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO support_case (tenant_id, id, number, status, is_open, priority, requested_priority,
			plan, plan_order, system_id, environment, production, deployment, country, calendar, centre, product_id,
			product_version, channel, received_at, registered_at, liaison_id, registered_by, edition, decision, subject, symptoms,
			error_messages, steps_taken, impact, facts, next_due, next_promise, updated_at)
			VALUES ($1, $2, $3, $4, $5, 3, 3, 'standard', 3, $6, 'production', TRUE, 'on_prem', 'DE', 'emea-cet:DE', 'emea',
			'server', '2025', 'portal', 0, 0, $7, $7, 'e', '{}', 's', 's', 's', 's', 's', '[]', 123456, 123456, 0)`,
			w.customer, id.New(), number, status, status != "closed" && status != "resolved", w.system, liaison)
	})
	return number
}

// column reads one column of one row as text.
func (w *world) column(q string, args ...any) (text string) {
	w.t.Helper()
	err := w.DB.View(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error { return tx.Row(q, args, &text) })
	if err != nil {
		w.t.Fatalf("%v: %s", err, q)
	}
	return text
}

func (w *world) overview() liaisons.Overview {
	w.t.Helper()
	o, err := w.Overview(context.Background(), access.Actor{Person: id.New(), Role: access.Administrator}, w.customer)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) used() int { w.t.Helper(); return w.overview().Quota.Used }

func (w *world) wantUsed(what string, want int) {
	w.t.Helper()
	if got := w.used(); got != want {
		w.t.Errorf("after %s %d changes are used, want %d", what, got, want)
	}
}

func wantRefusal(t testing.TB, err error, code string) *errs.Decision {
	t.Helper()
	e := errs.As(err)
	if err == nil || e.Kind != errs.Conflict || e.Decision == nil || e.Decision.Code != code || e.Decision.Clause != "1.1" {
		t.Fatalf("error is %v, want a refusal %s by 1.1", err, code)
	}
	return e.Decision
}

func wantKey(t testing.TB, err error, key string) {
	t.Helper()
	e := errs.As(err)
	if err == nil || e.Key != key && (len(e.Fields) == 0 || e.Fields[0].Key != key) {
		t.Errorf("error is %v, want %s", err, key)
	}
}

func date(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}
