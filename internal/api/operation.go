package api

import (
	"crypto/sha256"
	"encoding/json"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/billing"
	"liaison/internal/books"
	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/edition"
	"liaison/internal/errs"
	"liaison/internal/examples"
	"liaison/internal/inbound"
	"liaison/internal/liaisons"
	"liaison/internal/once"
	"liaison/internal/policy"
	"liaison/internal/release"
	"liaison/internal/report"
	"liaison/internal/text"
)

// API is the REST edge. All fields are set before Mount.
type API struct {
	Cases    *cases.Service
	Inbound  *inbound.Service
	Accounts *account.Service
	Contract *contract.Service
	Liaisons *liaisons.Service
	Releases *release.Service
	Books    *books.Service
	Billing  *billing.Service
	Policy   policy.Source
	Examples []examples.Example // worked examples that the policy carries
	Editions *edition.Service
	Reports  *report.Service
	Once     *once.Keeper
	Text     *text.Catalogue
	Clock    clock.Clock
	Log      *slog.Logger
	// Actor says who calls: by bearer token, or by session cookie when the request comes from our own pages. Nobody
	// is the zero Actor without an error.
	Actor func(*http.Request) (access.Actor, error)
	// Lang is the language of the answer's texts.
	Lang func(*http.Request, access.Actor) text.Lang

	described   sync.Once
	description []byte
	undescribed error
}

// operation is one call of the API: how it is declared, described and served.
type operation struct {
	access.Route
	id      string // OpenAPI operationId
	summary string
	query   []param
	body    reflect.Type // nil: none read by decode
	answer  reflect.Type
	table   bool // text/csv is answered as well, to those who accept nothing else better
	closed  bool // a parameter of the query that is not declared is refused by its name
	status  int  // of success
	serve   func(*call) error
}

// param is a parameter of the query or the header.
type param struct {
	name, in, text string
	kind           string // string, integer
}

// call is one request on its way through an operation.
type call struct {
	api   *API
	op    *operation
	w     http.ResponseWriter
	r     *http.Request
	actor access.Actor
	lang  text.Lang
	raw   []byte // the JSON body
	key   *once.Request
	sent  hash.Hash // of a file with an idempotency key, as far as it has been read
}

// Mount declares and serves every operation.
func (a *API) Mount(mux *http.ServeMux, table *access.Table) error {
	ops := a.operations()
	for i := range ops {
		op := &ops[i]
		if err := table.Mount(op.Route, func(pattern string) { mux.Handle(pattern, a.handler(op)) }); err != nil {
			return err
		}
	}
	return a.mountDescription(mux, table)
}

func (a *API) handler(op *operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		actor, err := a.Actor(r)
		lang := a.Lang(r, actor)
		if err == nil {
			err = a.admit(op, actor)
		}
		if err == nil {
			c := &call{api: a, op: op, w: w, r: r, actor: actor, lang: lang}
			err = c.run()
		}
		if err != nil {
			a.fail(w, r, lang, err)
		}
	})
}

// admit asks for somebody where the operation is not public. What the role may do is the use case's to say, since its
// refusal carries the decision.
func (a *API) admit(op *operation, actor access.Actor) error {
	if op.Tenant != access.TenantPublic && actor.IsNobody() {
		return errs.New(errs.Unauthenticated, "error.unauthenticated")
	}
	return nil
}

// run reads the body where there is one, goes through the idempotency key of a POST, and serves.
func (c *call) run() error {
	if err := readable(c.r); err != nil {
		return err
	}
	if c.op.closed {
		if err := c.declared(); err != nil {
			return err
		}
	}
	if c.op.body != nil {
		b, err := readBody(c.w, c.r)
		if err != nil {
			return err
		}
		c.raw = b
	}
	if c.r.Method != http.MethodPost || c.r.Header.Get("Idempotency-Key") == "" {
		return c.op.serve(c)
	}
	k := c.r.Header.Get("Idempotency-Key")
	if len(k) > once.MaxKey {
		return errs.BadFields(errs.BadField("Idempotency-Key", "field.too_long", "max", once.MaxKey))
	}
	if c.op.body == nil { // a file: what was sent is known when it has been read
		c.sent = sha256.New()
		c.r.Body = io.NopCloser(io.TeeReader(c.r.Body, c.sent))
	}
	sum := sha256.Sum256(c.raw)
	// One person may act for several customers, and a message on one case is none on another: each is a route of its own.
	route := c.r.Method + " " + c.r.URL.Path + " " + c.actor.Customer.String()
	c.key = &once.Request{Actor: c.actor.Person, Route: route, Key: k, Hash: sum[:]}
	err := c.serveOnce()
	if once.Taken(err) { // another process was faster: its answer is there now
		err = c.serveOnce()
	}
	return err
}

func (c *call) serveOnce() error {
	answer, leave, err := c.api.Once.Enter(c.r.Context(), *c.key)
	if err != nil {
		return err
	}
	defer leave()
	if answer == nil || !access.Allows(c.actor, c.op.Permission) { // who may not do it any more is told so
		return c.op.serve(c)
	}
	if c.sent != nil {
		if _, err := io.Copy(io.Discard, c.r.Body); err != nil {
			return errs.Because(errs.Malformed, "error.upload_cut", err)
		}
		c.key.Hash = c.sent.Sum(nil)
	}
	if err := answer.SameAs(c.key.Hash); err != nil {
		return err
	}
	for k, v := range answer.Header {
		c.w.Header().Set(k, v)
	}
	writeBody(c.w, answer.Status, "application/json", answer.Body)
	return nil
}

// keep stores the answer of a POST with an idempotency key, inside the transaction that did the work.
func (c *call) keep(tx *db.Tx, v any) error {
	body, err := json.Marshal(v)
	if err != nil || c.key == nil {
		return err
	}
	return once.Save(tx, *c.key, once.Answer{Status: c.op.status, Header: c.headers(v), Body: append(body, '\n')})
}

// keepAlone stores the answer of a POST that changes nothing else.
func (c *call) keepAlone(v any) error {
	if c.key == nil {
		return nil
	}
	return c.api.Once.Keep(c.r.Context(), func(tx *db.Tx) error { return c.keep(tx, v) })
}

// headers are those that belong to an answer, so that a replay has them too.
func (c *call) headers(v any) map[string]string {
	h := map[string]string{}
	if t, ok := v.(interface{ tag() string }); ok {
		h["ETag"] = t.tag()
	}
	if l, ok := v.(interface{ location() string }); ok && c.op.status == http.StatusCreated {
		h["Location"] = l.location()
	}
	return h
}

// reply writes the answer.
func (c *call) reply(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	for k, h := range c.headers(v) {
		c.w.Header().Set(k, h)
	}
	writeBody(c.w, c.op.status, "application/json", append(body, '\n'))
	return nil
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone: nobody is left to tell
}

// zone is the caller's, in which all times of the answer are written.
func (c *call) zone() *time.Location {
	if c.actor.Zone != nil {
		return c.actor.Zone
	}
	return time.UTC
}
