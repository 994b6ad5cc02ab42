package desk

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/blob"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/internal/search"
	"liaison/internal/text"
	"liaison/internal/web"
	"liaison/policies"
)

// quiet takes every job and does none.
type quiet struct{}

func (quiet) Enqueue(*db.Tx, string, any) error { return nil }

// tickers are the two tickers of a stream, driven by hand.
type tickers struct{ beat, check chan time.Time }

func (h tickers) every(d time.Duration) (<-chan time.Time, func()) {
	if d == beatEvery {
		return h.beat, func() {}
	}
	return h.check, func() {}
}

// house is a desk on a database, with one customer and some staff.
type house struct {
	t        testing.TB
	clk      *clock.Stepping
	site     *web.Site
	cases    *cases.Service
	db       *db.DB
	hub      *web.Hub
	hand     tickers
	customer id.ID
	system   id.ID
	sec      web.Section
	began    chan struct{} // closed once the hub knows from where it follows the journal
}

func newHouse(t testing.TB) *house {
	t.Helper()
	clk := clock.NewStepping(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC))
	h := &house{t: t, clk: clk, db: dbtest.SQLite(t, clk), hand: tickers{make(chan time.Time), make(chan time.Time)}, began: make(chan struct{})}
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	fatal(t, err)
	keys, err := blob.OpenKeyring(t.TempDir() + "/key")
	fatal(t, err)
	store, err := blob.New(t.TempDir(), 1<<16)
	fatal(t, err)
	words, err := text.New()
	fatal(t, err)
	words.OnMissing(func(lang text.Lang, key string) { t.Errorf("no message %q in %s", key, lang) })
	log := slog.New(slog.DiscardHandler)
	accounts, err := account.New(account.Options{DB: h.db, Clock: clk, Jobs: quiet{}, Log: log, NewDataKey: keys.NewDataKey,
		Origin: "http://desk.test", Secret: []byte("a secret of 32 bytes for a test.")})
	fatal(t, err)
	books := &contract.Service{DB: h.db, Policy: pack}
	h.cases = &cases.Service{DB: h.db, Policy: pack, Contract: books, Jobs: quiet{}, Index: search.New(), Blobs: store, Keys: keys,
		CursorKey: []byte("cursor key of a test, 32 bytes..")}
	h.site, err = web.New(web.Options{Text: words, Clock: clk, Accounts: accounts, Routes: access.NewTable(), Log: log, Zone: time.UTC})
	fatal(t, err)
	h.hub = web.NewHub(func(ctx context.Context, after int64, limit int) ([]cases.Changed, int64, error) {
		changed, next, err := h.cases.Changes(ctx, after, limit)
		if after < 0 && err == nil {
			close(h.began)
		}
		return changed, next, err
	}, log)
	h.sec = section(Options{Site: h.site, Cases: h.cases, Contract: books, Accounts: accounts, Policy: pack, Hub: h.hub, Held: noMail, Tasks: noMail, Reviews: noMail}, h.hand.every)
	fatal(t, h.site.Mount(h.sec))
	h.furnish(keys, books)
	return h
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// furnish makes the customer with its system.
func (h *house) furnish(keys *blob.Keyring, books *contract.Service) {
	h.customer = id.New()
	h.rows(func(tx *db.Tx) error {
		return errors.Join(
			tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
			tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2025', '2025', '2025-01-15')`),
			tx.Buffer(`INSERT INTO customer (id, key, name, country, centre, language, restricted, data_key, created_at)
				VALUES ($1, 'nordwind', 'Nordwind Ltd', 'US', 'na', 'en', FALSE, $2, $3)`, h.customer, keys.NewDataKey(h.customer), tx.Now()))
	})
	ctx, seed := context.Background(), access.Actor{System: true}
	var err error
	h.system, err = books.AddSystem(ctx, seed, h.customer, contract.NewSystem{Name: "PRD-01", Deployment: contract.OnPrem, Country: "US",
		Product: "server", Version: "2025", Environments: []string{"production", "development"}})
	fatal(h.t, err)
	from, _ := calendar.ParseDate("2026-01-01")
	to, _ := calendar.ParseDate("2027-12-31")
	_, err = books.AddSubscription(ctx, seed, h.customer, h.system, contract.Term{Plan: "elite", From: from, To: to})
	fatal(h.t, err)
}

