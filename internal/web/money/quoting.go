package money

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"liaison/internal/billing"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// QuotePage is the form of a quote: what runs, with a choice for each.
type QuotePage struct {
	web.Page
	Asked
	Key, Name, Action string
	Systems           []QuoteSystem
	Products          []QuoteProduct
	Months            []Option
	Missing           []string // what was left out, by name
	Empty             web.Empty
}

// QuoteSystem is a system with what may become of it.
type QuoteSystem struct {
	ID, Name, Product, Until string
	Plans                    []Option
	Seats                    string
}

// QuoteProduct is a licensed product that no system runs.
type QuoteProduct struct {
	ID      string
	Choices []Option
}

// Option is an entry of a list to choose from.
type Option struct {
	Value, Text string
	Selected    bool
}

// today is the day of the vendor's zone.
func (o Options) today() calendar.Date {
	return calendar.DateOf(o.Site.Clock.Now(), o.Policy.Now().Vendor.Zone)
}

// quoteDays is for how long a quote is valid where nobody says another day.
const quoteDays = 30

func (o Options) quoteForm(w http.ResponseWriter, r *http.Request) error {
	form := web.NewForm("months", "12", "validUntil", o.today().AddDays(quoteDays).String())
	return o.showQuote(w, r, http.StatusOK, Asked{Form: form}, nil)
}

// What may become of a product, or of a system beside its plans.
const (
	keepAsIs  = "renew"
	givenBack = "returned"
	leaveOut  = "leave"
)

func (o Options) showQuote(w http.ResponseWriter, r *http.Request, status int, asked Asked, d *errs.Decision) error {
	key := r.PathValue("key")
	terms, err := o.Billing.TermsOf(r.Context(), web.CurrentActor(r), key)
	if err != nil {
		return err
	}
	page := QuotePage{Page: o.Site.Page(r, "renewal.new", "renewals"), Asked: asked, Key: key, Name: terms.Name, Action: "/desk/customers/" + key + "/renewal"}
	page.Empty = web.Empty{Icon: "building-2", Title: page.T("renewal.nothing"), Text: page.T("renewal.nothing_text")}
	for _, n := range billing.RenewalMonths() {
		value := strconv.Itoa(n)
		page.Months = append(page.Months, Option{value, page.T("renewal.month_count", "count", n), asked.Form.Value("months") == value})
	}
	for _, s := range terms.Systems {
		page.Systems = append(page.Systems, o.quoteSystem(page, s))
	}
	for _, product := range terms.Products {
		row := QuoteProduct{ID: product}
		chosen := asked.Form.Value("product-" + product)
		for _, c := range []string{keepAsIs, leaveOut, givenBack} {
			row.Choices = append(row.Choices, Option{c, page.T("renewal.choice." + c), c == chosen})
		}
		page.Products = append(page.Products, row)
	}
	if d != nil {
		page.Missing = missingNames(page.Page, *d, terms)
	}
	return o.Site.Render(w, r, status, page)
}

func (o Options) quoteSystem(page QuotePage, s contract.RunningSystem) QuoteSystem {
	row := QuoteSystem{ID: s.System.String(), Name: s.Name, Product: s.Product + " " + s.Version, Until: civil(page.Page, s.To), Seats: page.Form.Value("seats-" + s.System.String())}
	chosen := page.Form.Value("plan-" + row.ID)
	if chosen == "" { // nothing was typed yet
		chosen, row.Seats = s.Plan, strconv.Itoa(s.Seats)
	}
	for _, pl := range o.Policy.Now().Plans {
		row.Plans = append(row.Plans, Option{pl.Key, pl.Names.In(string(page.Lang)), pl.Key == chosen})
	}
	for _, c := range []string{leaveOut, givenBack} {
		row.Plans = append(row.Plans, Option{c, page.T("renewal.choice." + c), c == chosen})
	}
	return row
}

