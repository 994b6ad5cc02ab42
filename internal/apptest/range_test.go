package apptest_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/journal"
)

// A mistyped year is refused by its field and leaves nothing. Rows with one that came in before there was a range take
// nobody's list with them.
func TestAMistypedYearIsRefusedAndAnOldOneTakesNoListWithIt(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carl, otis := w.As("carl.jensen"), w.As("otis.greene")
		invoice := func(number, issued, due string) map[string]any {
			return map[string]any{"customer": home, "number": number, "issued": issued, "due": due, "amount": "1.00", "currency": "EUR"}
		}
		books := "/api/v1/customers/" + home + "/books"
		seats := map[string]any{"system": w.System(home).ID, "seats": 1, "from": "9999-06-01"}
		for name, got := range map[string]apptest.Answer{
			"due":    carl.Post("/api/v1/invoices", invoice("Y-1", "", "9999-12-31")),
			"due ":   carl.Post("/api/v1/invoices", invoice("Y-2", "", "0001-01-02")), //nolint:gocritic // the blank tells it from the one above
			"issued": carl.Post("/api/v1/invoices", invoice("Y-3", "1020-01-01", "2026-12-31")),
			"from":   otis.Post(books+"/seats", seats),
		} {
			if got.Status != http.StatusUnprocessableEntity || !strings.Contains(string(got.Body), `"field":"`+strings.TrimSpace(name)+`"`) {
				t.Errorf("%s: %d %s", name, got.Status, got.Body)
			}
		}
		page := string(w.In("carl.jensen").Post("/desk/invoices/new", url.Values{"customer": {"nobody"}, "number": {""}, "due": {"9999-12-31"}, "amount": {"x"}, "currency": {"EUR"}}).Body)
		for _, name := range []string{"customer", "number", "due", "amount"} {
			if !strings.Contains(page, `id="err-`+name+`"`) {
				t.Errorf("the page says nothing about %s", name)
			}
		}
		if n := w.Count(`SELECT count(*) FROM invoice WHERE number LIKE 'Y-%'`); n != 0 {
			t.Errorf("%d invoices are kept", n)
		}

		today := w.Clock.Now().Format(time.DateOnly)
		v := apptest.Is[struct{ ID string }](t, carl.Post("/api/v1/invoices", invoice("Y-4", today, today)), http.StatusCreated)
		early := carl.Post("/api/v1/invoices/"+v.ID+"/payment", map[string]any{"paidAt": "2020-01-01T00:00:00Z"})
		if early.Status != http.StatusUnprocessableEntity || !strings.Contains(string(early.Body), "paidAt") {
			t.Errorf("paid before it was issued: %d %s", early.Status, early.Body)
		}
		seats["from"] = today
		apptest.Is[struct{ ID string }](t, otis.Post(books+"/seats", seats), http.StatusCreated)
		err := w.App.DB.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
			return errors.Join(journal.Record(tx, line), tx.Buffer(`UPDATE invoice SET due_date = '9999-12-31' WHERE number = 'Y-4'`),
				tx.Buffer(`UPDATE extra_seat SET from_date = '9999-06-01', to_date = '10000-05-31'`))
		})
		if err != nil {
			t.Fatal(err)
		}
		for path, by := range map[string]*apptest.Caller{"/api/v1/invoices": carl, "/api/v1/invoices/" + v.ID: carl, "/desk/invoices": carl, books: otis,
			"/desk/customers/" + home + "/books": otis, "/api/v1/rights?customer=" + home + "&person=" + w.PersonID("katrin.vogel"): carl} {
			if got := by.Get(path); got.Status != http.StatusOK {
				t.Errorf("%s: %d %s", path, got.Status, got.Body)
			}
		}
		if got := carl.Post("/api/v1/invoices/"+v.ID+"/void", map[string]any{"reason": "mistyped"}); got.Status != http.StatusOK {
			t.Errorf("it is taken back: %d %s", got.Status, got.Body)
		}
	})
}
