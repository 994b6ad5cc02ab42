package desk

import (
	"net/http"
	"net/url"
	"strings"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/id"
	"liaison/internal/web"
)

// CustomersPage lists the customers.
type CustomersPage struct {
	web.Page
	Q     string
	Count string // of the rows; "50+" when there are more
	Rows  []CustomerRow
	More  string
	Empty web.Empty
}

// CustomerRow is one customer in the list.
type CustomerRow struct {
	Key, Name, Country, Centre string
	Restricted                 bool
}

// CustomerPage is one customer at a glance.
type CustomerPage struct {
	web.Page
	Customer CustomerRow
	Banners  []web.Notice
	Systems  []SystemRow
	People   []PersonRow
	Cases    []CaseRow
	Reads    bool // the viewer reads cases
	MayCall  bool
	Books    bool // the viewer sees seats and liaisons
	Renews   bool // the viewer makes quotes
	Told     bool // the viewer reads service statements
	Scim     bool // the viewer makes tokens for the customer's directory
}

// SystemRow is one system (DSI).
type SystemRow struct {
	ID, Name, Version, Until, Deployment, Country, Environments string
	Plan                                                        web.PlanChip
	Covered                                                     bool
	State                                                       string // why it is not covered
}

// PersonRow is one person of the customer.
type PersonRow struct {
	Avatar     web.Avatar
	Name, Role string
	Mail       string
}

func (d *desk) customers(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := CustomersPage{Page: d.Site.Page(r, "nav.customers", "customers"), Q: strings.TrimSpace(q.Get("q"))}
	found, err := d.Accounts.FindCustomers(r.Context(), web.CurrentActor(r), account.Find{Text: page.Q, Cursor: q.Get("cursor"), Limit: cases.DefaultPage})
	if err != nil {
		return err
	}
	for _, c := range found.Items {
		page.Rows = append(page.Rows, d.customerRow(page.Page, c))
	}
	page.Count = bounded(len(page.Rows), found.Next != "")
	if found.Next != "" {
		page.More = "/desk/customers?" + url.Values{"q": {page.Q}, "cursor": {found.Next}}.Encode()
	}
	page.Empty = web.Empty{Icon: "building-2", Title: page.T("desk.customers.none"), Text: page.T("desk.search.hint")}
	return d.Site.Render(w, r, http.StatusOK, page)
}

func (d *desk) customerRow(p web.Page, c account.Customer) CustomerRow {
	return CustomerRow{Key: c.Key, Name: c.Name, Country: c.Country, Centre: d.centre(p, c.Centre), Restricted: c.Restricted}
}

func (d *desk) customer(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, key := r.Context(), web.CurrentActor(r), r.PathValue("key")
	c, err := d.Accounts.CustomerOf(ctx, actor, key)
	if err != nil {
		return err
	}
	page := CustomerPage{Page: d.Site.Page(r, "nav.customers", "customers"), Reads: access.Allows(actor, access.CaseRead), MayCall: access.Allows(actor, access.CaseWork), Books: access.Allows(actor, access.BooksRead), Renews: access.Allows(actor, access.BooksWrite), Told: access.Allows(actor, access.StatementRead),
		Scim: access.Allows(actor, access.AdminDirectory)}
	page.Customer, page.Title = d.customerRow(page.Page, c), c.Name
	systems, err := d.Contract.Systems(ctx, actor, contract.Filter{Customer: key})
	if err != nil {
		return err
	}
	if err := d.showSystems(r, &page, c.ID, systems.Items); err != nil {
		return err
	}
	people, err := d.Accounts.PeopleOf(ctx, actor, key)
	if err != nil {
		return err
	}
	for _, who := range people {
		page.People = append(page.People, PersonRow{Avatar: web.AvatarOf(who.Name, false), Name: who.Name, Role: page.T("role." + string(who.Role)), Mail: who.Email})
	}
	return d.Site.Render(w, r, http.StatusOK, page)
}

// showSystems puts systems, what stands in the way of their support, and their open cases on the page.
func (d *desk) showSystems(r *http.Request, page *CustomerPage, customer id.ID, systems []contract.System) error {
	said := map[string]bool{}
	covers, err := d.Contract.Coverages(r.Context(), web.CurrentActor(r), customer)
	if err != nil {
		return err
	}
	for _, s := range systems {
		row := SystemRow{ID: s.ID.String(), Name: s.Name, Version: s.Product + " " + s.Version, Country: s.Country, Plan: d.plan(page.Page, s.Plan),
			Deployment: page.T("desk.deployment." + s.Deployment), Environments: strings.Join(s.Environments, ", ")}
		if !s.SupportedUntil.IsZero() {
			row.Until = s.SupportedUntil.String()
		}
		cover := covers[s.ID]
		row.Covered = cover.Covered
		if !cover.Covered {
			row.State = page.T("desk.cover." + cover.Reason)
			if !said[cover.Reason] {
				n := web.Notice{Tone: "bad", Title: row.State, Text: page.T("desk.cover.since", "at", page.Instant(cover.Since))}
				page.Banners = append(page.Banners, n)
			}
			said[cover.Reason] = true
		}
		page.Systems = append(page.Systems, row)
	}
	if page.Reads && len(systems) > 0 {
		open, err := d.Cases.List(r.Context(), web.CurrentActor(r), cases.Filter{Customer: page.Customer.Key, Open: true, Limit: cases.MaxPage})
		if err != nil {
			return err
		}
		page.Cases = d.rows(page.Page, open.Items, "", "")
	}
	if page.Customer.Restricted {
		page.Banners = append(page.Banners, web.Notice{Tone: "warn", Title: page.T("desk.restricted"), Text: page.T("desk.restricted.text")})
	}
	return nil
}