// missingNames names what a refused quote leaves out.
func missingNames(p web.Page, d errs.Decision, terms billing.Terms) (all []string) {
	products, _ := d.Inputs["missing"].([]string)
	for _, product := range products {
		all = append(all, p.T("renewal.diff.product", "product", product))
	}
	systems, _ := d.Inputs["missing_systems"].([]string)
	for _, s := range terms.Systems {
		if slices.Contains(systems, s.System.String()) {
			all = append(all, p.T("renewal.diff.system", "system", s.Name))
		}
	}
	return all
}

func (o Options) makeQuote(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	key := r.PathValue("key")
	terms, err := o.Billing.TermsOf(r.Context(), web.CurrentActor(r), key)
	if err != nil {
		return err
	}
	var v billing.Renewal
	q, err := readQuote(form, terms)
	if err == nil {
		v, err = o.Billing.Quote(r.Context(), web.CurrentActor(r), key, q, nil)
	}
	if err == nil {
		return o.Site.Redirect(w, r, renewalsPath+"/"+v.ID.String(), "renewal_made", "")
	}
	asked, ok := undone(o.Site.Page(r, "renewal.new", "renewals"), form, err, "renewal.")
	if !ok {
		return err
	}
	d := errs.As(err).Decision
	if d != nil && d.Code != entitlement.PartialRenewal {
		d = nil
	}
	return o.showQuote(w, r, web.StatusOf(err), asked, d)
}

// readQuote reads the choices of the form for what runs.
func readQuote(form web.Form, terms billing.Terms) (q billing.QuoteRequest, err error) {
	var bad []errs.Field
	if q.Months, err = strconv.Atoi(form.Value("months")); err != nil {
		bad = append(bad, errs.BadField("months", "renewal.bad_months"))
	}
	if form.Value("validUntil") != "" {
		if q.ValidUntil, err = calendar.ParseDate(form.Value("validUntil")); err != nil {
			bad = append(bad, errs.BadField("validUntil", "rights.field_day"))
		}
	}
	q.Currency = strings.TrimSpace(form.Value("currency"))
	if form.Value("amount") != "" || q.Currency != "" {
		amount, wrong := billing.ParseAmount(form.Value("amount"), q.Currency)
		q.Amount, bad = amount, append(bad, wrong...)
	}
	for _, s := range terms.Systems {
		c, wrong := readChoice(form, s)
		q.Systems, bad = append(q.Systems, c), append(bad, wrong...)
	}
	for _, product := range terms.Products {
		switch form.Value("product-" + product) {
		case keepAsIs, "":
			q.Products = append(q.Products, product)
		case givenBack:
			q.Returned = append(q.Returned, product)
		}
	}
	return q, errs.BadFields(bad...)
}

// readChoice reads what is to become of a system; what the form does not name goes on as it runs.
func readChoice(form web.Form, s contract.RunningSystem) (c billing.Choice, bad []errs.Field) {
	c.System = s.System
	name := "seats-" + s.System.String()
	switch plan := form.Value("plan-" + s.System.String()); plan {
	case "":
		c.Plan, c.Seats = s.Plan, s.Seats
		return c, nil
	case givenBack:
		c.Returned = true
	case leaveOut:
	default:
		c.Plan = plan
	}
	if text := strings.TrimSpace(form.Value(name)); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return c, []errs.Field{errs.BadField(name, "renewal.seats", "max", 1000)}
		}
		c.Seats = n
	}
	return c, nil
}

func (o Options) onRenewal() actions {
	return actions{"renewal", renewalsPath, "renewal.one", "renewals", o.showRenewal}
}

func (o Options) orderRenewal(w http.ResponseWriter, r *http.Request) error {
	return o.act(w, r, o.onRenewal(), "renewal_ordered", func(form web.Form, renewal id.ID) error {
		order := billing.RenewalOrder{Number: form.Value("number"), Expect: form.Value("etag")}
		if text := form.Value("signedOn"); text != "" {
			day, err := calendar.ParseDate(text)
			if err != nil {
				return errs.BadFields(errs.BadField("signedOn", "rights.field_day"))
			}
			order.SignedOn = day
		}
		_, err := o.Billing.OrderRenewal(r.Context(), web.CurrentActor(r), renewal, order, nil)
		return err
	})
}

