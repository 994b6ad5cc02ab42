package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"liaison/internal/access"
	"liaison/internal/errs"
	"liaison/internal/text"
)

// The REST edge knows people by the same tokens and cookies, and answers in the same languages.

// APIActor is who calls the API: by bearer token, or by the session cookie of our own pages. Nobody is the zero Actor.
func (s *Site) APIActor(r *http.Request) (access.Actor, error) {
	var a access.Actor
	var err error
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		a, err = s.Accounts.ByToken(r.Context(), bearer)
	} else if token := s.sessionToken(r); token != "" {
		a, err = s.Accounts.BySession(r.Context(), token)
	}
	if err != nil && errs.KindOf(err) == errs.Unauthenticated {
		return access.Actor{}, nil
	}
	return a, err
}

// LangOf is the language of an answer to an actor: what the address asks for, else what the person set, else what the
// client prefers.
func (s *Site) LangOf(r *http.Request, a access.Actor) text.Lang {
	if lang, ok := text.ParseLang(r.URL.Query().Get("lang")); ok {
		return lang
	}
	if lang, ok := text.ParseLang(a.Language); ok {
		return lang
	}
	return preferred(r.Header.Get("Accept-Language"))
}

// ProtectAPI refuses calls that another site makes a browser send with the session cookie, and gives the answers the
// headers that matter for data.
func (s *Site) ProtectAPI(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(s.denyCall))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if s.TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		s.recovered(cross.Handler(next)).ServeHTTP(w, r)
	})
}

// denyCall tells a page of another site that it changes nothing here, as a problem like the API's own. Who is signed in is
// not asked: the answer would tell the other site.
func (s *Site) denyCall(w http.ResponseWriter, r *http.Request) {
	body, err := json.Marshal(map[string]any{"type": "about:blank", "title": http.StatusText(http.StatusForbidden), "status": http.StatusForbidden,
		"detail": s.Text.T(s.LangOf(r, access.Actor{}), "error.cross_site_call", nil)})
	if err != nil {
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write(append(body, '\n')) // the client has gone: nobody is left to tell
}
