package apptest_test

import (
	"net/http"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

type right struct {
	SystemName, Action, Decision, Clause, Edition, Text string
	Allowed                                             bool
	Inputs                                              map[string]any
}

type rights struct{ Items []right }

// What the program says that somebody may do is what it does: the answer to registering a case is the refusal that the
// case itself gets, word for word and input for input but the instant.
func TestWhatOneMayDoIsWhatIsDone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, c := range []struct{ who, customer, decision string }{
			{"katrin.vogel", home, "accepted"},
			{"jonas.brandt", home, "not_a_liaison_with_community_pointer"},
			{"sabine.krueger", "altmark", "subscription_inactive"},
			{"walter.boone", "tidewater", "invoice_overdue"},
			{"edward.pryce", "old-harbour", "version_expired"},
			{"grace.ellison", "mercy-valley", "accepted"},
		} {
			s := w.System(c.customer)
			got := apptest.Is[rights](t, w.As(c.who).Get("/api/v1/rights?action=register_case_portal&system="+s.ID), http.StatusOK)
			if len(got.Items) != 1 || got.Items[0].Decision != c.decision || got.Items[0].Allowed != (c.decision == "accepted") {
				t.Errorf("%s: %+v", c.who, got)
				continue
			}
			if c.decision == "accepted" {
				continue
			}
			p := apptest.Is[apptest.Problem](t, w.As(c.who).Post("/api/v1/cases", apptest.NewCase(s, "P3")), http.StatusForbidden)
			if p.Decision != c.decision || p.Detail != got.Items[0].Text || p.Clause != got.Items[0].Clause {
				t.Errorf("%s: the case is refused by %+v, the rights say %+v", c.who, p, got.Items[0])
			}
		}
		foreign := "/api/v1/rights?system=" + w.System(stranger).ID
		if a := w.As("katrin.vogel").Get(foreign); a.Status != http.StatusNotFound {
			t.Errorf("a foreign system: %d %s", a.Status, a.Body)
		}
		if a := w.As("katrin.vogel").Get("/api/v1/rights?system=nonsense"); a.Status != http.StatusNotFound {
			t.Errorf("no system at all: %d %s", a.Status, a.Body)
		}
		if a := w.As("katrin.vogel").Get("/api/v1/rights?action=fly&day=soon"); a.Status != http.StatusUnprocessableEntity ||
			!strings.Contains(string(a.Body), "register_case_portal") || !strings.Contains(string(a.Body), `"day"`) {
			t.Errorf("what is no question: %d %s", a.Status, a.Body)
		}
		tom := w.PersonID("tom.hollis")
		ask := "/api/v1/rights?customer=granite-works&person=" + tom + "&action=register_case_portal&day="
		for day, want := range map[string]string{"2026-12-31": "accepted", "2027-01-01": "on_prem_support_ended"} {
			got := apptest.Is[rights](t, w.As("noah.becker").Get(ask+day), http.StatusOK)
			if len(got.Items) == 0 || got.Items[0].Decision != want {
				t.Errorf("simulated on %s: %+v", day, got)
			}
		}
		for who, paths := range map[string][]string{
			"katrin.vogel": {ask + "2026-12-31", "/api/v1/rights?customer=granite-works", "/api/v1/rights?customer=nobody", "/api/v1/rights?person=" + tom, "/api/v1/people?customer=granite-works"},
			"noah.becker": {"/api/v1/rights?customer=nobody&person=" + tom, "/api/v1/rights?customer=granite-works&person=" + w.PersonID("katrin.vogel"),
				"/api/v1/rights?customer=granite-works&person=" + w.System(home).ID, "/api/v1/people?customer=nobody"},
		} {
			for _, path := range paths {
				if got := w.As(who).Get(path); got.Status != http.StatusNotFound {
					t.Errorf("%s asks %s: %d %s", who, path, got.Status, got.Body)
				}
			}
		}
		own := "/api/v1/rights?customer=" + home + "&person=" + w.PersonID("katrin.vogel") + "&action=register_case_portal"
		if got := apptest.Is[rights](t, w.As("katrin.vogel").Get(own), http.StatusOK); len(got.Items) == 0 || got.Items[0].Inputs["liaison"] != true {
			t.Errorf("of themselves: %+v", got)
		}
		if got := w.As("noah.becker").Get("/api/v1/people?customer=granite-works"); got.Status != 200 || strings.Contains(string(got.Body), "katrin.vogel") || !strings.Contains(string(got.Body), "tom.hollis") {
			t.Errorf("the people of one customer: %d %s", got.Status, got.Body)
		}
	})
}
