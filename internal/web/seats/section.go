// Package seats is the part of the site about who is a liaison: for the customer's liaisons in the portal, for staff
// beside the account of a customer, and the page behind an invitation's link.
package seats

import (
	"embed"
	"io/fs"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/liaisons"
	"liaison/internal/policy"
	"liaison/internal/release"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the section works with. All are needed.
type Options struct {
	Site     *web.Site
	Liaisons *liaisons.Service
	Books    *books.Service
	Accounts *account.Service
	Releases *release.Service
	Policy   policy.Source
}

// Section is the pages as a part of the site. The menus are the desk's and the portal's.
func Section(o Options) web.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	return web.Section{Name: "seats", Templates: templates,
		Pages: []web.PageType{
			{File: "own.html", Zero: OwnPage{}, Layout: web.PortalLayout},
			{File: "holder.html", Zero: HolderPage{}, Layout: web.PortalLayout},
			{File: "desk.html", Zero: DeskPage{}, Layout: web.DeskLayout},
			{File: "tasks.html", Zero: TasksPage{}, Layout: web.DeskLayout},
			{File: "books.html", Zero: BooksPage{}, Layout: web.DeskLayout},
			{File: "end.html", Zero: EndPage{}, Layout: web.DeskLayout},
			{File: "invite.html", Zero: InvitePage{}, Layout: web.CardLayout},
		},
		Routes: append(append(o.ownRoutes(), o.deskRoutes()...), o.inviteRoutes()...),
	}
}

func (o Options) ownRoutes() []web.Route {
	route := func(method, pattern string, may access.Permission, event string, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: "/liaisons" + pattern, Permission: may, Tenant: access.TenantOwn,
			Restricted: access.RestrictedSame, Event: event}}
	}
	return []web.Route{
		route("GET", "", access.LiaisonRead, access.NoEvent, o.own),
		route("POST", "/request", access.LiaisonManage, "liaison.change_requested", o.ask),
		route("POST", "/requests/{change}/withdraw", access.LiaisonManage, "liaison.change_withdrawn", o.withdraw),
		route("POST", "/people/{colleague}/end", access.LiaisonManage, "account.ended", o.endAccount),
		route("POST", "/people/{colleague}/view", access.LiaisonManage, "access.view_changed", o.setView),
		route("GET", "/{system}/{holder}", access.LiaisonRead, access.NoEvent, o.holder),
		route("POST", "/{system}/{holder}", access.LiaisonManage, "liaison.change_requested", o.change),
		route("POST", "/{system}/{holder}/centre", access.LiaisonManage, "liaison.centre_chosen", o.chooseCentre),
	}
}

func (o Options) deskRoutes() []web.Route {
	route := func(method, pattern string, may access.Permission, event string, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: "/desk/customers/{key}" + pattern, Permission: may,
			Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event}}
	}
	return []web.Route{
		{Handle: o.tasks, Route: access.Route{Method: "GET", Pattern: tasksPath, Permission: access.BooksRead, Tenant: access.TenantStaff,
			Restricted: access.RestrictedSame, Event: access.NoEvent}},
		route("GET", "/books", access.BooksRead, access.NoEvent, o.books),
		route("POST", "/books/{kind}", access.BooksRelate, "agreement.added", o.enterBooks),
		route("POST", "/books/{kind}/{entry}", access.BooksRelate, "subscription.changed", o.correctBooks),
		route("GET", "/books/{kind}/{entry}/end", access.BooksRelate, access.NoEvent, o.askEnd),
		route("POST", "/books/{kind}/{entry}/end", access.BooksRelate, "agreement.withdrawn", o.endBooks),
		route("GET", "/liaisons", access.BooksRead, access.NoEvent, o.desk),
		route("POST", "/liaisons", access.LiaisonOverride, "liaison.change_requested", o.deskAsk),
		route("POST", "/liaisons/{change}/withdraw", access.LiaisonOverride, "liaison.change_withdrawn", o.deskWithdraw),
		route("POST", "/liaisons/tasks/{task}/done", access.LiaisonOverride, "task.done", o.finishTask),
	}
}

func (o Options) inviteRoutes() []web.Route {
	route := func(method, pattern, event string, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: liaisons.InvitePath + "{token}" + pattern, Permission: access.SignIn,
			Tenant: access.TenantPublic, Restricted: access.RestrictedSame, Event: event}}
	}
	return []web.Route{
		route("GET", "", access.NoEvent, o.invite),
		route("POST", "", "liaison.designated", o.accept),
		route("POST", "/decline", "liaison.change_declined", o.decline),
	}
}
