package cases_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/blob"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/internal/search"
	"liaison/policies"
)

// world is an installation with a product; tests add customers to it.
type world struct {
	*cases.Service
	t    testing.TB
	clk  *clock.Stepping
	keys *blob.Keyring
	mail *outbox
}

// outbox keeps what was enqueued and committed.
type outbox struct {
	mu   sync.Mutex
	jobs []cases.Mail
	duty []cases.Alarm
	on   func(tx *db.Tx, args any) error // runs in the transaction that enqueues; nil: nothing
}

func (o *outbox) Enqueue(tx *db.Tx, kind string, args any) error {
	if kind != cases.MailJob && kind != cases.AlarmJob {
		return errors.New("unknown kind of job")
	}
	if o.on != nil {
		if err := o.on(tx, args); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if alarm, ok := args.(cases.Alarm); ok {
			o.duty = append(o.duty, alarm)
			return
		}
		o.jobs = append(o.jobs, args.(cases.Mail))
	})
	return nil
}

func (o *outbox) count(template string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.jobs {
		if m.Template == template {
			n++
		}
	}
	return n
}

// onBoth runs a test on both engines.
func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) { fn(t, newWorld(t, d, clk)) })
}

func newWorld(t testing.TB, d *db.DB, clk *clock.Stepping) *world {
	t.Helper()
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := blob.OpenKeyring(t.TempDir() + "/key")
	if err != nil {
		t.Fatal(err)
	}
	store, err := blob.New(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clk: clk, keys: keys, mail: &outbox{}}
	w.Service = &cases.Service{DB: d, Policy: pack, Contract: &contract.Service{DB: d, Policy: pack}, Jobs: w.mail,
		Index: search.New(), Blobs: store, Keys: keys, CursorKey: []byte("cursor key of a test, 32 bytes..")}
	w.rows(func(tx *db.Tx) error {
		return errors.Join(
			tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
			tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2025', '2025', '2025-01-15')`),
			tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2022', '2022', '2022-05-01')`))
	})
	return w
}

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

// at moves the clock to an instant such as "2026-11-20T17:55:00-05:00".
func (w *world) at(instant string) time.Time {
	w.t.Helper()
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		w.t.Fatal(err)
	}
	w.clk.Set(t)
	return t
}

// shop is one customer with one system and its people.
type shop struct {
	customer, system id.ID
	liaison, member  access.Actor
}

type shopSpec struct {
	key, country, plan, deployment string
	restricted                     bool
}

func (w *world) shop(s shopSpec) shop {
	w.t.Helper()
	if s.deployment == "" {
		s.deployment = contract.OnPrem
	}
	out := shop{customer: id.New()}
	w.rows(func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO customer (id, key, name, country, centre, language, restricted, data_key, created_at)
			VALUES ($1, $2, $3, $4, 'na', 'en', $5, $6, $7)`,
			out.customer, s.key, s.key+" Ltd", s.country, s.restricted, w.keys.NewDataKey(out.customer), tx.Now())
	})
	ctx, seed := context.Background(), admin()
	system, err := w.Contract.AddSystem(ctx, seed, out.customer, contract.NewSystem{Name: "PRD-01", Deployment: s.deployment,
		Country: s.country, Product: "server", Version: "2025", Environments: []string{"production", "development"}})
	if err != nil {
		w.t.Fatal(err)
	}
	out.system = system
	term := contract.Term{Plan: s.plan, From: day("2026-01-01"), To: day("2027-12-31")}
	if _, err := w.Contract.AddSubscription(ctx, seed, out.customer, system, term); err != nil {
		w.t.Fatal(err)
	}
	out.liaison = w.person(out.customer, access.Liaison, "Lena "+s.key)
	out.member = w.person(out.customer, access.Member, "Mia "+s.key)
	if err := w.Contract.Designate(ctx, seed, out.customer, out.liaison.Person, system); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func (w *world) person(customer id.ID, role access.Role, name string) access.Actor {
	w.t.Helper()
	p, staff := id.New(), ""
	if role.IsStaff() {
		staff = string(role)
	}
	w.rows(func(tx *db.Tx) error {
		err := tx.Buffer(`INSERT INTO person (id, email, email_norm, name, staff_role, centre, created_at) VALUES ($1, $2, $2, $3, $4, $5, $6)`,
			p, p.String()+"@example.test", name, staff, map[bool]string{true: "na"}[staff != ""], tx.Now())
		if customer.IsZero() {
			return err
		}
		return errors.Join(err, tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)`,
			customer, p, string(role), tx.Now()))
	})
	return access.Actor{Person: p, Name: name, Role: role, Customer: customer, Language: "en", Zone: time.UTC,
		Centre: map[bool]string{true: "na"}[staff != ""]}
}

func (w *world) engineer() access.Actor { return w.person(id.ID{}, access.Engineer, "Eva") }

func form(system id.ID, priority int) cases.Registration {
	return cases.Registration{System: system, Environment: "production", Product: "server", Release: "2025", Priority: priority,
		Details: cases.Details{Subject: "Reports stay empty", Symptoms: "All reports are empty since 08:00.",
			ErrorMessages: "ORA-00054", StepsTaken: "Restarted the service.", Impact: "1,200 users"}}
}

func (w *world) register(s shop, priority int) *cases.Case {
	w.t.Helper()
	c, err := w.Register(context.Background(), s.liaison, form(s.system, priority))
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) get(a access.Actor, number string) *cases.Case {
	w.t.Helper()
	c, err := w.Get(context.Background(), a, number)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) say(a access.Actor, number string, m cases.NewMessage) *cases.Message {
	w.t.Helper()
	posted, err := w.PostMessage(context.Background(), a, number, m)
	if err != nil {
		w.t.Fatal(err)
	}
	return posted
}

func (w *world) change(a access.Actor, number string, ch cases.Change) *cases.Case {
	w.t.Helper()
	c, err := w.Change(context.Background(), a, number, "*", ch)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) sweep() int {
	w.t.Helper()
	n, err := w.Sweep(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func wantRefusal(t *testing.T, err error, code, clause string) {
	t.Helper()
	e := errs.As(err)
	if e.Decision == nil || e.Decision.Code != code || e.Decision.Clause != clause {
		t.Fatalf("got %v, want the decision %s by clause %s", err, code, clause)
	}
}

func admin() access.Actor { return access.Actor{System: true} }
