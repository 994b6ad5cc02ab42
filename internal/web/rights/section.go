// Package rights is the part of the site that says who may do what and by which rule: a person's own page, a simulation
// for staff, the access matrix of 2.4 and the plan table of appendix B. Every answer comes from the functions of
// entitlement that the rest of the program goes by.
package rights

import (
	"context"
	"embed"
	"io/fs"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/billing"
	"liaison/internal/contract"
	"liaison/internal/policy"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the section works with. All are needed.
type Options struct {
	Site     *web.Site
	Contract *contract.Service
	Policy   policy.Source
	PeopleOf func(ctx context.Context, a access.Actor, customer string) ([]account.Person, error)
	Arrears  func(ctx context.Context, a access.Actor, customer string) (billing.Arrears, error)
}

// Section is the pages as a part of the site. The menus are the desk's and the portal's.
func Section(o Options) web.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	return web.Section{Name: "rights", Templates: templates,
		Pages: []web.PageType{
			{File: "mine.html", Zero: MinePage{}, Layout: web.PortalLayout},
			{File: "simulate.html", Zero: SimulatePage{}, Layout: web.DeskLayout},
			{File: "losing.html", Zero: LosingPage{}, Layout: web.DeskLayout},
			{File: "support.html", Zero: SupportPage{}, Layout: web.PortalLayout},
			{File: "desksupport.html", Zero: DeskSupportPage{}, Layout: web.DeskLayout},
			{File: "table.html", Zero: TablePage{}, Layout: web.PortalLayout},
		},
		Routes: []web.Route{
			show("/account/rights", access.ProfileRead, access.TenantOwn, o.mine),
			show("/account/support", access.ProfileRead, access.TenantOwn, o.support),
			show("/desk/customers/{key}/support", access.CustomerRead, access.TenantStaff, o.deskSupport),
			show("/desk/simulate", access.CaseRead, access.TenantStaff, o.simulate),
			show(losingPath, access.CustomerRead, access.TenantStaff, o.losing),
			show(losingPath+".csv", access.CustomerRead, access.TenantStaff, o.losingFile),
			show("/policy/access", access.PolicyRead, access.TenantPublic, o.accessTable),
			show("/policy/plans", access.PolicyRead, access.TenantPublic, o.planTable),
		},
	}
}

func show(pattern string, may access.Permission, tenant access.TenantRule, h web.Handler) web.Route {
	return web.Route{Handle: h, Route: access.Route{Method: "GET", Pattern: pattern, Permission: may, Tenant: tenant,
		Restricted: access.RestrictedSame, Event: access.NoEvent}}
}
