package apptest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
)

type renewalTold struct {
	ID, Number, State, Order string
	Diff                     struct {
		Complete bool
		Systems  []string
	}
	Lines []struct{ SKU, From, To string }
}

// told are the reminders of a customer so far: days before the end, and how many people got a mail.
func told(w *apptest.World, customer id.ID) (all []string) {
	w.Rows(`SELECT data FROM journal WHERE kind = 'term.announced' AND tenant_id = $1 ORDER BY seq`, []any{customer}, func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		var data struct{ Days, People int }
		err := json.Unmarshal([]byte(text), &data)
		all = append(all, fmt.Sprintf("%d days, %d people", data.Days, data.People))
		return err
	})
	return all
}

// twoSystemsUntil gives a customer a second system, and both systems terms that end with a day.
func twoSystemsUntil(t *testing.T, w *apptest.World, customer string, last calendar.Date) (tenant id.ID) {
	t.Helper()
	var first calendar.Date
	system := w.System(customer)
	w.Rows(`SELECT t.tenant_id, t.from_date FROM subscription t JOIN customer c ON c.id = t.tenant_id WHERE c.key = $1`, []any{customer}, func(scan func(...any) error) error {
		var from string
		if err := scan(&tenant, &from); err != nil {
			return err
		}
		var err error
		first, err = calendar.ParseDate(from)
		return err
	})
	second, err := w.App.Contract.AddSystem(context.Background(), apptest.Program(), tenant, contract.NewSystem{Name: "DEV-02", Deployment: contract.Cloud,
		Country: "US", Product: system.Product, Version: system.Version, Environments: []string{"production"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.App.Contract.AddSubscription(context.Background(), apptest.Program(), tenant, second, contract.Term{Plan: "standard", From: first, To: last}); err != nil {
		t.Fatal(err)
	}
	w.Rewrite(func(tx *db.Tx) error {
		_, err := w.App.Contract.PutTerm(tx, apptest.Program(), tenant, id.MustParse(system.ID), contract.Term{Plan: "standard", From: first, To: last})
		return err
	})
	return tenant
}

// A term that ends: its reminders on their days, a quote that leaves something out refused with what is missing, a quote of
// everything, the support refused after the last day, and the order that brings it back (5.1).
func TestATermEndsAndIsRenewed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const customer = "everstream"
		zone, system := w.App.Editions.Now().Vendor.Zone, w.System(customer)
		at := func(day string, hour int) time.Time {
			d, err := calendar.ParseDate(day)
			if err != nil {
				t.Fatal(err)
			}
			return d.AtIn(zone, time.Duration(hour)*time.Hour)
		}
		tenant := twoSystemsUntil(t, w, customer, calendar.Date{Year: 2027, Month: time.March, Day: 31})
		sweep := func(day string, hour int) []string {
			t.Helper()
			w.Clock.Set(at(day, hour))
			if _, err := w.App.Billing.Sweep(context.Background()); err != nil {
				t.Fatal(err)
			}
			return told(w, tenant)
		}
		want := []string{}
		for _, step := range []struct {
			day  string
			hour int
			more string
		}{{"2027-01-29", 23, ""}, {"2027-01-30", 0, "60 days, 1 people"}, {"2027-02-01", 9, ""}, {"2027-03-17", 0, "14 days, 1 people"}, {"2027-03-18", 9, ""}} {
			if step.more != "" {
				want = append(want, step.more)
			}
			if got := sweep(step.day, step.hour); !slices.Equal(got, want) {
				t.Errorf("%s %d:00: told %v, want %v", step.day, step.hour, got, want)
			}
		}

		desk, priya := w.As("rita.valdez"), w.As("priya.raman")
		quotes := "/api/v1/customers/" + customer + "/renewals"
		partial := map[string]any{"months": 12, "validUntil": "2027-06-30", "systems": []any{map[string]any{"system": system.ID, "plan": "standard"}}}
		p := apptest.Is[apptest.Problem](t, desk.Post(quotes, partial), http.StatusConflict)
		if p.Decision != "partial_renewal" || p.Clause != "5.1" || p.Inputs["missing_systems"] == nil {
			t.Errorf("a quote that leaves a system out: %+v", p)
		}
		made := apptest.Is[renewalTold](t, desk.Post(quotes, map[string]any{"months": 12, "validUntil": "2027-06-30", "amount": "48000.00", "currency": "USD"}), http.StatusCreated)
		if !made.Diff.Complete || len(made.Lines) != 2 || made.Lines[0].From != "2027-04-01" || made.Lines[0].To != "2028-03-31" {
			t.Fatalf("the quote: %+v", made)
		}
		if seen := apptest.Is[renewalTold](t, priya.Get("/api/v1/renewals/"+made.ID), http.StatusOK); seen.State != "open" || seen.Number != made.Number {
			t.Errorf("the customer reads %+v", seen)
		}

		w.Clock.Set(at("2027-03-31", 23))
		apptest.Is[map[string]any](t, priya.Post("/api/v1/cases", apptest.NewCase(system, "P3")), http.StatusCreated)
		want = append(want, "-1 days, 1 people")
		if got := sweep("2027-04-01", 0); !slices.Equal(got, want) {
			t.Errorf("when it has ended: told %v, want %v", got, want)
		}
		p = apptest.Is[apptest.Problem](t, priya.Post("/api/v1/cases", apptest.NewCase(system, "P3")), http.StatusForbidden)
		if p.Decision != "subscription_inactive" || p.Clause != "0" || p.Requirement != "R0-04" || p.Inputs["subscription_to"] != "2027-03-31" {
			t.Errorf("after the last day: %+v", p)
		}
		apptest.Is[map[string]any](t, priya.Get("/api/v1/cases"), http.StatusOK) // what they have stays open to them

		w.Clock.Set(at("2027-04-10", 9))
		ordered := apptest.Is[renewalTold](t, desk.Post("/api/v1/renewals/"+made.ID+"/order", map[string]any{"number": "O-2027-1", "signedOn": "2027-04-09"}), http.StatusOK)
		if ordered.State != "ordered" || ordered.Order != "O-2027-1" {
			t.Errorf("the order: %+v", ordered)
		}
		var terms []string
		w.Rows(`SELECT from_date, to_date FROM subscription WHERE tenant_id = $1 AND system_id = $2 ORDER BY from_date`, []any{tenant, id.MustParse(system.ID)}, func(scan func(...any) error) error {
			var from, to string
			err := scan(&from, &to)
			terms = append(terms, from+" "+to)
			return err
		})
		if len(terms) != 2 || terms[1] != ordered.Lines[0].From+" "+ordered.Lines[0].To || ordered.Lines[0].To != "2028-03-31" {
			t.Errorf("the terms are %v, the order says %+v", terms, ordered.Lines)
		}
		if again := desk.Post("/api/v1/renewals/"+made.ID+"/order", map[string]any{"number": "O-2027-2", "signedOn": "2027-04-09"}); again.Status != http.StatusConflict {
			t.Errorf("ordered twice: %d %s", again.Status, again.Body)
		}
		apptest.Is[map[string]any](t, priya.Post("/api/v1/cases", apptest.NewCase(system, "P3")), http.StatusCreated)
		if got := sweep("2027-04-11", 9); !slices.Equal(got, want) {
			t.Errorf("once it is renewed: told %v", got)
		}
	})
}
