package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/web"
)

// QueuePage is the queue, with a case open beside it or none.
type QueuePage struct {
	web.Page
	Heading string
	Count   string // rows that are shown; "50+" when there are more
	Filters []Select
	Keep    []Hidden // of the address, that the filters must not lose
	Groups  []Group
	List    bool   // as a table, without the workspace
	Query   string // of the address, with its "?"
	ListHref, SplitHref,
	More string
	Live  string // address of the stream of changes
	Empty web.Empty
	Pick  web.Empty // stands where a case will
	Bulk  BulkBar
	Work  *Workspace
	Now   *LiveView // of a message of the stream; nil on a page
}

// Group is the cases of one priority.
type Group struct {
	Prio  web.Prio
	Count string
	Rows  []CaseRow
}

// Select is a choice of a form; its first option stands for no choice.
type Select struct {
	Name, Label string
	Options     []Option
}

// Option is one choice.
type Option struct {
	Value, Text string
	Selected    bool
	Now         bool // as the case is
}

// Hidden is an entry that a form carries along.
type Hidden struct{ Name, Value string }

// StartPage says to staff who have no queue what is open to them.
type StartPage struct {
	web.Page
	Cases bool // they read cases
}

// queue is /desk.
func (d *desk) queue(w http.ResponseWriter, r *http.Request) error {
	actor := web.CurrentActor(r)
	if !access.Allows(actor, access.QueueRead) {
		page := StartPage{d.Site.Page(r, "desk.start.title", ""), access.Allows(actor, access.CaseRead)}
		return d.Site.Render(w, r, http.StatusOK, page)
	}
	page, err := d.queuePage(r, "")
	if err != nil {
		return err
	}
	return d.Site.Render(w, r, http.StatusOK, page)
}

// queuePage reads the queue that the address asks for; current is the case that is open, "" for none.
func (d *desk) queuePage(r *http.Request, current string) (page QueuePage, err error) {
	q, actor := r.URL.Query(), web.CurrentActor(r)
	list, err := d.Cases.Queue(r.Context(), actor, d.filter(q))
	if err != nil {
		return page, err
	}
	_, end, err := d.Cases.Changes(r.Context(), -1, 1)
	if err != nil {
		return page, err
	}
	key, title := viewOf(q)
	p := d.Site.Page(r, title, key)
	page = QueuePage{Page: p, Heading: p.Title, List: q.Get("view") == "list" && current == "", Query: queryOf(q),
		Filters: d.filters(p, q), Live: "/desk/events?" + url.Values{"after": {strconv.FormatInt(end, 10)}, "lang": {string(p.Lang)}}.Encode()}
	page.Count = bounded(len(list.Items), list.Next != "")
	page.Groups = groups(d.rows(p, list.Items, page.Query, current), list.Next != "", q.Get("cursor") != "")
	page.ListHref, page.SplitHref = "/desk"+with(q, "view", "list"), "/desk"+with(q, "view", "")
	if list.Next != "" {
		page.More = "/desk" + with(q, "cursor", list.Next)
	}
	for _, name := range []string{"view", "due", "lang"} {
		if v := q.Get(name); v != "" {
			page.Keep = append(page.Keep, Hidden{name, v})
		}
	}
	page.Empty = web.Empty{Icon: "inbox", Title: p.T("desk.empty.title"), Text: p.T("desk.empty.text"), Href: "/desk", Do: p.T("desk.empty.do")}
	page.Pick = web.Empty{Icon: "inbox", Title: p.T("desk.pick.title"), Text: p.T("desk.pick.text")}
	if access.Allows(actor, access.CaseWork) {
		page.Bulk, err = d.bulkBar(r, p, page.Query, web.Form{})
	}
	return page, err
}

