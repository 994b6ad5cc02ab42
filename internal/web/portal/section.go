package portal

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/dispatch"
	"liaison/internal/examples"
	"liaison/internal/policy"
	"liaison/internal/release"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the portal works with. All are needed.
type Options struct {
	Site     *web.Site
	Cases    *cases.Service
	Contract *contract.Service
	Accounts *account.Service
	Releases *release.Service
	Policy   policy.Source
	Dispatch *dispatch.Service
	Examples []examples.Example                               // worked examples that the policy carries
	Held     func(context.Context, access.Actor) (int, error) // how many mails of colleagues wait for the actor
}

type portal struct {
	Options
	changes differences
}

// Section is the portal as a part of the site.
func Section(o Options) web.Section {
	p := &portal{Options: o}
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	routes := append(p.caseRoutes(), p.filingRoutes()...)
	routes = append(routes, p.otherRoutes()...)
	return web.Section{Name: "portal", Templates: templates, Pages: pages(), Routes: routes, Menu: p.menu}
}

func pages() []web.PageType {
	return []web.PageType{
		{File: "home.html", Zero: HomePage{}, Layout: web.PortalLayout},
		{File: "guest.html", Zero: GuestPage{}, Layout: web.PortalLayout},
		{File: "list.html", Zero: ListPage{}, Layout: web.PortalLayout},
		{File: "file.html", Zero: FilePage{}, Layout: web.PortalLayout},
		{File: "retry.html", Zero: RetryPage{}, Layout: web.CardLayout},
		{File: "case.html", Zero: CasePage{}, Layout: web.PortalLayout},
		{File: "clocks.html", Zero: ClocksPage{}, Layout: web.PortalLayout},
		{File: "print.html", Zero: PrintPage{}, Layout: web.NoLayout},
		{File: "lifecycle.html", Zero: LifecyclePage{}, Layout: web.PortalLayout},
		{File: "contact.html", Zero: ContactPage{}, Layout: web.PortalLayout},
		{File: "policy.html", Zero: PolicyPage{}, Layout: web.PortalLayout},
		{File: "clause.html", Zero: ClausePage{}, Layout: web.PortalLayout},
		{File: "matrix.html", Zero: MatrixPage{}, Layout: web.PortalLayout},
		{File: "account.html", Zero: AccountPage{}, Layout: web.PortalLayout},
	}
}

// maxUpload bounds a request that carries files. It is far above what is sent at once: the store bounds each file,
// and what arrives is streamed to it.
const maxUpload = 64 << 30

const (
	ownWork  = "a draft is the person's own working copy; no case changes"
	computes = "it computes and shows; a file that came along is journaled by its upload"
)

func (p *portal) filingRoutes() []web.Route {
	return []web.Route{
		own("GET", "/cases/new", access.CaseRegister, access.RestrictedNoFiles, p.fileForm),
		changes(own("POST", "/cases/new", access.CaseRegister, access.RestrictedNoFiles, p.fileCase), "case.registered", maxUpload),
		quiet(own("POST", "/cases/new/promise", access.CaseRegister, access.RestrictedNoFiles, p.updatePromise), computes, maxUpload),
		own("GET", "/cases/new/similar", access.CaseRead, access.RestrictedSame, p.similar),
		quiet(own("POST", "/cases/new/draft", access.CaseRegister, access.RestrictedNoFiles, p.saveFiling), ownWork, maxUpload),
		quiet(own("POST", "/cases/new/discard", access.CaseRegister, access.RestrictedSame, p.discardFiling), ownWork, 0),
	}
}

func (p *portal) caseRoutes() []web.Route {
	return []web.Route{
		own("GET", "/cases", access.CaseRead, access.RestrictedSame, p.list),
		own("GET", "/cases/{number}", access.CaseRead, access.RestrictedNoFiles, p.caseView),
		own("GET", "/cases/{number}/clocks", access.CaseRead, access.RestrictedSame, p.clocks),
		own("GET", "/cases/{number}/print", access.CaseRead, access.RestrictedSame, p.print),
		own("GET", "/cases/{number}/sent", access.CaseRead, access.RestrictedRefused, web.ShowSent(p.Cases.MessageHTML)),
		own("GET", "/cases/{number}/sent/{message}", access.CaseRead, access.RestrictedRefused, web.ShowSent(p.Cases.MessageHTML)),
		own("GET", "/cases/{number}/files/{file}", access.CaseRead, access.RestrictedRefused, p.download),
		changes(own("POST", "/cases/{number}/messages", access.CaseReply, access.RestrictedNoFiles, p.answer), "message.posted", maxUpload),
		quiet(own("POST", "/cases/{number}/draft", access.CaseReply, access.RestrictedSame, p.saveAnswer), ownWork, 0),
		changes(own("POST", "/cases/{number}/close", access.CaseClose, access.RestrictedSame, p.closeCase), "status.changed", 0),
		changes(own("POST", "/cases/{number}/reopen", access.CaseClose, access.RestrictedSame, p.reopen), "status.changed", 0),
		changes(own("POST", "/cases/{number}/correction", access.CaseCorrect, access.RestrictedSame, p.correct), "case.corrected", 0),
		changes(own("POST", "/cases/{number}/priority", access.CaseReply, access.RestrictedSame, p.askPriority), "priority.requested", 0),
	}
}

