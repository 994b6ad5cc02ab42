package desk

import (
	"net/http"
	"strings"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/web"
)

// SearchPage looks for cases, also those that are resolved and closed.
type SearchPage struct {
	web.Page
	Q       string
	Filters []Select
	Asked   bool
	Count   string
	Rows    []CaseRow
	More    string
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
	page := SearchPage{Page: p, Q: text, Filters: d.filters(p, q), Asked: text != "" || with(q, "lang", "") != ""}
	for i, s := range page.Filters {
		if s.Name == "status" {
			page.Filters[i] = allStatuses(p, s, q.Get("status"))
		}
	}
	if !access.Allows(actor, access.QueueRead) {
		page.Filters = page.Filters[:len(page.Filters)-1]
	}
	if page.Asked {
		list, err := d.Cases.List(r.Context(), actor, f)
		if err != nil {
			return err
		}
		page.Rows, page.Count = d.rows(p, list.Items, "", ""), bounded(len(list.Items), list.Next != "")
		if list.Next != "" {
			q.Set("cursor", list.Next)
			page.More = "/desk/search?" + q.Encode()
		}
	}
	page.Empty = web.Empty{Icon: "search", Title: p.T("desk.search.nothing"), Text: p.T("desk.search.hint")}
	return d.Site.Render(w, r, http.StatusOK, page)
}

// allStatuses is the choice of a status with the two that no queue has.
func allStatuses(p web.Page, s Select, chosen string) Select {
	for _, v := range []cases.Status{cases.Resolved, cases.Closed} {
		s.Options = append(s.Options, Option{Value: string(v), Text: p.T("status." + string(v)), Selected: string(v) == chosen})
	}
	return s
}
