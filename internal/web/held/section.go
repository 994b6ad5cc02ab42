// Package held is the part of the site where people decide on mail that waits: for staff beside the queue, for liaisons
// in the portal, where they see the mails of their colleagues and nothing else.
package held

import (
	"embed"
	"io/fs"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/inbound"
	"liaison/internal/policy"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the section works with. All are needed.
type Options struct {
	Site     *web.Site
	Inbound  *inbound.Service
	Contract *contract.Service
	Policy   policy.Source
}

// Section is the pages as a part of the site. The menus are the desk's and the portal's.
func Section(o Options) web.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	return web.Section{Name: "held", Templates: templates,
		Pages: []web.PageType{
			{File: "desk-list.html", Zero: DeskListPage{}, Layout: web.DeskLayout},
			{File: "desk-mail.html", Zero: DeskMailPage{}, Layout: web.DeskLayout},
			{File: "originals.html", Zero: OriginalsPage{}, Layout: web.DeskLayout},
			{File: "list.html", Zero: ListPage{}, Layout: web.PortalLayout},
			{File: "mail.html", Zero: MailPage{}, Layout: web.PortalLayout},
		},
		Routes: append(o.deskRoutes(), o.portalRoutes()...),
	}
}

func (o Options) deskRoutes() []web.Route {
	raw := route("GET", "/desk/held/{id}/raw", access.HeldRead, access.TenantStaff, access.NoEvent, o.raw)
	raw.Restricted = access.RestrictedRefused
	list := route("GET", "/desk/cases/{number}/mails", access.MailOriginal, access.TenantStaff, access.NoEvent, o.originals)
	fetch := route("POST", "/desk/cases/{number}/mails/{id}", access.MailOriginal, access.TenantStaff, "mail.original_read", o.fetchOriginal)
	list.Restricted, fetch.Restricted = access.RestrictedRefused, access.RestrictedRefused
	return []web.Route{
		list, fetch,
		route("GET", "/desk/held", access.HeldRead, access.TenantStaff, access.NoEvent, o.deskList),
		route("GET", "/desk/held/{id}", access.HeldRead, access.TenantStaff, access.NoEvent, o.deskMail), raw,
		route("POST", "/desk/held/{id}/release", access.HeldDecide, access.TenantStaff, "mail.released", o.deskRelease),
		route("POST", "/desk/held/{id}/discard", access.HeldDecide, access.TenantStaff, "mail.discarded", o.deskDiscard),
	}
}

func (o Options) portalRoutes() []web.Route {
	return []web.Route{
		route("GET", "/held", access.HeldRead, access.TenantOwn, access.NoEvent, o.list),
		route("GET", "/held/{id}", access.HeldRead, access.TenantOwn, access.NoEvent, o.mail),
		route("POST", "/held/{id}/adopt", access.HeldAdopt, access.TenantOwn, "mail.adopted", o.adopt),
		route("POST", "/held/{id}/approve", access.HeldDecide, access.TenantOwn, "mail.released", o.approve),
		route("POST", "/held/{id}/discard", access.HeldDecide, access.TenantOwn, "mail.discarded", o.discard),
	}
}

func route(method, pattern string, may access.Permission, tenant access.TenantRule, event string, h web.Handler) web.Route {
	return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: pattern, Permission: may, Tenant: tenant,
		Restricted: access.RestrictedSame, Event: event}}
}
