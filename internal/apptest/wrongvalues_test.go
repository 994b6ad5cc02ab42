package apptest_test

import (
	"net/http"
	"slices"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/id"
)

// wrong are the fields of a problem with what is said of each, in their order by name.
func wrong(p apptest.Problem) (list []string) {
	for _, e := range p.Errors {
		list = append(list, e.Field+": "+e.Message)
	}
	slices.Sort(list)
	return list
}

// What is wrong in a body is told at once, each value by the name that it has there and with its place in a list.
func TestAProgramIsToldOfEveryWrongValueByTheNameThatItHasInTheBody(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const (
			missing, noDay, noChoice = "Please fill this in.", "Please give a day such as 2026-11-23, of the years 1990 to 2199.", "Please choose one of the values offered."
		)
		system, invoice := w.System(home).ID, w.Invoice(home, "2026-12-01")
		books, requests := "/api/v1/customers/"+home+"/books/", "/api/v1/liaisons/requests"
		somebody := map[string]any{"system": system, "name": "Nora Lang", "email": "nora.lang@nordwind.example"}
		for _, c := range []struct {
			says, who, path string
			body            map[string]any
			want            []string
		}{
			{"an agreement of which nothing is right", "otis.greene", books + "agreements",
				map[string]any{"number": "", "country": "ZZ", "signingEntity": "", "from": "x", "to": ""},
				[]string{"country: This is no country of the support policy. Please use its two-letter code, for example DE.", "from: " + noDay, "number: " + missing, "signingEntity: " + missing, "to: " + missing}},
			{"a link to itself", "otis.greene", books + "links", map[string]any{"kind": "partner", "customer": home}, []string{"customer: A customer is not linked to itself."}},
			{"a link of no kind to nobody", "otis.greene", books + "links", map[string]any{"kind": "friend", "customer": "nowhere"},
				[]string{"customer: There is no such customer.", "kind: " + noChoice}},
			{"the second of two liaisons", "katrin.vogel", requests, map[string]any{"items": []any{somebody, map[string]any{"system": "zzz", "person": id.New()}}},
				[]string{"items[1].system: " + noChoice}},
			{"the only liaison", "katrin.vogel", requests, map[string]any{"items": []any{map[string]any{"system": system, "person": id.New()}}},
				[]string{"items[0].person: This is nobody of your organisation."}},
			{"an amount of no currency", "carl.jensen", "/api/v1/invoices/" + invoice + "/payment", map[string]any{"paidAt": w.Clock.Now(), "amount": "5"}, []string{"currency: " + missing}},
			{"a currency of no amount", "carl.jensen", "/api/v1/invoices/" + invoice + "/payment", map[string]any{"paidAt": w.Clock.Now(), "currency": "EUR"}, []string{"amount: " + missing}},
		} {
			p := apptest.Is[apptest.Problem](t, w.As(c.who).Post(c.path, c.body), http.StatusUnprocessableEntity)
			if got := wrong(p); !slices.Equal(got, c.want) {
				t.Errorf("%s:\n got %q\nwant %q", c.says, got, c.want)
			}
		}
	})
}