func (p *portal) otherRoutes() []web.Route {
	return []web.Route{
		own("GET", "/{$}", access.ProfileRead, access.RestrictedSame, p.home),
		public("/contact", p.contact),
		public("/lifecycle", p.lifecycle),
		public("/policy", p.policy),
		public("/policy/matrix", p.matrix),
		public("/policy/{clause}", p.clause),
		self("GET", "/account", access.ProfileRead, p.account),
		changes(self("POST", "/account/settings", access.ProfileEdit, p.saveSettings), "profile.changed", 0),
		changes(self("POST", "/account/mail", access.MailSettings, p.saveMail), "mail.settings_changed", 0),
		changes(self("POST", "/account/system", access.ProfileEdit, p.saveSystem), "default_system.set", 0),
		changes(self("POST", "/account/customer", access.ProfileEdit, p.actFor), "session.acts_for", 0),
		changes(self("POST", "/account/password", access.PasswordChange, p.changePassword), "password.changed", 0),
		changes(self("POST", "/account/tokens", access.TokenManage, p.createToken), "token.created", 0),
		changes(self("POST", "/account/tokens/{token}/revoke", access.TokenManage, p.revokeToken), "token.revoked", 0),
	}
}

func own(method, pattern string, may access.Permission, restricted access.RestrictedRule, h web.Handler) web.Route {
	return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: pattern, Permission: may,
		Tenant: access.TenantOwn, Restricted: restricted, Event: access.NoEvent}}
}

func self(method, pattern string, may access.Permission, h web.Handler) web.Route {
	r := own(method, pattern, may, access.RestrictedSame, h)
	r.Tenant = access.TenantSelf
	return r
}

func public(pattern string, h web.Handler) web.Route {
	r := own(http.MethodGet, pattern, access.PolicyRead, access.RestrictedSame, h)
	r.Tenant = access.TenantPublic
	return r
}

// changes says which line of the journal a route writes, and how much it may carry (0: the site's usual limit).
func changes(r web.Route, event string, maxBody int64) web.Route {
	r.Event, r.MaxBody = event, maxBody
	return r
}

// quiet says why a POST writes no line.
func quiet(r web.Route, why string, maxBody int64) web.Route {
	r.NoEventWhy, r.MaxBody = why, maxBody
	return r
}

// menu is the bar at the top and, on phones, at the bottom. People without the support centre get what is open to all.
func (p *portal) menu(r *http.Request, actor access.Actor) (web.Menu, error) {
	contact := web.NavItem{Key: "contact", Text: "nav.contact", Href: "/contact", Icon: "phone"}
	rules := web.NavItem{Key: "policy", Text: "nav.policy", Href: "/policy", Icon: "scale"}
	if !access.Allows(actor, access.CaseRead) || actor.Role.IsStaff() {
		return web.Menu{Nav: []web.NavGroup{{Items: []web.NavItem{contact, rules}}}}, nil
	}
	home := web.NavItem{Key: "home", Text: "nav.home", Href: "/", Icon: "house", Hot: "g h"}
	list := web.NavItem{Key: "cases", Text: "nav.cases", Href: "/cases", Icon: "list", Hot: "g q"}
	file := web.NavItem{Key: "file", Text: "nav.file", Href: "/cases/new", Icon: "plus"}
	short := contact
	short.Text = "portal.nav.contact"
	items := []web.NavItem{home, list}
	waiting, err := p.Held(r.Context(), actor)
	if err != nil {
		return web.Menu{}, err
	}
	if waiting > 0 { // most customers never have any
		items = append(items, web.NavItem{Key: "held", Text: "portal.nav.held", Href: "/held", Icon: "mail", Count: waiting, Counted: true})
	}
	items = append(items, web.NavItem{Key: "liaisons", Text: "seats.nav", Href: "/liaisons", Icon: "user-check"})
	if access.Allows(actor, access.StatementRead) {
		items = append(items, web.NavItem{Key: "statements", Text: "statement.page.nav", Href: "/statements", Icon: "chart-column"})
	}
	return web.Menu{Nav: []web.NavGroup{{Items: append(items, contact, rules)}},
		Bottom: []web.NavItem{home, list, file, short}}, nil
}
