package money

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/books"
	"liaison/internal/id"
	"liaison/internal/sheet"
	"liaison/internal/web"
)

const renewalsPath = "/desk/renewals"

func (o Options) renewalRoutes() []web.Route {
	route := func(method, pattern string, may access.Permission, tenant access.TenantRule, event string, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: pattern, Permission: may, Tenant: tenant,
			Restricted: access.RestrictedSame, Event: event}}
	}
	const one = renewalsPath + "/{renewal}"
	return []web.Route{
		route("GET", renewalsPath, access.InvoiceRead, access.TenantStaff, access.NoEvent, o.renewals),
		route("GET", "/desk/customers/{key}/renewal", access.BooksWrite, access.TenantStaff, access.NoEvent, o.quoteForm),
		route("POST", "/desk/customers/{key}/renewal", access.BooksWrite, access.TenantStaff, "renewal.quoted", o.makeQuote),
		route("GET", "/desk/customers/{key}/extended", access.BooksWrite, access.TenantStaff, access.NoEvent, o.extended),
		route("POST", "/desk/customers/{key}/extended", access.BooksWrite, access.TenantStaff, "extended.ordered", o.orderExtended),
		route("GET", one, access.InvoiceRead, access.TenantStaff, access.NoEvent, o.renewal),
		route("GET", one+"/lines.csv", access.InvoiceRead, access.TenantStaff, access.NoEvent, o.renewalFile),
		route("POST", one+"/order", access.BooksWrite, access.TenantStaff, "renewal.ordered", o.orderRenewal),
		route("POST", one+"/withdraw", access.BooksWrite, access.TenantStaff, "renewal.withdrawn", o.withdrawRenewal),
		route("GET", "/account/renewal", access.ProfileRead, access.TenantOwn, access.NoEvent, o.ownTerms),
		route("GET", "/account/renewal.csv", access.CustomerRead, access.TenantOwn, access.NoEvent, o.ownFile),
	}
}

// RenewalsPage lists what ends, or quotes by their state.
type RenewalsPage struct {
	web.Page
	Tabs   []Tab
	Ending []EndingRow
	Rows   []RenewalRow
	Quotes bool // quotes are listed, and not what ends
	More   string
	Empty  web.Empty
}

// EndingRow is a system whose support ends and is not renewed.
type EndingRow struct {
	Customer, Key, System, Plan, Until string
	Over                               bool
	Quote                              string // address of the open quote; "" for none
	Make                               string // address of the form; "" for who makes none
}

// RenewalRow is a quote in words.
type RenewalRow struct {
	Href, Number, Customer, Key, Amount, Valid, State, Tone, Icon string
	Made                                                          web.When
}

// endingDays is how long before and after its end a term is listed.
const endingDays = 120

