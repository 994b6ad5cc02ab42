package portal

import (
	"math"
	"net/http"
	"net/url"
	"strings"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/sla"
	"liaison/internal/web"
)

// ListPage is the list of a customer's cases.
type ListPage struct {
	web.Page
	Tab      string // mine, all, closed
	Tabs     []Tab
	Query    string
	Form     web.Form // what was typed, with what is wrong with it
	Status   string
	Statuses []Option
	Rows     []CaseRow
	Beside   []web.Others // people and systems with the words
	Next     string       // address of the next part, "" at the end
	None     web.Empty
	Told     bool // the viewer reads service statements
}

// Tab is one of several views of a list.
type Tab struct {
	Text    string
	Href    string
	Current bool
}

// Option is one choice of a field.
type Option struct {
	Value    string
	Text     string
	Selected bool
}

// CaseRow is a case in a list.
type CaseRow struct {
	Number  string
	Subject string
	Prio    web.Prio
	Status  web.StatusChip
	System  string
	Liaison string
	SLA     web.SLAChip
	Promise string // what the chip is about, in words
	Updated web.When

	rank int64 // the earliest promise first
}

func (p *portal) list(w http.ResponseWriter, r *http.Request) error {
	actor := web.CurrentActor(r)
	if actor.Role.IsStaff() {
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
		return nil
	}
	q := r.URL.Query()
	page := ListPage{Page: p.Site.Page(r, "portal.list.title", "cases"), Query: strings.TrimSpace(q.Get("q")), Tab: "mine"}
	page.Told = access.Allows(actor, access.StatementRead)
	filter := cases.Filter{Query: page.Query, Cursor: q.Get("cursor")}
	switch q.Get("tab") {
	case "all":
		page.Tab = "all"
	case "closed":
		page.Tab, filter.Statuses = "closed", []cases.Status{cases.Closed}
	}
	filter.Mine = page.Tab == "mine"
	if page.Tab != "closed" {
		filter.Statuses = cases.Statuses()[:len(cases.Statuses())-1] // the last one is closed
		if st, ok := cases.ParseStatus(q.Get("status")); ok && st != cases.Closed {
			page.Status, filter.Statuses = string(st), []cases.Status{st}
		}
	}
	page.Form = web.NewForm("q", page.Query)
	found, err := p.Cases.List(r.Context(), actor, filter)
	status := http.StatusOK
	if explained, ok := page.Explain(page.Form, err); ok {
		page.Form, status, err = explained, http.StatusUnprocessableEntity, nil
	}
	if err != nil {
		return err
	}
	for _, c := range found.Items {
		page.Rows = append(page.Rows, p.row(page.Page, &c))
	}
	if words := cases.Words(page.Query); words != "" && filter.Cursor == "" && status == http.StatusOK {
		if page.Beside, err = p.beside(r, page.Page, words); err != nil {
			return err
		}
	}
	page.fill(found.Next)
	return p.Site.Render(w, r, status, page)
}

// beside finds people and systems by the words of a search, as far as the viewer may see them.
func (p *portal) beside(r *http.Request, page web.Page, words string) (out []web.Others, err error) {
	ctx, actor := r.Context(), web.CurrentActor(r)
	if access.Allows(actor, access.SystemRead) {
		found, err := p.Contract.Systems(ctx, actor, contract.Filter{Text: words, Limit: web.BesideCases})
		if err != nil {
			return nil, err
		}
		systems := web.Others{Title: page.T("search.systems"), Icon: "server", More: found.Next != ""}
		for _, s := range found.Items {
			systems.Items = append(systems.Items, web.Other{Name: s.Name, About: s.Product + " " + s.Version})
		}
		if len(systems.Items) > 0 {
			out = append(out, systems)
		}
	}
	if !access.Allows(actor, access.PersonRead) {
		return out, nil
	}
	found, err := p.Accounts.FindPeople(ctx, actor, account.Find{Text: words, Limit: web.BesideCases})
	if err != nil {
		return nil, err
	}
	people := web.Others{Title: page.T("search.people"), Icon: "users", More: found.Next != ""}
	for _, who := range found.Items {
		people.Items = append(people.Items, web.Other{Name: who.Name, About: page.T("role."+string(who.Role)) + " · " + who.Email})
	}
	if len(people.Items) > 0 {
		out = append(out, people)
	}
	return out, nil
}

// fill adds tabs, choices and links to what was found.
func (page *ListPage) fill(next string) {
	for _, tab := range []string{"mine", "all", "closed"} {
		page.Tabs = append(page.Tabs, Tab{page.T("portal.list." + tab), page.href(tab, "", ""), tab == page.Tab})
	}
	page.Statuses = []Option{{"", page.T("portal.list.any_status"), page.Status == ""}}
	for _, st := range cases.Statuses() {
		if st != cases.Closed {
			page.Statuses = append(page.Statuses, Option{string(st), page.T("status." + string(st)), page.Status == string(st)})
		}
	}
	if next != "" {
		page.Next = page.href(page.Tab, page.Status, next)
	}
	page.None = web.Empty{Icon: "inbox", Title: page.T("portal.list.none"), Text: page.T("portal.list.none_text"), Href: "/cases/new", Do: page.T("nav.file")}
	if page.Query != "" || page.Status != "" {
		page.None = web.Empty{Icon: "search", Title: page.T("portal.list.nothing_found"), Text: page.T("portal.list.nothing_text"), Href: "/cases?tab=all", Do: page.T("portal.list.show_all")}
	}
}

func (page *ListPage) href(tab, status, cursor string) string {
	q := url.Values{"tab": {tab}}
	for name, v := range map[string]string{"q": page.Query, "status": status, "cursor": cursor} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return "/cases?" + q.Encode()
}

// row is a case as lists show it.
func (p *portal) row(page web.Page, c *cases.Case) CaseRow {
	row := CaseRow{Number: c.Number, Subject: c.Subject, Prio: web.Prio{Level: c.Priority}, System: c.SystemName, Liaison: c.Liaison.Name,
		Status: page.Status(string(c.Status), c.Suspended), Updated: page.When(c.UpdatedAt), rank: math.MaxInt64}
	if clock := governing(c); clock != nil {
		row.SLA, row.Promise = chip(page, *clock, c.Suspended), page.T("clock."+string(clock.Deadline))
		if !clock.DueAt.IsZero() {
			row.rank = clock.DueAt.UnixMicro()
		}
	}
	return row
}

// governing is the clock that a person waits for: the first one still owed, else the one that stands still. A case
// that is over has none.
func governing(c *cases.Case) *sla.Clock {
	if c.Status == cases.Resolved || c.Status == cases.Closed {
		return nil
	}
	var paused *sla.Clock
	for i := range c.Clocks {
		clock := &c.Clocks[i]
		switch {
		case clock.State == sla.Running, clock.State == sla.Breached && clock.MetAt.IsZero():
			return clock
		case clock.State == sla.Paused && paused == nil:
			paused = clock
		}
	}
	return paused
}

// promised is a clock of a case as its chip draws it.
func promised(c sla.Clock, suspended bool) web.Promise {
	out := web.Promise{State: string(c.State), Due: c.DueAt, Target: minutes(c.Target.Minutes), Done: !c.MetAt.IsZero(), Waived: !c.WaivedAt.IsZero(), Stands: suspended}
	if c.Calendar != nil {
		out.Hours = c.Calendar
	}
	return out
}

func chip(page web.Page, c sla.Clock, suspended bool) web.SLAChip {
	return page.SLA(promised(c, suspended))
}
