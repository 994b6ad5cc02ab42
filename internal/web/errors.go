package web

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"time"

	"liaison/internal/errs"
	"liaison/internal/id"
)

// ErrorPage says what went wrong, why, and what can be done. It stands in the bare frame and holds no time and nothing of
// the request but the texts that were typed: what does not exist and what may not be known about give the same bytes.
type ErrorPage struct {
	Page
	Text        string
	Todo        string // what helps, "" when nothing is known
	Clause      string // number of the clause that refused, "" for none
	Requirement string
	Edition     string
	Reference   string // of the line in the log, for our own failures
	Fields      []FieldError
	Typed       *GivenBack // nil when nothing was typed
}

// answerOf is how an error of a kind is answered: with which status, page title and level in the log.
func answerOf(kind errs.Kind) (status int, title string, level slog.Level) {
	switch kind {
	case errs.Malformed:
		return http.StatusBadRequest, "malformed", slog.LevelDebug
	case errs.Invalid:
		return http.StatusUnprocessableEntity, "invalid", slog.LevelDebug
	case errs.Unauthenticated:
		return http.StatusUnauthorized, "unauthenticated", slog.LevelDebug
	case errs.Refused:
		return http.StatusForbidden, "refused", slog.LevelInfo
	case errs.NotFound:
		return http.StatusNotFound, "not_found", slog.LevelDebug
	case errs.Conflict:
		return http.StatusConflict, "conflict", slog.LevelInfo
	case errs.Stale:
		return http.StatusPreconditionFailed, "stale", slog.LevelDebug
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge, "too_large", slog.LevelInfo
	case errs.Limited:
		return http.StatusTooManyRequests, "limited", slog.LevelInfo
	case errs.NoSpace:
		return http.StatusInsufficientStorage, "no_space", slog.LevelError
	case errs.Unavailable:
		return http.StatusServiceUnavailable, "unavailable", slog.LevelWarn
	default: // errs.Internal
		return http.StatusInternalServerError, "internal", slog.LevelError
	}
}

// StatusOf is the HTTP status of err, for a handler that shows its own page with what went wrong on it.
func StatusOf(err error) int {
	status, _, _ := answerOf(errs.KindOf(err))
	return status
}

// fail is the one place where an error becomes an answer: a line in the log, a status, and a page, or a notice when
// htmx asks. Somebody whose session has ended is led to signing in, with what they typed.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader has gone
	}
	known := errs.As(err)
	status, title, level := answerOf(known.Kind)
	reference := id.New().Short()
	s.Log.Log(r.Context(), level, "page failed", "route", r.Pattern, "method", r.Method, "status", status, "reference", reference, "error", err)
	if known.Kind == errs.Unauthenticated {
		s.askToSignIn(w, r)
		return
	}
	readLate(r, known)
	page := s.errorPage(r, known, "error.title."+title)
	if level == slog.LevelError {
		page.Reference = reference
	}
	if fromHTMX(r) {
		w.Header().Set("HX-Retarget", "#notice")
		w.Header().Set("HX-Reswap", "innerHTML")
		err = s.render.fragment(w, status, "error-notice", page)
	} else {
		err = s.Render(w, r, status, page)
	}
	if err != nil {
		s.Log.Error("error page failed", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

func (s *Site) errorPage(r *http.Request, e *errs.Error, titleKey string) ErrorPage {
	p := s.Page(r, titleKey, "")
	p.Here, p.Notice = "", nil
	out := ErrorPage{Page: p, Typed: p.givenBack(r, e), Text: p.words.T(p.Lang, SayableKey(e), p.readable(e.Args))}
	if e.Kind == errs.Internal {
		out.Text = p.T("error.internal")
	}
	for _, f := range e.Fields {
		out.Fields = append(out.Fields, p.fieldError(f))
	}
	if d := e.Decision; d != nil {
		out.Clause, out.Requirement, out.Edition = d.Clause, d.Requirement, d.Edition
		if todo := "refusal." + d.Code + ".todo"; p.words.Has(todo) {
			out.Todo = p.words.T(p.Lang, todo, p.readable(e.Args))
		}
	}
	return out
}

// Refusal is why a rule said no and what helps, in the reader's words. Template "refusal".
type Refusal struct {
	Text        string
	Todo        string // "" when nothing is known
	Clause      string
	Requirement string
	Edition     string
}

// Refused is a refusing decision in words.
func (p Page) Refused(d errs.Decision) Refusal {
	args := p.readable(d.Inputs)
	out := Refusal{Text: p.words.T(p.Lang, "refusal."+d.Code, args), Clause: d.Clause, Requirement: d.Requirement, Edition: d.Edition}
	if todo := "refusal." + d.Code + ".todo"; p.words.Has(todo) {
		out.Todo = p.words.T(p.Lang, todo, args)
	}
	return out
}

// Say is err in the reader's words, for a handler that shows it beside what was typed.
func (p Page) Say(err error) string {
	e := errs.As(err)
	if e.Kind == errs.Internal {
		return p.T("error.internal")
	}
	return p.words.T(p.Lang, SayableKey(e), p.readable(e.Args))
}

// SayableKey is the text of an error for people on pages. Which disk is full is for the operator, who reads the log.
func SayableKey(e *errs.Error) string {
	if e.Kind == errs.NoSpace {
		return "error.no_room"
	}
	return e.Key
}

// readable is args with instants, days and spans in the reader's words. Inputs of a decision hold instants and days as
// text, because they are kept and replayed; codes and names stay as they are.
func (p Page) readable(args map[string]any) map[string]any {
	out := maps.Clone(args)
	for name, v := range out {
		switch v := v.(type) {
		case time.Time:
			out[name] = p.Instant(v)
		case time.Duration:
			out[name] = p.Duration(v)
		case string:
			if name == "country" && len(v) == len("DE") {
				out[name] = p.Format.Country(v)
				continue
			}
			out[name] = p.readableText(v)
		}
	}
	return out
}

func (p Page) readableText(v string) string {
	if day, err := time.Parse(time.DateOnly, v); err == nil {
		return p.Format.CivilDate(day.Year(), day.Month(), day.Day())
	}
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		return p.Instant(at)
	}
	return v
}

func fromHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// askToSignIn leads nobody to the sign-in page and back. What a POST carried goes along in hidden fields; htmx gets
// a notice with a link, so that the page with the typed text stays.
func (s *Site) askToSignIn(w http.ResponseWriter, r *http.Request) {
	var err error
	switch {
	case fromHTMX(r):
		err = s.signInNotice(w, r)
	case isSafe(r.Method):
		http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	default:
		err = s.signInAgain(w, r)
	}
	if err != nil {
		s.fail(w, r, err)
	}
}

func (s *Site) signInNotice(w http.ResponseWriter, r *http.Request) error {
	p := s.Page(r, "error.title.unauthenticated", "")
	if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil {
		p.Here = ownPath(u.RequestURI())
	}
	w.Header().Set("HX-Retarget", "#notice")
	w.Header().Set("HX-Reswap", "innerHTML")
	return s.render.fragment(w, http.StatusUnauthorized, "sign-in-notice", SignInPage{Page: p, Next: p.Here})
}
