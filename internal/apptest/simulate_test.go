package apptest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
)

// dayOf is a day of the vendor's zone, so many days from the present one.
func dayOf(w *apptest.World, days int) string {
	return w.Clock.Now().In(w.App.Editions.Now().Vendor.Zone).AddDate(0, 0, days).Format(time.DateOnly)
}

// simulated is what staff are told of a person of a customer for a day, by REST; the page says the same.
func simulated(t *testing.T, w *apptest.World, who, customer, day string) string {
	t.Helper()
	q := url.Values{"customer": {customer}, "person": {w.PersonID(who)}, "system": {w.System(customer).ID}, "day": {day}, "action": {"register_case_portal"}}.Encode()
	told := apptest.Is[rights](t, w.As("noah.becker").Get("/api/v1/rights?"+q), http.StatusOK)
	page := shownAnswers(w.As("noah.becker").Get("/desk/simulate?lang=en&" + q).Body)
	if len(told.Items) != 1 || len(page) != 1 || page[0] != toldAnswers(told)[0] {
		t.Fatalf("%s on %s: the page says %+v, REST %+v", who, day, page, told)
	}
	return told.Items[0].Decision
}

// A payment and an invoice change nothing of the days before them: what was decided then is what staff are told.
func TestADayThatIsOverIsSimulatedAsItWas(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		check := func(when string, who, customer string, want map[int]string) {
			t.Helper()
			for days, decision := range want {
				if got := simulated(t, w, who, customer, dayOf(w, days)); got != decision {
					t.Errorf("%s, %s %d days from now: %s, want %s", when, who, days, got, decision)
				}
			}
		}
		check("before", "walter.boone", "tidewater", map[int]string{-9: "accepted", -3: "invoice_overdue", 0: "invoice_overdue"})
		check("before", "katrin.vogel", home, map[int]string{-3: "accepted", 0: "accepted", -30: "not_a_liaison_with_community_pointer"})
		var invoice id.ID
		w.Rows(`SELECT i.id FROM invoice i JOIN customer c ON c.id = i.tenant_id WHERE c.key = 'tidewater' AND i.paid_at IS NULL`, nil,
			func(scan func(...any) error) error { return scan(&invoice) })
		if a := w.As("carl.jensen").Post("/api/v1/invoices/"+invoice.String()+"/payment", map[string]any{"paidAt": w.Clock.Now()}); a.Status != http.StatusOK {
			t.Fatalf("paid: %d %s", a.Status, a.Body)
		}
		w.Invoice(home, dayOf(w, -10))
		check("afterwards", "walter.boone", "tidewater", map[int]string{-9: "accepted", -3: "invoice_overdue", 0: "accepted"})
		check("afterwards", "katrin.vogel", home, map[int]string{-3: "accepted", 0: "invoice_overdue"})
	})
}

// What a decision looked at is shown with every input in the reader's language and zone, and none of the program's codes.
// What was asked wrongly is said beside its field.
func TestSimulatingSaysInWordsWhatWasLookedAt(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	row, code := regexp.MustCompile(`<dt class="muted">(.*?)</dt><dd>(.*?)</dd>`), regexp.MustCompile(`rights\.|word\.|_|\btrue\b|\bfalse\b|\d\dT\d\d:`)
	latin := regexp.MustCompile(`[A-Za-z]{2,}`)
	for who, customer := range map[string]string{"katrin.vogel": home, "walter.boone": "tidewater", "grace.ellison": "mercy-valley", "tom.hollis": "granite-works", "priya.raman": "everstream"} {
		for i, question := range entitlement.Questions() {
			day := []string{dayOf(w, -1), dayOf(w, 0), "2027-01-04"}[i%3]
			q := url.Values{"customer": {customer}, "person": {w.PersonID(who)}, "system": {w.System(customer).ID}, "day": {day}, "action": {string(question)}}.Encode()
			told := apptest.Is[rights](t, w.As("noah.becker").Get("/api/v1/rights?"+q), http.StatusOK)
			for _, lang := range []string{"en", "zh-Hans"} {
				page := string(w.As("noah.becker").Get("/desk/simulate?lang=" + lang + "&" + q).Body)
				shown := row.FindAllStringSubmatch(page, -1)
				if want := len(told.Items[0].Inputs) - 1; len(shown) != want { // the action is what was asked
					t.Errorf("%s %s, %s: %d of %d inputs are shown: %v, want %v", who, question, lang, len(shown), want, shown, told.Items[0].Inputs)
				}
				for _, s := range shown {
					if code.MatchString(s[1]+" "+s[2]) || lang != "en" && latin.MatchString(s[1]) {
						t.Errorf("%s %s, %s: %s is %s", who, question, lang, s[1], s[2])
					}
				}
			}
		}
	}
	for query, label := range map[string]string{"day=soon": "of the years 1990 to 2199", "action=fly": "choose one of the values offered",
		"day=2026-02-30&person=" + w.PersonID("katrin.vogel"): "of the years 1990 to 2199"} {
		a := w.As("noah.becker").Get("/desk/simulate?lang=en&customer=" + home + "&" + query)
		if value, _, _ := strings.Cut(query, "&"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Body), label) ||
			strings.HasPrefix(value, "day=") && !strings.Contains(string(a.Body), fmt.Sprintf(`value="%s"`, value[len("day="):])) {
			t.Errorf("%s: %d", query, a.Status)
		}
	}
}