func (h *house) rows(fn func(tx *db.Tx) error) {
	h.t.Helper()
	fatal(h.t, h.db.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
		return errors.Join(fn(tx), journal.Record(tx, line))
	}))
}

// person is somebody who is signed in; token is their session.
type person struct {
	access.Actor
	token string
}

func (h *house) person(role access.Role, name, lang string) person {
	h.t.Helper()
	p, staff, token := id.New(), "", name+"-session"
	if role.IsStaff() {
		staff = string(role)
	}
	h.rows(func(tx *db.Tx) error {
		err := tx.Buffer(`INSERT INTO person (id, email, email_norm, name, language, zone, staff_role, centre, created_at)
			VALUES ($1, $2, $2, $3, $4, 'UTC', $5, 'na', $6)`, p, name+"@example.test", name, lang, staff, tx.Now())
		if staff != "" {
			return err
		}
		return errors.Join(err, tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)`,
			h.customer, p, string(role), tx.Now()),
			tx.Buffer(`INSERT INTO designation (tenant_id, system_id, person_id, since) VALUES ($1, $2, $3, $4)`, h.customer, h.system, p, tx.Now()))
	})
	h.signIn(p, token)
	a := access.Actor{Person: p, Name: name, Role: role, Language: lang, Zone: time.UTC, Centre: "na"}
	if staff == "" {
		a.Customer, a.Centre = h.customer, ""
	}
	return person{a, token}
}

// signIn opens a session by its token.
func (h *house) signIn(p id.ID, token string) {
	h.t.Helper()
	sum := sha256.Sum256([]byte(token))
	h.rows(func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO session (id, token_hash, person_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)`,
			id.New(), sum[:], p, tx.Now(), tx.Now().Add(24*time.Hour))
	})
}

// ask sends a request of somebody; a form makes it a POST.
func (h *house) ask(as person, target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, target, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	r.AddCookie(&http.Cookie{Name: "session", Value: as.token})
	w := httptest.NewRecorder()
	h.site.Handler().ServeHTTP(w, r)
	return w
}

// page is an answer that has to have a status, as a tree.
func (h *house) page(w *httptest.ResponseRecorder, status int) *html.Node {
	h.t.Helper()
	if w.Code != status {
		h.t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	n, err := html.Parse(w.Body)
	fatal(h.t, err)
	return n
}

// byAttr gives the elements whose attribute has the value; "" stands for any.
func byAttr(n *html.Node, name, value string) (out []*html.Node) {
	for d := range n.Descendants() {
		for _, a := range d.Attr {
			if a.Key == name && (value == "" || a.Val == value) {
				out = append(out, d)
			}
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// field is the value of a form's entry: of an input, a textarea, or the selected option of a select.
func field(t *testing.T, n *html.Node, name string) string {
	t.Helper()
	for _, e := range byAttr(n, "name", name) {
		switch e.Data {
		case "input":
			return attr(e, "value")
		case "textarea":
			return words(e)
		}
		if chosen := byAttr(e, "selected", ""); len(chosen) > 0 {
			return attr(chosen[0], "value")
		}
	}
	t.Fatalf("the page has no field %q", name)
	return ""
}

func (h *house) register(as person, priority int, subject string) *cases.Case {
	h.t.Helper()
	c, err := h.cases.Register(context.Background(), as.Actor, cases.Registration{System: h.system, Environment: "production", Product: "server",
		Release: "2025", Priority: priority, Details: cases.Details{Subject: subject, Symptoms: "All reports are empty.",
			ErrorMessages: "ORA-00054", StepsTaken: "Restarted.", Impact: "1,200 users"}})
	fatal(h.t, err)
	return c
}

func (h *house) get(as person, number string) *cases.Case {
	h.t.Helper()
	c, err := h.cases.Get(context.Background(), as.Actor, number)
	fatal(h.t, err)
	return c
}

func noMail(context.Context, access.Actor) (int, error) { return 0, nil }
