package apptest_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// bookEntries is the part of GET /customers/{key}/books that the stories read.
type bookEntries struct {
	Contacts []struct{ ID, Kind, Name string }
	Terms    []struct{ ID, Plan, From, To, Etag string }
	Seats    []struct{ ID string }
}

func TestTheOrderDeskWritesTheBooksAndTheyAreReadAsOfAnyDay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		desk, books := w.As("otis.greene"), "/api/v1/customers/"+home+"/books"
		started := w.Clock.Now()
		read := func(at string) bookEntries { return apptest.Is[bookEntries](t, desk.Get(books+at), 200) }
		before := read("")
		system := w.System(home).ID
		body := map[string]any{"system": system, "plan": "elite", "from": "2101-01-01", "to": "2101-12-31"}
		first := desk.Post(books+"/terms", body, "Idempotency-Key", "term")
		again := desk.Post(books+"/terms", body, "Idempotency-Key", "term")
		if first.Status != 201 || string(first.Body) != string(again.Body) || len(read("").Terms) != len(before.Terms)+1 {
			t.Fatalf("%d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
		}
		if got := desk.Post(books+"/terms", body); got.Status != 409 || !strings.Contains(string(got.Body), "2101-12-31") {
			t.Errorf("a term that overlaps: %d %s", got.Status, got.Body)
		}
		body["to"] = "2100-01-01"
		if got := desk.Post(books+"/terms", body); got.Status != 422 || !strings.Contains(string(got.Body), `"to"`) {
			t.Errorf("an end before the start: %d %s", got.Status, got.Body)
		}
		if got := desk.Post(books+"/seats", map[string]any{"system": system, "seats": -2, "from": "2101-01-01"}); got.Status != 422 {
			t.Errorf("a negative seat: %d", got.Status)
		}
		terms := read("").Terms
		term := terms[len(terms)-1]
		change := map[string]any{"plan": "premier", "to": term.To}
		if got := desk.Do("PATCH", books+"/terms/"+term.ID, change); got.Status != 422 {
			t.Errorf("without a tag: %d", got.Status)
		}
		if got := desk.Do("PATCH", books+"/terms/"+term.ID, change, "If-Match", term.Etag); got.Status != 200 || got.Header.Get("ETag") == term.Etag {
			t.Errorf("correcting: %d %s", got.Status, got.Body)
		}
		if got := desk.Do("PATCH", books+"/terms/"+term.ID, change, "If-Match", term.Etag); got.Status != 412 {
			t.Errorf("with a tag that is old: %d", got.Status)
		}
		if got := desk.Do("DELETE", books+"/terms/"+term.ID, nil); got.Status != 422 {
			t.Errorf("taking it out without a tag: %d", got.Status)
		}
		if got := desk.Do("DELETE", books+"/terms/"+term.ID, nil, "If-Match", term.Etag); got.Status != 412 {
			t.Errorf("taking it out with a tag that is old: %d", got.Status)
		}
		terms = read("").Terms
		if got := desk.Do("DELETE", books+"/terms/"+term.ID, nil, "If-Match", terms[len(terms)-1].Etag); got.Status != 200 || len(read("").Terms) != len(before.Terms) {
			t.Errorf("taking it out: %d %s", got.Status, got.Body)
		}
		if got := read("?at=" + url.QueryEscape(started.Format("2006-01-02T15:04:05Z07:00"))); len(got.Terms) != len(before.Terms) {
			t.Errorf("as of the beginning there are %d terms", len(got.Terms))
		}
	})
}

