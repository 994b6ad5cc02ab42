package billing_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/cursor"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy/policytest"
)

// world is an installation with one product and whatever a test adds.
type world struct {
	*billing.Service
	t    testing.TB
	clk  *clock.Stepping
	mail *outbox
}

// outbox keeps the mails that were enqueued and committed.
type outbox struct {
	mu    sync.Mutex
	mails []billing.Mail
}

func (o *outbox) Enqueue(tx *db.Tx, kind string, args any) error {
	if kind != billing.MailJob {
		return errors.New("unknown kind of job")
	}
	tx.AfterCommit(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.mails = append(o.mails, args.(billing.Mail))
	})
	return nil
}

// take gives the mails since the last time, by person.
func (o *outbox) take() map[id.ID][]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	got := map[id.ID][]string{}
	for _, m := range o.mails {
		got[m.Person] = append(got[m.Person], m.Template)
	}
	o.mails = nil
	return got
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		pack := policytest.Reference(t)
		w := &world{t: t, clk: clk, mail: &outbox{}}
		w.Service = &billing.Service{DB: d, Policy: pack, Contract: &contract.Service{DB: d, Policy: pack}, Jobs: w.mail, CursorKey: cursor.Key("a secret of the tests, 32 bytes..")}
		w.Books = &books.Service{DB: d, Policy: pack, Contract: w.Contract}
		w.rows(func(tx *db.Tx) error {
			return errors.Join(
				tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
				tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2025', '2025', '2025-01-15')`))
		})
		fn(t, w)
	})
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

func (w *world) customer(key string) id.ID {
	w.t.Helper()
	c := id.New()
	w.rows(func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO customer (id, key, name, country, centre, language, data_key, created_at)
			VALUES ($1, $2, $3, 'DE', 'emea', 'en', $4, $5)`, c, key, key+" Ltd", []byte("k"), tx.Now())
	})
	return c
}

func (w *world) person(customer id.ID, role access.Role, contact string) id.ID {
	w.t.Helper()
	p := id.New()
	w.rows(func(tx *db.Tx) error {
		address := p.String() + "@example.test"
		err := errors.Join(
			tx.Buffer(`INSERT INTO person (id, email, email_norm, name, created_at) VALUES ($1, $2, $2, 'N', $3)`, p, address, tx.Now()),
			tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)`, customer, p, string(role), tx.Now()))
		if err == nil && contact != "" {
			err = tx.Buffer(`INSERT INTO customer_contact (tenant_id, id, kind, person_id, since) VALUES ($1, $2, $3, $4, $5)`, customer, id.New(), contact, p, tx.Now())
		}
		return err
	})
	return p
}

func (w *world) system(customer id.ID, name, plan, from, to string) id.ID {
	w.t.Helper()
	ctx := context.Background()
	system, err := w.Contract.AddSystem(ctx, program(), customer, contract.NewSystem{Name: name, Deployment: contract.OnPrem, Country: "DE", Product: "server",
		Version: "2025", Environments: []string{"production"}})
	if err == nil {
		_, err = w.Contract.AddSubscription(ctx, program(), customer, system, contract.Term{Plan: plan, From: day(from), To: day(to)})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return system
}

func (w *world) invoice(key, number, due string) billing.Invoice {
	w.t.Helper()
	v, err := w.Enter(context.Background(), desk(), billing.Entry{Customer: key, Invoice: contract.Invoice{Number: number, Due: day(due), Amount: 10000, Currency: "EUR"}}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// at moves the clock to an instant of the vendor's wall clock.
func (w *world) at(text string) {
	w.t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		w.t.Fatal(err)
	}
	to, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.clk.Forward(to.Sub(w.clk.Now()))
}

func (w *world) sweep() map[id.ID][]string {
	w.t.Helper()
	if _, err := w.Sweep(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	if n, err := w.Sweep(context.Background()); n != 0 || err != nil {
		w.t.Errorf("sweeping again at once did %d things, %v", n, err)
	}
	return w.mail.take()
}

func program() access.Actor { return access.Actor{System: true} }

func desk() access.Actor { return access.Actor{Person: id.New(), Role: access.Licensing} }

func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func wantKey(t testing.TB, err error, key string) {
	t.Helper()
	e := errs.As(err)
	if err == nil || e.Key != key && (len(e.Fields) == 0 || e.Fields[0].Key != key) {
		t.Errorf("the error is %v, not %s", err, key)
	}
}
