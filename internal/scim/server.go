package scim

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/text"
)

const (
	maxBody = 256 << 10 // bytes of a body
	maxDeep = 20        // how deep its values lie in each other
)

// people is where the people are.
const people = "/Users"

// Server is the SCIM edge. All fields are set before Mount.
type Server struct {
	Accounts *account.Service
	Text     *text.Catalogue
	Log      *slog.Logger
	URL      string // where people reach the program, without a slash at the end
	Lang     func(*http.Request, access.Actor) text.Lang
}

// call is one request of a directory.
type call struct {
	*Server
	w     http.ResponseWriter
	r     *http.Request
	actor access.Actor
}

// endpoint is one route and what serves it.
type endpoint struct {
	method, pattern, event string
	serve                  func(*call) error
}

func endpoints() []endpoint {
	return []endpoint{
		{"GET", "/ServiceProviderConfig", access.NoEvent, func(c *call) error { return c.reply(http.StatusOK, c.config()) }},
		{"GET", "/ResourceTypes", access.NoEvent, func(c *call) error { return c.listOf(c.resourceTypes()) }},
		{"GET", "/ResourceTypes/{name}", access.NoEvent, func(c *call) error { return c.oneOf(c.resourceTypes()) }},
		{"GET", "/Schemas", access.NoEvent, func(c *call) error { return c.listOf(c.schemas()) }},
		{"GET", "/Schemas/{name}", access.NoEvent, func(c *call) error { return c.oneOf(c.schemas()) }},
		{"GET", people, access.NoEvent, (*call).users},
		{"GET", people + "/{person}", access.NoEvent, (*call).user},
		{"POST", people, "directory.user_added", (*call).create},
		{"PUT", people + "/{person}", "directory.user_changed", (*call).replace},
		{"PATCH", people + "/{person}", "directory.user_changed", (*call).patch},
		{"DELETE", people + "/{person}", "directory.user_removed", (*call).remove},
		{"GET", "/Groups", access.NoEvent, (*call).groups},
		{"GET", "/Groups/{name}", access.NoEvent, (*call).group},
	}
}

// Mount declares and serves every route.
func (s *Server) Mount(mux *http.ServeMux, table *access.Table) error {
	for _, e := range endpoints() {
		route := access.Route{Method: e.method, Pattern: "/scim/v2" + e.pattern, Permission: access.DirectoryKeep, Tenant: access.TenantOwn,
			Restricted: access.RestrictedSame, Event: e.event}
		if err := table.Mount(route, func(pattern string) { mux.Handle(pattern, s.handler(e.serve)) }); err != nil {
			return err
		}
	}
	return nil
}

// Handler serves what Mount put on mux; what is not there is an error in SCIM's form, after the token was looked at.
func (s *Server) Handler(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		s.handler(func(*call) error { return errs.Missing() }).ServeHTTP(w, r)
	})
}

func (s *Server) handler(serve func(*call) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		c := &call{Server: s, w: w, r: r}
		err := c.admit()
		if err == nil {
			err = serve(c)
		}
		if err != nil {
			c.fail(err)
		}
	})
}

// admit looks at the token: one of a directory, in the header and nowhere else.
func (c *call) admit() (err error) {
	bearer, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return errs.New(errs.Unauthenticated, "directory.token_unknown")
	}
	c.actor, err = c.Accounts.ByDirectoryToken(c.r.Context(), bearer)
	return err
}

// body reads a JSON object: bounded in size and depth, valid UTF-8.
func (c *call) body() (map[string]any, error) {
	if ct := c.r.Header.Get("Content-Type"); ct != "" {
		media, _, err := mime.ParseMediaType(ct)
		if err != nil || media != "application/json" && media != "application/scim+json" {
			return nil, errs.New(errs.Malformed, "error.not_json")
		}
	}
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, errs.New(errs.TooLarge, "error.too_large", "limit", maxBody)
	case err != nil:
		return nil, errs.Because(errs.Malformed, "error.body_cut", err)
	case !utf8.Valid(b):
		return nil, errs.New(errs.Malformed, "error.not_utf8")
	case tooDeep(b):
		return nil, errs.New(errs.Malformed, "error.malformed_json")
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil || m == nil {
		return nil, errs.New(errs.Malformed, "error.malformed_json")
	}
	if hasNUL(m) {
		return nil, errs.New(errs.Malformed, "error.not_utf8")
	}
	return m, nil
}

// tooDeep reports whether brackets outside of strings lie deeper than anybody's resource.
func tooDeep(b []byte) bool {
	deep, inText := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if deep++; deep > maxDeep {
				return true
			}
		case c == '}' || c == ']':
			deep--
		}
	}
	return false
}

// hasNUL looks for the one character that not every database keeps.
func hasNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.IndexByte(v, 0) >= 0
	case []any:
		return slices.ContainsFunc(v, hasNUL)
	case map[string]any:
		for k, x := range v {
			if hasNUL(k) || hasNUL(x) {
				return true
			}
		}
	}
	return false
}

func (c *call) reply(status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/scim+json")
	h.Set("X-Content-Type-Options", "nosniff")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(append(b, '\n')) // the client has gone: nobody is left to tell
	return nil
}

// failure is an error of RFC 7644, 3.12.
type failure struct {
	Schemas []string `json:"schemas"`
	Status  string   `json:"status"`
	Type    string   `json:"scimType,omitempty"`
	Detail  string   `json:"detail"`
}

// statusOf is the HTTP status and the scimType of an error.
func statusOf(e *errs.Error) (status int, scimType string) {
	switch e.Kind {
	case errs.Malformed:
		return http.StatusBadRequest, typeOf(e.Key)
	case errs.Invalid:
		return http.StatusBadRequest, "invalidValue"
	case errs.Unauthenticated:
		return http.StatusUnauthorized, ""
	case errs.Refused:
		return http.StatusForbidden, ""
	case errs.NotFound:
		return http.StatusNotFound, ""
	case errs.Conflict:
		return http.StatusConflict, "uniqueness"
	case errs.Stale:
		return http.StatusPreconditionFailed, ""
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge, "tooMany"
	case errs.Unavailable, errs.NoSpace:
		return http.StatusServiceUnavailable, ""
	default: // errs.Internal, and any kind without a status of its own
		return http.StatusInternalServerError, ""
	}
}

func typeOf(key string) string {
	switch key {
	case "directory.bad_filter":
		return "invalidFilter"
	case "directory.bad_path":
		return "invalidPath"
	case "directory.no_target":
		return "noTarget"
	case "directory.read_only":
		return "mutability"
	}
	return "invalidSyntax"
}

func (c *call) fail(err error) {
	e := errs.As(err)
	status, scimType := statusOf(e)
	lang := c.Lang(c.r, c.actor)
	key := e.Key
	if key == "error.invalid" { // nothing is marked in an answer to a program: the values follow
		key = "error.invalid_values_below"
	}
	f := failure{[]string{errorSchema}, strconv.Itoa(status), scimType, c.Text.T(lang, key, e.Args)}
	for _, x := range e.Fields {
		f.Detail += " " + x.Name + ": " + c.Text.T(lang, x.Key, x.Args)
	}
	if status >= http.StatusInternalServerError {
		c.Log.ErrorContext(c.r.Context(), "call failed", "method", c.r.Method, "route", c.r.Pattern, "status", status, "error", err)
	}
	if status == http.StatusUnauthorized {
		c.w.Header().Set("WWW-Authenticate", `Bearer realm="liaison"`)
	}
	_ = c.reply(status, f) // text alone: it can be marshalled
}
