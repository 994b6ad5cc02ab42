package web

import (
	"errors"
	"fmt"
	"net/http"

	"liaison/internal/errs"
)

// contentPolicy lets a page use what this site serves and nothing else. Script comes from files only; style
// attributes carry custom properties (a bar's length); the script's one sink for HTML is htmx's own policy.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types htmx"

// secure sets the headers that every answer of the site carries. Pages show what belongs to one person, so nothing
// is kept by caches unless a handler says otherwise.
func (s *Site) secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if s.TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic of a handler into the page of an internal error. A handler that aborts its answer on
// purpose is let through.
func (s *Site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			s.fail(w, r, errs.Because(errs.Internal, "error.internal", fmt.Errorf("panic: %v", v)))
		}()
		next.ServeHTTP(w, r)
	})
}
