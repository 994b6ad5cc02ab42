package desk

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

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
	Policy   policy.Source
	Hub      *web.Hub
	Held     func(context.Context, access.Actor) (int, error)       // how many mails wait for the actor
	Tasks    func(context.Context, access.Actor) (int, error)       // how many decisions wait for staff
	Reviews  func(ctx context.Context, a access.Actor) (int, error) // countries whose list of days is to be looked through
}

type desk struct {
	Options
	every ticker
	live  *live
}

// ticker gives a channel that receives every d, and what ends it.
type ticker func(d time.Duration) (c <-chan time.Time, stop func())

func machineTicker(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// Section is the desk as a part of the site.
func Section(o Options) web.Section { return section(o, machineTicker) }

func section(o Options, every ticker) web.Section {
	d := &desk{Options: o, every: every, live: &live{}}
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	return web.Section{Name: "desk", Templates: templates, Pages: pages(), Routes: d.routes(), Menu: d.menu}
}

func pages() []web.PageType {
	return []web.PageType{
		{File: "queue.html", Zero: QueuePage{}, Layout: web.DeskLayout},
		{File: "start.html", Zero: StartPage{}, Layout: web.DeskLayout},
		{File: "result.html", Zero: ResultPage{}, Layout: web.DeskLayout},
		{File: "clocks.html", Zero: ClocksPage{}, Layout: web.DeskLayout},
		{File: "merge.html", Zero: MergePage{}, Layout: web.DeskLayout},
		{File: "split.html", Zero: SplitPage{}, Layout: web.DeskLayout},
		{File: "pauses.html", Zero: PausesPage{}, Layout: web.DeskLayout},
		{File: "search.html", Zero: SearchPage{}, Layout: web.DeskLayout},
		{File: "customers.html", Zero: CustomersPage{}, Layout: web.DeskLayout},
		{File: "customer.html", Zero: CustomerPage{}, Layout: web.DeskLayout},
		{File: "call.html", Zero: CallPage{}, Layout: web.DeskLayout},
		{File: "notices.html", Zero: NoticesPage{}, Layout: web.DeskLayout},
	}
}

// maxUploads is how many bytes one message may carry in files; each file has the limit of the installation besides.
const maxUploads = 8 << 30

func (d *desk) routes() []web.Route {
	message := write("/desk/cases/{number}/message", access.CaseNote, "message.posted", d.message)
	message.MaxBody, message.Restricted = maxUploads, access.RestrictedNoFiles
	call := write("/desk/new", access.CaseRegister, "case.registered", d.register)
	draft := write("/desk/cases/{number}/draft", access.CaseNote, access.NoEvent, d.draft)
	draft.NoEventWhy = "a draft is nobody's business but its writer's"
	opened, seen := write("/desk/notices/{id}/open", access.QueueRead, access.NoEvent, d.openNotice), write("/desk/notices/read", access.QueueRead, access.NoEvent, d.readNotices)
	opened.NoEventWhy = "what somebody has read is nobody's business but theirs"
	seen.NoEventWhy = opened.NoEventWhy
	return append([]web.Route{
		read("/desk", access.CustomerRead, d.queue),
		read("/desk/{number}", access.CaseRead, d.open),
		read("/desk/cases/{number}/clocks", access.CaseRead, d.clocks),
		sent("/desk/cases/{number}/sent", web.ShowSent(d.Cases.MessageHTML)),
		sent("/desk/cases/{number}/sent/{message}", web.ShowSent(d.Cases.MessageHTML)),
		read("/desk/cases/{number}/files/{file}", access.CaseRead, d.download),
		read("/desk/events", access.QueueRead, d.events),
		read("/desk/notices", access.QueueRead, d.notices),
		read("/desk/search", access.CaseRead, d.search),
		read("/desk/customers", access.CustomerRead, d.customers),
		read("/desk/customers/{key}", access.CustomerRead, d.customer),
		read("/desk/new", access.CaseWork, d.call),
		message, call, draft, opened, seen,
		write("/desk/cases/{number}/change", access.CaseWork, "status.changed", d.change),
		write("/desk/cases/{number}/correction", access.CaseCorrect, "case.corrected", d.correct),
		write("/desk/cases/{number}/take", access.CaseAssign, "case.assigned", d.take),
		write("/desk/bulk", access.CaseWork, "case.assigned", d.bulk),
		write(web.UndoPrefix+"{id}", access.CaseWork, "change.undone", d.undo),
	}, d.mergeRoutes()...)
}

func read(pattern string, p access.Permission, h web.Handler) web.Route {
	return web.Route{Handle: h, Route: access.Route{Method: http.MethodGet, Pattern: pattern, Permission: p,
		Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: access.NoEvent}}
}

// sent is a mail as it was sent; of a restricted customer none is kept.
func sent(pattern string, h web.Handler) web.Route {
	route := read(pattern, access.CaseRead, h)
	route.Restricted = access.RestrictedRefused
	return route
}

func write(pattern string, p access.Permission, event string, h web.Handler) web.Route {
	route := read(pattern, p, h)
	route.Method, route.Event = http.MethodPost, event
	return route
}
