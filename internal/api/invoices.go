package api

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"time"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

type invoiceEntryBody struct {
	Customer string `json:"customer" doc:"key of the customer"`
	Number   string `json:"number"`
	Issued   string `json:"issued,omitempty" format:"date"`
	Due      string `json:"due" format:"date" doc:"the last day to pay, vendor's zone"`
	Amount   string `json:"amount" doc:"above zero, like 1234.50"`
	Currency string `json:"currency" doc:"ISO 4217"`
}

type paymentBody struct {
	PaidAt   string `json:"paidAt" format:"date-time" doc:"when it was received; support is back from then on"`
	Amount   string `json:"amount,omitempty" doc:"if given, it has to be the invoice's"`
	Currency string `json:"currency,omitempty"`
}

type takeBackBody struct {
	Reason string `json:"reason"`
}

type invoiceView struct {
	ID           id.ID      `json:"id" format:"uuid"`
	Customer     string     `json:"customer" doc:"key of the customer"`
	CustomerName string     `json:"customerName"`
	Number       string     `json:"number"`
	Issued       *string    `json:"issued" format:"date"`
	Due          string     `json:"due" format:"date"`
	Amount       string     `json:"amount" doc:"empty where nobody said how much"`
	Currency     string     `json:"currency"`
	State        string     `json:"state" enum:"open,overdue,paid,void"`
	SuspendsAt   time.Time  `json:"suspendsAt" doc:"from when it suspends support, unless it is settled"`
	PaidAt       *time.Time `json:"paidAt"`
	VoidedAt     *time.Time `json:"voidedAt"`
	VoidReason   string     `json:"voidReason"`
	Etag         string     `json:"etag"`
}

func (v invoiceView) tag() string      { return v.Etag }
func (v invoiceView) location() string { return "/api/v1/invoices/" + v.ID.String() }

type invoiceListView struct {
	Items      []invoiceView `json:"items"`
	NextCursor *string       `json:"nextCursor"`
}

type importedView struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Paid      int `json:"paid" doc:"payments among the added and changed"`
	Unchanged int `json:"unchanged"`
}

func (a *API) invoiceOperations() []operation {
	route := func(method, pattern string, p access.Permission, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1/invoices" + pattern, Permission: p, Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event}
	}
	ifMatch := []param{{name: "If-Match", in: "header", text: "etag of the invoice; left out: any", kind: "string"}}
	one := reflect.TypeFor[invoiceView]()
	return []operation{
		{Route: route("GET", "", access.InvoiceRead, access.NoEvent), id: "listInvoices", summary: "Invoices of all customers, the last due day first",
			query: append(pageParams(), param{name: "state", in: "query", text: "open, overdue, paid or void", kind: "string"},
				param{name: "customer", in: "query", text: "key of a customer", kind: "string"}, param{name: "number", in: "query", text: "exactly", kind: "string"}),
			answer: reflect.TypeFor[invoiceListView](), status: http.StatusOK, serve: (*call).listInvoices},
		{Route: route("POST", "", access.InvoiceWrite, "invoice.added"), id: "addInvoice", summary: "Record an invoice; unpaid it suspends support after the due day and the days of grace of the policy (5.2)",
			body: reflect.TypeFor[invoiceEntryBody](), answer: one, status: http.StatusCreated, serve: (*call).addInvoice},
		{Route: route("GET", "/{invoice}", access.InvoiceRead, access.NoEvent), id: "getInvoice", summary: "One invoice", answer: one, status: http.StatusOK, serve: (*call).getInvoice},
		{Route: route("POST", "/{invoice}/payment", access.InvoiceWrite, "invoice.paid"), id: "payInvoice", summary: "Record the payment at the instant at which it was received",
			query: ifMatch, body: reflect.TypeFor[paymentBody](), answer: one, status: http.StatusOK, serve: (*call).payInvoice},
		{Route: route("POST", "/{invoice}/void", access.InvoiceWrite, "invoice.voided"), id: "voidInvoice", summary: "Take an invoice back, with a reason",
			query: ifMatch, body: reflect.TypeFor[takeBackBody](), answer: one, status: http.StatusOK, serve: (*call).voidInvoice},
		{Route: route("POST", "/import", access.InvoiceWrite, "invoice.added"), id: "importInvoices",
			summary: "Take over a CSV file of invoices and payments as a whole: customer, number, issued, due, amount, currency, paidAt",
			answer:  reflect.TypeFor[importedView](), status: http.StatusOK, serve: (*call).importInvoices},
	}
}

func (c *call) invoiceView(v billing.Invoice) invoiceView {
	out := invoiceView{ID: v.ID, Customer: v.Customer, CustomerName: v.CustomerName, Number: v.Number, Due: v.Due.String(), Amount: billing.FormatAmount(v.Amount, v.Currency),
		Currency: v.Currency, State: v.State, SuspendsAt: v.SuspendsAt.In(c.zone()), VoidReason: v.VoidReason, Etag: v.ETag()}
	if !v.Issued.IsZero() {
		day := v.Issued.String()
		out.Issued = &day
	}
	for from, to := range map[*time.Time]**time.Time{v.PaidAt: &out.PaidAt, v.VoidedAt: &out.VoidedAt} {
		if from != nil {
			at := from.In(c.zone())
			*to = &at
		}
	}
	return out
}

