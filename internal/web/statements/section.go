// Package statements is the part of the site about monthly service statements: what was promised to a customer and what
// became of it, as a page to read and print, as a table, and as the signed file that proves itself. A liaison reads those
// of the own customer, staff those of every customer.
package statements

import (
	"embed"
	"io/fs"

	"liaison/internal/access"
	"liaison/internal/policy"
	"liaison/internal/report"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the section works with. All are needed.
type Options struct {
	Site    *web.Site
	Reports *report.Service
	Policy  policy.Source
}

const (
	ownBase  = "/statements"
	deskBase = "/desk/customers/{key}/statements"
)

// Section is the pages as a part of the site. The menus are the desk's and the portal's.
func Section(o Options) web.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	show := func(pattern string, tenant access.TenantRule, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: "GET", Pattern: pattern, Permission: access.StatementRead, Tenant: tenant,
			Restricted: access.RestrictedSame, Event: access.NoEvent}}
	}
	return web.Section{Name: "statements", Templates: templates,
		Pages: []web.PageType{
			{File: "own.html", Zero: Page{}, Layout: web.PortalLayout},
			{File: "desk.html", Zero: DeskPage{}, Layout: web.DeskLayout},
		},
		Routes: []web.Route{
			show(ownBase, access.TenantOwn, o.own),
			show(ownBase+"/{month}/csv", access.TenantOwn, o.table),
			show(ownBase+"/{month}/json", access.TenantOwn, o.signed),
			show(deskBase, access.TenantStaff, o.desk),
			show(deskBase+"/{month}/csv", access.TenantStaff, o.table),
			show(deskBase+"/{month}/json", access.TenantStaff, o.signed),
		},
	}
}
