package apptest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/apptest"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/release"
)

// What a page or a list costs does not grow with what it shows: every GET route answers three people before and after
// there is more of everything, with the same number of statements. Statements are counted where they are checked, which
// is the same on both engines.
func TestWhatIsReadCostsNoMoreStatementsWithMoreRows(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	w.As("katrin.vogel").Register(home, "P3")
	things := w.Things(home)
	more(w, things, 0) // what asks a second time once there is something to show does so now
	type asked struct{ who, path string }
	paths := map[asked]int64{}
	look := func(at asked) (status int, statements int64) {
		before := w.App.DB.Statements()
		a := w.In(at.who).Get(at.path)
		return a.Status, w.App.DB.Statements() - before
	}
	for _, r := range w.App.Routes.Routes() {
		if apptest.Changes(r) || strings.HasSuffix(r.Pattern, "/events") || apptest.IsSCIM(r) {
			continue
		}
		for _, who := range []string{"katrin.vogel", "sofia.lindqvist", "sam.carter"} {
			at := asked{who, w.Probe(r, things).Path}
			if status, _ := look(at); status == http.StatusOK { // the first look may remember something for the next
				_, paths[at] = look(at)
			}
		}
	}
	if len(paths) < 150 {
		t.Fatalf("only %d pages and lists answer", len(paths))
	}
	more(w, things, 3)
	for at, before := range paths {
		if status, after := look(at); status != http.StatusOK || after > before {
			t.Errorf("%s for %s takes %d statements, before there was more %d (status %d)", at.path, at.who, after, before, status)
		}
	}
}

// more makes three more of everything that lists show.
func more(w *apptest.World, o apptest.Objects, from int) {
	ctx, t := context.Background(), w.T()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	customer, err := id.Parse(customerID(w, o.Customer))
	must(err)
	liaison, err := id.Parse(o.Person)
	must(err)
	s := w.System(o.Customer)
	day := calendar.Date{Year: 2025, Month: 6, Day: 1}
	for i := from; i < from+3; i++ {
		c := w.As("katrin.vogel").Register(o.Customer, "P2")
		w.As("sofia.lindqvist").Say(c.Number, "We are looking into it.")
		w.As("katrin.vogel").Say(o.Number, "There is more of it.")
		w.As("sofia.lindqvist").Say(o.Number, "For us.", "visibility", "internal")
		w.As("sofia.lindqvist").Change(c.Number, map[string]any{"assignee": w.PersonID("sofia.lindqvist")})
		w.Task(o.Customer)
		w.Invoice(o.Customer, fmt.Sprintf("2026-11-%02d", 10+i))
		must(w.App.Releases.AddRelease(ctx, apptest.Program(), release.NewRelease{Product: s.Product, Version: fmt.Sprint("2027.", i), Platform: fmt.Sprint("2027.", i), GA: day}))
		system, err := w.App.Contract.AddSystem(ctx, apptest.Program(), customer, contract.NewSystem{Name: fmt.Sprint("MORE-", i), Deployment: contract.OnPrem,
			Country: "DE", Product: s.Product, Version: s.Version, Environments: []string{"production"}})
		must(err)
		_, err = w.App.Contract.AddSubscription(ctx, apptest.Program(), customer, system, contract.Term{Plan: "standard", From: day, To: day.AddDays(2000)})
		must(err)
		must(w.App.Contract.Designate(ctx, apptest.Program(), customer, liaison, system))
		person, err := w.App.Accounts.CreatePerson(ctx, apptest.Program(), account.NewPerson{Name: "One More", Email: fmt.Sprintf("more%d@new.example", i), Language: "en", Zone: "UTC"})
		must(err)
		must(w.App.Accounts.Grant(ctx, apptest.Program(), customer, person, access.Member, account.Own))
		key := fmt.Sprint("more-", i)
		_, err = w.App.Accounts.CreateCustomer(ctx, apptest.Program(), account.Customer{Key: key, Name: key, Kind: "customer", Country: "DE", Centre: "emea", Language: "en"})
		must(err)
	}
}
