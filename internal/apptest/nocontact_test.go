package apptest_test

import (
	"net/url"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// The liaison leaves the question and its reminders unanswered (R3.3-05). Whose turn it was stays apart (R3.3-27).
func TestALiaisonWhoDoesNotGetInTouch(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-02T10:00:00+01:00"))
		katrin, sofia := w.As("katrin.vogel"), w.As("sofia.lindqvist")
		c := katrin.Register(home, "P2")
		rest := func(to string) apptest.Answer {
			return sofia.Do("PATCH", "/api/v1/cases/"+c.Number, map[string]any{"priority": to, "reason": "no_contact"}, "If-Match", "*")
		}
		page := func(to string) apptest.Answer {
			etag := strings.Trim(sofia.Case(c.Number).ETag, `"`)
			return w.Fresh("sofia.lindqvist").Post("/desk/cases/"+c.Number+"/change?lang=en", url.Values{"etag": {etag}, "status": {"waiting_customer"}, "priority": {to},
				"assignee": {"none"}, "code": {"no_contact"}})
		}
		if got := sofia.Post("/api/v1/cases/"+c.Number+"/messages", map[string]any{"text": "Which driver?", "visibility": "public", "question": true}); got.Status != 201 {
			t.Fatalf("asking: %d %s", got.Status, got.Body)
		}
		w.Sweep(berlin(t, "2026-03-03T12:00:00+01:00"))
		for _, part := range []string{`"decision":"reminders_outstanding"`, `"clause":"3.3"`, `"requirement":"R3.3-05"`, `"reminders":1`} {
			if got := rest("P3"); got.Status != 409 || !strings.Contains(string(got.Body), part) {
				t.Errorf("after one reminder: %d %s lacks %s", got.Status, got.Body, part)
			}
		}
		if got := page("P3"); got.Status != 409 || !strings.Contains(string(got.Body), "So far 1 went out.") || !strings.Contains(string(got.Body), `value="no_contact" checked`) {
			t.Errorf("the page after one reminder: %d %s", got.Status, got.Body)
		}
		w.Sweep(berlin(t, "2026-03-04T12:00:00+01:00"))
		if got := page("P3"); got.Status != 303 {
			t.Fatalf("the page after two reminders: %d %s", got.Status, got.Body)
		}
		if got := rest("P4"); got.Status != 200 || !strings.Contains(string(got.Body), `"priority":"P4"`) ||
			!strings.Contains(string(got.Body), `"elapsed":{"support":0,"waitingCustomer":180000000000,"suspended":0}`) {
			t.Errorf("lowered by REST: %d %s", got.Status, got.Body)
		}
		for lang, want := range map[string][]string{"en": {"lowered the priority from P2 to P3, because our question had no answer. Reminders sent: 2.", "Time waiting for the customer</dt><dd>2d 2h"},
			"zh-Hans": {"将优先级从P2降为P3", "等待客户用时</dt><dd>2天2小时"}} {
			told := string(w.Fresh("katrin.vogel").Get("/cases/" + c.Number + "?lang=" + lang).Body)
			for _, part := range want {
				if !strings.Contains(told, part) {
					t.Errorf("the customer's page in %s lacks %s", lang, part)
				}
			}
		}
		if told := string(w.Fresh("sofia.lindqvist").Get("/desk/" + c.Number + "?lang=en").Body); !strings.Contains(told, "Reminders without an answer: 2.") || !strings.Contains(told, "Time at support") {
			t.Error("the desk does not tell of it")
		}
	})
}
