package desk

import (
	"net/http"
	"strings"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/web"
)

// SearchPage looks for cases, also those that are resolved and closed.
type SearchPage struct {
	web.Page
	Form    web.Form // what was typed, with what is wrong with it
	Filters []Select
	Asked   bool
	Count   string
	Rows    []CaseRow
	More    string
	Beside  []web.Others
	Filter  []string // the names of filters, for the hint
	Empty   web.Empty
}

// search is /desk/search. A case number leads to its case.
func (d *desk) search(w http.ResponseWriter, r *http.Request) error {
	actor, q := web.CurrentActor(r), r.URL.Query()
	text := strings.TrimSpace(q.Get("q"))
	if number := strings.TrimPrefix(text, "#"); cases.ValidNumber(number) {
		if _, err := d.Cases.Get(r.Context(), actor, number); err == nil {
			return d.Site.Redirect(w, r, "/desk/"+number, "", "")
		}
	}
	f := d.filter(q)
	f.Open, f.Query, f.Cursor, f.DueBefore = false, text, q.Get("cursor"), nil
	p := d.Site.Page(r, "nav.search", "search")
	page := SearchPage{Page: p, Form: web.NewForm("q", text), Filters: d.filters(p, q), Filter: cases.FilterNames(),
		Asked: text != "" || with(q, "lang", "") != ""}
	for i, s := range page.Filters {
		if s.Name == "status" {
			page.Filters[i] = allStatuses(p, s, q.Get("status"))
		}
	}
	if !access.Allows(actor, access.QueueRead) {
		page.Filters = page.Filters[:len(page.Filters)-1]
	}
	status := http.StatusOK
	page.Empty = web.Empty{Icon: "search", Title: p.T("desk.search.nothing"), Text: p.T("desk.search.hint")}
	if page.Asked {
		list, err := d.Cases.List(r.Context(), actor, f)
		explained, ok := p.Explain(page.Form, err)
		switch {
		case ok:
			page.Form, page.Asked, status = explained, false, http.StatusUnprocessableEntity
		case err != nil:
			return err
		default:
			page.Rows, page.Count = d.rows(p, list.Items, "", ""), bounded(len(list.Items), list.Next != "")
		}
		if list.Next != "" {
			q.Set("cursor", list.Next)
			page.More = "/desk/search?" + q.Encode()
		}
		if words := cases.Words(text); words != "" && f.Cursor == "" && !ok {
			if page.Beside, err = d.beside(r, p, words); err != nil {
				return err
			}
		}
	}
	return d.Site.Render(w, r, status, page)
}

// beside finds customers, people and systems by the words of a search, as far as the viewer may see them.
func (d *desk) beside(r *http.Request, p web.Page, words string) (out []web.Others, err error) {
	ctx, actor := r.Context(), web.CurrentActor(r)
	add := func(title, icon string, more bool, items []web.Other) {
		if len(items) > 0 {
			out = append(out, web.Others{Title: p.T(title), Icon: icon, Items: items, More: more})
		}
	}
	find := account.Find{Text: words, Limit: web.BesideCases}
	if access.Allows(actor, access.CustomerRead) {
		found, err := d.Accounts.FindCustomers(ctx, actor, find)
		if err != nil {
			return nil, err
		}
		var items []web.Other
		for _, c := range found.Items {
			items = append(items, web.Other{Name: c.Name, About: c.Key, Href: "/desk/customers/" + c.Key})
		}
		add("nav.customers", "building-2", found.Next != "", items)
	}
	if access.Allows(actor, access.SystemRead) {
		found, err := d.Contract.Systems(ctx, actor, contract.Filter{Text: words, Limit: web.BesideCases})
		if err != nil {
			return nil, err
		}
		var items []web.Other
		for _, s := range found.Items {
			items = append(items, web.Other{Name: s.Name, About: s.CustomerName + " · " + s.Product + " " + s.Version, Href: "/desk/customers/" + s.Customer})
		}
		add("search.systems", "server", found.Next != "", items)
	}
	if access.Allows(actor, access.PersonRead) {
		found, err := d.Accounts.FindPeople(ctx, actor, find)
		if err != nil {
			return nil, err
		}
		var items []web.Other
		for _, who := range found.Items {
			one := web.Other{Name: who.Name, About: p.T("role."+string(who.Role)) + " · " + who.Email}
			if who.CustomerKey != "" {
				one.Href = "/desk/customers/" + who.CustomerKey
			}
			items = append(items, one)
		}
		add("search.people", "users", found.Next != "", items)
	}
	return out, nil
}

// allStatuses is the choice of a status with the two that no queue has.
func allStatuses(p web.Page, s Select, chosen string) Select {
	for _, v := range []cases.Status{cases.Resolved, cases.Closed} {
		s.Options = append(s.Options, Option{Value: string(v), Text: p.T("status." + string(v)), Selected: string(v) == chosen})
	}
	return s
}