func TestTheContactForTheContractNamesALiaisonWhenNobodyIsLeft(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		jonas := w.As("jonas.brandt") // a member
		desk := w.As("otis.greene")
		state := apptest.Is[seats](t, w.As("katrin.vogel").Get("/api/v1/liaisons"), 200)
		system := state.Systems[0].System
		request := map[string]any{"items": []any{map[string]any{"system": system, "old": state.Systems[0].Liaisons[0].Person, "person": w.PersonID("jonas.brandt")}}}
		refused := func(who string) {
			t.Helper()
			if got := jonas.Post("/api/v1/liaisons/requests", request); got.Status != 403 || !strings.Contains(string(got.Body), "only_liaisons_change_liaisons") {
				t.Fatalf("%s replaces a liaison who is there: %d %s", who, got.Status, got.Body)
			}
		}
		refused("a member")
		named := desk.Post("/api/v1/customers/"+home+"/books/contacts", map[string]any{"kind": "contract", "person": w.PersonID("jonas.brandt")})
		if named.Status != 201 {
			t.Fatalf("naming the contact: %d %s", named.Status, named.Body)
		}
		refused("the contact")
		for _, one := range state.Systems[0].Liaisons {
			left := map[string]any{"items": []any{map[string]any{"system": system, "old": one.Person}}, "customer": home}
			if got := w.As("helen.marsh").Post("/api/v1/liaisons/requests", left); got.Status != 201 {
				t.Fatalf("staff remove %s: %d %s", one.Name, got.Status, got.Body)
			}
		}
		page := w.In("jonas.brandt").Get("/liaisons")
		if page.Status != 200 || !strings.Contains(string(page.Body), `action="/liaisons/request"`) {
			t.Errorf("the contact's page is %d and has no form", page.Status)
		}
		form := url.Values{"system": {system}, "name": {"Nora Lang"}, "email": {"nora.lang@nordwind.example"}}
		if got := w.In("jonas.brandt").Post("/liaisons/request", form); got.Status != 303 {
			t.Errorf("the contact names a liaison: %d %.300s", got.Status, got.Body)
		}
		again := map[string]any{"items": []any{map[string]any{"system": system, "name": "Nora Lang", "email": "nora.lang@nordwind.example"}}}
		if got := jonas.Post("/api/v1/liaisons/requests", again); got.Status != 409 {
			t.Errorf("who is invited is invited again: %d %s", got.Status, got.Body)
		}
	})
}

func TestStaffEnterOnThePageAndNothingThatWasTypedIsLost(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		otis := w.In("otis.greene")
		page := "/desk/customers/" + home + "/books"
		form := url.Values{"number": {"AGR-2101"}, "country": {"de"}, "signingEntity": {"Corvane GmbH"}, "from": {"2101-01-01"}, "to": {"2100-01-01"}}
		wrong := otis.Post(page+"/agreements", form)
		for _, want := range []string{"AGR-2101", "Corvane GmbH", "2100-01-01", " open"} {
			if wrong.Status != 422 || !strings.Contains(string(wrong.Body), want) {
				t.Errorf("an end before the start: %d, and %q is gone", wrong.Status, want)
			}
		}
		form.Set("to", "2101-12-31")
		if got := otis.Post(page+"/agreements", form); got.Status != 303 {
			t.Fatalf("entering: %d %.300s", got.Status, got.Body)
		}
		order := url.Values{"number": {"ORD-2101"}, "signedOn": {"2026-01-01"}, "from": {"2101-01-01"}, "to": {"2101-12-31"},
			"lines[0].sku": {"map_key"}, "lines[0].quantity": {"2"}, "lines[1].sku": {""}, "lines[1].quantity": {"1"}}
		if got := otis.Post(page+"/orders", order); got.Status != 303 {
			t.Errorf("an order: %d %.300s", got.Status, got.Body)
		}
		if got := string(otis.Get(page).Body); !strings.Contains(got, "AGR-2101") || !strings.Contains(got, "ORD-2101") {
			t.Error("the page does not show what was entered")
		}
		if got := string(otis.Get(page + "?on=2020-01-01").Body); strings.Contains(got, "AGR-2101") || strings.Contains(got, `action="`+page+`/`) {
			t.Error("the books of a day that is over show what came later, or a form")
		}
		books := "/api/v1/customers/" + home + "/books"
		for query, there := range map[string]bool{"": true, "?on=2020-01-01": false, "?at=2020-01-01T12:00:00Z": false} { // a program is answered what is asked
			if got := otis.Get(books + query); got.Status != 200 || strings.Contains(string(got.Body), "AGR-2101") != there {
				t.Errorf("the books%s hold what was entered: %v, %d", query, !there, got.Status)
			}
		}
		for _, query := range []string{"?on=yesterday", "?at=2020-01-01", "?on=2020-01-01&at=2020-01-01T12:00:00Z"} {
			if got := otis.Get(books + query); got.Status != 422 {
				t.Errorf("the books%s: %d", query, got.Status)
			}
		}
		if got := string(otis.Get(page + "?at=2020-01-01T12:00:00Z").Body); strings.Contains(got, "AGR-2101") {
			t.Error("the page of an instant that is over shows what came later")
		}
		if got := string(w.In("lin.wei").Get(page).Body); strings.Contains(got, `action="`+page+`/agreements"`) {
			t.Error("an engineer is offered the form")
		}
	})
}

