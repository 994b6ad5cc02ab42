package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
)

type losingListView struct {
	EndsOn     string       `json:"endsOn" format:"date" doc:"first day without full support, vendor's zone"`
	Clause     string       `json:"clause"`
	Edition    string       `json:"edition"`
	Items      []losingView `json:"items"`
	NextCursor *string      `json:"nextCursor"`
}

type losingView struct {
	System          id.ID  `json:"system" format:"uuid"`
	Name            string `json:"name"`
	Customer        string `json:"customer" doc:"key of the customer"`
	CustomerName    string `json:"customerName"`
	Country         string `json:"country"`
	Centre          string `json:"centre"`
	Product         string `json:"product"`
	Version         string `json:"version"`
	Plan            string `json:"plan"`
	SubscribedUntil string `json:"subscribedUntil" format:"date"`
	Liaisons        int    `json:"liaisons"`
}

type extendedOrderBody struct {
	System   string `json:"system" format:"uuid"`
	Document string `json:"document" doc:"reference of the order"`
	SKU      string `json:"sku" doc:"as the order names it"`
	From     string `json:"from" format:"date"`
	To       string `json:"to" format:"date" doc:"the last day, included"`
}

type extendedView struct {
	ID       id.ID    `json:"id" format:"uuid"`
	System   string   `json:"system" format:"uuid"`
	From     string   `json:"from" format:"date"`
	To       string   `json:"to" format:"date"`
	Services []string `json:"services" doc:"what it keeps; nothing else is delivered"`
}

func (a *API) cutoverOperations() []operation {
	return []operation{{Route: access.Route{Method: "POST", Pattern: "/api/v1/extended-support", Permission: access.BooksWrite, Tenant: access.TenantStaff,
		Restricted: access.RestrictedSame, Event: "extended.ordered"}, id: "orderExtendedSupport",
		summary: "Record an order of extended lifecycle support for a system; every reason against it is told at once",
		body:    reflect.TypeFor[extendedOrderBody](), answer: reflect.TypeFor[extendedView](), status: http.StatusCreated, serve: (*call).orderExtended}, {Route: access.Route{Method: "GET", Pattern: "/api/v1/losing-support", Permission: access.CustomerRead, Tenant: access.TenantStaff,
		Restricted: access.RestrictedSame, Event: access.NoEvent}, id: "listLosingSupport",
		summary: "Systems on premises that lose support and have neither an order exception nor extended lifecycle support, staff only",
		query:   pageParams(), answer: reflect.TypeFor[losingListView](), status: http.StatusOK, serve: (*call).losingSupport}}
}

func (c *call) orderExtended() error {
	var b extendedOrderBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	if err := access.Check(c.actor, c.op.Permission); err != nil {
		return err
	}
	system, bad := idOf("system", b.System)
	o := contract.ExtendedOrder{Document: b.Document, SKU: b.SKU}
	for name, d := range map[string]struct {
		text string
		into *calendar.Date
	}{"from": {b.From, &o.From}, "to": {b.To, &o.To}} {
		if d.text == "" {
			continue // the use case says what is missing
		}
		if err := d.into.UnmarshalText([]byte(d.text)); err != nil {
			bad = append(bad, errs.BadField(name, "rights.field_day"))
		}
	}
	slices.SortFunc(bad, func(x, y errs.Field) int { return strings.Compare(x.Name, y.Name) })
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	e, err := c.api.Contract.OrderExtended(c.r.Context(), c.actor, system, o)
	if err != nil {
		return err
	}
	return c.reply(extendedView{ID: e.ID, System: system.String(), From: e.From.String(), To: e.To.String(), Services: e.Services})
}

func (c *call) losingSupport() error {
	q, bad := c.r.URL.Query(), []errs.Field(nil)
	limit := limitOf(q.Get("limit"), &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	page, err := c.api.Contract.LosingSupport(c.r.Context(), c.actor, q.Get("cursor"), limit)
	if err != nil {
		return err
	}
	v := losingListView{EndsOn: page.EndsOn.String(), Clause: "4.7", Edition: c.api.Policy.Now().Edition, Items: []losingView{}, NextCursor: cursorOrNull(page.Next)}
	for _, l := range page.Items {
		v.Items = append(v.Items, losingView{System: l.System, Name: l.Name, Customer: l.Customer, CustomerName: l.CustomerName, Country: l.Country,
			Centre: l.Centre, Product: l.Product, Version: l.Version, Plan: l.Plan, SubscribedUntil: l.SubscribedUntil.String(), Liaisons: l.Liaisons})
	}
	return c.reply(v)
}
