package apptest_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/entitlement"
)

// shownAnswer is an answer as a page shows it; a no says why in a sentence, whose days each surface writes in its own way.
type shownAnswer struct {
	yes    bool
	clause string
	why    bool
}

// shownAnswers reads the answers of a page in their order.
func shownAnswers(page []byte) (all []shownAnswer) {
	row := regexp.MustCompile(`(?s)<li class="row-x top-a"><span class="st" data-st="(fix|suspended)">.*?<b>.*?</b>(?:<br><span class="sm">(.*?)</span>)?.*?href="/policy/([^"?]+)`)
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		all = append(all, shownAnswer{m[1] == "fix", m[3], m[2] != ""})
	}
	return all
}

func toldAnswers(r rights) (all []shownAnswer) {
	for _, i := range r.Items {
		all = append(all, shownAnswer{i.Allowed, i.Clause, i.Text != ""})
	}
	return all
}

// Every question gets one answer, with its clause and its sentence: on the person's own page, by REST, and where staff
// simulate the person, on the page and by REST. So it is for whoever stands in any special way.
func TestEveryQuestionHasOneAnswerEverywhere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		today := w.Clock.Now().In(w.App.Editions.Now().Vendor.Zone).Format("2006-01-02")
		n := len(entitlement.Questions())
		for _, c := range []struct {
			who, customer, question, decision string
		}{
			{"katrin.vogel", home, "choose_centre", "accepted"},                     // premier
			{"jonas.brandt", home, "download", "resource_not_open"},                 // a member
			{"grace.ellison", "mercy-valley", "secure_transfer", "accepted"},        // restricted
			{"walter.boone", "tidewater", "licence_key", "invoice_overdue"},         // suspended
			{"sabine.krueger", "altmark", "request_patch", "subscription_inactive"}, // ended
			{"edward.pryce", "old-harbour", "request_patch", "version_expired"},
			{"tom.hollis", "granite-works", "around_the_clock", "not_in_plan"},
			{"priya.raman", "everstream", "choose_centre", "cloud_has_its_own_queue"},
			{"amelia.stone", "brightpath", "secure_transfer", "not_restricted"},
			{"chen.li", stranger, "read_cases", "accepted"},
		} {
			all := apptest.Is[rights](t, w.As(c.who).Get("/api/v1/rights"), http.StatusOK)
			if len(all.Items) == 0 || len(all.Items)%n != 0 {
				t.Fatalf("%s: %d answers to %d questions", c.who, len(all.Items), n)
			}
			at := slices.IndexFunc(all.Items, func(r right) bool { return r.Action == c.question })
			if got := all.Items[at].Decision; got != c.decision {
				t.Errorf("%s asks %s: %s, want %s", c.who, c.question, got, c.decision)
			}
			if page := shownAnswers(w.As(c.who).Get("/account/rights?lang=en").Body); !slices.Equal(page, toldAnswers(all)) {
				t.Errorf("%s reads %+v\nREST says %+v", c.who, page, toldAnswers(all))
			}
			system := w.System(c.customer)
			q := url.Values{"customer": {c.customer}, "person": {w.PersonID(c.who)}, "system": {system.ID}, "day": {today}}.Encode()
			told := apptest.Is[rights](t, w.As("noah.becker").Get("/api/v1/rights?"+q), http.StatusOK)
			if page := shownAnswers(w.As("noah.becker").Get("/desk/simulate?lang=en&" + q).Body); len(page) != n || !slices.Equal(page, toldAnswers(told)) {
				t.Errorf("staff simulate %s and read %+v\nREST says %+v", c.who, page, toldAnswers(told))
			}
			for i, of := range told.Items {
				own := all.Items[slices.IndexFunc(all.Items, func(r right) bool { return r.SystemName == of.SystemName && r.Action == of.Action })]
				if own.Decision != of.Decision || own.Clause != of.Clause || own.Allowed != of.Allowed {
					t.Errorf("%s: question %d of staff is answered %+v, the person's own %+v", c.who, i, of, own)
				}
			}
		}
		if page := string(w.As("katrin.vogel").Get("/account/rights?lang=zh-Hans").Body); !strings.Contains(page, "第2.4条") {
			t.Error("the Chinese page names no clause")
		}
	})
}
