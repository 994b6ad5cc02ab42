package account_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
)

const (
	password = "correct horse battery"
	remote   = "192.0.2.7:41000"
)

// program is the actor of seed and command line.
func program() access.Actor { return access.Actor{System: true} }

// house is a service with two customers and a person of each kind.
type house struct {
	t    *testing.T
	db   *db.DB
	clk  *clock.Stepping
	svc  *account.Service
	jobs *queue

	nordwind, suedlicht                                id.ID
	liaison, member, other, partner, outsider          id.ID
	engineer, administrator                            id.ID
	liaisonMail, memberMail, partnerMail, engineerMail string
}

// queue keeps what was enqueued.
type queue struct {
	mu   sync.Mutex
	jobs []account.ResetMail
}

func (q *queue) Enqueue(tx *db.Tx, kind string, args any) error {
	tx.AfterCommit(func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if kind == account.ResetMailJob {
			q.jobs = append(q.jobs, args.(account.ResetMail))
		}
	})
	return nil
}

func (q *queue) all() []account.ResetMail {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.jobs
}

// each runs fn in a fresh house on every engine, and looks at the journal afterwards.
func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		h := &house{t: t, db: d, clk: clk, jobs: &queue{}}
		h.svc = h.service(d)
		h.settle()
		fn(t, h)
		h.checkJournal()
	})
}

func (h *house) service(d *db.DB) *account.Service {
	svc, err := account.New(account.Options{DB: d, Clock: h.clk, Jobs: h.jobs, Log: slog.New(slog.DiscardHandler),
		NewDataKey: func(customer id.ID) []byte { return append([]byte("wrapped "), customer[:]...) },
		Origin:     "https://support.example.com", Secret: []byte(strings.Repeat("s", 32)),
		Hashing: account.Hashing{MemoryKiB: 8, Passes: 1, Threads: 1, Parallel: 4}})
	if err != nil {
		h.t.Fatal(err)
	}
	return svc
}

func (h *house) settle() {
	h.nordwind = h.customer("nordwind", "Nordwind Logistik")
	h.suedlicht = h.customer("suedlicht", "Suedlicht Energie")
	h.liaisonMail, h.memberMail = "anna.keller@nordwind.example", "ben.maurer@nordwind.example"
	h.partnerMail, h.engineerMail = "carla.weiss@partner.example", "dan.osei@vendor.example"
	h.liaison = h.person("Anna Keller", h.liaisonMail, "")
	h.member = h.person("Ben Maurer", h.memberMail, "")
	h.other = h.person("Emil Sturm", "emil.sturm@suedlicht.example", "")
	h.partner = h.person("Carla Weiss", h.partnerMail, "")
	h.outsider = h.person("Fritz Fremd", "fritz.fremd@nowhere.example", "")
	h.engineer = h.person("Dan Osei", h.engineerMail, access.Engineer)
	h.administrator = h.person("Gina Admin", "gina.chef@vendor.example", access.Administrator)
	h.grant(h.nordwind, h.liaison, access.Liaison)
	h.grant(h.nordwind, h.member, access.Member)
	h.grant(h.suedlicht, h.other, access.Liaison)
	h.grant(h.nordwind, h.partner, access.Liaison)
	h.grant(h.suedlicht, h.partner, access.Member)
}

func (h *house) customer(key, name string) id.ID {
	h.t.Helper()
	customer, err := h.svc.CreateCustomer(h.t.Context(), program(), account.Customer{Key: key, Name: name, Kind: "customer",
		Country: "DE", Centre: "emea", Language: "en"})
	h.must(err)
	return customer
}

func (h *house) person(name, email string, staff access.Role) id.ID {
	h.t.Helper()
	person, err := h.svc.CreatePerson(h.t.Context(), program(), account.NewPerson{Name: name, Email: email, Phone: "+49 30 5550100",
		Language: "en", Zone: "Europe/Berlin", Password: password, StaffRole: staff})
	h.must(err)
	return person
}

func (h *house) grant(customer, person id.ID, role access.Role) {
	h.t.Helper()
	h.must(h.svc.Grant(h.t.Context(), program(), customer, person, role, account.Own))
}

