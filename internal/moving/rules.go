package moving

import (
	"slices"

	"liaison/internal/billing"
	"liaison/internal/contract"
	"liaison/internal/errs"
)

// check says everything that is wrong with a row beside those that are there or come before it.
func (p *planner) check(r, was *Row) {
	switch r.Kind {
	case Customers:
		p.checkCustomer(r)
	case People:
		p.checkPerson(r, was)
	case Systems:
		p.checkSystem(r)
	case Agreements:
		p.checkAgreement(r)
	case Seats:
		p.refuse(r.problems(contract.CheckSeats(r.seats(), r.date("from")), nil)...)
		p.needSystem(r)
	case Components:
		p.refuse(r.problems(contract.CheckComponent(r.toComponent()), nil)...)
		p.needSystem(r)
	case Orders:
		p.checkLine(r, was)
	case Extended:
		p.checkExtended(r, was)
	case Contacts:
		p.checkContact(r, was)
	case Subscriptions:
		p.checkTerm(r)
	case Exceptions:
		p.checkException(r, was)
	case Invoices:
		p.checkBill(r, was)
	case Designations:
		p.checkDesignation(r, was)
	default: // Links, once all rows are in: links.go
	}
}

func (p *planner) checkCustomer(r *Row) {
	bad := r.problems(r.toCustomer().Check(), map[string]string{"key": "customer"})
	if _, _, ok := p.s.Policy.Now().CalendarFor(r.get("country")); !ok {
		p.refuse(slices.DeleteFunc(bad, inColumn("country", "centre"))...)
		p.refuse(r.problem("country", "contract.unknown_country"))
		return
	}
	if _, ok := p.s.Policy.Now().Centre(r.get("centre")); !ok {
		bad = append(bad, r.problem("centre", "moving.unknown_centre"))
	}
	p.refuse(bad...)
}

func inColumn(names ...string) func(Problem) bool {
	return func(x Problem) bool { return slices.Contains(names, x.Column) }
}

// checkPerson: the contact of a person is one, whatever the customer whose row says it. A row that says what is there
// may be of somebody disabled: an export holds such rows.
func (p *planner) checkPerson(r, was *Row) {
	known := p.people[r.get("email")]
	if known == nil && r.get("name") == "" {
		p.refuse(r.problem("name", "field.required"))
	}
	if known != nil && (known.Staff || was == nil || !slices.Equal(r.Cells, was.Cells)) {
		p.refuse(r.problems(known.MayBeOfACustomer(), nil)...)
	}
	_, bad := r.toContact().Check()
	for _, f := range bad {
		p.refuse(Problem{File: r.File, Line: r.Line, Column: f.Name, Field: f})
	}
	for _, column := range []string{"name", "phone", "language", "zone"} {
		said := r.get("email") + "\x00" + column
		other := p.said[said]
		switch {
		case other == nil:
			p.said[said] = r
		case other.get(column) != r.get(column):
			p.refuse(r.problem(column, "moving.says_otherwise", "file", other.File, "line", other.Line))
		}
	}
}

func (p *planner) checkSystem(r *Row) {
	p.refuse(r.problems(p.s.Contract.CheckSystem(r.toSystem()), map[string]string{"name": "system"})...)
	product, version := r.get("product"), r.get("version")
	if !p.releases[product+" "+version] {
		p.refuse(r.problem("version", "contract.unknown_version", "product", product, "version", version))
	}
}

func (p *planner) needSystem(r *Row) bool {
	if p.held.rows[Systems][r.system()] == nil {
		p.refuse(r.problem("system", "moving.unknown_system"))
		return false
	}
	return true
}

// checkException: a window of extended lifecycle support has limits of its own and is ordered, never brought by a file.
func (p *planner) checkException(r, was *Row) {
	x := r.toException()
	bad := r.problems(contract.CheckException(x), nil)
	p.refuse(bad...)
	if p.needSystem(r) && was == nil && p.held.windows[r.key()] {
		p.refuse(r.problem("document", "books.extended_is_ordered"))
	}
	for _, other := range p.held.rows[Exceptions] { // no two of a system share a day
		if len(bad) > 0 || other.system() != r.system() || other.key() == r.key() {
			continue
		}
		if o := other.toException(); o.From.Compare(x.To) <= 0 && x.From.Compare(o.To) <= 0 {
			p.refuse(r.problem("from", "contract.exceptions_overlap", "document", o.Document, "from", o.From.String(), "to", o.To.String()))
			return
		}
	}
}

// checkAgreement: no two agreements of a customer share a day.
func (p *planner) checkAgreement(r *Row) {
	g := r.toAgreement()
	bad := r.problems(p.s.Contract.CheckAgreement(g), nil)
	p.refuse(bad...)
	for _, other := range p.held.rows[Agreements] {
		if len(bad) > 0 || other.customer() != r.customer() {
			continue
		}
		o := other.toAgreement()
		if o.From != g.From && o.From.Compare(g.To) <= 0 && g.From.Compare(o.To) <= 0 {
			p.refuse(r.problem("from", "contract.agreements_overlap", "from", o.From.String(), "to", o.To.String()))
			return
		}
		if o.From != g.From && o.Number == g.Number {
			p.refuse(r.problem("number", "contract.agreement_number", "number", o.Number, "from", o.From.String(), "to", o.To.String()))
			return
		}
	}
}

func (p *planner) checkTerm(r *Row) {
	t := r.toTerm()
	bad := r.problems(p.s.Contract.CheckTerm(t), nil)
	p.refuse(bad...)
	if !p.needSystem(r) || len(bad) > 0 {
		return
	}
	for _, other := range p.held.terms[r.system()] {
		o := other.toTerm()
		if o.From != t.From && o.From.Compare(t.To) <= 0 && t.From.Compare(o.To) <= 0 {
			p.refuse(r.problem("from", "contract.terms_overlap", "plan", o.Plan, "from", o.From.String(), "to", o.To.String()))
			return
		}
	}
}

func (p *planner) checkBill(r, was *Row) {
	if r.get("amount") != "" || r.get("currency") != "" {
		_, bad := billing.ParseAmount(r.get("amount"), r.get("currency"))
		p.refuse(r.problems(errs.BadFields(bad...), nil)...)
	}
	if was != nil && was.get("paidAt") != "" {
		for _, column := range []string{"due", "issued", "amount", "currency"} {
			if r.get(column) != was.get(column) {
				p.refuse(r.problem(column, "contract.already_paid"))
			}
		}
	}
	p.refuse(r.problems(contract.CheckBill(r.toBill(), p.now, p.s.Policy.Now().Vendor.Zone), nil)...)
	if was != nil && was.get("paidAt") != "" && was.get("paidAt") != r.get("paidAt") {
		p.refuse(r.problem("paidAt", "contract.already_paid"))
	}
}
