package apptest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
)

type term struct{ ID, Plan, From, To, Etag string }

// runningTerm is the term of a customer's system that holds now.
func runningTerm(t *testing.T, w *apptest.World, customer string) (now term) {
	t.Helper()
	books := apptest.Is[struct {
		Terms []struct{ ID, System, Plan, From, To, Etag string }
	}](t, w.As("otis.greene").Get("/api/v1/customers/"+customer+"/books"), 200)
	today := w.Clock.Now().Format(time.DateOnly)
	for _, one := range books.Terms {
		if one.System == w.System(customer).ID && one.From <= today && today <= one.To {
			return term{one.ID, one.Plan, one.From, one.To, one.Etag}
		}
	}
	t.Fatalf("%s has no term: %+v", customer, books.Terms)
	return now
}

// The order desk corrects the plan of a running term, and then cuts it short for a better one (A, Clocks 10).
func TestAPlanThatChangesInTheBooksReachesTheCasesThatRun(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-06T17:30:00+01:00")) // half an hour before the end of the week
		katrin, desk, books := w.As("katrin.vogel"), w.As("otis.greene"), "/api/v1/customers/"+home+"/books/terms"
		put := func(plan, to string) {
			t.Helper()
			now := runningTerm(t, w, home)
			if got := desk.Do("PATCH", books+"/"+now.ID, map[string]any{"plan": plan, "to": to}, "If-Match", now.Etag); got.Status != 200 {
				t.Fatalf("correcting the plan: %d %s", got.Status, got.Body)
			}
			w.Sweep(w.Clock.Now())
		}
		end := runningTerm(t, w, home).To
		worse := katrin.Register(home, "P1")
		put("standard", end)
		if got := katrin.Case(worse.Number); got.Plan != "standard" || !got.Clocks[0].DueAt.Equal(*worse.Clocks[0].DueAt) {
			t.Errorf("worse terms: plan %s, due %s, before %s", got.Plan, got.Clocks[0].DueAt, worse.Clocks[0].DueAt)
		}
		better := katrin.Register(home, "P1")
		if better.Plan != "standard" || better.Clocks[0].Clock == "24x7" {
			t.Fatalf("registered on plan %s, clock %s", better.Plan, better.Clocks[0].Clock)
		}
		put("standard", "2026-03-06") // until midnight in the vendor's zone, which is 06:00 in Berlin
		if got := desk.Post(books, map[string]any{"system": w.System(home).ID, "plan": "elite", "from": "2026-03-07", "to": end}); got.Status != 201 {
			t.Fatalf("entering the new term: %d %s", got.Status, got.Body)
		}
		w.Sweep(berlin(t, "2026-03-07T05:59:59+01:00"))
		if got := katrin.Case(better.Number); got.Plan != "standard" {
			t.Errorf("before the term begins the plan is %s", got.Plan)
		}
		w.Sweep(berlin(t, "2026-03-07T06:00:10+01:00"))
		got := katrin.Case(better.Number)
		if got.Plan != "elite" || got.Clocks[0].Clock != "24x7" || !got.Clocks[0].DueAt.Equal(berlin(t, "2026-03-07T08:00:00+01:00")) {
			t.Errorf("after it: plan %s, %+v", got.Plan, got.Clocks[0])
		}
		if text := string(katrin.Get("/api/v1/cases/" + better.Number + "/clocks").Body); !strings.Contains(text, `"clause":"A"`) {
			t.Errorf("the ledger does not name the clause: %s", text)
		}
		told := string(w.In("katrin.vogel").Get("/cases/" + better.Number + "?lang=en").Body)
		if !strings.Contains(told, "changed from Standard to Elite") {
			t.Error("the customer's page does not tell of the plan")
		}
		told = string(w.In("sofia.lindqvist").Get("/desk/" + better.Number + "?lang=zh-Hans").Body)
		if !strings.Contains(told, "系统的支持方案变更") {
			t.Error("the desk does not tell of the plan")
		}
		queue := apptest.Is[struct{ Items []apptest.Case }](t, w.As("sofia.lindqvist").Get("/api/v1/queue?limit=200"), 200)
		for _, c := range queue.Items {
			if c.Number == better.Number && c.Plan != "elite" {
				t.Errorf("the queue has it on %s", c.Plan)
			}
		}
		statementTellsThePlan(t, w, better.Number)
	})
}

// statementTellsThePlan holds the month's statement against the clock of the better plan.
func statementTellsThePlan(t *testing.T, w *apptest.World, number string) {
	t.Helper()
	w.As("sofia.lindqvist").Say(number, "We are looking into it.")
	w.Sweep(berlin(t, "2026-04-02T10:00:00+02:00"))
	m, err := w.App.Reports.Make(t.Context(), apptest.Program(), home, "2026-03")
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, l := range m.Statement.Lines {
		if l.Number == number && l.Kind == "initial_response" {
			lines = append(lines, fmt.Sprint(l.Clock, " ", l.State, " ", l.DueAt.UTC().Format(time.RFC3339)))
		}
	}
	if got := strings.Join(lines, ", "); got != "24x7 met 2026-03-07T07:00:00Z" {
		t.Errorf("the statement says %s", got)
	}
}
