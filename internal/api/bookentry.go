package api

import (
	"net/http"
	"reflect"
	"strconv"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// What is entered into the books of a customer, corrected there, ended and withdrawn.

type enteredView struct {
	ID id.ID `json:"id" format:"uuid"`
}

type newAgreementBody struct {
	Number        string `json:"number"`
	Country       string `json:"country" doc:"where it was signed, ISO 3166 alpha-2"`
	SigningEntity string `json:"signingEntity" doc:"of the vendor"`
	From          string `json:"from" format:"date" doc:"first day, vendor's zone; begins the contract years"`
	To            string `json:"to" format:"date" doc:"last day"`
}

type newOrderBody struct {
	Number   string             `json:"number"`
	SignedOn string             `json:"signedOn" format:"date"`
	Lines    []newOrderLineBody `json:"lines"`
}

type newOrderLineBody struct {
	SKU      string `json:"sku" doc:"plan.KEY, seat, els, map_key, product"`
	Product  string `json:"product,omitempty" doc:"of SKU product"`
	System   string `json:"system,omitempty" format:"uuid" doc:"left out: for the customer as a whole"`
	Quantity int    `json:"quantity"`
	From     string `json:"from" format:"date"`
	To       string `json:"to" format:"date"`
}

type newSeatsBody struct {
	System string `json:"system" format:"uuid"`
	Seats  int    `json:"seats"`
	From   string `json:"from" format:"date" doc:"for a year from this day"`
	// Further seats stand beside as many from the same day.
	Further bool `json:"further,omitempty" doc:"beside as many of the same system and day that were recorded already; else those are a conflict"`
}

type newContactBody struct {
	Kind   string `json:"kind" enum:"success_manager,regional_manager,account_executive,renewals,contract,billing,security,privacy"`
	Person string `json:"person" format:"uuid" doc:"the first four kinds are staff, the others people of the customer"`
}

type newCustomerLinkBody struct {
	Kind     string `json:"kind" enum:"affiliate,partner" doc:"affiliate: the other one leads the group; partner: the other one acts for this one"`
	Customer string `json:"customer" doc:"key of the other customer"`
}

type newSystemBody struct {
	Name         string   `json:"name"`
	Deployment   string   `json:"deployment" enum:"on_prem,cloud"`
	Country      string   `json:"country" doc:"contract country, ISO 3166 alpha-2"`
	Product      string   `json:"product"`
	Version      string   `json:"version"`
	Environments []string `json:"environments" doc:"production first"`
}

type systemChangeBody struct {
	Deployment   string   `json:"deployment" enum:"on_prem,cloud"`
	Country      string   `json:"country"`
	Product      string   `json:"product"`
	Version      string   `json:"version"`
	Environments []string `json:"environments"`
}

type newComponentBody struct {
	System  string `json:"system" format:"uuid"`
	Name    string `json:"name"`
	Vendor  string `json:"vendor"`
	Version string `json:"version,omitempty"`
}

type newTermBody struct {
	System string `json:"system" format:"uuid"`
	Plan   string `json:"plan" doc:"the base plan, or one add-on, which contains it"`
	From   string `json:"from" format:"date"`
	To     string `json:"to" format:"date"`
}

type termChangeBody struct {
	Plan string `json:"plan"`
	To   string `json:"to" format:"date"`
}

type newExceptionBody struct {
	System   string `json:"system" format:"uuid"`
	Document string `json:"document"`
	Scope    string `json:"scope" doc:"full, or a space separated list of services that are still delivered"`
	From     string `json:"from" format:"date"`
	To       string `json:"to" format:"date"`
}

type exceptionChangeBody struct {
	Scope string `json:"scope"`
	From  string `json:"from" format:"date"`
	To    string `json:"to" format:"date"`
}

type correctedTermView contract.TermEntry
type correctedExceptionView contract.ExceptionEntry
type correctedSystemView contract.SystemEntry

func (v correctedTermView) tag() string      { return v.Etag }
func (v correctedExceptionView) tag() string { return v.Etag }
func (v correctedSystemView) tag() string    { return v.Etag }

func (a *API) entryOperations() []operation {
	route := func(method, pattern string, p access.Permission, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1/customers/{key}/books" + pattern, Permission: p, Tenant: access.TenantStaff,
			Restricted: access.RestrictedSame, Event: event}
	}
	enter := func(kind, event, name, summary string, body reflect.Type, serve func(*call) error) operation {
		return operation{Route: route("POST", "/"+kind, books.EnterPermission(kind), event), id: name, summary: summary, body: body,
			answer: reflect.TypeFor[enteredView](), status: http.StatusCreated, serve: serve}
	}
	correct := func(kind, event, name, summary string, body, answer reflect.Type, serve func(*call) error) operation {
		return operation{Route: route("PATCH", "/"+kind+"/{entry}", books.EnterPermission(kind), event), id: name, summary: summary + "; needs If-Match with its etag",
			query: []param{{name: "If-Match", in: "header", text: "etag of the entry", kind: "string"}},
			body:  body, answer: answer, status: http.StatusOK, serve: serve}
	}
	return []operation{
		enter(books.Agreements, "agreement.added", "enterAgreement", "Record an agreement of a customer", reflect.TypeFor[newAgreementBody](), (*call).enterAgreement),
		enter(books.Orders, "order.recorded", "enterOrder", "Record an order of a customer", reflect.TypeFor[newOrderBody](), (*call).enterOrder),
		enter(books.Systems, "system.added", "enterSystem", "Record a system (DSI) of a customer", reflect.TypeFor[newSystemBody](), (*call).enterSystem),
		enter(books.Components, "component.added", "enterComponent", "Record a product of somebody else that runs beside a system", reflect.TypeFor[newComponentBody](), (*call).enterComponent),
		enter(books.Terms, "subscription.added", "enterTerm", "Record a subscription term of a system", reflect.TypeFor[newTermBody](), (*call).enterTerm),
		enter(books.Exceptions, "exception.added", "enterException", "Record an order exception of a system (4.7)", reflect.TypeFor[newExceptionBody](), (*call).enterException),
		enter(books.BoughtKind, "seats.bought", "enterSeats", "Record seats that were bought for a system, for a year", reflect.TypeFor[newSeatsBody](), (*call).enterSeats),
		enter(books.Contacts, "contact.named", "nameContact", "Name somebody as a contact of a kind", reflect.TypeFor[newContactBody](), (*call).enterContact),
		enter(books.Links, "link.made", "linkCustomer", "Record a group or a partner of a customer", reflect.TypeFor[newCustomerLinkBody](), (*call).enterLink),
		correct(books.Systems, "system.changed", "correctSystem", "Change what a system runs and where", reflect.TypeFor[systemChangeBody](), reflect.TypeFor[correctedSystemView](), (*call).correctSystem),
		correct(books.Terms, "subscription.changed", "correctTerm", "Change plan and last day of a term", reflect.TypeFor[termChangeBody](), reflect.TypeFor[correctedTermView](), (*call).correctTerm),
		correct(books.Exceptions, "exception.changed", "correctException", "Change scope and days of an order exception", reflect.TypeFor[exceptionChangeBody](), reflect.TypeFor[correctedExceptionView](), (*call).correctException),
		{Route: route("DELETE", "/{kind}/{entry}", access.BooksRelate, "agreement.withdrawn"), id: "endEntry",
			summary: "End a contact, a link or a component; take out an agreement, an order, a term, an exception or seats that were entered by mistake; needs If-Match with its etag",
			query:   []param{{name: "If-Match", in: "header", text: "etag of the entry", kind: "string"}},
			answer:  reflect.TypeFor[enteredView](), status: http.StatusOK, serve: (*call).endEntry},
	}
}

