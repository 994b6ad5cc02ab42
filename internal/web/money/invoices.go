package money

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// InvoicesPage lists invoices.
type InvoicesPage struct {
	web.Page
	Tabs             []Tab
	Customer, Number string // what the list is narrowed to
	State            string
	Rows             []InvoiceRow
	More             string
	May              bool // the viewer enters invoices
	Empty            web.Empty
}

// Tab is a choice of invoices by their state.
type Tab struct {
	Text, Href string
	Chosen     bool
}

// InvoiceRow is one invoice in words.
type InvoiceRow struct {
	Href, Number, Customer, Key, Amount, Due, Issued string
	State, Tone, Icon                                string
}

func (o Options) row(p web.Page, v billing.Invoice) InvoiceRow {
	row := InvoiceRow{Href: invoicesPath + "/" + v.ID.String(), Number: v.Number, Customer: v.CustomerName, Key: v.Customer,
		Amount: billing.Readable(v.Amount, v.Currency), Due: civil(p, v.Due), Issued: civil(p, v.Issued), State: p.T("money.state." + v.State)}
	row.Tone, row.Icon = looks(v.State)
	return row
}

// looks is how the state of an invoice or a quote is shown: done, too late, taken back, or waiting.
func looks(state string) (tone, icon string) {
	switch state {
	case billing.Paid, billing.Ordered:
		return "fix", "circle-check"
	case billing.Overdue, billing.Expired:
		return "suspended", "octagon-alert"
	case billing.Void, billing.Withdrawn:
		return "closed", "ban"
	}
	return "waiting", "hourglass"
}

func civil(p web.Page, d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return p.Format.CivilDate(d.Year, d.Month, d.Day)
}

