package seats

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/id"
	"liaison/internal/web"
)

// BooksPage is what a customer has signed and ordered, and who stands for it, as of a day.
type BooksPage struct {
	web.Page
	Asked
	Key, Name, On string
	Bad           bool // what was asked for is no day: the books of today are shown
	Year, Changes string
	Sections      []BookSection
}

// BookSection is one kind of facts.
type BookSection struct {
	Kind, Title string
	Count       int // of all facts
	Rows        []BookRow
	More        string    // how many facts are left out; "" for none
	Add         *BookForm // nil: nothing can be entered here, or not by the reader
}

// BookRow is one fact in words; Name may be in another language. End is the address that ends it, "" for none.
type BookRow struct {
	Name, Text string
	End, Does  string
	Correct    *BookForm
	entry      id.ID
	does       string // end, withdraw
}

func (o Options) books(w http.ResponseWriter, r *http.Request) error {
	return o.showBooks(w, r, http.StatusOK, Asked{})
}

func (o Options) showBooks(w http.ResponseWriter, r *http.Request, status int, asked Asked) error {
	ctx, actor := r.Context(), web.CurrentActor(r)
	customer, err := o.Liaisons.Named(ctx, actor, r.PathValue("key"))
	if err != nil {
		return err
	}
	page := BooksPage{Page: o.Site.Page(r, "books.title", "customers"), Asked: asked, Key: r.PathValue("key")}
	at := o.Site.Clock.Now()
	zone := o.Policy.Now().Vendor.Zone
	page.On = calendar.DateOf(at, zone).String()
	if text := r.URL.Query().Get("on"); text != "" {
		day, err := calendar.ParseDate(text)
		page.Bad = err != nil
		if err == nil {
			page.On = day.String()
			at = day.AddDays(1).StartIn(zone).Add(-time.Microsecond) // what was true when the day ended
		}
	}
	if text := r.URL.Query().Get("at"); text != "" {
		instant, err := time.Parse(time.RFC3339, text)
		page.Bad = page.Bad || err != nil
		if err == nil {
			at, page.On = instant.UTC(), calendar.DateOf(instant, zone).String()
		}
	}
	b, err := o.Books.AsOf(ctx, actor, customer, at)
	if err != nil {
		return err
	}
	all, err := o.Liaisons.Overview(ctx, actor, customer)
	if err != nil {
		return err
	}
	page.Name = all.Name
	page.Year = page.T("books.year", "from", civil(page.Page, b.Year.From), "to", civil(page.Page, b.Year.To))
	page.Changes = page.T("books.changes", "used", b.Changes.Used, "limit", b.Changes.Limit)
	c, err := o.chooser(ctx, page.Page, actor, all, b)
	if err != nil {
		return err
	}
	c.base, c.form = booksBase(r), asked.Form
	if r.Method == http.MethodPost {
		c.asked = r.URL.Path
	}
	page.Sections = o.bookSections(page.Page, b, c)
	for i := range page.Sections {
		s := &page.Sections[i]
		past := r.URL.Query().Get("on")+r.URL.Query().Get("at") != "" // what is over is read, not written
		if p := books.EnterPermission(s.Kind); p == "" || past || !access.Allows(actor, p) {
			s.still()
			continue
		}
		s.Add = c.enter(s.Kind)
	}
	return o.Site.Render(w, r, status, page)
}

// still takes away what changes something.
func (s *BookSection) still() {
	for i := range s.Rows {
		s.Rows[i].End, s.Rows[i].Correct = "", nil
	}
}