// ofBooks is the customer whose books a call is about. Who may not write them learns nothing about who exists.
func (c *call) ofBooks(body any) (customer id.ID, err error) {
	if err := access.Check(c.actor, c.op.Permission); err != nil {
		return customer, err
	}
	if body != nil {
		if err := decode(c.raw, body); err != nil {
			return customer, err
		}
	}
	return c.named(c.r.PathValue("key"))
}

// enter enters something and answers with its id. What could not be read is told with whatever else cannot be.
func (c *call) enter(customer id.ID, e books.Entry, bad []errs.Field) error {
	entry, err := c.api.Books.Enter(c.r.Context(), c.actor, customer, books.Read(e, bad), func(tx *db.Tx, entry id.ID) error { return c.keep(tx, enteredView{entry}) })
	if err != nil {
		return err
	}
	return c.reply(enteredView{entry})
}

// dayField reads a day; "" is none: the use case says what is missing.
func dayField(name, text string, bad *[]errs.Field) calendar.Date {
	if text == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		*bad = append(*bad, errs.BadField(name, "books.not_a_day"))
	}
	return d
}

func (c *call) enterAgreement() error {
	var b newAgreementBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	return c.enter(customer, books.Agreement{Number: b.Number, Country: b.Country, SigningEntity: b.SigningEntity,
		From: dayField("from", b.From, &bad), To: dayField("to", b.To, &bad)}, bad)
}