func (c *call) keepInvoice(tx *db.Tx, v billing.Invoice) error { return c.keep(tx, c.invoiceView(v)) }

func (c *call) listInvoices() error {
	q, bad := c.r.URL.Query(), []errs.Field(nil)
	limit := limitOf(q.Get("limit"), &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	page, err := c.api.Billing.Invoices(c.r.Context(), c.actor, billing.Filter{State: q.Get("state"), Customer: q.Get("customer"), Number: q.Get("number"),
		Cursor: q.Get("cursor"), Limit: limit})
	if err != nil {
		return err
	}
	v := invoiceListView{Items: []invoiceView{}, NextCursor: cursorOrNull(page.Next)}
	for _, one := range page.Items {
		v.Items = append(v.Items, c.invoiceView(one))
	}
	return c.reply(v)
}

func (c *call) addInvoice() error {
	var b invoiceEntryBody
	if err := c.read(&b); err != nil {
		return err
	}
	e := billing.Entry{Customer: b.Customer, Invoice: contract.Invoice{Number: b.Number, Currency: b.Currency}}
	amount, wrong := billing.ParseAmount(b.Amount, b.Currency)
	e.Amount, e.Unread = amount, slices.Concat(dayOf("issued", b.Issued, &e.Issued), dayOf("due", b.Due, &e.Due), wrong)
	v, err := c.api.Billing.Enter(c.r.Context(), c.actor, e, c.keepInvoice)
	if err != nil {
		return err
	}
	return c.reply(c.invoiceView(v))
}

// read takes the body and asks for the operation's permission, which comes before any value is looked at.
func (c *call) read(into any) error {
	if err := decode(c.raw, into); err != nil {
		return err
	}
	return access.Check(c.actor, c.op.Permission)
}

// dayOf reads a day; left out it is none, and the use case says whether it is needed.
func dayOf(name, text string, into *calendar.Date) (bad []errs.Field) {
	if text == "" {
		return nil
	}
	day, err := calendar.ParseDate(text)
	if err != nil {
		return []errs.Field{errs.BadField(name, "rights.field_day")}
	}
	*into = day
	return nil
}

func (c *call) invoiceID() (id.ID, error) {
	v, err := id.Parse(c.r.PathValue("invoice"))
	if err != nil {
		return v, errs.Missing()
	}
	return v, nil
}

func (c *call) getInvoice() error {
	if err := access.Check(c.actor, c.op.Permission); err != nil {
		return err
	}
	invoice, err := c.invoiceID()
	if err != nil {
		return err
	}
	v, err := c.api.Billing.Invoice(c.r.Context(), c.actor, invoice)
	if err != nil {
		return err
	}
	return c.reply(c.invoiceView(v))
}

func (c *call) payInvoice() error {
	var b paymentBody
	if err := c.read(&b); err != nil {
		return err
	}
	invoice, err := c.invoiceID()
	if err != nil {
		return err
	}
	p := billing.Payment{Expect: c.r.Header.Get("If-Match"), Currency: b.Currency}
	var bad []errs.Field
	if p.At, err = time.Parse(time.RFC3339, b.PaidAt); err != nil {
		bad = append(bad, errs.BadField("paidAt", "field.instant"))
	}
	if b.Amount != "" || b.Currency != "" {
		amount, wrong := billing.ParseAmount(b.Amount, b.Currency)
		p.Amount, bad = amount, append(bad, wrong...)
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	v, err := c.api.Billing.Pay(c.r.Context(), c.actor, invoice, p, c.keepInvoice)
	if err != nil {
		return err
	}
	return c.reply(c.invoiceView(v))
}

func (c *call) voidInvoice() error {
	var b takeBackBody
	if err := c.read(&b); err != nil {
		return err
	}
	invoice, err := c.invoiceID()
	if err != nil {
		return err
	}
	v, err := c.api.Billing.TakeBack(c.r.Context(), c.actor, invoice, b.Reason, c.r.Header.Get("If-Match"), c.keepInvoice)
	if err != nil {
		return err
	}
	return c.reply(c.invoiceView(v))
}

func (c *call) importInvoices() error {
	if err := access.Check(c.actor, c.op.Permission); err != nil {
		return err
	}
	file, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, billing.MaxFile))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return errs.New(errs.TooLarge, "error.too_large", "limit", billing.MaxFile)
	case err != nil:
		return errs.Because(errs.Malformed, "error.body_cut", err)
	}
	var v importedView
	_, err = c.api.Billing.Import(c.r.Context(), c.actor, file, func(tx *db.Tx, done billing.Imported) error {
		v = importedView(done)
		if c.key != nil {
			c.key.Hash = c.sent.Sum(nil)
		}
		return c.keep(tx, v)
	})
	if err != nil {
		return err
	}
	return c.reply(v)
}
