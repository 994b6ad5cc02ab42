package browsertest

import (
	"strings"
	"testing"

	"liaison/internal/text"
)

// renewing is what the story of a renewal reads, in its language.
type renewing struct {
	lang              text.Lang
	liaison, customer string // who reads the quote, and the key of their customer
	system            string // that is bought between the quote and its order
	order             string // number
	plan              string // that the new system goes on with
	until             string // the last day of it then
}

func renewalStories() []renewing {
	return []renewing{
		{text.English, "diego.salcedo", "valle-energia", "REP-02", "O-2027-9", "Premier", "31 Oct 2028"},
		{text.Chinese, "oliver.hartwell", "northgate", "报表-02", "O-2027-10", "高级支持", "2028年10月31日"},
	}
}

// renewalStory makes a quote as the order desk does. A system that is bought meanwhile has to be in it: the order is refused,
// and so is a quote that leaves something out, by name and with all that was typed. The customer reads what they may order,
// on a phone, and then what they have.
func (s *stage) renewalStory(t *testing.T, in renewing) {
	desk, liaison := s.reads(t, s.by(t, "otis.greene"), in.lang), s.reads(t, s.by(t, in.liaison), in.lang)
	desk.expect("status of 409")
	desk.visit("/desk/customers/" + in.customer)
	desk.done("the form of a quote", desk.push("main", desk.word("renewal.make")))
	desk.fill("main form", desk.word("renewal.amount"), "1200.00")
	desk.fill("main form", desk.word("money.currency"), "EUR")
	desk.done("a quote of everything", desk.push("main form", desk.word("renewal.make")))
	first := desk.path()
	liaison.size(390, 844)
	liaison.visit("/account/renewal")
	liaison.says("main", liaison.word("renewal.state.open"))
	liaison.says("main", "1200.00")
	liaison.fits()

	s.buySystem(t, desk, in)
	desk.visit(first)
	desk.says("main", desk.word("renewal.left_out"))
	if status := s.orderQuote(desk, in); status != 409 {
		t.Errorf("an order without the new system: %d", status)
	}
	desk.says("main", desk.word("renewal.diff.systems", "count", 1))
	if got := desk.value("#number"); got != in.order {
		t.Errorf("after the refusal the number is %q", got)
	}

	desk.visit("/desk/customers/" + in.customer + "/renewal")
	own := func(r reader) string { // the choices of the new system
		ask[bool](r.window, `([...document.querySelectorAll("#systems legend b")].find(e => e.innerText.trim() === `+quoted(in.system)+`).dataset.mine = "", true)`)
		return `#systems fieldset:has(b[data-mine])`
	}
	desk.fill("main form", desk.word("renewal.amount"), "2400.00")
	desk.fill("main form", desk.word("money.currency"), "EUR")
	desk.pick(own(desk), desk.word("renewal.goes_on"), desk.word("renewal.choice.leave"))
	if status := desk.push("main form", desk.word("renewal.make")); status != 409 {
		t.Errorf("a quote that leaves a system out: %d", status)
	}
	desk.says("main", desk.word("renewal.diff.system", "system", in.system))
	desk.must(`main a[href="/policy/5.1"]`)
	if got := desk.value(desk.field("main form", desk.word("renewal.amount"))); !strings.HasPrefix(got, "2400") {
		t.Errorf("after the refusal the amount is %q", got)
	}
	desk.pick(own(desk), desk.word("renewal.goes_on"), in.plan)
	desk.done("a quote of everything that runs now", desk.push("main form", desk.word("renewal.make")))
	desk.done("the order", s.orderQuote(desk, in))
	desk.says("main", desk.word("renewal.state.ordered"))
	desk.says("main", in.order)

	liaison.visit("/account/renewal")
	liaison.says("main", liaison.word("renewal.own.ordered"))
	liaison.says("main", "2400.00")
	liaison.says("main", in.system)
	liaison.says("main", in.until)
	liaison.fits()
}

// buySystem enters a system with a term of its own, in the books of the customer.
func (s *stage) buySystem(t *testing.T, r reader, in renewing) {
	t.Helper()
	field := func(name string) string { return r.word("books.field." + name) }
	r.visit("/desk/customers/" + in.customer + "/books")
	r.unfold("#systems > div", r.word("books.add.systems"))
	for name, value := range map[string]string{"name": in.system, "country": "US", "environments": "production"} {
		r.fill("#systems > div", field(name), value)
	}
	r.done("entering a system", r.push("#systems > div form", r.word("books.add")))
	r.unfold("#terms > div", r.word("books.add.terms"))
	r.pick("#terms > div", field("system"), in.system)
	r.fill("#terms > div", field("from"), "2026-11-01")
	r.fill("#terms > div", field("to"), "2027-10-31")
	r.done("entering a term", r.push("#terms > div form", r.word("books.add")))
}

// orderQuote records the order of the quote that the page shows, and gives the status of the answer.
func (s *stage) orderQuote(r reader, in renewing) int {
	r.fill("main", r.word("renewal.order_number"), in.order)
	r.fill("main", r.word("renewal.signed"), "2026-11-23")
	return r.push("main form", r.word("renewal.order"))
}
