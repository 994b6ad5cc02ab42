package apptest_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/inbound"
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

func TestALiaisonSeesTheCasesThatTheirColleaguesAllow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		chen, zhou := w.As("chen.li"), w.As("zhou.min")
		body := apptest.NewCase(w.System(stranger), "P3")
		body["subject"] = "Quarterly figures " + canary
		theirs := apptest.Is[apptest.Case](t, chen.Post("/api/v1/cases", body), 201)
		own := zhou.Register(stranger, "P3")
		var person string
		for _, l := range apptest.Is[seats](t, chen.Get("/api/v1/liaisons"), 200).Systems[0].Liaisons {
			if l.Name == w.Person("zhou.min").Name {
				person = l.Person
			}
		}
		sees := func(view string) {
			t.Helper()
			if a := chen.Post("/api/v1/liaisons/people/"+person+"/view", map[string]any{"sees": view}); a.Status != 200 {
				t.Fatalf("%s: %d %s", view, a.Status, a.Body)
			}
		}
		sees("own")
		at := "/api/v1/cases/" + theirs.Number
		never := zhou.Get("/api/v1/cases/" + wrongDigit(theirs.Number))
		for _, path := range []string{at, at + "/clocks", at + "/timeline"} {
			if got := zhou.Get(path); got.Status != 404 || string(got.Body) != string(never.Body) {
				t.Errorf("%s: %d %s", path, got.Status, got.Body)
			}
		}
		if got := zhou.Post(at+"/messages", map[string]any{"text": "Me too."}); got.Status != 404 {
			t.Errorf("writing on it: %d", got.Status)
		}
		if got := zhou.Do("PATCH", at, map[string]any{"status": "closed"}, "If-Match", "*"); got.Status != 404 {
			t.Errorf("closing it: %d", got.Status)
		}
		for _, path := range []string{"/api/v1/cases?limit=200", "/api/v1/cases?q=" + canary, "/api/v1/cases?system=" + w.System(stranger).ID} {
			for _, c := range apptest.Is[apptest.Cases](t, zhou.Get(path), 200).Items {
				if c.Number == theirs.Number {
					t.Errorf("%s lists it", path)
				}
			}
		}
		for _, path := range []string{"/", "/cases?tab=all", "/cases?tab=all&q=" + canary, "/cases/" + theirs.Number} {
			if page := string(w.In("zhou.min").Get(path).Body); strings.Contains(page, "Quarterly figures") {
				t.Errorf("%s shows it", path)
			}
		}
		if got := zhou.Get("/api/v1/cases/" + own.Number); got.Status != 200 {
			t.Errorf("the own case: %d", got.Status)
		}
		for _, view := range []string{"system", "all"} {
			sees(view)
			if got := zhou.Get(at); got.Status != 200 {
				t.Errorf("%s: %d", view, got.Status)
			}
		}
	})
}

// A mail says no more about a case than the page would: one about a colleague's case waits for a person, without an answer.
func TestAMailAboutAColleaguesCaseIsHeld(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		chen, zhou := w.As("chen.li"), w.Person("zhou.min")
		theirs, own := chen.Register(stranger, "P3").Number, w.As("zhou.min").Register(stranger, "P3").Number
		var person string
		for _, l := range apptest.Is[seats](t, chen.Get("/api/v1/liaisons"), 200).Systems[0].Liaisons {
			if l.Name == zhou.Name {
				person = l.Person
			}
		}
		sees := func(view string) {
			t.Helper()
			if a := chen.Post("/api/v1/liaisons/people/"+person+"/view", map[string]any{"sees": view}); a.Status != 200 {
				t.Fatalf("%s: %d %s", view, a.Status, a.Body)
			}
		}
		w.Clock.Forward(25 * time.Hour) // the answers of the world's past are a day old
		sees("own")
		for _, c := range []struct {
			name   string
			letter apptest.Letter
			state  inbound.State
			reason string
		}{
			{"by its token", apptest.Letter{To: token(w, theirs)}, inbound.StateHeld, inbound.CaseNotVisible},
			{"by its number", apptest.Letter{Subject: "Re: [#" + theirs + "] x"}, inbound.StateHeld, inbound.CaseNotVisible},
			{"an own case by its token", apptest.Letter{To: token(w, own)}, inbound.StateMessage, ""},
			{"an own case by its number", apptest.Letter{Subject: "Re: [#" + own + "] x"}, inbound.StateMessage, ""},
		} {
			l, before := c.letter, answers(w)
			l.From, l.Text = zhou.Email, c.name
			out, err := w.TryMail(l)
			if err != nil || out.State != c.state || out.Reason != c.reason {
				t.Errorf("%s: %s %s, %v", c.name, out.State, out.Reason, err)
			}
			if n := answers(w) - before; n != 0 {
				t.Errorf("%s: %d answers", c.name, n)
			}
		}
		for _, view := range []string{"system", "all"} {
			sees(view)
			if out := w.Mail(apptest.Letter{From: zhou.Email, To: token(w, theirs), Text: view}); out.State != inbound.StateMessage {
				t.Errorf("%s: %s %s", view, out.State, out.Reason)
			}
		}
	})
}

