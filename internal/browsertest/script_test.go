package browsertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"

	"liaison/internal/access"
	"liaison/internal/account"
)

// perCase is how many payloads stand in each long field of one case.
const perCase = 5

// scripts puts every payload into every text that people give, through REST, and opens the pages that show them. The
// content security policy is switched off: it is the second wall, and must not hide a hole in the first.
func (s *stage) scripts(t *testing.T) {
	t.Run("the payloads bite where nothing holds them", s.bite)
	s.nameThemSo(t)
	liaison := s.by(t, "katrin.vogel")
	numbers := s.smuggle(t, liaison)
	t.Run("mail", s.mailScripts)
	t.Run("portal", func(t *testing.T) {
		t.Parallel()
		s.showAll(t, liaison, "/cases?tab=all", `main a[href*="cursor="]`, func(number string) []string {
			return []string{"/cases/" + number, "/cases/" + number + "/print"}
		}, numbers, "/cases/new")
	})
	t.Run("desk", func(t *testing.T) {
		t.Parallel()
		s.showAll(t, s.by(t, "sofia.lindqvist"), "/desk?view=list", `.more-p a`, func(number string) []string {
			return []string{"/desk/" + number}
		}, numbers, "/desk/customers/nordwind", "/desk/search?q=script", "/desk/new?system="+s.systemOf(t, "nordwind"), "/demo/mail")
	})
}

// bite puts the payloads into a page as HTML: the test must hear of scripts and of requests to foreign hosts.
func (s *stage) bite(t *testing.T) {
	w := s.window(t, person{})
	w.do(call(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
	w.expect("") // whatever happens
	w.visit("/help")
	list, err := json.Marshal(payloads())
	if err != nil {
		t.Fatal(err)
	}
	ask[bool](w, `(`+string(list)+`.forEach(p => { const e = document.createElement("div"); document.body.append(e); e.innerHTML = p; }), true)`)
	heard := func(part string) bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return slices.ContainsFunc(w.problems, func(p string) bool { return strings.Contains(p, part) })
	}
	eventually(t, "a script that runs", func() bool { return heard("SCRIPT RAN") })
	eventually(t, "a request to a foreign host", func() bool { return heard("leaves the site: http://evil.example") })
}

// nameThemSo gives colleagues and liaisons names that are payloads; the desk offers them in lists of people.
func (s *stage) nameThemSo(t *testing.T) {
	t.Helper()
	program := access.Actor{System: true}
	for i, name := range payloads()[:8] {
		in := account.NewPerson{Name: name, Email: fmt.Sprintf("payload%d@corvane.example", i), Language: "en", Zone: "Europe/Paris",
			StaffRole: access.Engineer, Centre: "emea"}
		if _, err := s.Accounts.CreatePerson(t.Context(), program, in); err != nil {
			t.Fatal(err)
		}
	}
}

// smuggle registers one case for every payload in its subject; the first ones hold all payloads in their long fields,
// in a message and in a file's name, too. It gives the numbers of those.
func (s *stage) smuggle(t *testing.T, who person) (numbers []string) {
	t.Helper()
	all, system := payloads(), s.systemOf(t, *who.Customer)
	for i, subject := range all {
		long := "plain"
		full := i*perCase < len(all)
		if full {
			long = "typed:\n\n" + strings.Join(all[i*perCase:min(len(all), (i+1)*perCase)], "\n\n") // a text of which nothing is seen is refused
		}
		in := map[string]any{"system": system, "environment": "production", "product": "analytics-server", "version": "2026.2",
			"subject": subject, "symptoms": long, "errorMessages": long, "stepsTaken": long, "impact": long, "priority": "P3"}
		if full {
			in["attachments"] = []any{s.post(t, who, "/attachments", "x", subject)["id"]}
		}
		number := s.post(t, who, "/cases", in, "")["number"].(string)
		if full {
			s.post(t, who, "/cases/"+number+"/messages", map[string]any{"text": long, "visibility": "public"}, "")
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// post calls the API as the person: with a body as JSON, or with a file of that name.
func (s *stage) post(t *testing.T, who person, path string, body any, file string) map[string]any {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/v1"+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+who.Token)
	req.Header.Set("Content-Type", "application/json")
	if file != "" {
		req.Header.Set("Content-Type", "text/html")
		req.Header.Set("X-File-Name", url.PathEscape(file))
	}
	res, err := new(http.Client).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("POST %s with %.200s answers %d: %s", path, data, res.StatusCode, answer)
	}
	return out
}

// showAll opens the list with everything behind its link to more, every case, and the further pages.
func (s *stage) showAll(t *testing.T, who person, list, more string, of func(number string) []string, numbers []string, further ...string) {
	w := s.window(t, who)
	w.do(call(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
	shown := 0
	for path := list; path != ""; {
		w.visit(path)
		shown += ask[int](w, `document.querySelectorAll("[data-row]").length`)
		path = ask[string](w, `(a => a ? a.pathname + a.search : "")(document.querySelector(`+quoted(more)+`))`)
		w.settle(t)
	}
	if shown < len(payloads()) {
		t.Errorf("the list shows %d cases of %d", shown, len(payloads()))
	}
	for _, number := range numbers {
		further = append(further, of(number)...)
	}
	for _, path := range further {
		w.visit(path)
		w.settle(t)
		if t.Failed() {
			t.Fatalf("it was on %s", path)
		}
	}
}
