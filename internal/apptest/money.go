package apptest

import (
	"context"
	"net/url"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/id"
)

// Invoice is the id of a new invoice of the customer, due on that day.
func (w *World) Invoice(customer, due string) string {
	w.t.Helper()
	day, err := calendar.ParseDate(due)
	if err != nil {
		w.t.Fatal(err)
	}
	invoice, err := w.App.Contract.RecordInvoice(context.Background(), Program(), w.customerID(customer),
		contract.Invoice{Number: id.New().String(), Due: day, Amount: 123450, Currency: "EUR"})
	if err != nil {
		w.t.Fatal(err)
	}
	return invoice.String()
}

// invoiceFile is a file with one new invoice of the customer.
func invoiceFile(customer string) string {
	return "customer,number,due,amount,currency\n" + customer + "," + id.New().String() + ",2026-12-01,100.00,EUR\n"
}

// moneyForms are the forms of the pages about invoices.
func (o Objects) moneyForms() map[string]url.Values {
	return map[string]url.Values{
		"/desk/invoices/new":               {"customer": {o.Customer}, "number": {id.New().String()}, "due": {"2026-12-01"}, "amount": {"100.00"}, "currency": {"EUR"}},
		"/desk/invoices/import":            {"text": {invoiceFile(o.Customer)}},
		"/desk/invoices/{invoice}/payment": {"paidAt": {"2026-02-02T10:00"}},
		"/desk/invoices/{invoice}/void":    {"reason": {"entered twice"}},
		"/desk/customers/{key}/renewal":    {"months": {"12"}, "validUntil": {"2027-12-31"}},
		"/desk/renewals/{renewal}/order":   {"number": {id.New().String()}, "signedOn": {"2026-03-01"}},
	}
}

// nextWindow is a day on which no window of extended lifecycle support was ordered so far.
func (w *World) nextWindow() string {
	w.windows++
	return calendar.Date{Year: 2027, Month: time.January, Day: 1}.AddDays(w.windows).String()
}

// Renewal is the id of a new quote of the customer: everything as it runs, for a year of its own far away, so that nothing
// that is entered overlaps with anything else.
func (w *World) Renewal(customer string) string {
	w.t.Helper()
	ctx := context.Background()
	terms, err := w.App.Billing.TermsOf(ctx, Program(), customer)
	if err != nil {
		w.t.Fatal(err)
	}
	w.renewed++
	q := billing.QuoteRequest{Months: 12, ValidUntil: calendar.Date{Year: 2027, Month: time.December, Day: 31}, Products: terms.Products}
	for _, s := range terms.Systems {
		q.Systems = append(q.Systems, billing.Choice{System: s.System, Plan: s.Plan, From: calendar.Date{Year: 2400 + w.renewed, Month: time.January, Day: 1}})
	}
	made, err := w.App.Billing.Quote(ctx, Program(), customer, q, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return made.ID.String()
}

// renewalValue says which quote an address names; one that is to be ordered or taken back is made for it.
func (w *World) renewalValue(r access.Route, o *Objects, values map[string]string) {
	values["renewal"] = o.Renewal
	if !Changes(r) || !strings.Contains(r.Pattern, "{renewal}") {
		return
	}
	if o.Quote == "" {
		o.Quote = w.Renewal(o.Customer)
	}
	values["renewal"] = o.Quote
}