// The address of an invitation may be mistyped: of a customer with restricted data the mail says neither whose it is nor
// for which system.
func TestAnInvitationOfARestrictedCustomerNamesNobody(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		grace := noted(t, w, "liaison", "restricted")
		as := w.WithToken(grace.Token)
		before := apptest.Is[seats](t, as.Get("/api/v1/liaisons"), 200)
		system, holder := before.Systems[0].System, before.Systems[0].Liaisons[0]
		item := map[string]any{"system": system, "old": holder.Person, "name": "Nora Lang", "email": "nora.lang@elsewhere.example"}
		if a := as.Post("/api/v1/liaisons/requests", map[string]any{"items": []any{item}}); a.Status != 201 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		w.StartWork()
		sentTo(w, "nora.lang@elsewhere.example", "")
		var mail string
		w.Rows(`SELECT subject || headers || text_body || html_body FROM demo_mail WHERE recipient = $1`, []any{"nora.lang@elsewhere.example"},
			func(scan func(...any) error) error { return scan(&mail) })
		secrets := []string{grace.Name}
		w.Rows(`SELECT c.name, s.name FROM customer c JOIN system s ON s.tenant_id = c.id WHERE c.key = $1`, []any{*grace.Customer}, func(scan func(...any) error) error {
			secrets = append(secrets, "", "")
			return scan(&secrets[len(secrets)-2], &secrets[len(secrets)-1])
		})
		for _, secret := range secrets {
			if strings.Contains(mail, secret) {
				t.Errorf("%q stands in %s", secret, mail)
			}
		}
		if len(secrets) < 3 || !strings.Contains(mail, "/invite/") {
			t.Errorf("%q, and no link in %s", secrets, mail)
		}
	})
}

func TestAChosenCentreTakesNewCasesOnly(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		chen := w.As("chen.li")
		old := chen.Register(stranger, "P3")
		o := apptest.Is[seats](t, chen.Get("/api/v1/liaisons"), 200).Systems[0]
		var self string
		for _, l := range o.Liaisons {
			if l.Name == w.Person("chen.li").Name {
				self = l.Person
			}
		}
		choose := func(centre string) {
			t.Helper()
			if a := chen.Post("/api/v1/liaisons/centre", map[string]any{"system": o.System, "person": self, "centre": centre}); a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
		centre := func(number string) (text string) {
			w.Rows(`SELECT centre || ' ' || calendar FROM support_case WHERE number = $1`, []any{number}, func(scan func(...any) error) error { return scan(&text) })
			return text
		}
		choose("emea")
		moved := chen.Register(stranger, "P3")
		choose("")
		back := chen.Register(stranger, "P3")
		if centre(old.Number) != "apac apac:CN" || centre(moved.Number) != "emea apac:CN" || centre(back.Number) != "apac apac:CN" {
			t.Errorf("cases are with %q, %q and %q", centre(old.Number), centre(moved.Number), centre(back.Number))
		}
		if zhou := w.As("zhou.min").Register(stranger, "P3"); centre(zhou.Number) != "apac apac:CN" {
			t.Errorf("a colleague's case went to %q", centre(zhou.Number))
		}
	})
}

// Seats that were taken out of the books may leave more invitations than seats. Who accepts too late is nobody yet: the page
// says whom to ask, not whose designation to end.
func TestWhoIsInvitedAndFindsNoSeatIsToldWhomToAsk(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const customer = "lakeshore" // two seats, one liaison
		desk, books, system := w.As("otis.greene"), "/api/v1/customers/"+customer+"/books", w.System(customer).ID
		apptest.Is[any](t, desk.Post(books+"/seats", map[string]any{"system": system, "seats": 1, "from": w.Clock.Now().AddDate(0, 0, -1).Format(time.DateOnly)}), 201)
		for _, email := range []string{"one@lakeshore.example", "two@lakeshore.example"} {
			item := map[string]any{"system": system, "name": "New One", "email": email}
			apptest.Is[any](t, w.As("dana.whitfield").Post("/api/v1/liaisons/requests", map[string]any{"items": []any{item}}), 201)
		}
		bought := apptest.Is[struct{ Seats []struct{ ID, Etag string } }](t, desk.Get(books), 200).Seats[0]
		apptest.Is[any](t, desk.Do("DELETE", books+"/seats/"+bought.ID, nil, "If-Match", bought.Etag), 200)
		typed := url.Values{"name": {"New One"}, "password": {"a new one 2026 x"}, "repeat": {"a new one 2026 x"}}
		accept := func(query string) apptest.Answer {
			return w.Nobody().Post("/invite/"+w.Invitation(customer)+query, typed, "Sec-Fetch-Site", "same-origin")
		}
		if got := accept(""); got.Status != 200 {
			t.Fatalf("the first: %d %.300s", got.Status, got.Body)
		}
		for lang, word := range map[string]string{"en": "Please tell whoever invited you: the liaisons of Lakeshore Mutual", "zh-Hans": "请告知邀请您的人：Lakeshore Mutual的联络员"} {
			got := accept("?lang=" + lang)
			if body := string(got.Body); got.Status != 409 || !strings.Contains(body, word) || strings.Contains(body, "End the designation") {
				t.Errorf("the second in %s: %d, and does not say %q", lang, got.Status, word)
			}
		}
	})
}
