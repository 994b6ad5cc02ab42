package seats

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/web"
)

// BooksPage is what a customer has signed and ordered, and who stands for it, as of a day.
type BooksPage struct {
	web.Page
	Key, Name, On string
	Bad           bool // what was asked for is no day: the books of today are shown
	Year          string
	Sections      []BookSection
}

// BookSection is one kind of facts.
type BookSection struct {
	Title string
	Rows  []BookRow
}

// BookRow is one fact in words; Name may be in another language.
type BookRow struct{ Name, Text string }

func (o Options) books(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), web.CurrentActor(r)
	customer, err := o.Liaisons.Named(ctx, actor, r.PathValue("key"))
	if err != nil {
		return err
	}
	page := BooksPage{Page: o.Site.Page(r, "books.title", "customers"), Key: r.PathValue("key")}
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
	systems := map[string]string{}
	for _, s := range all.Systems {
		systems[s.System.String()] = s.Name
	}
	page.Sections = o.bookSections(page.Page, b, systems)
	return o.Site.Render(w, r, http.StatusOK, page)
}

func (o Options) bookSections(p web.Page, b books.Books, systems map[string]string) []BookSection {
	term := func(from, to calendar.Date) string {
		return p.T("books.term", "from", civil(p, from), "to", civil(p, to))
	}
	agreements, orders, seats := BookSection{Title: p.T("books.agreements")}, BookSection{Title: p.T("books.orders")}, BookSection{Title: p.T("books.seats")}
	contacts, links, liaisons := BookSection{Title: p.T("books.contacts")}, BookSection{Title: p.T("books.links")}, BookSection{Title: p.T("seats.title")}
	for _, g := range b.Agreements {
		agreements.Rows = append(agreements.Rows, BookRow{g.Number, g.SigningEntity + " · " + g.Country + " · " + o.centre(p, g.Centre) + " · " + term(g.From, g.To)})
	}
	for _, order := range b.Orders {
		for _, l := range order.Lines {
			what := strconv.Itoa(l.Quantity) + " × " + o.sku(p, l.SKU)
			if l.Product != "" {
				what += " " + l.Product
			}
			if name := systems[l.System.String()]; name != "" {
				what += " · " + name
			}
			orders.Rows = append(orders.Rows, BookRow{order.Number, what + " · " + term(l.From, l.To)})
		}
	}
	for _, s := range b.Seats {
		seats.Rows = append(seats.Rows, BookRow{systems[s.System.String()], p.T("books.extra", "count", s.Seats) + " · " + term(s.From, s.To)})
	}
	for _, c := range b.Contacts {
		contacts.Rows = append(contacts.Rows, BookRow{c.Name, p.T("books.contact."+c.Kind) + " · " + p.T("books.since", "at", p.Date(c.Since))})
	}
	for _, l := range b.Links {
		links.Rows = append(links.Rows, BookRow{l.Name, p.T("books.link."+l.Kind) + " · " + p.T("books.since", "at", p.Date(l.Since))})
	}
	for _, d := range b.Designated {
		liaisons.Rows = append(liaisons.Rows, BookRow{d.Name, systems[d.System.String()] + " · " + p.T("books.since", "at", p.Date(d.Since))})
	}
	return []BookSection{agreements, orders, seats, contacts, links, liaisons}
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
