package app

import (
	"cmp"
	"context"
	"log"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/id"
	"liaison/internal/web"
)

// compose puts the edges under one handler: health, REST, SCIM, pages.
func (a *App) compose(rest, directory http.Handler) (http.Handler, error) {
	mux := http.NewServeMux()
	for path, h := range map[string]http.HandlerFunc{"/healthz": a.healthz, "/readyz": a.readyz} {
		route := access.Route{Method: "GET", Pattern: path, Permission: access.HealthRead, Tenant: access.TenantNone,
			Restricted: access.RestrictedSame, Event: access.NoEvent}
		if err := a.Routes.Mount(route, func(pattern string) { mux.Handle(pattern, h) }); err != nil {
			return nil, err
		}
	}
	mux.Handle("/api/v1/", a.Site.ProtectAPI(rest))
	mux.Handle("/scim/v2/", a.Site.ProtectAPI(directory))
	mux.Handle("/", a.Site.Handler())
	return a.observed(mux), nil
}

// Handler is the whole program as an HTTP handler, for tests that need no listener.
func (a *App) Handler() http.Handler { return a.handler }

// healthz says that the process answers.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") }

// readyz says that the process may be sent people: the database answers and the periodic work runs.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	select {
	case <-a.ready:
	default:
		plain(w, http.StatusServiceUnavailable, "starting\n")
		return
	}
	if err := a.DB.Ping(ctx); err != nil {
		plain(w, http.StatusServiceUnavailable, "database does not answer\n")
		return
	}
	plain(w, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the client has gone: nobody is left to tell
}

// observed gives every request an id and a line in log and metrics. The line holds the route's pattern, never the
// path: a path may hold what belongs to a person.
func (a *App) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := a.metrics.started()
		request := id.New().String()
		w.Header().Set("X-Request-ID", request)
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		r, page := web.NameRoute(r)
		next.ServeHTTP(seen, r)
		route := routeOf(r.Method, cmp.Or(page.Pattern, r.Pattern))
		took := a.metrics.observe(r.Method, route, seen.status, start)
		level := slog.LevelDebug
		if seen.status >= http.StatusInternalServerError {
			level = slog.LevelWarn
		}
		a.Log.LogAttrs(r.Context(), level, "request", slog.String("id", request), slog.String("method", r.Method), //nolint:contextcheck // r is the request with a place for its route
			slog.String("route", route), slog.Int("status", seen.status), slog.Duration("took", took))
	})
}

// routeOf is a pattern without its method.
func routeOf(method, pattern string) string {
	if pattern == "" {
		return "none"
	}
	return strings.TrimPrefix(pattern, method+" ")
}

// statusWriter remembers the status; it lets what it wraps flush and be unwrapped.
type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

// WriteHeader keeps the first status.
func (w *statusWriter) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// serverLog takes what net/http says about connections to the program's log.
func serverLog(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