func TestThePageAsksBeforeAnEntryIsTakenOutAndASlowerOneIsTold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		otis := w.In("otis.greene")
		page := "/desk/customers/" + home + "/books"
		term := apptest.Is[struct{ ID string }](t, w.As("otis.greene").Post("/api/v1"+strings.TrimPrefix(page, "/desk")+"/terms",
			map[string]any{"system": w.System(home).ID, "plan": "elite", "from": "2101-01-01", "to": "2101-12-31"}), 201)
		end := page + "/terms/" + term.ID + "/end"
		if got := string(otis.Get(page).Body); !strings.Contains(got, `href="`+end+`"`) || strings.Contains(got, `action="`+end+`"`) {
			t.Error("the books do not lead to the question, or end without one")
		}
		asked := string(otis.Get(end).Body)
		tag := regexp.MustCompile(`name="etag" value="([^"]+)"`).FindStringSubmatch(asked)
		if tag == nil || !strings.Contains(asked, "2101") || !strings.Contains(asked, "Take out") {
			t.Fatalf("the question is %.2000s", asked)
		}
		read := html.UnescapeString(tag[1])
		if got := otis.Post(page+"/terms/"+term.ID, url.Values{"etag": {"*"}, "plan": {"premier"}, "to": {"2101-12-31"}}); got.Status != 303 {
			t.Fatalf("a colleague corrects: %d", got.Status)
		}
		lines := w.Count(`SELECT count(*) FROM journal`)
		late := otis.Post(end, url.Values{"etag": {read}})
		if late.Status != 412 || !strings.Contains(string(late.Body), "Somebody else") || !strings.Contains(string(late.Body), "Premier") {
			t.Errorf("who was slower gets %d %.600s", late.Status, late.Body)
		}
		if got := otis.Post(end, url.Values{}); got.Status != 412 || w.Count(`SELECT count(*) FROM journal`) != lines {
			t.Errorf("without what was read: %d, or something was done", got.Status)
		}
		tag = regexp.MustCompile(`name="etag" value="([^"]+)"`).FindStringSubmatch(string(late.Body))
		if got := otis.Post(end, url.Values{"etag": {html.UnescapeString(tag[1])}}); got.Status != 303 || w.Count(`SELECT count(*) FROM journal WHERE kind = 'subscription.withdrawn'`) != 1 {
			t.Errorf("asked again: %d", got.Status)
		}
		if got := otis.Get(end); got.Status != 404 {
			t.Errorf("the question about what is gone: %d", got.Status)
		}
		for _, path := range []string{"/systems/" + w.System(home).ID, "/plans/" + term.ID, "/terms/x"} {
			if got := otis.Get(page + path + "/end"); got.Status != 404 {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		if got := w.In("lin.wei").Get(end); got.Status != 403 {
			t.Errorf("who does not write books: %d", got.Status)
		}
	})
}

type brought struct {
	ID            string
	Made, Changed bool
}