func (h *house) signIn(email string) string {
	h.t.Helper()
	token, err := h.svc.SignIn(h.t.Context(), email, password, remote)
	h.must(err)
	return token
}

func (h *house) by(token string) access.Actor {
	h.t.Helper()
	a, err := h.svc.BySession(h.t.Context(), token)
	h.must(err)
	return a
}

// as signs in the person with this e-mail and gives the actor.
func (h *house) as(email string) access.Actor {
	h.t.Helper()
	return h.by(h.signIn(email))
}

func (h *house) admin() access.Actor { h.t.Helper(); return h.as("gina.chef@vendor.example") }

// token makes an API token of a person.
func (h *house) token(person, customer id.ID, scopes ...string) (secret string, token id.ID) {
	h.t.Helper()
	tok, secret, err := h.svc.CreateToken(h.t.Context(), program(), account.NewToken{Name: "script", Scopes: scopes, Person: person, Customer: customer})
	h.must(err)
	return secret, tok.ID
}

// reset asks for a reset and gives the token in the link of its mail.
func (h *house) reset(email string) string {
	h.t.Helper()
	before := len(h.jobs.all())
	h.must(h.svc.RequestReset(h.t.Context(), email, remote))
	jobs := h.jobs.all()
	if len(jobs) != before+1 {
		h.t.Fatalf("%d mails were enqueued, want 1", len(jobs)-before)
	}
	link := h.svc.ResetLink(jobs[before].Reset)
	token, ok := strings.CutPrefix(link, "https://support.example.com/reset/")
	if !ok {
		h.t.Fatalf("link %q does not start with the configured origin", link)
	}
	return token
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// want fails unless err is of the kind and shows the text of key.
func (h *house) want(err error, kind errs.Kind, key string) {
	h.t.Helper()
	if err == nil || errs.KindOf(err) != kind || errs.As(err).Key != key {
		h.t.Errorf("error %v, want %s of kind %d", err, key, kind)
	}
}

// wantField fails unless err refuses the value of field.
func (h *house) wantField(err error, field string) {
	h.t.Helper()
	if errs.KindOf(err) != errs.Invalid || !slices.ContainsFunc(errs.As(err).Fields, func(f errs.Field) bool { return f.Name == field }) {
		h.t.Errorf("error %v does not refuse %s", err, field)
	}
}

// entry is what the tests look at in a journal line.
type entry struct{ kind, actorKind, visibility, data string }

// journal is every line, in order. It is read plainly: journal.Tail holds back what other tests' transactions might
// still precede.
func (h *house) journal() (lines []entry) {
	h.t.Helper()
	h.must(h.db.View(h.t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Query(`SELECT kind, actor_kind, visibility, data FROM journal ORDER BY seq`, nil, func(scan func(...any) error) error {
			var e entry
			err := scan(&e.kind, &e.actorKind, &e.visibility, &e.data)
			lines = append(lines, e)
			return err
		})
	}))
	return lines
}

// kinds are the kinds of the lines after the first n.
func (h *house) kinds(n int) (kinds []string) {
	h.t.Helper()
	for _, l := range h.journal()[n:] {
		kinds = append(kinds, l.kind)
	}
	return kinds
}

// checkJournal: whatever a test did, no line holds a name, an address or a secret.
func (h *house) checkJournal() {
	h.t.Helper()
	private := []string{"anna", "keller", "ben", "maurer", "emil", "carla", "fritz", "dan", "osei", "gina", "logistik", "energie", "@",
		".example", "5550100", "horse", "europe/", "argon2"}
	for _, l := range h.journal() {
		for _, word := range private {
			if strings.Contains(strings.ToLower(l.data), word) {
				h.t.Errorf("journal line %s holds %q: %s", l.kind, word, l.data)
			}
		}
	}
}

// count is the single number that q gives.
func (h *house) count(q string, args ...any) (n int64) {
	h.t.Helper()
	h.must(h.db.View(h.t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { return tx.Row(q, args, &n) }))
	return n
}

// atOnce runs fn n times in parallel and gives the errors.
func atOnce(ctx context.Context, n int, fn func(ctx context.Context, i int) error) []error {
	out := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { out[i] = fn(ctx, i) })
	}
	wg.Wait()
	return out
}
