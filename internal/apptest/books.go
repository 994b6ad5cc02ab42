package apptest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/id"
)

// far gives a year of its own, so that nothing that is entered overlaps with anything else.
func (w *World) far() (from, to calendar.Date) {
	w.entered++
	from = calendar.Date{Year: 2100, Month: time.January, Day: 1}.AddDays(2 * w.entered)
	return from, from.AddDays(1)
}

// IsEntry reports whether a route enters, corrects or ends something in a customer's books, or asks before it does: a
// probe of it brings what it needs, and everybody can be asked about the same things.
func IsEntry(r access.Route) bool {
	return strings.Contains(r.Pattern, "/customers/{key}/books/") || Changes(r) && strings.Contains(r.Pattern, "/renewals/{renewal}/")
}

// addEntry enters what a probe corrects or ends, far away and in nobody's way.
func (w *World) addEntry(o *Objects, kind string) {
	w.t.Helper()
	ctx, customer := context.Background(), w.customerID(o.Customer)
	system, err := id.Parse(o.System)
	if err != nil {
		w.t.Fatal(err)
	}
	from, to := w.far()
	var made id.ID
	switch kind {
	case "agreements":
		made, err = w.App.Contract.AddAgreement(ctx, Program(), customer, contract.Agreement{Number: "A-" + from.String(), Country: "DE", SigningEntity: "Corvane", From: from, To: to})
		o.Entry = made.String()
	case "terms":
		made, err = w.App.Contract.AddSubscription(ctx, Program(), customer, system, contract.Term{Plan: "standard", From: from, To: to})
		o.Term = made.String()
	case "exceptions":
		made, err = w.App.Contract.AddException(ctx, Program(), customer, system, contract.Exception{Document: "X-" + from.String(), Scope: "full", From: from, To: to})
		o.Except = made.String()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// bookValues say what an address in the books names; what is to be corrected or ended is entered for it.
func (w *World) bookValues(r access.Route, o *Objects, values map[string]string) {
	if !IsEntry(r) || !strings.Contains(r.Pattern, "{entry}") {
		return
	}
	kind, of := "agreements", &o.Entry
	switch {
	case strings.HasSuffix(r.Pattern, "/books/systems/{entry}"):
		kind, of = "systems", &o.System
	case strings.HasSuffix(r.Pattern, "/books/exceptions/{entry}"):
		kind, of = "exceptions", &o.Except
	case strings.HasSuffix(r.Pattern, "/books/terms/{entry}"), r.Method == http.MethodPost && strings.HasSuffix(r.Pattern, "/books/{kind}/{entry}"):
		kind, of = "terms", &o.Term
	}
	if *of == "" {
		w.addEntry(o, kind)
	}
	values["kind"], values["entry"] = kind, *of
}

// bookBody is what a program enters into the books.
func (w *World) bookBody(r access.Route, o Objects) map[string]any {
	if strings.HasPrefix(r.Pattern, "/api/v1/crm/") {
		return w.crmBody(r, o)
	}
	name, ok := strings.CutPrefix(r.Pattern, "/api/v1/customers/{key}/books/")
	if !ok || r.Method == http.MethodDelete {
		return nil
	}
	a, b := w.far()
	from, to, s := a.String(), b.String(), w.System(o.Customer)
	switch name {
	case "agreements":
		return map[string]any{"number": "A-" + from, "country": "DE", "signingEntity": "Corvane", "from": from, "to": to}
	case "orders":
		return map[string]any{"number": "O-" + from, "signedOn": "2026-03-01", "lines": []any{map[string]any{"sku": "map_key", "quantity": 1, "from": from, "to": to}}}
	case "systems":
		return map[string]any{"name": "SYS-" + from, "deployment": "on_prem", "country": "DE", "product": s.Product, "version": s.Version, "environments": []string{"production"}}
	case "systems/{entry}":
		return map[string]any{"deployment": s.Deployment, "country": s.Country, "product": s.Product, "version": s.Version, "environments": []string{"production", fmt.Sprint("test-", w.entered)}}
	case "components":
		return map[string]any{"system": o.System, "name": "Database " + from, "vendor": "Elsewhere"}
	case "terms":
		return map[string]any{"system": o.System, "plan": "standard", "from": from, "to": to}
	case "terms/{entry}":
		return map[string]any{"plan": "elite", "to": w.termEnd(o)}
	case "exceptions":
		return map[string]any{"system": o.System, "document": "X-" + from, "scope": "full", "from": from, "to": to}
	case "exceptions/{entry}":
		return map[string]any{"scope": "full", "from": from, "to": to}
	case "seats":
		return map[string]any{"system": o.System, "seats": 1, "from": from}
	case "contacts":
		return map[string]any{"kind": "billing", "person": w.newMember(o.Customer)}
	case "links":
		return map[string]any{"kind": "partner", "customer": w.newCustomer()}
	}
	return nil
}

// termEnd is the last day of the term, which a correction of the plan leaves as it is.
func (w *World) termEnd(o Objects) (to string) {
	term, err := id.Parse(o.Term)
	if err != nil {
		return "2100-01-02"
	}
	to = "2100-01-02" // of a term that never was
	w.Rows(`SELECT to_date FROM subscription WHERE id = $1`, []any{term}, func(scan func(...any) error) error { return scan(&to) })
	return to
}

// newMember is the id of a new member of a customer.
func (w *World) newMember(customer string) string {
	w.t.Helper()
	ctx := context.Background()
	person, err := w.App.Accounts.CreatePerson(ctx, Program(), account.NewPerson{Name: "New Contact", Email: id.New().String() + "@new.example", Language: "en", Zone: "UTC"})
	if err == nil {
		err = w.App.Accounts.Grant(ctx, Program(), w.customerID(customer), person, access.Member, account.Own)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return person.String()
}

// newCustomer is the key of one that nobody knows yet.
func (w *World) newCustomer() string {
	w.t.Helper()
	key := fmt.Sprint("partner-", w.entered)
	_, err := w.App.Accounts.CreateCustomer(context.Background(), Program(), account.Customer{Key: key, Name: key, Kind: "partner", Country: "DE", Centre: "emea", Language: "en"})
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

// bookForm is what staff enter on the page.
func (w *World) bookForm(r access.Route, o Objects) url.Values {
	switch {
	case strings.HasSuffix(r.Pattern, "/end"):
		return url.Values{"etag": {"*"}}
	case strings.HasSuffix(r.Pattern, "/{entry}"):
		return url.Values{"etag": {"*"}, "plan": {"elite"}, "to": {w.termEnd(o)}}
	}
	from, to := w.far()
	return url.Values{"number": {"A-" + from.String()}, "country": {"DE"}, "signingEntity": {"Corvane"}, "from": {from.String()}, "to": {to.String()}}
}

// crmBody is what the program that keeps the vendor's customers would bring. The reference of a probe is the customer's key.
func (w *World) crmBody(r access.Route, o Objects) map[string]any {
	from, to := w.far()
	s := w.System(o.Customer)
	switch {
	case strings.Contains(r.Pattern, "/customers/"):
		return map[string]any{"key": fmt.Sprint("crm-", w.entered), "name": "Brought " + from.String(), "kind": "customer", "country": "DE"}
	case strings.Contains(r.Pattern, "/contacts/"):
		return map[string]any{"customer": o.Customer, "email": o.Customer + "@brought.example", "name": "Brought", "kinds": []string{"billing"}}
	case strings.Contains(r.Pattern, "/systems/"):
		return map[string]any{"customer": o.Customer, "name": "CRM-01", "deployment": "on_prem", "country": "DE", "product": s.Product, "version": s.Version, "environments": []string{"production"}}
	}
	return map[string]any{"customer": o.Customer, "number": "A-" + from.String(), "country": "DE", "signingEntity": "Corvane", "from": from.String(), "to": to.String()}
}

// CRM is the program that keeps the vendor's customers, with a token that the order desk has made.
func (w *World) CRM() *Caller {
	w.t.Helper()
	if w.crm == nil {
		person, err := id.Parse(w.PersonID("otis.greene"))
		if err != nil {
			w.t.Fatal(err)
		}
		_, text, err := w.App.Accounts.CreateToken(context.Background(), Program(), account.NewToken{Name: "crm", Scopes: []string{access.ScopeCRM}, Person: person})
		if err != nil {
			w.t.Fatal(err)
		}
		w.crm = w.WithToken(text)
	}
	return w.crm
}
