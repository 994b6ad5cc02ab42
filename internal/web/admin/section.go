// Package admin is the part of the site for administrators of the installation: the mail queue, the addresses that
// cannot be reached, the editions of the policy, and the tokens of customers' directories.
package admin

import (
	"embed"
	"io/fs"
	"net/http"
	"slices"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/dispatch"
	"liaison/internal/edition"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the section works with. All are needed.
type Options struct {
	Site     *web.Site
	Dispatch *dispatch.Service
	Editions *edition.Service
	Accounts *account.Service
	URL      string // the public origin
}

// MailPage is the mail queue.
type MailPage struct {
	web.Page
	Jobs     []Count
	Views    []View
	Rows     []Row
	Failures []FailureRow
	Unknown  bool // some mail may or may not have arrived
	Empty    web.Empty
}

// Count is a number with its name.
type Count struct {
	Text string
	N    int64
}

// View is a choice of mails by their state.
type View struct {
	Text, Href string
	N          int64
	Chosen     bool
}

// Row is one mail.
type Row struct {
	Recipient, Kind, Number, Tone, Icon, State, Why string
	Tries                                           int64
	At                                              web.When
}

// FailureRow is an address that cannot be reached.
type FailureRow struct {
	Person, Name, Email, Reason, Status string
	Count                               int64
	At                                  web.When
}

// Section is the pages as a part of the site. The menu is the desk's.
func Section(o Options) web.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	route := func(method, pattern, event string, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: pattern, Permission: access.AdminMail,
			Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event}}
	}
	return web.Section{Name: "admin", Templates: templates,
		Pages: append(o.policyPages(), web.PageType{File: "mail.html", Zero: MailPage{}, Layout: web.DeskLayout},
			web.PageType{File: "directory.html", Zero: DirectoryPage{}, Layout: web.DeskLayout}),
		Routes: append(append(o.policyRoutes(), o.directoryRoutes()...),
			route("GET", "/admin", access.NoEvent, o.mail),
			route("POST", "/admin/mail/{person}/clear", "mail.failure_cleared", o.clear),
		),
	}
}

func (o Options) mail(w http.ResponseWriter, r *http.Request) error {
	state := dispatch.State(r.URL.Query().Get("state"))
	if !slices.Contains(dispatch.States(), state) {
		state = ""
	}
	seen, err := o.Dispatch.Overview(r.Context(), web.CurrentActor(r), state)
	if err != nil {
		return err
	}
	page := MailPage{Page: o.Site.Page(r, "admin.mail.title", "admin"), Unknown: seen.ByState[dispatch.Unknown] > 0}
	page.Empty = web.Empty{Icon: "mail", Title: page.T("admin.mail.none"), Text: page.T("admin.mail.none_text")}
	for _, c := range []Count{{"waiting", seen.Jobs.Waiting}, {"running", seen.Jobs.Running}, {"retrying", seen.Jobs.Retrying}, {"failed", seen.Jobs.Failed}} {
		page.Jobs = append(page.Jobs, Count{page.T("admin.mail.jobs_" + c.Text), c.N})
	}
	page.Views = views(page.Page, seen.ByState, state)
	for _, m := range seen.Mails {
		page.Rows = append(page.Rows, row(page.Page, m))
	}
	for _, f := range seen.Failures {
		page.Failures = append(page.Failures, FailureRow{Person: f.Person.String(), Name: f.Name, Email: f.Email, Status: f.Status, Count: f.Count,
			Reason: page.T("admin.mail.failure." + f.Kind), At: page.When(f.Last)})
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

// views are the states to choose from, with how many mails are in each.
func views(p web.Page, n map[dispatch.State]int64, chosen dispatch.State) []View {
	all := View{Text: p.T("admin.mail.all"), Href: "/admin", Chosen: chosen == ""}
	list := []View{all}
	for _, s := range dispatch.States() {
		list[0].N += n[s]
		list = append(list, View{Text: p.T("admin.mail.state." + string(s)), Href: "/admin?state=" + string(s), N: n[s], Chosen: s == chosen})
	}
	return list
}

func row(p web.Page, m dispatch.Sheet) Row {
	out := Row{Recipient: m.Recipient, Kind: p.T("admin.mail.of." + m.Kind), Number: m.Number, State: p.T("admin.mail.state." + string(m.State)),
		Why: m.Why, Tries: m.Tries, At: p.When(m.Last)}
	if out.Recipient == "" {
		out.Recipient = p.T("admin.mail.nobody")
	}
	switch m.State {
	case dispatch.Sent, dispatch.Deferred:
		out.Tone, out.Icon = "fix", "circle-check"
	case dispatch.Refused, dispatch.Unknown:
		out.Tone, out.Icon = "suspended", "octagon-alert"
	case dispatch.Suppressed:
		out.Tone, out.Icon = "suspended", "circle-pause"
	default:
		out.Tone, out.Icon = "waiting", "hourglass"
	}
	switch m.Why {
	case "unknown", "unreachable", "interrupted", "busy":
		out.Why = p.T("admin.mail.why." + m.Why)
	}
	return out
}

func (o Options) clear(w http.ResponseWriter, r *http.Request) error {
	person, err := id.Parse(r.PathValue("person"))
	if err != nil {
		return errs.Missing()
	}
	if err := o.Dispatch.ClearFailure(r.Context(), web.CurrentActor(r), person); err != nil {
		return err
	}
	return o.Site.Redirect(w, r, "/admin", "admin_mail_cleared", "")
}