func (o Options) invoices(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := billing.Filter{State: q.Get("state"), Customer: strings.TrimSpace(q.Get("customer")), Number: strings.TrimSpace(q.Get("number")), Cursor: q.Get("cursor"), Limit: 50}
	found, err := o.Billing.Invoices(r.Context(), web.CurrentActor(r), f)
	if err != nil {
		return err
	}
	page := InvoicesPage{Page: o.Site.Page(r, "money.invoices", "invoices"), Customer: f.Customer, Number: f.Number, State: f.State,
		May: access.Allows(web.CurrentActor(r), access.InvoiceWrite)}
	page.Empty = web.Empty{Icon: "file-text", Title: page.T("money.none"), Text: page.T("money.none_text")}
	for _, state := range append([]string{""}, billing.States()...) {
		text := page.T("money.all")
		if state != "" {
			text = page.T("money.state." + state)
		}
		page.Tabs = append(page.Tabs, Tab{text, o.listHref(f, state, ""), state == f.State})
	}
	for _, v := range found.Items {
		page.Rows = append(page.Rows, o.row(page.Page, v))
	}
	if found.Next != "" {
		page.More = o.listHref(f, f.State, found.Next)
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func (o Options) listHref(f billing.Filter, state, cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{"state": state, "customer": f.Customer, "number": f.Number, "cursor": cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return invoicesPath
	}
	return invoicesPath + "?" + q.Encode()
}

// InvoicePage is one invoice, with what it does to support and what can be done with it.
type InvoicePage struct {
	web.Page
	Asked
	Invoice  InvoiceRow
	Action   string
	ETag     string
	Effect   string // what it does to support, in words
	Clause   string
	PaidAt   web.When
	VoidedAt web.When
	Reason   string
	Open     bool // it can be paid or taken back by the viewer
	Zone     string
}

// Asked is what a person typed and why it was not done.
type Asked struct {
	Form    web.Form
	Problem *web.Notice
}

// localTime is how an <input type=datetime-local> writes an instant.
const localTime = "2006-01-02T15:04"

func (o Options) invoice(w http.ResponseWriter, r *http.Request) error {
	invoice, err := pathID(r, "invoice")
	if err != nil {
		return err
	}
	return o.showInvoice(w, r, http.StatusOK, invoice, Asked{})
}

func (o Options) showInvoice(w http.ResponseWriter, r *http.Request, status int, invoice id.ID, asked Asked) error {
	actor := web.CurrentActor(r)
	v, err := o.Billing.Invoice(r.Context(), actor, invoice)
	if err != nil {
		return err
	}
	page := InvoicePage{Page: o.Site.Page(r, "money.invoice", "invoices"), Asked: asked, ETag: v.ETag(), Clause: "5.2", Reason: v.VoidReason,
		Action: invoicesPath + "/" + invoice.String()}
	page.Title, page.Invoice = page.T("money.invoice_of", "number", v.Number), o.row(page.Page, v)
	page.Zone = page.ZoneName()
	suspends := page.Instant(v.SuspendsAt)
	switch v.State {
	case billing.Paid:
		page.PaidAt, page.Effect = page.When(*v.PaidAt), page.T("money.effect.paid")
	case billing.Void:
		page.VoidedAt, page.Effect = page.When(*v.VoidedAt), page.T("money.effect.void")
	case billing.Overdue:
		page.Effect = page.T("money.effect.overdue", "at", suspends)
	default:
		page.Effect = page.T("money.effect.open", "at", suspends)
	}
	page.Open = (v.State == billing.Open || v.State == billing.Overdue) && access.Allows(actor, access.InvoiceWrite)
	if page.Form.Value("paidAt") == "" {
		page.Form = page.Form.With("paidAt", o.Site.Clock.Now().In(zoneOf(page.Page)).Format(localTime))
	}
	return o.Site.Render(w, r, status, page)
}

// actions are what can be done with one thing from its page.
type actions struct {
	name, path     string // of the thing in the address, and where its page lies
	title, section string // of the page
	show           func(w http.ResponseWriter, r *http.Request, status int, of id.ID, asked Asked) error
}

func (o Options) onInvoice() actions {
	return actions{"invoice", invoicesPath, "money.invoice", "invoices", o.showInvoice}
}

// act does what a form asks for, and shows the page of the thing again with the reason when it is not done.
func (o Options) act(w http.ResponseWriter, r *http.Request, on actions, notice string, do func(form web.Form, of id.ID) error) error {
	of, err := pathID(r, on.name)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err = do(form, of); err == nil {
		return o.Site.Redirect(w, r, on.path+"/"+of.String(), notice, "")
	}
	asked, ok := undone(o.Site.Page(r, on.title, on.section), form, err, "money.")
	if !ok {
		return err
	}
	return on.show(w, r, web.StatusOf(err), of, asked)
}

func (o Options) pay(w http.ResponseWriter, r *http.Request) error {
	return o.act(w, r, o.onInvoice(), "money_paid", func(form web.Form, invoice id.ID) error {
		at, err := time.ParseInLocation(localTime, form.Value("paidAt"), zoneOf(o.Site.Page(r, "money.invoice", "invoices")))
		if err != nil {
			return errs.BadFields(errs.BadField("paidAt", "field.required"))
		}
		_, err = o.Billing.Pay(r.Context(), web.CurrentActor(r), invoice, billing.Payment{At: at, Expect: form.Value("etag")}, nil)
		return err
	})
}

func (o Options) takeBack(w http.ResponseWriter, r *http.Request) error {
	return o.act(w, r, o.onInvoice(), "money_void", func(form web.Form, invoice id.ID) error {
		_, err := o.Billing.TakeBack(r.Context(), web.CurrentActor(r), invoice, form.Value("reason"), form.Value("etag"), nil)
		return err
	})
}

// undone is what the page shows after something that was not done; ok is false for errors that are no answer to the
// person. Where the page calls its entries by names of its own, it says so as for Page.Explain.
func undone(p web.Page, typed web.Form, err error, ownNames ...string) (a Asked, ok bool) {
	a.Form = typed
	if form, ok := p.Explain(typed, err, ownNames...); ok {
		a.Form = form
		return a, true
	}
	n, ok := p.Refusal(err)
	a.Problem = &n
	return a, ok
}

// pathID reads an id of the address. What is no id names nothing.
func pathID(r *http.Request, name string) (id.ID, error) {
	v, err := id.Parse(r.PathValue(name))
	if err != nil {
		return v, errs.Missing()
	}
	return v, nil
}

func zoneOf(p web.Page) *time.Location {
	if p.Format.Zone == nil {
		return time.UTC
	}
	return p.Format.Zone
}
