package desk

import (
	"net/http"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/web"
)

// soon is how long before its due instant a promise stands in the view of what is due.
const soon = time.Hour

// menu is the rail: the queue and its views for those who read it, search and customers for all staff.
func (d *desk) menu(r *http.Request, a access.Actor) (m web.Menu, err error) {
	customers := web.NavItem{Key: "customers", Text: "nav.customers", Href: "/desk/customers", Icon: "building-2"}
	search := web.NavItem{Key: "search", Text: "nav.search", Href: "/desk/search", Icon: "search"}
	work := web.NavGroup{Title: "nav.work", Items: []web.NavItem{customers}}
	if access.Allows(a, access.CaseRead) {
		work.Items = []web.NavItem{search, customers}
	}
	if access.Allows(a, access.InvoiceRead) {
		work.Items = append(work.Items, web.NavItem{Key: "invoices", Text: "money.invoices", Href: "/desk/invoices", Icon: "file-text"},
			web.NavItem{Key: "renewals", Text: "renewal.title", Href: "/desk/renewals", Icon: "refresh-cw"})
	}
	if access.Allows(a, access.PausesRead) {
		work.Items = append(work.Items, web.NavItem{Key: "pauses", Text: "pauses.nav", Href: pausesPath, Icon: "circle-pause"})
	}
	if access.Allows(a, access.AdminMail) {
		work.Items = append(work.Items, web.NavItem{Key: "admin", Text: "admin.nav", Href: "/admin", Icon: "mail"})
	}
	if access.Allows(a, access.AdminCalendars) {
		due, err := d.Reviews(r.Context(), a)
		if err != nil {
			return m, err
		}
		work.Items = append(work.Items, web.NavItem{Key: "calendars", Text: "calendars.nav", Href: "/admin/calendars", Icon: "calendar-clock", Count: due, Counted: due > 0})
	}
	if access.Allows(a, access.AdminPolicy) {
		work.Items = append(work.Items, web.NavItem{Key: "policy_admin", Text: "admin.policy.nav", Href: "/admin/policy", Icon: "git-branch"})
	}
	tasks, err := d.taskItems(r, a)
	if err != nil {
		return m, err
	}
	if !access.Allows(a, access.QueueRead) {
		work.Title, work.Items = "", append(work.Items, tasks...)
		return web.Menu{Nav: []web.NavGroup{work}, Bottom: work.Items}, nil
	}
	n, err := d.Cases.Counts(r.Context(), a, d.Site.Clock.Now().Add(soon))
	if err != nil {
		return m, err
	}
	if access.Allows(a, access.CaseWork) {
		work.Items = append(work.Items, web.NavItem{Key: "new", Text: "nav.new_case", Href: "/desk/new", Icon: "plus", Hot: "c"})
	}
	if access.Allows(a, access.HeldRead) {
		waiting, err := d.Held(r.Context(), a)
		if err != nil {
			return m, err
		}
		work.Items = append(work.Items, web.NavItem{Key: "held", Text: "desk.nav.held", Href: "/desk/held", Icon: "mail", Count: waiting, Counted: true})
	}
	work.Items = append(work.Items, tasks...)
	unread, err := d.Cases.UnreadNotices(r.Context(), a)
	if err != nil {
		return m, err
	}
	bell := web.NavItem{Key: "notices", Text: "desk.nav.notices", Href: "/desk/notices", Icon: "bell", Count: unread, Counted: unread > 0}
	work.Items, m.Bell = append(work.Items, bell), &bell
	queue, due := d.queueItems(n)
	m.Nav = []web.NavGroup{{Items: queue}, {Title: "nav.views", Items: append([]web.NavItem{due}, waitingViews()...)}, work}
	m.Bottom = []web.NavItem{queue[0], queue[1], due, search, customers}
	return m, nil
}

// taskItems lead those who read the books to what waits for a decision of staff.
func (d *desk) taskItems(r *http.Request, a access.Actor) ([]web.NavItem, error) {
	if !access.Allows(a, access.BooksRead) {
		return nil, nil
	}
	open, err := d.Tasks(r.Context(), a)
	return []web.NavItem{{Key: "tasks", Text: "tasks.nav", Href: "/desk/tasks", Icon: "list", Count: open, Counted: true}}, err
}

func (d *desk) queueItems(n cases.Counts) (queue []web.NavItem, due web.NavItem) {
	queue = []web.NavItem{
		{Key: "queue", Text: "nav.queue", Href: "/desk", Icon: "inbox", Hot: "g q", Count: n.All, Counted: true},
		{Key: "mine", Text: "nav.mine", Href: "/desk?owner=me", Icon: "user-check", Hot: "g m", Count: n.Mine, Counted: true},
		{Key: "unassigned", Text: "nav.unassigned", Href: "/desk?owner=none", Icon: "user-x", Hot: "g u", Count: n.Unassigned, Counted: true},
	}
	due = web.NavItem{Key: "due", Text: "nav.due_soon", Href: "/desk?due=soon", Icon: "alarm-clock", Count: n.Due, Counted: true, Late: n.Due > 0}
	return queue, due
}

// waitingViews are not counted: how many there are could only be told by looking at every open case.
func waitingViews() []web.NavItem {
	return []web.NavItem{
		{Key: "development", Text: "nav.development", Href: "/desk?status=development", Icon: "code-xml"},
		{Key: "waiting", Text: "desk.nav.waiting", Href: "/desk?status=waiting_customer", Icon: "hourglass"},
	}
}
