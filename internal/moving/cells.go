package moving

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/billing"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
)

// From values to cells, as the database has them.

func rowOf(k Kind, cells ...string) Row { return Row{Kind: k, Cells: cells} }

func rowOfCustomer(c account.Customer) Row {
	return rowOf(Customers, c.Key, c.Name, c.Kind, c.Country, c.Centre, c.Language, strconv.FormatBool(c.Restricted))
}

func rowOfAccess(customer string, x account.Access) Row {
	p := x.Person
	return rowOf(People, customer, p.Norm, p.Name, p.Phone, p.Language, p.Zone, string(x.Role), string(x.Kind), string(x.Sees), status(x.Ended))
}

func rowOfSystem(customer string, n contract.NewSystem) Row {
	return rowOf(Systems, customer, n.Name, n.Deployment, n.Country, n.Product, n.Version, strings.Join(n.Environments, " "))
}

func rowOfAgreement(customer string, g contract.Agreement) Row {
	return rowOf(Agreements, customer, g.From.String(), g.To.String(), g.Number, g.Country, g.SigningEntity)
}

func rowOfSeats(system *Row, x contract.HeldSeats) Row {
	return rowOf(Seats, system.Cells[0], system.Cells[1], x.From.String(), strconv.Itoa(x.Seats))
}

func rowOfTerm(system *Row, t contract.Term) Row {
	return rowOf(Subscriptions, system.Cells[0], system.Cells[1], t.From.String(), t.To.String(), t.Plan)
}

func rowOfException(system *Row, e contract.Exception) Row {
	return rowOf(Exceptions, system.Cells[0], system.Cells[1], e.Document, e.Scope, e.From.String(), e.To.String())
}

func rowOfBill(customer string, b contract.Bill) Row {
	paid := ""
	if b.Paid != nil {
		paid = instant(*b.Paid)
	}
	issued := ""
	if !b.Issued.IsZero() {
		issued = b.Issued.String()
	}
	return rowOf(Invoices, customer, b.Number, b.Due.String(), paid, issued, billing.FormatAmount(b.Amount, b.Currency), b.Currency)
}

func rowOfComponent(system *Row, c contract.Component) Row {
	return rowOf(Components, system.Cells[0], system.Cells[1], c.Name, c.Vendor, c.Version, active)
}

func rowOfExtended(system *Row, e contract.Exception) Row {
	return rowOf(Extended, system.Cells[0], system.Cells[1], e.Document, e.From.String(), e.To.String())
}

// rowOfLine is a line of an order; system is its system's name, "" for the customer as a whole.
func rowOfLine(customer, system string, x books.HeldLine) Row {
	return rowOf(Orders, customer, x.Number, strconv.Itoa(x.Position), x.SignedOn.String(), x.SKU, x.Product, system, strconv.Itoa(x.Quantity), x.From.String(), x.To.String())
}

func rowOfContact(customer string, x books.HeldContact) Row {
	return rowOf(Contacts, customer, x.Kind, x.Email, active)
}

func rowOfLink(customer string, x books.HeldLink) Row {
	return rowOf(Links, customer, x.Kind, x.Other, active)
}

// rowOfDesignation has no details of one that has ended: who becomes a liaison again begins anew.
func rowOfDesignation(system *Row, email string, x contract.HeldDesignation) Row {
	return rowOf(Designations, system.Cells[0], system.Cells[1], email, strconv.FormatBool(x.ProjectAdmin), x.Centre, status(x.Ended))
}

func status(over bool) string {
	if over {
		return ended
	}
	return active
}

// instant is UTC with as many digits as it takes.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// From cells to values. They are called for rows whose cells are all there and in their one form (normal).

func (r *Row) toCustomer() account.Customer {
	return account.Customer{Key: r.customer(), Name: r.get("name"), Kind: r.get("kind"), Country: r.get("country"), Centre: r.get("centre"),
		Language: r.get("language"), Restricted: r.get("restricted") == "true"}
}

func (r *Row) toContact() account.Contact {
	return account.Contact{Email: r.get("email"), Name: r.get("name"), Phone: r.get("phone"), Language: r.get("language"), Zone: r.get("zone")}
}

func (r *Row) toGrant() (access.Role, account.GrantKind, bool) {
	return access.Role(r.get("role")), account.GrantKind(r.get("kind")), r.get("status") == ended
}

func (r *Row) toLiaison() contract.LiaisonDetails {
	return contract.LiaisonDetails{ProjectAdmin: r.get("projectAdmin") == "true", Centre: r.get("centre")}
}

func (r *Row) toSystem() contract.NewSystem {
	return contract.NewSystem{Name: r.get("system"), Deployment: r.get("deployment"), Country: r.get("country"), Product: r.get("product"),
		Version: r.get("version"), Environments: strings.Fields(r.get("environments"))}
}

