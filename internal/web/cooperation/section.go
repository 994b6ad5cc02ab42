// Package cooperation is the part of the site where a customer and support agree on what the customer does on an urgent
// case (3.3): the same page in the portal and at the desk.
package cooperation

import (
	"embed"
	"io/fs"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/policy"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the section works with. All are needed.
type Options struct {
	Site   *web.Site
	Cases  *cases.Service
	Policy policy.Source
}

// Section is the pages as a part of the site. The menus are the desk's and the portal's.
func Section(o Options) web.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	return web.Section{Name: "cooperation", Templates: templates,
		Pages: []web.PageType{
			{File: "portal.html", Zero: PortalPage{}, Layout: web.PortalLayout},
			{File: "desk.html", Zero: DeskPage{}, Layout: web.DeskLayout},
		},
		Routes: append(routes("/cases/{number}/cooperation", access.TenantOwn, o),
			append(routes("/desk/cases/{number}/cooperation", access.TenantStaff, o),
				route("POST", "/desk/cases/{number}/cooperation/tasks", access.CaseWork, access.TenantStaff, "customer_task.asked", o.ask))...),
	}
}

// routes are those of both sides.
func routes(base string, tenant access.TenantRule, o Options) []web.Route {
	return []web.Route{
		route("GET", base, access.CaseRead, tenant, access.NoEvent, o.page),
		route("POST", base+"/team", access.CaseReply, tenant, "case_team.changed", o.team),
		route("POST", base+"/times", access.CaseReply, tenant, "contact_schedule.changed", o.times),
		route("POST", base+"/tasks/{task}", access.CaseReply, tenant, "customer_task.ended", o.end),
	}
}

func route(method, pattern string, may access.Permission, tenant access.TenantRule, event string, h web.Handler) web.Route {
	return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: pattern, Permission: may, Tenant: tenant,
		Restricted: access.RestrictedSame, Event: event}}
}
