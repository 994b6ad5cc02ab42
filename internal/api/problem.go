package api

import (
	"encoding/json"
	"net/http"

	"liaison/internal/errs"
	"liaison/internal/text"
)

// Problem is the body of every error (RFC 9457). It has no instance, time or request id, so that two answers that
// must not be told apart are the same bytes.
type Problem struct {
	Type        string         `json:"type"`
	Title       string         `json:"title"`
	Status      int            `json:"status"`
	Detail      string         `json:"detail"`
	Decision    string         `json:"decision,omitempty"`
	Clause      string         `json:"clause,omitempty"`
	Requirement string         `json:"requirement,omitempty"`
	Edition     string         `json:"edition,omitempty"`
	Inputs      map[string]any `json:"inputs,omitempty"`
	Errors      []FieldError   `json:"errors,omitempty"`
}

// FieldError is one refused value.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// StatusOf is the HTTP status of each kind of error.
func StatusOf(k errs.Kind) int {
	switch k {
	case errs.Malformed:
		return http.StatusBadRequest
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Refused:
		return http.StatusForbidden
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.Stale:
		return http.StatusPreconditionFailed
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge
	case errs.Limited:
		return http.StatusTooManyRequests
	case errs.NoSpace:
		return http.StatusInsufficientStorage
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	default: // errs.Internal
		return http.StatusInternalServerError
	}
}

// problemOf puts an error into words of the caller's language. What an internal error says stays in the log.
func problemOf(t *text.Catalogue, lang text.Lang, err error) Problem {
	e := errs.As(err)
	status, key := StatusOf(e.Kind), e.Key
	switch {
	case e.Kind == errs.Invalid && key == "error.invalid": // nothing is marked in an answer to a program
		key = "error.invalid_values"
	case e.Kind == errs.NoSpace: // which disk is full is for the operator, who reads the log
		key = "error.no_room"
	}
	p := Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: t.T(lang, key, e.Args)}
	if d := e.Decision; d != nil {
		p.Type = "/policy/" + d.Clause
		p.Decision, p.Clause, p.Requirement, p.Edition, p.Inputs = d.Code, d.Clause, d.Requirement, d.Edition, d.Inputs
	}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, FieldError{Field: f.Name, Message: t.T(lang, f.Key, f.Args)})
	}
	return p
}

func (a *API) fail(w http.ResponseWriter, r *http.Request, lang text.Lang, err error) {
	p := problemOf(a.Text, lang, err)
	if p.Status >= http.StatusInternalServerError {
		a.Log.ErrorContext(r.Context(), "call failed", "method", r.Method, "route", r.Pattern, "status", p.Status, "error", err)
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="liaison"`)
	}
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p Problem) {
	body, err := json.Marshal(p)
	if err != nil {
		http.Error(w, http.StatusText(p.Status), p.Status)
		return
	}
	writeBody(w, p.Status, "application/problem+json", append(body, '\n'))
}

// Handler serves what Mount put on mux. An address or a method that is not there is a problem like any other.
func (a *API) Handler(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		said := unsaid{header: http.Header{}}
		h.ServeHTTP(&said, r)
		w.Header().Set("Cache-Control", "no-store")
		actor, err := a.Actor(r)
		lang := a.Lang(r, actor)
		if err != nil {
			a.fail(w, r, lang, err)
			return
		}
		if said.status != http.StatusMethodNotAllowed {
			a.fail(w, r, lang, errs.Missing())
			return
		}
		allowed := said.header.Get("Allow")
		w.Header().Set("Allow", allowed)
		writeProblem(w, Problem{Type: "about:blank", Title: http.StatusText(said.status), Status: said.status,
			Detail: a.Text.T(lang, "error.method", map[string]any{"method": methodName(r.Method), "allowed": allowed})})
	})
}

// methodName is a method as it may be repeated in an answer.
func methodName(method string) string {
	if len(method) > len("PROPPATCH") {
		return method[:len("PROPPATCH")] + "…"
	}
	return method
}

// unsaid takes an answer of net/http that is put into other words.
type unsaid struct {
	header http.Header
	status int
}

// Header, Write and WriteHeader make it a http.ResponseWriter.
func (u *unsaid) Header() http.Header { return u.header }

// Write takes the text and forgets it.
func (u *unsaid) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader keeps the status.
func (u *unsaid) WriteHeader(status int) { u.status = status }
