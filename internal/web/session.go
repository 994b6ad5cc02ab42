package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"liaison/internal/access"
	"liaison/internal/errs"
)

type actorKey struct{}

// CurrentActor is who asks; the zero Actor when nobody is signed in.
func CurrentActor(r *http.Request) access.Actor {
	a, _ := r.Context().Value(actorKey{}).(access.Actor)
	return a
}

// identify finds out who asks, from the session cookie or, for requests that change nothing, a bearer token. A
// cookie or token that is unknown or has ended makes nobody of them; what else goes wrong fails the request.
func (s *Site) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, staticPrefix) {
			next.ServeHTTP(w, r)
			return
		}
		actor, err := s.actorOf(r)
		if err != nil && errs.KindOf(err) != errs.Unauthenticated {
			s.fail(w, r, err)
			return
		}
		if err == nil {
			r = r.WithContext(context.WithValue(r.Context(), actorKey{}, actor))
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Site) actorOf(r *http.Request) (access.Actor, error) {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && isSafe(r.Method) {
		return s.Accounts.ByToken(r.Context(), bearer)
	}
	if token := s.sessionToken(r); token != "" {
		return s.Accounts.BySession(r.Context(), token)
	}
	return access.Actor{}, nil
}

func isSafe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

func (s *Site) sessionToken(r *http.Request) string {
	c, err := r.Cookie(s.cookieName("session"))
	if err != nil {
		return ""
	}
	return c.Value
}

// cookieName is the name with the prefix that binds a cookie to this host over TLS. Browsers refuse the prefix
// without TLS, so the demo goes without it.
func (s *Site) cookieName(name string) string {
	if s.TLS {
		return "__Host-" + name
	}
	return name
}

// month is how long a browser keeps a cookie; whether a session is still good is for the account slice to say.
const month = 30 * 24 * 60 * 60

// KeepSession goes on under another session: changing the password ends the one that asked.
func (s *Site) KeepSession(w http.ResponseWriter, token string) { s.setCookie(w, "session", token) }

func (s *Site) setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: month, //nolint:gosec // Secure wherever there is TLS: the demo has none
		Secure: s.TLS, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (s *Site) clearCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Path: "/", MaxAge: -1, //nolint:gosec // Secure wherever there is TLS: the demo has none
		Secure: s.TLS, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// ownPath is target as a path of this site, with its query, or "/" when it is anything else: another site, a
// spelling that some browser reads as one, or the pages of signing in themselves.
func ownPath(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	unsafe := func(r rune) bool { return r == '\\' || unicode.IsControl(r) }
	switch {
	case !strings.HasPrefix(u.Path, "/"), strings.HasPrefix(u.Path, "//"):
		return "/"
	case strings.ContainsFunc(target, unsafe), strings.ContainsFunc(u.Path, unsafe):
		return "/"
	case strings.HasPrefix(u.Path, "/sign-"), strings.HasPrefix(u.Path, "/reset"):
		return "/"
	}
	return u.RequestURI()
}
