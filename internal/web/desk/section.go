package desk

import (
	"embed"
	"io/fs"
	"net/http"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/policy"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the desk works with. All are needed.
type Options struct {
	Site     *web.Site
	Cases    *cases.Service
	Contract *contract.Service
	Accounts *account.Service
	Policy   *policy.Pack
	Hub      *web.Hub
}

type desk struct {
	Options
}

// Section is the desk as a part of the site.
func Section(o Options) web.Section {
	d := &desk{Options: o}
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	return web.Section{Name: "desk", Templates: templates, Pages: pages(), Routes: d.routes()}
}

func pages() []web.PageType {
	return []web.PageType{{File: "queue.html", Zero: QueuePage{}, Layout: web.DeskLayout}}
}

func (d *desk) routes() []web.Route {
	return []web.Route{read("/desk", access.CustomerRead, d.queue)}
}

// QueuePage is the queue.
type QueuePage struct{ web.Page }

func (d *desk) queue(w http.ResponseWriter, r *http.Request) error {
	return d.Site.Render(w, r, http.StatusOK, QueuePage{d.Site.Page(r, "nav.queue", "queue")})
}

func read(pattern string, p access.Permission, h web.Handler) web.Route {
	return web.Route{Handle: h, Route: access.Route{Method: http.MethodGet, Pattern: pattern, Permission: p,
		Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: access.NoEvent}}
}