func (r *Row) toAgreement() contract.Agreement {
	return contract.Agreement{Number: r.get("number"), Country: r.get("country"), SigningEntity: r.get("signingEntity"), From: r.date("from"), To: r.date("to")}
}

func (r *Row) seats() int { return r.count("seats") }

func (r *Row) count(name string) int {
	n, _ := strconv.Atoi(r.get(name)) // zero for what normal has refused
	return n
}

// toComponent is without its system.
func (r *Row) toComponent() contract.Component {
	return contract.Component{Name: r.get("name"), Vendor: r.get("vendor"), Version: r.get("version")}
}

// toLine is without its system.
func (r *Row) toLine() books.Line {
	return books.Line{SKU: r.get("sku"), Product: r.get("product"), Quantity: r.count("quantity"), From: r.date("from"), To: r.date("to")}
}

func (r *Row) toWindow() entitlement.Term {
	return entitlement.Term{From: r.date("from"), To: r.date("to")}
}

func (r *Row) toTerm() contract.Term {
	return contract.Term{Plan: r.get("plan"), From: r.date("from"), To: r.date("to")}
}

func (r *Row) toException() contract.Exception {
	return contract.Exception{Document: r.get("document"), Scope: r.get("scope"), From: r.date("from"), To: r.date("to")}
}

func (r *Row) toBill() contract.Bill {
	b := contract.Bill{Invoice: contract.Invoice{Number: r.get("number"), Due: r.date("due"), Issued: r.date("issued")}}
	if amount, bad := billing.ParseAmount(r.get("amount"), r.get("currency")); len(bad) == 0 {
		b.Amount, b.Currency = amount, r.get("currency")
	}
	if at, err := time.Parse(time.RFC3339Nano, r.get("paidAt")); err == nil {
		b.Paid = &at
	}
	return b
}

func (r *Row) date(name string) calendar.Date {
	d, _ := calendar.ParseDate(r.get(name)) // zero for what normal has refused
	return d
}

// normal brings the cells of a row that was read into their one form and says which cannot be.
func (r *Row) normal() (bad []Problem) {
	for i, c := range columnsOf(r.Kind) {
		v := r.Cells[i]
		if v == "" {
			if c.use != optional {
				bad = append(bad, r.problem(c.name, "field.required"))
			}
			continue
		}
		to, key := normalCell(r.Kind, c.name, v)
		if key != "" {
			bad = append(bad, r.problem(c.name, key))
		}
		r.Cells[i] = to
	}
	return bad
}

// exact writes a cell as it is kept where others decide on that: an amount of "10" is "10.00" in euros. What is no amount
// stays, to be told. A centre that is taken back is none.
func (r *Row) exact() {
	if r.Kind == Designations && r.get("centre") == noCentre {
		r.set("centre", "")
	}
	if r.Kind != Invoices {
		return
	}
	if amount, bad := billing.ParseAmount(r.get("amount"), r.get("currency")); len(bad) == 0 {
		r.set("amount", billing.FormatAmount(amount, r.get("currency")))
	}
}

// normalCell is the one form of a value, or the key of what is wrong with it.
func normalCell(k Kind, column, v string) (to, wrong string) {
	if strings.IndexByte(v, 0) >= 0 {
		return "", "field.not_text"
	}
	switch {
	case column == "email":
		norm, err := account.NormaliseEmail(v)
		if err != nil {
			return v, errs.As(err).Fields[0].Key
		}
		return norm, ""
	case column == "from" || column == "to" || column == "due" || column == "issued" || column == "signedOn":
		d, err := calendar.ParseDate(v)
		if err != nil {
			return v, "moving.bad_date"
		}
		return d.String(), ""
	case column == "seats" || column == "quantity" || column == "line":
		n, err := strconv.Atoi(v)
		if err != nil {
			return v, "books.not_a_number"
		}
		return strconv.Itoa(n), ""
	case column == "paidAt":
		at, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return v, "field.instant"
		}
		return instant(at.Truncate(time.Microsecond)), ""
	case (column == "restricted" || column == "projectAdmin") && v != "true" && v != "false", column == "sees" && !account.IsView(access.View(v)), column == "status" && v != active && v != ended,
		k == Contacts && column == "kind" && !slices.Contains(books.Kinds(), v), k == Links && column == "kind" && v != books.Affiliate && v != books.Partner,
		k == People && column == "role" && v != string(access.Liaison) && v != string(access.Member),
		k == People && column == "kind" && v != string(account.Own) && v != string(account.Affiliate) && v != string(account.Partner):
		return v, "field.not_allowed"
	case column == "environments":
		return strings.Join(strings.Fields(v), " "), ""
	case column == "scope":
		return contract.ScopeOf(v), ""
	}
	return v, ""
}