func TestAnotherProgramBringsCustomersByItsOwnIds(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		crm := w.CRM()
		put := func(path string, body map[string]any) brought {
			t.Helper()
			return apptest.Is[brought](t, crm.Do("PUT", "/api/v1/crm/"+path, body), 200)
		}
		refused := func(path string, body map[string]any, status int, says string) {
			t.Helper()
			if got := crm.Do("PUT", "/api/v1/crm/"+path, body); got.Status != status || !strings.Contains(string(got.Body), says) {
				t.Errorf("%s: %d %s", path, got.Status, got.Body)
			}
		}
		customer := map[string]any{"key": "acme", "name": "Acme", "kind": "customer", "country": "DE"}
		contact := map[string]any{"customer": "C-1", "email": "ann@acme.example", "name": "Ann", "kinds": []string{"contract", "billing"}}
		s := w.System(home)
		system := map[string]any{"customer": "C-1", "name": "ACM-01", "deployment": "on_prem", "country": "DE", "product": s.Product, "version": s.Version, "environments": []string{"production"}}
		agreement := map[string]any{"customer": "C-1", "number": "A-1", "country": "DE", "signingEntity": "Corvane", "from": "2026-01-01", "to": "2026-12-31"}
		refused("contacts/P-1", contact, 422, "customer")
		all := map[string]map[string]any{"customers/C-1": customer, "contacts/P-1": contact, "systems/S-1": system, "agreements/G-1": agreement}
		for _, path := range []string{"customers/C-1", "contacts/P-1", "systems/S-1", "agreements/G-1"} {
			first := put(path, all[path])
			lines := w.Count(`SELECT count(*) FROM journal`)
			again := put(path, all[path])
			if !first.Made || !first.Changed || again.Made || again.Changed || again.ID != first.ID {
				t.Errorf("%s: first %+v, again %+v", path, first, again)
			}
			if n := w.Count(`SELECT count(*) FROM journal`) - lines; n != 0 {
				t.Errorf("%s: the same again leaves %d lines", path, n)
			}
		}
		refused("customers/C-2", customer, 409, "C-1")
		stranger := map[string]any{"key": home, "name": "Somebody else", "kind": "customer", "country": "DE"}
		refused("customers/C-3", stranger, 409, "takeOver")
		if n := w.Count(`SELECT count(*) FROM customer WHERE name = 'Somebody else'`); n != 0 {
			t.Error("a key chosen twice has rewritten a customer")
		}
		stranger["takeOver"] = true
		if got := put("customers/C-3", stranger); got.Made || !got.Changed {
			t.Errorf("taken over: %+v", got)
		}
		refused("customers/C-4", map[string]any{"key": "centred", "name": "N", "kind": "customer", "country": "DE", "centre": "zz"}, 422, "centre")
		refused("customers/C-4", map[string]any{"key": "centred", "name": "N", "kind": "customer", "country": "ZZ"}, 422, "country")
		for _, field := range []string{"key", "name", "kind", "country"} {
			refused("customers/C-4", map[string]any{}, 422, `"`+field+`"`)
		}
		refused("systems/S-2", system, 409, "S-1")
		contact["email"] = "other@acme.example"
		refused("contacts/P-1", contact, 409, "")
		customer["key"] = "acme2"
		refused("customers/C-1", customer, 409, "acme")
		agreement["to"] = "2027-12-31"
		if got := put("agreements/G-1", agreement); !got.Changed || got.Made {
			t.Errorf("an agreement that is longer: %+v", got)
		}
		contact["email"], contact["kinds"] = "ann@acme.example", []string{"billing"}
		put("contacts/P-1", contact)
		books := apptest.Is[bookEntries](t, w.As("otis.greene").Get("/api/v1/customers/acme/books"), 200)
		if len(books.Contacts) != 1 || books.Contacts[0].Kind != "billing" {
			t.Errorf("contacts are %+v", books.Contacts)
		}
		for _, path := range []string{"/api/v1/customers/acme/books", "/api/v1/cases", "/api/v1/queue"} {
			if got := crm.Get(path); got.Status != 403 {
				t.Errorf("the program reads %s: %d", path, got.Status)
			}
		}
	})
}