func (o Options) renewals(w http.ResponseWriter, r *http.Request) error {
	page := RenewalsPage{Page: o.Site.Page(r, "renewal.title", "renewals")}
	state, cursor := r.URL.Query().Get("state"), r.URL.Query().Get("cursor")
	page.Quotes = state != ""
	page.Empty = web.Empty{Icon: "circle-check", Title: page.T("renewal.none_end"), Text: page.T("renewal.none_end_text")}
	for _, s := range append([]string{""}, billing.RenewalStates()...) {
		text := page.T("renewal.ending")
		if s != "" {
			text = page.T("renewal.state." + s)
		}
		page.Tabs = append(page.Tabs, Tab{text, renewalsHref(s, ""), s == state})
	}
	list := o.listEnding
	if page.Quotes {
		page.Empty = web.Empty{Icon: "file-text", Title: page.T("renewal.none"), Text: page.T("renewal.none_text")}
		list = o.listQuotes
	}
	next, err := list(r, &page, state, cursor)
	if err != nil {
		return err
	}
	if next != "" {
		page.More = renewalsHref(state, next)
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func renewalsHref(state, cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{"state": state, "cursor": cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return renewalsPath
	}
	return renewalsPath + "?" + q.Encode()
}

func (o Options) listQuotes(r *http.Request, page *RenewalsPage, state, cursor string) (next string, err error) {
	found, err := o.Billing.Renewals(r.Context(), web.CurrentActor(r), billing.RenewalFilter{State: state, Cursor: cursor, Limit: 50})
	for _, v := range found.Items {
		page.Rows = append(page.Rows, renewalRow(page.Page, v))
	}
	return found.Next, err
}

func (o Options) listEnding(r *http.Request, page *RenewalsPage, _, cursor string) (next string, err error) {
	actor := web.CurrentActor(r)
	found, err := o.Billing.EndingWithin(r.Context(), actor, endingDays, cursor, 50)
	now := o.today()
	for _, e := range found.Items {
		row := EndingRow{Customer: e.Name, Key: e.Customer, System: e.SystemName, Plan: o.planName(page.Page, e.Plan), Until: civil(page.Page, e.Until), Over: e.Until.Compare(now) < 0}
		if !e.Quote.IsZero() {
			row.Quote = renewalsPath + "/" + e.Quote.String()
		}
		if access.Allows(actor, access.BooksWrite) {
			row.Make = "/desk/customers/" + e.Customer + "/renewal"
		}
		page.Ending = append(page.Ending, row)
	}
	return found.Next, err
}

func renewalRow(p web.Page, v billing.Renewal) RenewalRow {
	row := RenewalRow{Href: renewalsPath + "/" + v.ID.String(), Number: v.Number, Customer: v.CustomerName, Key: v.Customer,
		Amount: billing.Readable(v.Amount, v.Currency), Valid: civil(p, v.ValidUntil), State: p.T("renewal.state." + v.State), Made: p.When(v.MadeAt)}
	row.Tone, row.Icon = looks(v.State)
	return row
}

func (o Options) planName(p web.Page, key string) string {
	if plan, ok := o.Policy.Now().Plan(key); ok {
		return plan.Names.In(string(p.Lang))
	}
	return key
}

// RenewalPage is one quote, with what it goes on with and what can be done with it.
type RenewalPage struct {
	web.Page
	Asked
	Renewal  RenewalRow
	Action   string
	ETag     string
	Months   string
	Order    string // number of the order
	Lines    []LineRow
	Diff     []string // what would be left out now, or is other than now
	LeftOut  bool
	Open     bool // it can be ordered or taken back by the viewer
	CanOrder bool
}

// LineRow is one line in words.
type LineRow struct {
	What, For, From, To string
	Limited             string // what is delivered of it on premises, and from when (4.7)
}

// lineRow says what a line is.
func (o Options) lineRow(p web.Page, l billing.RenewalLine) (row LineRow) {
	row = LineRow{For: l.SystemName, From: civil(p, l.From), To: civil(p, l.To)}
	plan, isPlan := strings.CutPrefix(l.SKU, books.SKUPlan)
	switch {
	case isPlan && l.Was != "" && l.Was != plan:
		row.What = p.T("renewal.line.plan_changed", "plan", o.planName(p, plan), "was", o.planName(p, l.Was))
	case isPlan:
		row.What = p.T("renewal.line.plan", "plan", o.planName(p, plan))
	case l.SKU == books.SKUSeat:
		row.What = p.T("renewal.line.seats", "count", l.Quantity)
	case l.SKU == billing.Returned:
		row.What = p.T("renewal.line.returned")
		row.From, row.To = "", ""
	default:
		row.What = p.T("renewal.line.product")
	}
	if row.For == "" {
		row.For = l.Product
	}
	if !l.Limited.IsZero() {
		row.Limited = p.T("renewal.line.limited", "day", civil(p, l.Limited))
	}
	return row
}

// differences says how an open quote differs from what runs now.
func (o Options) differences(p web.Page, v billing.Renewal) (all []string) {
	name := map[string]string{}
	for _, l := range v.Lines {
		name[l.System.String()] = l.SystemName
	}
	for _, product := range v.Diff.Products {
		all = append(all, p.T("renewal.diff.product", "product", product))
	}
	if n := len(v.Diff.Systems); n > 0 {
		all = append(all, p.T("renewal.diff.systems", "count", n))
	}
	for _, c := range v.Diff.Changed {
		all = append(all, p.T("renewal.diff.changed", "system", name[c.System], "was", o.planName(p, c.PlanWas), "plan", o.planName(p, c.Plan), "seatsWere", c.SeatsWere, "seats", c.Seats))
	}
	return all
}

func (o Options) renewal(w http.ResponseWriter, r *http.Request) error {
	renewal, err := pathID(r, "renewal")
	if err != nil {
		return err
	}
	return o.showRenewal(w, r, http.StatusOK, renewal, Asked{})
}

func (o Options) showRenewal(w http.ResponseWriter, r *http.Request, status int, renewal id.ID, asked Asked) error {
	actor := web.CurrentActor(r)
	v, err := o.Billing.Renewal(r.Context(), actor, renewal)
	if err != nil {
		return err
	}
	page := RenewalPage{Page: o.Site.Page(r, "renewal.one", "renewals"), Asked: asked, ETag: v.ETag(), Order: v.OrderNumber, Action: renewalsPath + "/" + renewal.String()}
	page.Title, page.Renewal = page.T("renewal.of", "number", v.Number), renewalRow(page.Page, v)
	page.Months = page.T("renewal.month_count", "count", v.Months)
	for _, l := range v.Lines {
		page.Lines = append(page.Lines, o.lineRow(page.Page, l))
	}
	page.Diff = o.differences(page.Page, v)
	page.LeftOut = v.State == billing.Open && !v.Decision.Allowed
	writes := access.Allows(actor, access.BooksWrite)
	page.Open = writes && (v.State == billing.Open || v.State == billing.Expired)
	page.CanOrder = writes && v.State == billing.Open
	if page.Form.Value("signedOn") == "" {
		page.Form = page.Form.With("signedOn", o.today().String())
	}
	return o.Site.Render(w, r, status, page)
}

// renewalFile is a quote as a file.
func (o Options) renewalFile(w http.ResponseWriter, r *http.Request) error {
	renewal, err := pathID(r, "renewal")
	if err != nil {
		return err
	}
	v, err := o.Billing.Renewal(r.Context(), web.CurrentActor(r), renewal)
	if err != nil {
		return err
	}
	return writeQuotes(w, v.Number, []billing.Renewal{v})
}

// writeQuotes writes quotes line by line.
func writeQuotes(w http.ResponseWriter, name string, all []billing.Renewal) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	out := sheet.NewWriter(w)
	err := out.Write("quote", "state", "validUntil", "sku", "product", "system", "quantity", "planWas", "from", "to")
	for _, v := range all {
		for _, l := range v.Lines {
			if err == nil {
				err = out.Write(v.Number, v.State, v.ValidUntil.String(), l.SKU, l.Product, l.SystemName, strconv.Itoa(l.Quantity), l.Was, l.From.String(), l.To.String())
			}
		}
	}
	return errors.Join(err, out.Flush())
}