func (o Options) bookSections(p web.Page, b books.Books, c *chooser) (all []BookSection) {
	systems := map[id.ID]string{}
	for _, s := range b.Systems {
		systems[s.ID] = s.Name
	}
	term := func(from, to calendar.Date) string {
		return p.T("books.term", "from", civil(p, from), "to", civil(p, to))
	}
	since := func(at time.Time) string { return p.T("books.since", "at", p.Date(at)) }
	of := map[string][]BookRow{}
	row := func(kind, does string, entry id.ID, name string, correct *BookForm, parts ...string) {
		r := fact(entry, name, parts...)
		r.Correct, r.does = correct, does
		if does != "" {
			r.End, r.Does = c.base+"/"+kind+"/"+entry.String()+"/end", p.T("books."+does, "name", name)
		}
		of[kind] = append(of[kind], r)
	}
	for _, g := range b.Agreements {
		row(books.Agreements, "withdraw", g.ID, g.Number, nil, g.SigningEntity, g.Country, o.centre(p, g.Centre), term(g.From, g.To))
	}
	for _, order := range b.Orders {
		for i, l := range order.Lines {
			does := ""
			if i == 0 {
				does = "withdraw"
			}
			row(books.Orders, does, order.ID, order.Number, nil, strconv.Itoa(l.Quantity)+" × "+strings.TrimSpace(o.sku(p, l.SKU)+" "+l.Product), systems[l.System], term(l.From, l.To))
		}
	}
	for _, e := range b.Systems {
		row(books.Systems, "", e.ID, e.Name, c.correctSystem(e), p.T("desk.deployment."+e.Deployment), e.Country, e.Product+" "+e.Version, strings.Join(e.Environments, ", "))
	}
	for _, e := range b.Components {
		row(books.Components, "end", e.ID, e.Name, nil, e.Vendor, e.Version, systems[e.System], since(e.Since))
	}
	for _, e := range b.Terms {
		row(books.Terms, "withdraw", e.ID, systems[e.System], c.correctTerm(e), o.plan(p, e.Plan).Name, term(e.From, e.To))
	}
	for _, e := range b.Exceptions {
		correct, what := c.correctException(e), ""
		if e.Kind == "extended" {
			correct, what = nil, p.T("books.sku.els")
		}
		row(books.Exceptions, "withdraw", e.ID, e.Document, correct, what, systems[e.System], p.T("books.delivered", "scope", services(p, e.Scope)), term(e.From, e.To))
	}
	for _, s := range b.Seats {
		row(books.BoughtKind, "withdraw", s.ID, systems[s.System], nil, p.T("books.extra", "count", s.Seats), term(s.From, s.To))
	}
	for _, x := range b.Contacts {
		row(books.Contacts, "end", x.ID, x.Name, nil, p.T("books.contact."+x.Kind), since(x.Since))
	}
	for _, l := range b.Links {
		row(books.Links, "end", l.ID, l.Name, nil, p.T("books.link."+l.Kind), since(l.Since))
	}
	for _, v := range b.Invoices {
		paid := p.T("books.unpaid")
		if v.Paid != nil {
			paid = p.T("books.paid", "at", p.Date(*v.Paid))
		}
		row("invoices", "", v.ID, v.Number, nil, p.T("books.due", "on", civil(p, v.Due)), paid)
	}
	if c := b.Record; c != nil {
		marks := ""
		if c.Restricted {
			marks = p.T("books.restricted")
		}
		row("record", "", b.Customer, c.Name, nil, p.T("books.kind."+c.Kind), c.Country, o.centre(p, c.Centre), marks)
	}
	all = append(all, BookSection{Kind: "record", Title: p.T("books.record"), Rows: of["record"]})
	for _, kind := range books.EntryKinds() {
		all = append(all, BookSection{Kind: kind, Title: p.T("books." + kind), Rows: of[kind]})
	}
	all = append(all, o.peopleSections(p, b, systems, since)...)
	if b.Invoices != nil {
		all = append(all, BookSection{Kind: "invoices", Title: p.T("books.invoices"), Rows: of["invoices"]})
	}
	for i := range all {
		all[i].Count = max(all[i].Count, len(all[i].Rows))
	}
	return all
}

// sku says what a line of an order buys: a plan by its name, everything else by the catalogue.
func (o Options) sku(p web.Page, sku string) string {
	key, isPlan := strings.CutPrefix(sku, books.SKUPlan)
	if !isPlan {
		return p.T("books.sku." + sku)
	}
	if plan, ok := o.Policy.Now().Plan(key); ok {
		return p.T("books.sku.plan", "plan", plan.Names.In(string(p.Lang)))
	}
	return key
}
