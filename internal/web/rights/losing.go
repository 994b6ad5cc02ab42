package rights

import (
	"net/http"
	"net/url"
	"strconv"

	"liaison/internal/contract"
	"liaison/internal/sheet"
	"liaison/internal/web"
)

const losingPath = "/desk/losing-support"

// LosingPage is who loses support at the end of on-premises support, with neither exception nor extended support.
type LosingPage struct {
	web.Page
	Lead  string
	Rows  []LosingRow
	More  string
	Empty web.Empty
}

// LosingRow is one system of the list.
type LosingRow struct {
	Customer, Href, System, Product, Plan, Until, Country string
	Liaisons                                              int
}

func (o Options) losing(w http.ResponseWriter, r *http.Request) error {
	page := LosingPage{Page: o.Site.Page(r, "rights.losing.title", "customers")}
	found, err := o.Contract.LosingSupport(r.Context(), web.CurrentActor(r), r.URL.Query().Get("cursor"), 100)
	if err != nil {
		return err
	}
	page.Lead = page.T("rights.losing.lead", "day", page.Format.CivilDate(found.EndsOn.Year, found.EndsOn.Month, found.EndsOn.Day))
	page.Empty = web.Empty{Icon: "circle-check", Title: page.T("rights.losing.none"), Text: page.T("rights.losing.none_text")}
	for _, l := range found.Items {
		page.Rows = append(page.Rows, LosingRow{Customer: l.CustomerName, Href: "/desk/customers/" + l.Customer, System: l.Name,
			Product: l.Product + " " + l.Version, Plan: o.planName(page.Page, l.Plan), Country: page.Format.Country(l.Country), Liaisons: l.Liaisons,
			Until: page.Format.CivilDate(l.SubscribedUntil.Year, l.SubscribedUntil.Month, l.SubscribedUntil.Day)})
	}
	if found.Next != "" {
		page.More = losingPath + "?" + url.Values{"cursor": {found.Next}}.Encode()
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func (o Options) planName(page web.Page, key string) string {
	if plan, ok := o.Policy.Now().Plan(key); ok {
		return plan.Names.In(string(page.Lang))
	}
	return key
}

// losingFile is the whole list as a file, read page by page.
func (o Options) losingFile(w http.ResponseWriter, r *http.Request) error {
	out := sheet.NewWriter(w)
	for cursor, first := "", true; first || cursor != ""; first = false {
		found, err := o.Contract.LosingSupport(r.Context(), web.CurrentActor(r), cursor, contract.MaxPage)
		if err != nil {
			return err
		}
		if first {
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="losing-support.csv"`)
			_ = out.Write("customer", "customerName", "system", "country", "centre", "product", "version", "plan", "subscribedUntil", "liaisons", "endsOn")
		}
		for _, l := range found.Items {
			_ = out.Write(l.Customer, l.CustomerName, l.Name, l.Country, l.Centre, l.Product, l.Version, l.Plan, l.SubscribedUntil.String(),
				strconv.Itoa(l.Liaisons), found.EndsOn.String())
		}
		cursor = found.Next
	}
	_ = out.Flush() // the reader has gone: nobody is left to be told
	return nil
}
