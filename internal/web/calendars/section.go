// Package calendars is the part of the site about the days on which centres are closed: feeds for everybody's own
// calendar program, and the pages on which administrators keep the lists.
package calendars

import (
	"embed"
	"io/fs"

	"liaison/internal/access"
	"liaison/internal/almanac"
	"liaison/internal/policy"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the section works with. All are needed.
type Options struct {
	Site    *web.Site
	Almanac *almanac.Service
	Policy  policy.Source
	URL     string // of the installation: its host is part of the identity of a day in a feed
}

// maxUpload is read of a file, so that one that is far too large is answered and not cut off.
const maxUpload = 64 << 20

// Section is the pages as a part of the site. The menu is the desk's.
func Section(o Options) web.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	read := o.route("POST", "/admin/calendars/{country}/import", access.NoEvent, o.propose)
	read.NoEventWhy, read.MaxBody = "a file is read and shown; nothing is kept", maxUpload
	keep := o.route("POST", "/admin/calendars/{country}/keep", "calendar.edited", o.keep)
	return web.Section{Name: "calendars", Templates: templates,
		Pages: []web.PageType{
			{File: "list.html", Zero: ListPage{}, Layout: web.DeskLayout},
			{File: "country.html", Zero: CountryPage{}, Layout: web.DeskLayout},
			{File: "publish.html", Zero: PublishPage{}, Layout: web.DeskLayout},
			{File: "proposals.html", Zero: ProposalsPage{}, Layout: web.DeskLayout},
		},
		Routes: []web.Route{
			{Handle: o.feed, Route: access.Route{Method: "GET", Pattern: "/calendars/{calendar}", Permission: access.PolicyRead,
				Tenant: access.TenantPublic, Restricted: access.RestrictedSame, Event: access.NoEvent}},
			o.route("GET", "/admin/calendars", access.NoEvent, o.list),
			o.route("GET", "/admin/calendars/publish", access.NoEvent, o.publishing),
			o.route("POST", "/admin/calendars/publish", "policy.published", o.publish),
			o.route("GET", "/admin/calendars/{country}", access.NoEvent, o.country),
			o.route("POST", "/admin/calendars/{country}/days", "calendar.edited", o.edit),
			o.route("POST", "/admin/calendars/{country}/week", "calendar.edited", o.editWeek),
			keep,
			o.route("POST", "/admin/calendars/{country}/drop", "calendar.edit_dropped", o.drop),
			o.route("POST", "/admin/calendars/{country}/review", "calendar.reviewed", o.review),
			read,
		}}
}

func (o Options) route(method, pattern, event string, h web.Handler) web.Route {
	return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: pattern, Permission: access.AdminCalendars,
		Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event}}
}
