package apptest_test

import (
	"net/url"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// seats is the part of GET /liaisons that the story reads.
type seats struct {
	Systems []struct {
		System   string
		Liaisons []struct {
			Person, Name string
			Cases        int
		}
	}
	Quota struct{ Used, Left int }
}

func TestALiaisonIsReplacedFromTheRequestToTheCasesOfTheSuccessor(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin := w.As("katrin.vogel")
		c := katrin.Register(home, "P3")
		before := apptest.Is[seats](t, katrin.Get("/api/v1/liaisons"), 200)
		system, holder := before.Systems[0].System, before.Systems[0].Liaisons[0]
		body := map[string]any{"items": []any{map[string]any{"system": system, "old": holder.Person, "name": "Nora Lang", "email": "nora.lang@nordwind.example"}}}
		first := katrin.Post("/api/v1/liaisons/requests", body, "Idempotency-Key", "once")
		again := katrin.Post("/api/v1/liaisons/requests", body, "Idempotency-Key", "once")
		if first.Status != 201 || string(first.Body) != string(again.Body) {
			t.Fatalf("%d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
		}
		link := "/invite/" + w.Invitation(home)
		page := w.Nobody().Get(link)
		if !strings.Contains(string(page.Body), "Nordwind Logistik AG") || !strings.Contains(string(page.Body), "Katrin Vogel") {
			t.Errorf("the invitation does not say for whom: %.300s", page.Body)
		}
		short := w.Nobody().Post(link, url.Values{"name": {"Nora Lang"}, "password": {"short"}, "repeat": {"short"}}, "Sec-Fetch-Site", "same-origin")
		if short.Status != 422 || !strings.Contains(string(short.Body), "Nora Lang") {
			t.Errorf("a short password: %d, and the name is gone", short.Status)
		}
		done := w.Nobody().Post(link, url.Values{"name": {"Nora Lang"}, "password": {"a new one 2026 x"}, "repeat": {"a new one 2026 x"}}, "Sec-Fetch-Site", "same-origin")
		if done.Status != 200 {
			t.Fatalf("accepting: %d %.300s", done.Status, done.Body)
		}
		if gone := w.Nobody().Get(link); gone.Status != 409 {
			t.Errorf("the link works again: %d", gone.Status)
		}
		after := apptest.Is[seats](t, w.As("helen.marsh").Get("/api/v1/liaisons?customer="+home), 200)
		now := after.Systems[0].Liaisons
		if len(now) != 1 || now[0].Name != "Nora Lang" || now[0].Cases != holder.Cases || after.Quota.Used != 1 {
			t.Errorf("after the replacement: %+v, %d cases before", after, holder.Cases)
		}
		if got := katrin.Get("/api/v1/cases/" + c.Number); got.Status != 403 {
			t.Errorf("the old liaison still reads the case: %d", got.Status)
		}
		moved := w.As("sofia.lindqvist").Case(c.Number)
		if moved.Clocks[0].DueAt == nil || !moved.Clocks[0].DueAt.Equal(*c.Clocks[0].DueAt) {
			t.Errorf("the clock moved: %+v, was %+v", moved.Clocks[0], c.Clocks[0])
		}
	})
}
