package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/clock"
	"liaison/internal/errs"
	"liaison/internal/text"
	"liaison/internal/text/markup"
)

// Accounts is what the frame needs of the account slice: who is behind a cookie or a token, the ways in and out, and
// what a person chose for themselves.
type Accounts interface {
	SignIn(ctx context.Context, email, password, remote string) (token string, err error)
	BySession(ctx context.Context, token string) (access.Actor, error)
	ByToken(ctx context.Context, bearer string) (access.Actor, error)
	SignOut(ctx context.Context, token string) error
	RequestReset(ctx context.Context, email, remote string) error
	CheckReset(ctx context.Context, token string) error
	Reset(ctx context.Context, token, newPassword string) error
	Me(ctx context.Context, actor access.Actor) (account.Profile, error)
	UpdateSettings(ctx context.Context, actor access.Actor, in account.Settings) error
}

// Options are what a Site is made of. All are needed unless it says otherwise.
type Options struct {
	Text       *text.Catalogue
	Clock      clock.Clock
	Accounts   Accounts
	Routes     *access.Table
	Log        *slog.Logger
	Zone       *time.Location // for nobody, and for people who chose none; the vendor's
	TLS        bool           // people reach the site over TLS: cookies are Secure and carry the __Host- prefix
	Components bool           // serve /ui, the page of all parts: development and demo
	Proxies    []netip.Prefix // in front of the site, which say where a request came from; none: whoever connects is it
	// Permit says whether somebody may use a route; its refusal may carry the policy's decision. nil: access.Check.
	Permit func(access.Actor, access.Permission) error
}

// Site is the part of the program that people see in a browser.
type Site struct {
	Options
	assets *assets
	render *renderer
	md     *markup.Markup
	mux    *http.ServeMux
}

// Route is one address of the site with what access must know about it and what answers it.
type Route struct {
	access.Route
	Handle  Handler
	MaxBody int64 // bytes a request may carry; 0: as many as a form without files
}

// Handler answers a request or says what went wrong. It writes nothing before it returns an error.
type Handler func(w http.ResponseWriter, r *http.Request) error

// defaultMaxBody is far above the longest message a person types: what is too long is read and given back, not refused.
// How much of it is held in memory is ReadFiles' to say; routes that take files set their own limit.
const defaultMaxBody = maxFormBytes

// maxNobodyBody bounds what is read of somebody whose session has ended: all that people type, behind the files that they
// attach, but not a stranger's gigabytes. No byte of a file is kept.
const maxNobodyBody = 256 << 20

// New makes a site with the pages of this package: signing in, errors, help.
func New(o Options) (_ *Site, err error) {
	defer errs.Wrap(&err, "web.New")
	s := &Site{Options: o, mux: http.NewServeMux(), md: markup.New()}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	s.render = newRenderer(s)
	s.mux.Handle("GET "+staticPrefix, s.assets)
	s.mux.Handle("/", s.answer(Route{Handle: nothingHere}))
	return s, s.Mount(s.Own())
}

// Mount adds a section: its pages are known, its routes declared to access and served. A route that leaves
// something open is an error; a template that does not parse is one when it is first needed, or in ParseAll.
func (s *Site) Mount(sec Section) (err error) {
	defer errs.Wrap(&err, "web.Mount(%s)", sec.Name)
	s.render.add(sec)
	for _, route := range sec.Routes {
		if route.Handle == nil {
			return fmt.Errorf("route %q has no handler", route.String())
		}
		err := s.Routes.Mount(route.Route, func(pattern string) { s.mux.Handle(pattern, s.answer(route)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Handler serves the site with its protections around it.
func (s *Site) Handler() http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(s.answer(Route{Handle: refuseCrossSite}))
	return s.secure(&compressed{next: s.recovered(s.identify(cross.Handler(named{s.mux})))})
}

// Matched is where the site leaves the pattern of the route that served a request; empty until then.
type Matched struct{ Pattern string }

type matchedKey struct{}

// NameRoute gives r with a place for the pattern of its route: whoever counts requests stands outside of the site, where
// only the pattern of the whole site is known.
func NameRoute(r *http.Request) (*http.Request, *Matched) {
	m := new(Matched)
	return r.WithContext(context.WithValue(r.Context(), matchedKey{}, m)), m
}

// named leaves the pattern that a request matched.
type named struct{ mux *http.ServeMux }

// ServeHTTP serves by the mux.
func (n named) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if m, ok := r.Context().Value(matchedKey{}).(*Matched); ok {
			m.Pattern = r.Pattern
		}
	}()
	n.mux.ServeHTTP(w, r)
}

// answer runs the route for those who may use it, and turns an error into its page.
func (s *Site) answer(route Route) http.Handler {
	limit := route.MaxBody
	if limit == 0 {
		limit = defaultMaxBody
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, mostOf(CurrentActor(r), limit))
		r = remembering(r)
		err := s.admit(r, route)
		if err == nil {
			err = route.Handle(w, r)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// mostOf is how many bytes of a request of actor are read where the route takes so many.
func mostOf(actor access.Actor, limit int64) int64 {
	if actor.IsNobody() {
		return min(limit, maxNobodyBody)
	}
	return limit
}

// admit says whether the actor may use the route. The catch-all routes of this package declare no permission.
func (s *Site) admit(r *http.Request, route Route) error {
	if route.Permission == "" {
		return nil
	}
	actor := CurrentActor(r)
	if err := access.Check(actor, route.Permission); err != nil {
		return err
	}
	if route.Tenant == access.TenantStaff && !actor.Role.IsStaff() {
		return errs.New(errs.Refused, "error.forbidden")
	}
	return nil
}

func nothingHere(http.ResponseWriter, *http.Request) error { return errs.Missing() }

func refuseCrossSite(http.ResponseWriter, *http.Request) error {
	return errs.New(errs.Refused, "error.cross_site")
}

// remoteIP is the address of the machine that a request came from. A header that names it is believed only where a
// proxy of ours wrote it: X-Forwarded-For is read from its end, past our proxies, to the first address that none of them
// has. What stands before that anybody may have typed.
func (s *Site) remoteIP(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.isProxy(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr.String()
}

func (s *Site) isProxy(addr netip.Addr) bool {
	return slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}
