package moving

import (
	"slices"
	"strings"

	"liaison/internal/books"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
)

// checkLine says what of a line of an order cannot be: all lines of one order are signed on one day.
func (p *planner) checkLine(r, was *Row) {
	found := len(p.plan.Problems)
	err := p.s.Books.CheckOrder(books.Order{Number: r.get("number"), SignedOn: r.date("signedOn"), Lines: []books.Line{r.toLine()}})
	p.refuse(inLine(r.problems(err, nil))...)
	p.refuse(r.problems(books.CheckLineNumber(r.count("line")), nil)...)
	if was == nil || !slices.Equal(was.Cells, r.Cells) {
		bad := append(books.CheckSold(r.toLine(), r.get("system") != ""), p.s.Books.CheckSigned(r.date("signedOn"), p.now)...)
		p.refuse(r.problems(errs.BadFields(bad...), nil)...)
	}
	if product := r.get("product"); product != "" && r.get("sku") == books.SKUProduct && !p.products[product] {
		p.refuse(r.problem("product", "books.unknown_product"))
	}
	if r.get("system") != "" && p.needSystem(r) && len(p.plan.Problems) == found && (was == nil || !slices.Equal(was.Cells, r.Cells)) {
		p.checkBeside(r)
	}
	order := r.customer() + "\x00" + r.get("number") + "\x00signedOn"
	other := p.said[order]
	switch {
	case other == nil:
		p.said[order] = r
	case other.get("signedOn") != r.get("signedOn"):
		p.refuse(r.problem("signedOn", "moving.order_says_otherwise", "file", other.File, "line", other.Line))
	}
}

// checkBeside asks what a person is asked who enters a line for a system beside those that it has.
func (p *planner) checkBeside(r *Row) {
	var before []books.Ordered
	for _, x := range p.held.ordered[r.system()] {
		if x.key() != r.key() {
			before = append(before, books.Ordered{Line: x.toLine(), Order: x.get("number"), Position: x.count("line") - 1})
		}
	}
	err := p.s.Books.FitsBeside(r.toLine(), p.held.rows[Systems][r.system()].get("deployment"), before)
	if e := errs.As(err); err != nil && e.Decision != nil {
		p.refuse(Problem{File: r.File, Line: r.Line, Column: lineColumn(e.Decision.Code), Field: errs.Field{Key: e.Key, Args: e.Args}})
	}
}

// lineColumn is the column that a reason against a line of an order beside others is about.
func lineColumn(code string) string {
	if code == entitlement.SecondAddOn {
		return "from"
	}
	return entitlement.ExtendedField(code)
}

// inLine names the cells of a row for what is said about the first line of an order.
func inLine(list []Problem) []Problem {
	for i := range list {
		list[i].Column = strings.TrimPrefix(list[i].Column, "lines[0].")
	}
	return list
}

// checkExtended asks what a person is asked who orders a window: its limits are the pack's (4.7).
func (p *planner) checkExtended(r, was *Row) {
	if !p.needSystem(r) {
		return
	}
	var earlier []entitlement.Term
	for _, x := range p.held.extended[r.system()] {
		if x != was && x.key() != r.key() {
			earlier = append(earlier, x.toWindow())
		}
	}
	if p.held.rows[Exceptions][r.system()+"\x00"+r.get("document")] != nil {
		p.refuse(r.problem("document", "books.exception_exists", "document", r.get("document")))
		return
	}
	system := p.held.rows[Systems][r.system()]
	err := p.s.Contract.CheckExtended(r.get("document"), system.get("deployment"), r.toWindow(), earlier)
	if e := errs.As(err); err != nil && e.Decision != nil {
		for _, reason := range e.Fields { // each names its field
			column := reason.Name
			if column == "sku" { // which a file of windows does not have
				column = "system"
			}
			p.refuse(Problem{File: r.File, Line: r.Line, Column: column, Field: errs.Field{Key: reason.Key, Args: reason.Args}})
		}
		return
	}
	p.refuse(r.problems(err, nil)...)
}

// checkContact: a contact of the vendor is one of its people, any other one of the customer's.
func (p *planner) checkContact(r, was *Row) {
	if r.get("status") == ended || was != nil {
		return
	}
	known := p.people[r.get("email")]
	person := p.held.rows[People][r.customer()+"\x00"+r.get("email")]
	ok := person != nil && person.get("status") == active && (known == nil || !known.Disabled)
	if books.OfVendor(r.get("kind")) {
		ok = known != nil && known.Staff && !known.Disabled
	}
	if !ok {
		p.refuse(r.problem("email", books.UnknownPerson(r.get("kind"))))
	}
}
