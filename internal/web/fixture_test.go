package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/clock"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/text"
)

// people is an account slice of one person, whose password, session and token are known.
type people struct {
	access.Actor
	settings account.Settings
	ended    []string // sessions that were signed out
	resets   []string
	broken   error // what BySession fails with
}

func (p *people) SignIn(_ context.Context, email, password, _ string) (string, error) {
	switch {
	case email == "limited@example.com":
		return "", errs.New(errs.Limited, "error.limited")
	case email != p.Email || password != "correct horse":
		return "", errs.New(errs.Unauthenticated, "auth.sign_in.failed")
	}
	return "new-session", nil
}

func (p *people) BySession(_ context.Context, token string) (access.Actor, error) {
	if p.broken != nil {
		return access.Actor{}, p.broken
	}
	if token != "session-1" && token != "new-session" {
		return access.Actor{}, errs.New(errs.Unauthenticated, "auth.sign_in.expired")
	}
	return p.Actor, nil
}

func (p *people) ByToken(_ context.Context, bearer string) (access.Actor, error) {
	if bearer != "token-1" {
		return access.Actor{}, errs.New(errs.Unauthenticated, "account.token_unknown")
	}
	return p.Actor, nil
}

func (p *people) SignOut(_ context.Context, token string) error {
	p.ended = append(p.ended, token)
	return nil
}

func (p *people) RequestReset(_ context.Context, email, _ string) error {
	p.resets = append(p.resets, email)
	return nil
}

func (p *people) CheckReset(_ context.Context, token string) error {
	if token != "good" {
		return errs.New(errs.Conflict, "auth.set.bad_link")
	}
	return nil
}

func (p *people) Reset(ctx context.Context, token, password string) error {
	if len(password) < account.MinPassword {
		return errs.BadFields(errs.BadField("password", "field.too_short", "min", account.MinPassword))
	}
	return p.CheckReset(ctx, token)
}

func (p *people) Me(context.Context, access.Actor) (account.Profile, error) {
	return account.Profile{Name: p.Name, Settings: p.settings}, nil
}

func (p *people) UpdateSettings(_ context.Context, _ access.Actor, in account.Settings) error {
	p.settings = in
	return nil
}

// house is a site with one person and some routes to try things on.
type house struct {
	*Site
	people *people
	seen   []*http.Request // what reached POST /cases/new
	log    *strings.Builder
}

func newHouse(t *testing.T, change ...func(*Options)) *house {
	t.Helper()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	words.OnMissing(func(lang text.Lang, key string) { t.Errorf("no message %q in %s", key, lang) })
	h := &house{log: &strings.Builder{}, people: &people{
		Actor:    access.Actor{Person: id.New(), Name: "陈立", Email: "chen@example.com", Role: access.Liaison, Customer: id.New(), Language: "en", Session: id.New()},
		settings: account.Settings{Language: "en", Zone: "Asia/Shanghai", Shortcuts: true},
	}}
	now := time.Date(2026, time.November, 20, 1, 4, 0, 0, time.UTC)
	o := Options{Text: words, Clock: clock.NewStepping(now), Accounts: h.people, Routes: access.NewTable(), Zone: time.UTC,
		Log: slog.New(slog.NewTextHandler(io.MultiWriter(h.log), &slog.HandlerOptions{Level: slog.LevelDebug})), Components: true}
	for _, fn := range change {
		fn(&o)
	}
	if h.Site, err = New(o); err != nil {
		t.Fatal(err)
	}
	if err := h.Mount(h.trial()); err != nil {
		t.Fatal(err)
	}
	return h
}

// trial is a section with routes that succeed and fail in the ways that handlers do.
func (h *house) trial() Section {
	get := func(pattern string, fn Handler) Route {
		return Route{Handle: fn, Route: access.Route{Method: "GET", Pattern: pattern, Permission: access.CaseRead,
			Tenant: access.TenantOwn, Restricted: access.RestrictedSame, Event: access.NoEvent}}
	}
	failing := func(err error) Handler { return func(http.ResponseWriter, *http.Request) error { return err } }
	decision := errs.Decision{Code: "invoice_overdue", Clause: "5.2", Requirement: "R5.2-01", Edition: "2025-02",
		Inputs: map[string]any{"due": "2026-10-31", "suspended_from": "2026-11-01T04:00:00Z"}}
	post := get("/cases/new", func(w http.ResponseWriter, r *http.Request) error {
		if _, err := ReadForm(r); err != nil {
			return err
		}
		h.seen = append(h.seen, r)
		return h.Redirect(w, r, "/cases", "signed_out", "")
	})
	post.Method, post.Permission, post.Event = "POST", access.CaseRegister, "case.registered"
	staff := get("/desk", failing(nil))
	staff.Permission, staff.Tenant = access.QueueRead, access.TenantStaff
	return Section{Name: "trial", Routes: []Route{post, staff,
		get("/cases", func(w http.ResponseWriter, r *http.Request) error {
			return h.Render(w, r, http.StatusOK, HelpPage{h.Page(r, "keys.title", "")})
		}),
		get("/cases/{number}", failing(errs.Missing())),
		get("/refused", failing(errs.Refuse(decision))),
		get("/broken", failing(errs.Because(errs.Internal, "error.internal", io.ErrUnexpectedEOF))),
		get("/panics", func(http.ResponseWriter, *http.Request) error { panic("SELECT secret FROM person") }),
	}}
}

// ask sends a request; as is the session cookie's value, "" for nobody.
func (h *house) ask(method, target, as string, form url.Values, headers ...string) *http.Response {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, target, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if as != "" {
		r.AddCookie(&http.Cookie{Name: h.cookieName("session"), Value: as})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return w.Result()
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