func (o Options) withdrawRenewal(w http.ResponseWriter, r *http.Request) error {
	return o.act(w, r, o.onRenewal(), "renewal_withdrawn", func(form web.Form, renewal id.ID) error {
		_, err := o.Billing.WithdrawRenewal(r.Context(), web.CurrentActor(r), renewal, form.Value("etag"), nil)
		return err
	})
}

// TermsPage is what a customer has support for and until when, with its quotes.
type TermsPage struct {
	web.Page
	Staff     bool
	Closed    bool // the reader may not know what the customer pays for
	Systems   []TermRow
	Quotes    []OwnQuote
	Reach     []ReachRow
	Empty     web.Empty
	After     []AfterRow // systems on premises after the end of their support
	Covers    string     // what extended lifecycle support covers, and
	CoversNot string     // what it does not
}

// TermRow is a system with its last term.
type TermRow struct {
	Name, Product, Plan, Until, Text, Seats string
	Over                                    bool
}

// OwnQuote is a quote as the customer sees it.
type OwnQuote struct {
	Renewal RenewalRow
	Text    string
	Months  string
	Lines   []LineRow
	Diff    []string
}

// ReachRow is somebody of the vendor who helps.
type ReachRow struct{ Name, What, Mail string }

func (o Options) ownTerms(w http.ResponseWriter, r *http.Request) error {
	page := TermsPage{Page: o.Site.Page(r, "renewal.own_title", "account")}
	actor := web.CurrentActor(r)
	page.Empty = web.Empty{Icon: "building-2", Title: page.T("renewal.nothing"), Text: page.T("renewal.own_nothing")}
	if page.Staff = actor.Role.IsStaff(); page.Staff {
		return o.Site.Render(w, r, http.StatusOK, page)
	}
	terms, err := o.Billing.TermsOf(r.Context(), actor, "")
	if errs.KindOf(err) == errs.Refused && errs.As(err).Key == "renewal.not_yours" {
		page.Closed = true
		return o.Site.Render(w, r, http.StatusOK, page)
	}
	if err != nil {
		return err
	}
	for _, s := range terms.Systems {
		row := TermRow{Name: s.Name, Product: s.Product + " " + s.Version, Plan: o.planName(page.Page, s.Plan), Until: civil(page.Page, s.To), Over: s.To.Compare(terms.Today) < 0}
		row.Text = page.T("renewal.runs_until", "day", row.Until)
		if row.Over {
			row.Text = page.T("renewal.ran_until", "day", row.Until)
		}
		if s.Seats > 0 {
			row.Seats = page.T("renewal.line.seats", "count", s.Seats)
		}
		page.Systems = append(page.Systems, row)
	}
	page.After = o.afterRows(page.Page, terms)
	page.Covers, page.CoversNot = serviceNames(page.Page, o.Policy.Now().Extended.Scope), serviceNames(page.Page, o.notCovered())
	for _, v := range terms.Quotes {
		if v.State == billing.Withdrawn {
			continue
		}
		q := OwnQuote{Renewal: renewalRow(page.Page, v), Months: page.T("renewal.month_count", "count", v.Months), Diff: o.differences(page.Page, v)}
		q.Text = page.T("renewal.own."+v.State, "day", q.Renewal.Valid)
		for _, l := range v.Lines {
			q.Lines = append(q.Lines, o.lineRow(page.Page, l))
		}
		page.Quotes = append(page.Quotes, q)
	}
	for _, h := range terms.Reach {
		page.Reach = append(page.Reach, ReachRow{h.Name, page.T("books.contact." + h.Kind), h.Email})
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

// ownFile is the customer's open and ordered quotes as a file.
func (o Options) ownFile(w http.ResponseWriter, r *http.Request) error {
	actor := web.CurrentActor(r)
	if actor.Role.IsStaff() {
		return errs.Missing()
	}
	terms, err := o.Billing.TermsOf(r.Context(), actor, "")
	if err != nil {
		return err
	}
	shown := slices.DeleteFunc(terms.Quotes, func(v billing.Renewal) bool { return v.State == billing.Withdrawn })
	return writeQuotes(w, "renewal", shown)
}
