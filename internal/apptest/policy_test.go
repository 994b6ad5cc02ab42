package apptest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// Anybody reads the policy, in both languages, with what makes each clause true; the matrix says what a case gets.
func TestThePolicyIsReadByEverybody(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var policy struct {
			Edition string
			Plans   []struct{ Key, Name string }
			Clauses []struct{ Number, Title string }
		}
		readJSON(t, w.Nobody().Get("/api/v1/policy?lang=zh-Hans"), &policy)
		if policy.Edition != "2025-02" || len(policy.Plans) != 4 || policy.Plans[3].Name != "精英支持" || len(policy.Clauses) < 60 {
			t.Errorf("the policy is %+v", policy)
		}
		var clause struct {
			Rules    []struct{ Key, Code string }
			Examples []struct{ ID string }
			Facts    []struct {
				Key   string
				Items []struct{ Key, Value, Text string }
			}
		}
		readJSON(t, w.Nobody().Get("/api/v1/policy/clauses/8.8"), &clause)
		if len(clause.Rules) != 1 || clause.Rules[0].Code != "protection.Audit" || len(clause.Examples) == 0 || clause.Facts[0].Items[0].Value != "30" {
			t.Errorf("clause 8.8 is %+v", clause)
		}
		var matrix struct {
			Rows []struct {
				Plan, Deployment, Environment, Priority, Clock string
				ResponseMinutes                                int
			}
			Countries []struct{ Country, Calendar string }
		}
		readJSON(t, w.Nobody().Get("/api/v1/policy/matrix?country=de"), &matrix)
		if len(matrix.Rows) != 64 || len(matrix.Countries) != 1 || matrix.Rows[0].Clock != "emea-cet:DE" || matrix.Rows[0].ResponseMinutes != 120 {
			t.Errorf("the matrix of DE is %+v", matrix)
		}
		for _, path := range []string{"/api/v1/policy/clauses/9.9", "/policy/9.9", "/api/v1/policy/clauses/3.2%2F", "/policy/matrix/x"} {
			if got := w.Nobody().Get(path); got.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		for path, field := range map[string]string{"/policy?editions=1": "editions", "/policy/clauses/3.2?tea=1": "tea", "/policy/matrix?Country=DE": "Country",
			"/contact-now?country=DE&tz=Asia%2FTokyo": "tz", "/contact-now?country=DE&zone=Mars%2FOlympus": "zone", "/contact-now?country=DE&zone=Local": "zone"} {
			if got := w.Nobody().Get("/api/v1" + path); got.Status != http.StatusUnprocessableEntity || !strings.Contains(string(got.Body), `"field":"`+field+`"`) {
				t.Errorf("%s: %d %s", path, got.Status, got.Body)
			}
		}
		if got := w.Nobody().Get("/api/v1/policy?%FF=1"); got.Status != http.StatusBadRequest {
			t.Errorf("a parameter that is no text: %d %s", got.Status, got.Body)
		}
		for _, path := range []string{"/contact-now?at=2026-03-05T10:00:00Z&lang=en&country=", "/policy/matrix?country="} {
			if small, large := w.Nobody().Get("/api/v1"+path+"de"), w.Nobody().Get("/api/v1"+path+"DE"); small.Status != http.StatusOK || string(small.Body) != string(large.Body) {
				t.Errorf("%sde: %d %s", path, small.Status, small.Body)
			}
		}
		if got := w.Nobody().Get("/api/v1/policy/matrix?country=XX"); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("the matrix of no country: %d", got.Status)
		}
		for path, words := range map[string][]string{
			"/policy?lang=en":                        {"I-28", "Editions and what changed", `href="/policy/matrix"`, "What a case needs"},
			"/policy/4.7?lang=zh-Hans":               {"entitlement.Register", "EL-009", "延长周期支持", "I-17"},
			"/policy/matrix?country=DE&lang=en":      {"Response within 2h", "Central European time, closed on the holidays of Germany", "around the clock"},
			"/policy/matrix?country=CH&lang=zh-Hans": {"尚未列出该国家或地区的节假日"},
		} {
			page := string(w.Nobody().Get(path).Body)
			for _, word := range words {
				if !strings.Contains(page, word) {
					t.Errorf("%s lacks %q", path, word)
				}
			}
		}
	})
}

func readJSON(t *testing.T, a apptest.Answer, into any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, into); err != nil || a.Status != http.StatusOK {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
}
