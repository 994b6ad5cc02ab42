package money

import (
	"io"
	"net/http"
	"strings"

	"liaison/internal/billing"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/web"
)

// NewPage is the form of an invoice.
type NewPage struct {
	web.Page
	Asked
}

// ImportPage is the form for a file of invoices, with what was wrong in it or what it came to.
type ImportPage struct {
	web.Page
	Asked
	Columns string
	Wrong   []WrongCell
	Done    string // what the file came to; "" before
}

// WrongCell is what cannot be in a file.
type WrongCell struct{ Where, Text string }

func (o Options) newInvoice(w http.ResponseWriter, r *http.Request) error {
	page := NewPage{Page: o.Site.Page(r, "money.new", "invoices")}
	page.Form = web.NewForm("customer", r.URL.Query().Get("customer"))
	return o.Site.Render(w, r, http.StatusOK, page)
}

func (o Options) addInvoice(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	var v billing.Invoice
	v, err = o.Billing.Enter(r.Context(), web.CurrentActor(r), entry(form), nil)
	if err == nil {
		return o.Site.Redirect(w, r, invoicesPath+"/"+v.ID.String(), "money_added", "")
	}
	page := NewPage{Page: o.Site.Page(r, "money.new", "invoices")}
	asked, ok := undone(page.Page, form, err, "money.")
	if !ok {
		return err
	}
	page.Asked = asked
	return o.Site.Render(w, r, web.StatusOf(err), page)
}

func entry(form web.Form) billing.Entry {
	e := billing.Entry{Customer: strings.TrimSpace(form.Value("customer")),
		Invoice: contract.Invoice{Number: strings.TrimSpace(form.Value("number")), Currency: strings.TrimSpace(form.Value("currency"))}}
	for name, into := range map[string]*calendar.Date{"issued": &e.Issued, "due": &e.Due} {
		if form.Value(name) == "" {
			continue // the use case says what is missing
		}
		var err error
		if *into, err = calendar.ParseDate(form.Value(name)); err != nil {
			e.Unread = append(e.Unread, errs.BadField(name, "rights.field_day"))
		}
	}
	amount, wrong := billing.ParseAmount(form.Value("amount"), e.Currency)
	e.Amount, e.Unread = amount, append(e.Unread, wrong...)
	return e
}

func (o Options) importForm(w http.ResponseWriter, r *http.Request) error {
	return o.Site.Render(w, r, http.StatusOK, o.importPage(r))
}

func (o Options) importPage(r *http.Request) ImportPage {
	return ImportPage{Page: o.Site.Page(r, "money.import", "invoices"), Columns: strings.Join(billing.Columns(), ",")}
}

// importFile takes over a file, or what was typed. What was wrong is listed by line and column, and nothing was taken
// over; the text is still in the form.
func (o Options) importFile(w http.ResponseWriter, r *http.Request) error {
	form, text, err := sent(r)
	if err != nil {
		return err
	}
	done, err := o.Billing.Import(r.Context(), web.CurrentActor(r), text, nil)
	page := o.importPage(r)
	page.Form = form.With("text", string(text))
	if err == nil {
		page.Form = web.Form{}
		page.Done = page.T("money.imported", "added", done.Added, "changed", done.Changed, "paid", done.Paid, "unchanged", done.Unchanged)
		return o.Site.Render(w, r, http.StatusOK, page)
	}
	explained, ok := page.Explain(page.Form, err)
	if !ok {
		return err
	}
	for _, wrong := range explained.Errors() {
		page.Wrong = append(page.Wrong, WrongCell{page.place(wrong.Name), wrong.Text})
	}
	return o.Site.Render(w, r, web.StatusOf(err), page)
}

// place says where in the file something is wrong, for the reader: "line 3, amount" of the error is of the interface.
func (p ImportPage) place(name string) string {
	line, column, found := strings.Cut(strings.TrimPrefix(name, "line "), ", ")
	switch {
	case !strings.HasPrefix(name, "line "):
		return p.T("money.the_file")
	case !found:
		return p.T("money.in_line", "line", line)
	}
	return p.T("money.in_cell", "line", line, "column", column)
}

// sent is the file that came along, or what stands in the form.
func sent(r *http.Request) (form web.Form, text []byte, err error) {
	form, err = web.ReadLarge(r, billing.MaxFile, func(_ string, file io.Reader) (err error) {
		text, err = io.ReadAll(io.LimitReader(file, billing.MaxFile+1))
		if len(text) > billing.MaxFile {
			err = errs.New(errs.TooLarge, "error.too_large", "limit", billing.MaxFile)
		}
		return err
	})
	if len(text) == 0 {
		text = []byte(form.Value("text"))
	}
	return form, text, err
}
