package apptest_test

import (
	"net/url"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

func TestExtendedSupportIsOrderedOnThePageAndSeenByTheCustomer(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		otis, page := w.In("otis.greene"), "/desk/customers/"+home+"/extended"
		if got := otis.Get("/desk/customers/" + home); got.Status != 200 || !strings.Contains(string(got.Body), `href="`+page+`"`) {
			t.Errorf("the customer's page does not lead there: %d", got.Status)
		}
		form := url.Values{"system": {w.System(home).ID}, "document": {"ELS-77"}, "sku": {"Technical Support Extended (ELS)"}, "from": {"2026-12-31"}, "to": {"2029-02-28"}}
		wrong := otis.Post(page, form)
		for _, want := range []string{`value="ELS-77"`, `value="2026-12-31"`, `value="2029-02-28"`, "begins on 1 Jan 2027 at the earliest", "ends on 31 Dec 2028 at the latest", "at most 24 months", `href="/policy/4.7"`} {
			if wrong.Status != 409 || !strings.Contains(string(wrong.Body), want) {
				t.Errorf("a window outside: %d, and %q is not there", wrong.Status, want)
			}
		}
		form.Set("from", "tomorrow")
		if got := otis.Post(page, form); got.Status != 422 || !strings.Contains(string(got.Body), `value="ELS-77"`) {
			t.Errorf("no day: %d", got.Status)
		}
		form.Set("from", "2027-01-01")
		form.Set("to", "2027-12-31")
		form.Set("system", "01a223af-30a2-7db5-b251-933163ef9d3d")
		if got := otis.Post(page, form); got.Status != 422 {
			t.Errorf("a system of somebody else: %d", got.Status)
		}
		form.Set("system", w.System(home).ID)
		if got := otis.Post(page, form); got.Status != 303 {
			t.Fatalf("an order: %d %.300s", got.Status, got.Body)
		}
		if got := string(otis.Get(page).Body); !strings.Contains(got, "ELS-77") || !strings.Contains(got, "from 1 Jan 2028 to 31 Dec 2028, 366 days") {
			t.Error("the page does not show what stands and what is left")
		}
		if got := string(w.In(strings.Split(w.LiaisonOf(home).Email, "@")[0]).Get("/account/renewal").Body); !strings.Contains(got, "ELS-77") {
			t.Error("the customer does not see the window")
		}
	})
}

// A case whose system is covered by extended lifecycle support alone is marked where staff see it, and says so by REST; a
// case of a system that an order keeps is not (4.7).
func TestACaseUnderExtendedSupportAloneIsMarked(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		form := url.Values{"system": {w.System("granite-works").ID}, "document": {"ELS-9"}, "sku": {"Technical Support Extended (ELS)"}, "from": {"2027-01-01"}, "to": {"2027-12-31"}}
		if got := w.In("otis.greene").Post("/desk/customers/granite-works/extended", form); got.Status != 303 {
			t.Fatalf("an order: %d %.300s", got.Status, got.Body)
		}
		w.Clock.Set(berlin(t, "2027-03-02T16:00:00+01:00"))
		only, kept := w.As("tom.hollis").Register("granite-works", "P3"), w.As("katrin.vogel").Register(home, "P3")
		for number, want := range map[string]bool{only.Number: true, kept.Number: false} {
			got := apptest.Is[struct{ ExtendedSupport bool }](t, w.As("noah.becker").Get("/api/v1/cases/"+number), 200)
			if got.ExtendedSupport != want {
				t.Errorf("%s: the case says %v", number, got.ExtendedSupport)
			}
			const mark = "Only extended lifecycle support"
			page := string(w.In("sam.carter").Get("/desk/" + number + "?lang=en&priority=P3&owner=none").Body)
			_, work, _ := strings.Cut(page, `id="work"`)
			if strings.Contains(work, mark) != want {
				t.Errorf("%s: the workspace is marked: %v", number, !want)
			}
			_, row, found := strings.Cut(page, `id="row-`+number+`"`)
			row, _, _ = strings.Cut(row, `class="end"`)
			if !found || strings.Contains(row, mark) != want {
				t.Errorf("%s: the row of the queue is there: %v, and marked: %v", number, found, !want)
			}
		}
	})
}