func (c *call) enterOrder() error {
	var b newOrderBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	o := books.Order{Number: b.Number, SignedOn: dayField("signedOn", b.SignedOn, &bad)}
	for i, l := range b.Lines {
		at := "lines[" + strconv.Itoa(i) + "]."
		o.Lines = append(o.Lines, books.Line{SKU: l.SKU, Product: l.Product, System: idField(at+"system", l.System, &bad), Quantity: l.Quantity,
			From: dayField(at+"from", l.From, &bad), To: dayField(at+"to", l.To, &bad)})
	}
	return c.enter(customer, o, bad)
}

func (c *call) enterSystem() error {
	var b newSystemBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	return c.enter(customer, books.System{Name: b.Name, Deployment: b.Deployment, Country: b.Country, Product: b.Product, Version: b.Version, Environments: b.Environments}, nil)
}

func (c *call) enterComponent() error {
	var b newComponentBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	return c.enter(customer, books.Component{System: idField("system", b.System, &bad), Name: b.Name, Vendor: b.Vendor, Version: b.Version}, bad)
}

func (c *call) enterTerm() error {
	var b newTermBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	t := books.Term{System: idField("system", b.System, &bad)}
	t.Plan, t.From, t.To = b.Plan, dayField("from", b.From, &bad), dayField("to", b.To, &bad)
	return c.enter(customer, t, bad)
}

func (c *call) enterException() error {
	var b newExceptionBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	e := books.Exception{System: idField("system", b.System, &bad)}
	e.Exception = contract.Exception{Document: b.Document, Scope: b.Scope, From: dayField("from", b.From, &bad), To: dayField("to", b.To, &bad)}
	return c.enter(customer, e, bad)
}

func (c *call) enterSeats() error {
	var b newSeatsBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	return c.enter(customer, books.Seats{System: idField("system", b.System, &bad), Seats: b.Seats, From: dayField("from", b.From, &bad), Further: b.Further}, bad)
}

func (c *call) enterContact() error {
	var b newContactBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	return c.enter(customer, books.Contact{Kind: b.Kind, Person: idField("person", b.Person, &bad)}, bad)
}

func (c *call) enterLink() error {
	var b newCustomerLinkBody
	customer, err := c.ofBooks(&b)
	if err != nil {
		return err
	}
	other, err := c.named(b.Customer)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	return c.enter(customer, books.Tied{Kind: b.Kind, Other: other}, nil) // one that is none is told by the use case
}

// entryToCorrect is the entry that the address names, with the tag that the caller has read.
func (c *call) entryToCorrect(body any) (customer, entry id.ID, tag string, err error) {
	if customer, err = c.ofBooks(body); err != nil {
		return customer, entry, "", err
	}
	if tag = c.r.Header.Get("If-Match"); tag == "" {
		return customer, entry, "", errs.BadFields(errs.BadField("If-Match", "books.if_match_needed"))
	}
	if entry, err = id.Parse(c.r.PathValue("entry")); err != nil {
		err = errs.Missing()
	}
	return customer, entry, tag, err
}

func (c *call) correctSystem() error {
	var b systemChangeBody
	customer, entry, tag, err := c.entryToCorrect(&b)
	if err != nil {
		return err
	}
	x, err := c.api.Books.CorrectSystem(c.r.Context(), c.actor, customer, entry, tag, contract.NewSystem{Deployment: b.Deployment, Country: b.Country,
		Product: b.Product, Version: b.Version, Environments: b.Environments})
	if err != nil {
		return err
	}
	return c.reply(correctedSystemView(x))
}

func (c *call) correctTerm() error {
	var b termChangeBody
	customer, entry, tag, err := c.entryToCorrect(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	to := dayField("to", b.To, &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	x, err := c.api.Books.CorrectTerm(c.r.Context(), c.actor, customer, entry, tag, b.Plan, to)
	if err != nil {
		return err
	}
	return c.reply(correctedTermView(x))
}

func (c *call) correctException() error {
	var b exceptionChangeBody
	customer, entry, tag, err := c.entryToCorrect(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	e := contract.Exception{Scope: b.Scope, From: dayField("from", b.From, &bad), To: dayField("to", b.To, &bad)}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	x, err := c.api.Books.CorrectException(c.r.Context(), c.actor, customer, entry, tag, e)
	if err != nil {
		return err
	}
	return c.reply(correctedExceptionView(x))
}

func (c *call) endEntry() error {
	customer, entry, tag, err := c.entryToCorrect(nil)
	if err != nil {
		return err
	}
	if err := c.api.Books.End(c.r.Context(), c.actor, customer, c.r.PathValue("kind"), entry, tag); err != nil {
		return err
	}
	return c.reply(enteredView{entry})
}
