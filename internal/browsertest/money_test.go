package browsertest

import (
	"slices"
	"strings"
	"testing"

	"liaison/internal/text"
)

// owed is what the stories of invoices, books and lists read, in its language.
type owed struct {
	lang              text.Lang
	liaison, customer string // who is told, and the key of their customer
	books             string // the key of the customer whose books are written
	number            string // of the invoice
	stops, since      string // what the customer's page says
	agreement, order  string // numbers
	term              string // as the books show it after the correction
	month             string // of the statement
}

func owedStories() []owed {
	return []owed{
		{text.English, "diego.salcedo", "valle-energia", "serra-alta", "R-2026-77", "Support is suspended until these invoices are paid.", "Due on 20 Nov 2026. Support has been suspended since",
			"AG-2099-9", "O-2026-9", "31 Dec 2027", "October 2026"},
		{text.Chinese, "oliver.hartwell", "northgate", "pampa-seguros", "R-2026-78", "在以下发票付清之前，支持服务暂停。", "起支持服务已暂停",
			"AG-2099-10", "O-2026-10", "2027年12月31日", "2026年10月"},
	}
}

// invoiceStory enters an invoice that is overdue, as the finance desk does, reads what its customer is told, and records
// the payment.
func (s *stage) invoiceStory(t *testing.T, in owed) {
	desk, liaison := s.reads(t, s.by(t, "carl.jensen"), in.lang), s.reads(t, s.by(t, in.liaison), in.lang)
	desk.expect("status of 422")
	liaison.visit("/account/support")
	liaison.says("main", liaison.word("support.covered"))
	desk.visit("/desk/invoices")
	desk.done("the form", desk.push("main", desk.word("money.new")))
	for key, value := range map[string]string{"money.customer_key": in.customer, "money.number": in.number, "money.due": "2026-11-20", "money.amount": "12,34.50"} {
		desk.fill("main", desk.word(key), value)
	}
	desk.fill("main", desk.word("money.currency"), "EUR")
	if status := desk.enter(); status != 422 {
		t.Errorf("an amount that is none: %d", status)
	}
	desk.must("#err-amount")
	if got := desk.value("#number"); got != in.number {
		t.Errorf("after the error the number is %q", got)
	}
	desk.fill("main", desk.word("money.amount"), "1234.50")
	desk.done("recording the invoice with the Enter key", desk.enter())
	desk.says("main", desk.word("money.state.overdue"))

	liaison.visit("/account/support")
	liaison.says("main", in.stops)
	liaison.says("main", in.number)
	liaison.says("main", in.since)
	liaison.says("main", liaison.word("support.reach"))
	liaison.must(`main a[href^="/policy/5.2"]`)
	liaison.visit("/cases/new")
	liaison.must(`main a[href^="/policy/5.2"]`)

	desk.choose("#paidAt", "2026-11-23T09:00")
	desk.done("recording the payment", desk.push("main form", desk.word("money.pay")))
	desk.says("main", desk.word("money.state.paid"))
	liaison.visit("/account/support")
	if got := liaison.text("main"); strings.Contains(got, in.stops) {
		t.Errorf("after the payment the page still says %q", got)
	}
	liaison.says("main", liaison.word("support.covered"))
	liaison.visit("/cases/new")
	liaison.must("#filing")
}

// bookStory writes the books of a customer as the order desk does: an agreement and an order are entered, a term is
// corrected. What is wrong stays typed.
func (s *stage) bookStory(t *testing.T, in owed) {
	r := s.reads(t, s.by(t, "otis.greene"), in.lang)
	r.expect("status of 422")
	r.visit("/desk/customers/" + in.books + "/books")
	r.unfold("#agreements", r.word("books.add.agreements"))
	field := func(name string) string { return r.word("books.field." + name) }
	r.fill("#agreements", field("number"), in.agreement)
	r.fill("#agreements", field("country"), "XX")
	r.fill("#agreements", field("signingEntity"), "Corvane Services")
	r.fill("#agreements", field("from"), "2099-01-01")
	r.fill("#agreements", field("to"), "2098-12-31")
	if status := r.push("#agreements form", r.word("books.add")); status != 422 {
		t.Errorf("an agreement that ends before it begins: %d", status)
	}
	if got := r.value(r.field("#agreements", field("number"))); got != in.agreement {
		t.Errorf("after the error the number is %q", got)
	}
	r.must(`#agreements [aria-invalid=true]`)
	r.fill("#agreements", field("country"), "BR")
	r.fill("#agreements", field("to"), "2099-12-31")
	r.done("entering an agreement", r.push("#agreements form", r.word("books.add")))

	r.unfold("#orders", r.word("books.add.orders"))
	for name, value := range map[string]string{"number": in.order, "signedOn": "2026-11-20", "from": "2026-11-23", "to": "2027-11-22"} {
		r.fill("#orders", field(name), value)
	}
	r.pick("#orders", r.word("books.line", "n", 1, "what", field("sku")), r.word("books.sku.map_key"))
	r.done("entering an order", r.push("#orders form", r.word("books.add")))
	r.says("#orders", in.order)
	r.says("#orders", r.word("books.sku.map_key"))

	r.unfold("#terms", r.word("books.correct"))
	r.fill("#terms li", field("to"), "2027-12-31")
	r.done("correcting a term", r.push("#terms li form", r.word("books.save")))
	r.says("#terms", in.term)
}

// listStory reads who loses support at the end of on-premises support, with the way to the customer and the file, and the
// service statement of a month with its files.
func (s *stage) listStory(t *testing.T, in owed) {
	desk := s.reads(t, s.by(t, "adam.novak"), in.lang)
	desk.visit("/desk/losing-support")
	desk.says("main table", "Granite Works")
	if strings.Contains(desk.text("main table"), "Nordwind") {
		t.Error("a customer with an exception is listed")
	}
	desk.must(`main a[download][href="/desk/losing-support.csv"]`)
	desk.done("the customer", desk.push("main table", "Granite Works"))
	if got := desk.path(); !strings.HasPrefix(got, "/desk/customers/granite-works") {
		t.Errorf("the name leads to %s", got)
	}

	r := s.reads(t, s.by(t, in.liaison), in.lang)
	r.visit("/statements")
	r.pick("main", r.word("statement.page.which"), in.month)
	r.done("a month", r.push("main", r.word("statement.page.show")))
	r.says("h1", in.month)
	r.says("main", r.word("statement.page.totals"))
	links := ask[[]string](r.window, `[...document.querySelectorAll("main a[download]")].map(a => new URL(a.href).pathname)`)
	if !slices.Equal(links, []string{"/statements/2026-10/json", "/statements/2026-10/csv"}) {
		t.Errorf("the files are %v", links)
	}
}
