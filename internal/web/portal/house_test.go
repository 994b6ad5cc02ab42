package portal_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"mime/multipart"
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
	"liaison/internal/dispatch"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/internal/release"
	"liaison/internal/search"
	"liaison/internal/text"
	"liaison/internal/web"
	"liaison/internal/web/portal"
	"liaison/policies"
)

// house is the portal on a real database, with people who are signed in by their name.
type house struct {
	t       *testing.T
	site    *web.Site
	options portal.Options
	people  *people
	keys    *blob.Keyring
	clk     *clock.Stepping
	db      *db.DB
}

// people is the account slice with sessions that are known by a person's name.
type people struct {
	*account.Service
	sessions map[string]access.Actor
}

func (p *people) BySession(_ context.Context, token string) (access.Actor, error) {
	if a, ok := p.sessions[token]; ok {
		return a, nil
	}
	return access.Actor{}, errs.New(errs.Unauthenticated, "auth.sign_in.expired")
}

type noJobs struct{}

func (noJobs) Enqueue(*db.Tx, string, any) error { return nil }

func noMail(context.Context, access.Actor) (int, error) { return 0, nil }

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clk: clock.NewStepping(time.Date(2026, time.November, 20, 10, 0, 0, 0, time.UTC))}
	h.db = dbtest.SQLite(t, h.clk)
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	must(t, err)
	h.keys, err = blob.OpenKeyring(t.TempDir() + "/key")
	must(t, err)
	store, err := blob.New(t.TempDir(), 1<<10)
	must(t, err)
	words, err := text.New()
	must(t, err)
	words.OnMissing(func(lang text.Lang, key string) { t.Errorf("no message %q in %s", key, lang) })
	log := slog.New(slog.DiscardHandler)
	accounts, err := account.New(account.Options{DB: h.db, Clock: h.clk, Jobs: noJobs{}, Log: log, NewDataKey: h.keys.NewDataKey,
		Origin: "http://localhost", Secret: []byte("secret of a test, 32 bytes long.")})
	must(t, err)
	h.people = &people{accounts, map[string]access.Actor{}}
	h.site, err = web.New(web.Options{Text: words, Clock: h.clk, Accounts: h.people, Routes: access.NewTable(), Log: log, Zone: pack.Vendor.Zone})
	must(t, err)
	books := &contract.Service{DB: h.db, Policy: pack}
	h.options = portal.Options{Site: h.site, Contract: books, Accounts: accounts, Releases: &release.Service{DB: h.db, Policy: pack}, Policy: pack,
		Held: noMail, Dispatch: &dispatch.Service{DB: h.db, Policy: pack, Jobs: noJobs{}},
		Cases: &cases.Service{DB: h.db, Policy: pack, Contract: books, Jobs: noJobs{}, Index: search.New(), Blobs: store, Keys: h.keys,
			CursorKey: []byte("cursor key of a test, 32 bytes..")}}
	must(t, h.site.Mount(portal.Section(h.options)))
	h.rows(func(tx *db.Tx) error {
		return errors.Join(tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
			tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2025', '2025', '2025-01-15')`))
	})
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) rows(fn func(tx *db.Tx) error) {
	h.t.Helper()
	must(h.t, h.db.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
		return errors.Join(fn(tx), journal.Record(tx, line))
	}))
}

// shop makes a customer in Germany with one system, a liaison and a member; sessions "lena key" and "mia key".
func (h *house) shop(key string, restricted bool) (system id.ID, customer id.ID) {
	h.t.Helper()
	customer = id.New()
	h.rows(func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO customer (id, key, name, country, centre, language, restricted, data_key, created_at)
			VALUES ($1, $2, $3, 'DE', 'emea', 'en', $4, $5, $6)`, customer, key, key+" Ltd", restricted, h.keys.NewDataKey(customer), tx.Now())
	})
	ctx, seed := context.Background(), access.Actor{System: true}
	system, err := h.options.Contract.AddSystem(ctx, seed, customer, contract.NewSystem{Name: "PRD-01", Deployment: contract.OnPrem,
		Country: "DE", Product: "server", Version: "2025", Environments: []string{"production", "development"}})
	must(h.t, err)
	term := contract.Term{Plan: "premier", From: calendar.Date{Year: 2026, Month: 1, Day: 1}, To: calendar.Date{Year: 2027, Month: 12, Day: 31}}
	_, err = h.options.Contract.AddSubscription(ctx, seed, customer, system, term)
	must(h.t, err)
	lena := h.person("lena "+key, customer, access.Liaison)
	h.person("mia "+key, customer, access.Member)
	must(h.t, h.options.Contract.Designate(ctx, seed, customer, lena.Person, system))
	return system, customer
}

func (h *house) person(name string, customer id.ID, role access.Role) access.Actor {
	h.t.Helper()
	a := access.Actor{Person: id.New(), Name: name, Role: role, Customer: customer, Language: "en", Zone: time.UTC, Session: id.New()}
	h.rows(func(tx *db.Tx) error {
		staff := ""
		if role.IsStaff() {
			staff = string(role)
		}
		err := tx.Buffer(`INSERT INTO person (id, email, email_norm, name, staff_role, created_at) VALUES ($1, $2, $2, $3, $4, $5)`,
			a.Person, a.Person.String()+"@example.test", name, staff, tx.Now())
		if customer.IsZero() {
			return err
		}
		return errors.Join(err, tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)`,
			customer, a.Person, string(role), tx.Now()))
	})
	h.people.sessions[name] = a
	return a
}

// page is an answer with its parsed HTML.
type page struct {
	*http.Response
	body string
	root *html.Node
}

func (h *house) send(r *http.Request, as string) page {
	h.t.Helper()
	if as != "" {
		r.AddCookie(&http.Cookie{Name: "session", Value: as})
	}
	w := httptest.NewRecorder()
	h.site.Handler().ServeHTTP(w, r)
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	must(h.t, err)
	return page{w.Result(), w.Body.String(), root}
}

func (h *house) get(as, target string) page {
	h.t.Helper()
	return h.send(httptest.NewRequest(http.MethodGet, target, nil), as)
}

func (h *house) post(as, target string, form url.Values) page {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(r, as)
}

// upload posts a form with one file.
func (h *house) upload(as, target string, form url.Values, name, content string) page {
	h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for key, all := range form {
		for _, v := range all {
			must(h.t, w.WriteField(key, v))
		}
	}
	part, err := w.CreateFormFile("attachments", name)
	must(h.t, err)
	_, err = part.Write([]byte(content))
	must(h.t, errors.Join(err, w.Close()))
	r := httptest.NewRequest(http.MethodPost, target, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return h.send(r, as)
}

// find is the first element whose attribute has the value.
func (p page) find(attr, value string) *html.Node {
	for n := range p.root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == attr && a.Val == value {
				return n
			}
		}
	}
	return nil
}

// words is the text below a node.
func words(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// find is the first element that has the attribute.
func find(p page, key string) *html.Node {
	for n := range p.root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == key {
				return n
			}
		}
	}
	return &html.Node{}
}