// filter is what the address asks of the queue. What it does not know it passes over: an address may be old.
func (d *desk) filter(q url.Values) cases.Filter {
	f := cases.Filter{Open: true, Plans: nonEmpty(q.Get("plan")), Centres: nonEmpty(q.Get("centre")), Cursor: q.Get("cursor")}
	if level := cases.ParsePriority(q.Get("priority")); level != 0 {
		f.Priorities = []int{level}
	}
	if s, ok := cases.ParseStatus(q.Get("status")); ok {
		f.Statuses = []cases.Status{s}
	}
	switch q.Get("owner") {
	case "me":
		f.Mine = true
	case "none":
		f.Unassigned = true
	case "departed":
		f.Departed = true
	}
	if q.Get("due") == "soon" {
		before := d.Site.Clock.Now().Add(soon)
		f.DueBefore = &before
	}
	return f
}

func nonEmpty(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

// viewOf is the entry of the menu that an address belongs to, and its title.
func viewOf(q url.Values) (key, title string) {
	switch {
	case q.Get("due") == "soon":
		return "due", "nav.due_soon"
	case q.Get("status") == string(cases.Development):
		return "development", "nav.development"
	case q.Get("status") == string(cases.WaitingCustomer):
		return "waiting", "desk.nav.waiting"
	case q.Get("owner") == "me":
		return "mine", "nav.mine"
	case q.Get("owner") == "departed":
		return "queue", "desk.owner.departed"
	case q.Get("owner") == "none":
		return "unassigned", "nav.unassigned"
	}
	return "queue", "desk.all_open"
}

// filters are the choices above the list.
func (d *desk) filters(p web.Page, q url.Values) []Select {
	choose := func(name string, options ...Option) Select {
		label := p.T("desk.filter." + name)
		s := Select{Name: name, Label: label, Options: []Option{{Text: label}}}
		for _, o := range options {
			o.Selected = o.Value == q.Get(name)
			s.Options = append(s.Options, o)
		}
		return s
	}
	var priorities, plans, statuses, centres []Option
	for _, v := range d.Policy.Now().Priorities {
		priorities = append(priorities, Option{Value: v.Key, Text: v.Key})
	}
	for _, v := range slices.Backward(d.Policy.Now().Plans) {
		plans = append(plans, Option{Value: v.Key, Text: v.Names.In(string(p.Lang))})
	}
	for _, v := range cases.Statuses() {
		if v != cases.Resolved && v != cases.Closed {
			statuses = append(statuses, Option{Value: string(v), Text: p.T("status." + string(v))})
		}
	}
	for _, v := range d.Policy.Now().Centres {
		centres = append(centres, Option{Value: v.Key, Text: v.Names.In(string(p.Lang))})
	}
	owners := []Option{{Value: "me", Text: p.T("desk.owner.me")}, {Value: "none", Text: p.T("desk.owner.none")},
		{Value: "departed", Text: p.T("desk.owner.departed")}}
	return []Select{choose("priority", priorities...), choose("plan", plans...), choose("status", statuses...),
		choose("centre", centres...), choose("owner", owners...)}
}

// groups puts rows in policy order under their priorities. Only a group that is whole on this page has a sure number.
func groups(rows []CaseRow, more, cut bool) []Group {
	var out []Group
	for _, row := range rows {
		if len(out) == 0 || out[len(out)-1].Prio != row.Prio {
			out = append(out, Group{Prio: row.Prio})
		}
		g := &out[len(out)-1]
		g.Rows = append(g.Rows, row)
	}
	for i := range out {
		out[i].Count = bounded(len(out[i].Rows), more && i == len(out)-1)
		if cut && i == 0 {
			out[i].Count = ""
		}
	}
	return out
}

func bounded(n int, more bool) string {
	if more {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

// queryNames are the entries of an address that say which cases a list shows.
func queryNames() []string {
	return []string{"priority", "plan", "status", "centre", "owner", "due", "view", "lang"}
}

// queryOf is what of q says which list it is, with its "?"; "" for none.
func queryOf(q url.Values) string { return with(q, "cursor", "") }

// with is queryOf with one entry changed; "" takes it out.
func with(q url.Values, name, value string) string {
	out := url.Values{}
	for _, n := range queryNames() {
		if v := q.Get(n); v != "" {
			out.Set(n, v)
		}
	}
	out.Del(name)
	if value != "" {
		out.Set(name, value)
	}
	if len(out) == 0 {
		return ""
	}
	return "?" + out.Encode()
}
