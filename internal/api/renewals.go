package api

import (
	"net/http"
	"reflect"
	"strconv"
	"time"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

type renewalChoiceBody struct {
	System   string `json:"system" format:"uuid"`
	Plan     string `json:"plan,omitempty" enum:"standard,extended,premier,elite" doc:"left out: not renewed, which is refused unless the licences are given back"`
	Seats    int    `json:"seats,omitempty" doc:"liaison seats beside those of the plan"`
	From     string `json:"from,omitempty" format:"date" doc:"first day; left out: the day after the last term, or today where that is over"`
	Returned bool   `json:"returned,omitempty" doc:"the licences were given back: it is licensed no longer"`
}

type newRenewalBody struct {
	Months     int                 `json:"months" doc:"12, 24, 36, 48 or 60"`
	ValidUntil string              `json:"validUntil" format:"date" doc:"last day on which it can be ordered, vendor's zone"`
	Amount     string              `json:"amount,omitempty" doc:"like 1234.50"`
	Currency   string              `json:"currency,omitempty" doc:"ISO 4217"`
	Systems    []renewalChoiceBody `json:"systems,omitempty" doc:"systems and products left out both: everything as it runs"`
	Products   []string            `json:"products,omitempty" doc:"licensed beside those that the systems run"`
	Returned   []string            `json:"returned,omitempty" doc:"products whose licences were given back"`
}

type renewalOrderBody struct {
	Number   string              `json:"number" doc:"of the order"`
	SignedOn string              `json:"signedOn" format:"date"`
	Systems  []renewalChoiceBody `json:"systems,omitempty" doc:"what was signed, where it is another choice than the quote's"`
	Products []string            `json:"products,omitempty"`
}

type renewalWithdrawalBody struct{}

type renewalLineView struct {
	SKU        string  `json:"sku" doc:"plan.KEY, seat, product; returned: the licences were given back"`
	Product    string  `json:"product"`
	System     *id.ID  `json:"system" format:"uuid"`
	SystemName string  `json:"systemName"`
	Quantity   int     `json:"quantity"`
	Was        string  `json:"was" doc:"plan that ran when the quote was made"`
	From       string  `json:"from" format:"date"`
	To         string  `json:"to" format:"date"`
	Limited    *string `json:"limitedFrom" format:"date" doc:"first day on which only what an order or extended lifecycle support keeps is delivered on premises (4.7)"`
}

type renewalChangeView struct {
	System    string `json:"system" format:"uuid"`
	PlanWas   string `json:"planWas"`
	Plan      string `json:"plan"`
	SeatsWere int    `json:"seatsWere"`
	Seats     int    `json:"seats"`
}

type renewalDiffView struct {
	Complete bool                `json:"complete" doc:"it goes on with all that is licensed now (5.1)"`
	Products []string            `json:"products" doc:"licensed, and left out"`
	Systems  []string            `json:"systems" doc:"that would be without a plan"`
	Changed  []renewalChangeView `json:"changed" doc:"another plan or other seats than now; free to choose"`
}

type renewalView struct {
	ID           id.ID             `json:"id" format:"uuid"`
	Customer     string            `json:"customer" doc:"key of the customer"`
	CustomerName string            `json:"customerName"`
	Number       string            `json:"number"`
	State        string            `json:"state" enum:"open,expired,ordered,withdrawn"`
	MadeAt       time.Time         `json:"madeAt"`
	ValidUntil   string            `json:"validUntil" format:"date"`
	Months       int               `json:"months"`
	Amount       string            `json:"amount" doc:"empty where nobody said how much"`
	Currency     string            `json:"currency"`
	Order        string            `json:"order" doc:"number of the order that came of it"`
	Lines        []renewalLineView `json:"lines" doc:"empty in lists"`
	Diff         *renewalDiffView  `json:"diff" doc:"against what runs now; of an open one"`
	Etag         string            `json:"etag"`
}

func (v renewalView) tag() string      { return v.Etag }
func (v renewalView) location() string { return "/api/v1/renewals/" + v.ID.String() }

type renewalListView struct {
	Items      []renewalView `json:"items"`
	NextCursor *string       `json:"nextCursor"`
}

func (a *API) renewalOperations() []operation {
	route := func(method, pattern string, p access.Permission, tenant access.TenantRule, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1" + pattern, Permission: p, Tenant: tenant, Restricted: access.RestrictedSame, Event: event}
	}
	ifMatch := []param{{name: "If-Match", in: "header", text: "etag of the renewal; left out: any", kind: "string"}}
	one := reflect.TypeFor[renewalView]()
	return []operation{
		{Route: route("GET", "/renewals", access.CustomerRead, access.TenantOwn, access.NoEvent), id: "listRenewals",
			summary: "Quotes to go on with support and their orders, the last made first: of one's own customer, of all for staff",
			query: append(pageParams(), param{name: "state", in: "query", text: "open, expired, ordered or withdrawn", kind: "string"},
				param{name: "customer", in: "query", text: "key of a customer, for staff", kind: "string"}),
			answer: reflect.TypeFor[renewalListView](), status: http.StatusOK, serve: (*call).listRenewals},
		{Route: route("GET", "/renewals/{renewal}", access.CustomerRead, access.TenantOwn, access.NoEvent), id: "getRenewal",
			summary: "One quote with its lines, and how it differs from what runs now", answer: one, status: http.StatusOK, serve: (*call).getRenewal},
		{Route: route("POST", "/customers/{key}/renewals", access.BooksWrite, access.TenantStaff, "renewal.quoted"), id: "quoteRenewal",
			summary: "Make a quote; what it leaves out is named and refused: all that is licensed, or nothing (5.1)",
			body:    reflect.TypeFor[newRenewalBody](), answer: one, status: http.StatusCreated, serve: (*call).quoteRenewal},
		{Route: route("POST", "/renewals/{renewal}/order", access.BooksWrite, access.TenantStaff, "renewal.ordered"), id: "orderRenewal",
			summary: "Record the order of a quote: the terms and the seats of it are entered at once",
			query:   ifMatch, body: reflect.TypeFor[renewalOrderBody](), answer: one, status: http.StatusOK, serve: (*call).orderRenewal},
		{Route: route("POST", "/renewals/{renewal}/withdrawal", access.BooksWrite, access.TenantStaff, "renewal.withdrawn"), id: "withdrawRenewal",
			summary: "Take an open quote back", query: ifMatch, body: reflect.TypeFor[renewalWithdrawalBody](), answer: one, status: http.StatusOK, serve: (*call).withdrawRenewal},
	}
}

func (c *call) renewalView(r billing.Renewal) renewalView {
	v := renewalView{ID: r.ID, Customer: r.Customer, CustomerName: r.CustomerName, Number: r.Number, State: r.State, MadeAt: r.MadeAt.In(c.zone()),
		ValidUntil: r.ValidUntil.String(), Months: r.Months, Amount: billing.FormatAmount(r.Amount, r.Currency), Currency: r.Currency, Order: r.OrderNumber,
		Lines: []renewalLineView{}, Etag: r.ETag()}
	for _, l := range r.Lines {
		line := renewalLineView{SKU: l.SKU, Product: l.Product, SystemName: l.SystemName, Quantity: l.Quantity, Was: l.Was, From: l.From.String(), To: l.To.String()}
		if !l.System.IsZero() {
			line.System = &l.System
		}
		if !l.Limited.IsZero() {
			day := l.Limited.String()
			line.Limited = &day
		}
		v.Lines = append(v.Lines, line)
	}
	if r.State != billing.Open || len(r.Lines) == 0 {
		return v
	}
	v.Diff = &renewalDiffView{Complete: r.Decision.Allowed, Products: r.Diff.Products, Systems: r.Diff.Systems, Changed: []renewalChangeView{}}
	for _, x := range r.Diff.Changed {
		v.Diff.Changed = append(v.Diff.Changed, renewalChangeView(x))
	}
	return v
}

func (c *call) keepRenewal(tx *db.Tx, r billing.Renewal) error { return c.keep(tx, c.renewalView(r)) }

func (c *call) listRenewals() error {
	q, bad := c.r.URL.Query(), []errs.Field(nil)
	limit := limitOf(q.Get("limit"), &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	page, err := c.api.Billing.Renewals(c.r.Context(), c.actor, billing.RenewalFilter{State: q.Get("state"), Customer: q.Get("customer"), Cursor: q.Get("cursor"), Limit: limit})
	if err != nil {
		return err
	}
	v := renewalListView{Items: []renewalView{}, NextCursor: cursorOrNull(page.Next)}
	for _, one := range page.Items {
		v.Items = append(v.Items, c.renewalView(one))
	}
	return c.reply(v)
}

// renewalID is the renewal of the address. What is no id names nothing.
func (c *call) renewalID() (id.ID, error) {
	v, err := id.Parse(c.r.PathValue("renewal"))
	if err != nil {
		return v, errs.Missing()
	}
	return v, nil
}

func (c *call) getRenewal() error {
	if err := access.Check(c.actor, c.op.Permission); err != nil {
		return err
	}
	renewal, err := c.renewalID()
	if err != nil {
		return err
	}
	r, err := c.api.Billing.Renewal(c.r.Context(), c.actor, renewal)
	if err != nil {
		return err
	}
	return c.reply(c.renewalView(r))
}

// choices reads what is to become of systems.
func choices(all []renewalChoiceBody) (list []billing.Choice, bad []errs.Field) {
	for i, b := range all {
		at := "systems[" + strconv.Itoa(i) + "]."
		system, wrong := idOf(at+"system", b.System)
		c := billing.Choice{System: system, Plan: b.Plan, Seats: b.Seats, Returned: b.Returned}
		bad = append(bad, append(wrong, dayOf(at+"from", b.From, &c.From)...)...)
		list = append(list, c)
	}
	return list, bad
}

func (c *call) quoteRenewal() error {
	var b newRenewalBody
	if err := c.read(&b); err != nil {
		return err
	}
	q := billing.QuoteRequest{Months: b.Months, Currency: b.Currency, Products: b.Products, Returned: b.Returned}
	var bad []errs.Field
	q.Systems, bad = choices(b.Systems)
	bad = append(bad, dayOf("validUntil", b.ValidUntil, &q.ValidUntil)...)
	if b.Amount != "" || b.Currency != "" {
		amount, wrong := billing.ParseAmount(b.Amount, b.Currency)
		q.Amount, bad = amount, append(bad, wrong...)
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	r, err := c.api.Billing.Quote(c.r.Context(), c.actor, c.r.PathValue("key"), q, c.keepRenewal)
	if err != nil {
		return err
	}
	return c.reply(c.renewalView(r))
}

func (c *call) orderRenewal() error {
	var b renewalOrderBody
	if err := c.read(&b); err != nil {
		return err
	}
	renewal, err := c.renewalID()
	if err != nil {
		return err
	}
	o := billing.RenewalOrder{Number: b.Number, Products: b.Products, Expect: c.r.Header.Get("If-Match")}
	var bad []errs.Field
	o.Systems, bad = choices(b.Systems)
	if err := errs.BadFields(append(bad, dayOf("signedOn", b.SignedOn, &o.SignedOn)...)...); err != nil {
		return err
	}
	r, err := c.api.Billing.OrderRenewal(c.r.Context(), c.actor, renewal, o, c.keepRenewal)
	if err != nil {
		return err
	}
	return c.reply(c.renewalView(r))
}

func (c *call) withdrawRenewal() error {
	var b renewalWithdrawalBody
	if err := c.read(&b); err != nil {
		return err
	}
	renewal, err := c.renewalID()
	if err != nil {
		return err
	}
	r, err := c.api.Billing.WithdrawRenewal(c.r.Context(), c.actor, renewal, c.r.Header.Get("If-Match"), c.keepRenewal)
	if err != nil {
		return err
	}
	return c.reply(c.renewalView(r))
}
