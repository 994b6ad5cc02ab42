package apptest

import (
	"context"
	"net/url"

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
	}
}
