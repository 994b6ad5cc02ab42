package apptest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/apptest"
	"liaison/internal/db"
)

func TestASessionIsNewWithEverySignInAndEndsOnTheServer(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin := w.Person("katrin.vogel")
		form := url.Values{"email": {katrin.Email}, "password": {katrin.Password}}
		planted := w.Nobody().Post("/sign-in", form, "Cookie", "session=planted-by-somebody")
		first := planted.Cookie("session")
		if first == "" || first == "planted-by-somebody" {
			t.Fatalf("the session was not made anew: %v", planted.Header)
		}
		second := w.Nobody().Post("/sign-in", form, "Cookie", "session="+first).Cookie("session")
		if second == "" || second == first {
			t.Fatal("signing in again kept the session")
		}
		me := func(session string) int { return w.Nobody().Get("/api/v1/me", "Cookie", "session="+session).Status }
		if me(first) != 401 || me(second) != 200 {
			t.Errorf("after signing in again: the old session %d, the new one %d", me(first), me(second))
		}
		if got := w.Nobody().Post("/sign-out", url.Values{}, "Cookie", "session="+second); got.Status != 303 || me(second) != 401 {
			t.Errorf("signing out: %d, and the session %d", got.Status, me(second))
		}
		for _, c := range planted.Header.Values("Set-Cookie") {
			if strings.HasPrefix(c, "session=") && (!strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax")) {
				t.Errorf("cookie %q", c)
			}
		}
	})
}

func TestGuessingIsLimitedWhateverHeadersSay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		limited := 0
		for i := range 14 {
			from := "203.0.113." + string(rune('0'+i%10))
			got := w.Nobody().Post("/sign-in", url.Values{"email": {w.Person("katrin.vogel").Email}, "password": {"a wrong guess"}},
				"X-Forwarded-For", from, "X-Real-IP", from, "Forwarded", "for="+from, "True-Client-IP", from)
			if got.Status == 429 {
				limited++
			}
		}
		if limited == 0 {
			t.Error("fourteen guesses at one account were all let through")
		}
	})
}

func TestADisabledPersonIsOutAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		rest, page := w.As("dana.whitfield"), w.In("dana.whitfield")
		if rest.Get("/api/v1/me").Status != 200 || page.Get("/cases").Status != 200 {
			t.Fatal("the person was not in")
		}
		w.Disable("dana.whitfield")
		if got := rest.Get("/api/v1/me").Status; got != 401 {
			t.Errorf("the token: %d", got)
		}
		if got := page.Get("/cases").Status; got != 303 {
			t.Errorf("the session: %d", got)
		}
		p := w.Person("dana.whitfield")
		right := w.Nobody().Post("/sign-in", url.Values{"email": {p.Email}, "password": {p.Password}})
		never := w.Nobody().Post("/sign-in", url.Values{"email": {"dana.whitfieldx@lakeshore.example"}, "password": {p.Password}})
		same := bytes.Equal(bytes.ReplaceAll(never.Body, []byte("dana.whitfieldx@"), []byte("dana.whitfield@")), right.Body)
		if right.Status != 401 || never.Status != 401 || !same {
			t.Errorf("signing in: %d, somebody who never was: %d, the same page: %v", right.Status, never.Status, same)
		}
	})
}

func TestATokenReachesNoFurtherThanItsScopes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		things := w.Things(home)
		none, writing := w.WithToken(w.NewToken(home, access.ScopeWrite).Text), w.WithToken(w.NewToken(home, access.ScopeRead).Text)
		lines := func() int64 { return w.Count(`SELECT count(*) FROM journal WHERE kind <> 'token.created'`) - w.Left }
		before := lines()
		for _, r := range w.App.Routes.Routes() {
			if r.Tenant == access.TenantPublic || r.Tenant == access.TenantNone {
				continue
			}
			who := none // reads with a token that may only write
			if apptest.Changes(r) {
				who = writing
			}
			got := who.Try(w.Probe(r, things))
			if got.Status != 403 && got.Status != 401 && r.Pattern != "/cases/new" && !strings.HasPrefix(r.Pattern, "/desk") {
				t.Errorf("%s: %d", r, got.Status)
			}
		}
		if n := lines() - before; n != 0 {
			t.Errorf("%d lines in the journal", n)
		}
	})
}

func TestLinksStartWithTheConfiguredAddress(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.StartWork()
		evil := []string{"Host", "evil.example", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "Forwarded", "host=evil.example"}
		if got := w.Nobody().Post("/reset", url.Values{"email": {w.Person("katrin.vogel").Email}}, evil...); got.Status >= 400 {
			t.Fatalf("asking for a reset: %d", got.Status)
		}
		w.As("katrin.vogel").Post("/api/v1/cases", apptest.NewCase(w.System(home), "P3"), evil...)
		w.Eventually("two mails", func() bool {
			return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1`, w.Person("katrin.vogel").Email) >= 2
		})
		w.Rows(`SELECT subject, text_body, html_body FROM demo_mail`, nil, func(scan func(...any) error) error {
			var subject, text, html string
			err := scan(&subject, &text, &html)
			if strings.Contains(text+html, "evil.example") || !strings.Contains(text, apptest.Origin+"/") {
				t.Errorf("%q links elsewhere: %s", subject, text)
			}
			return err
		})
		for _, path := range []string{"/sign-in", "/cases", "/contact", "/api/v1/openapi.json"} {
			got := w.Nobody().Get(path, evil...)
			if strings.Contains(string(got.Body)+got.Header.Get("Location"), "evil.example") {
				t.Errorf("%s gives the host of the request back", path)
			}
		}
	})
}

func TestSigningInLeadsToThisSiteOnly(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Person("katrin.vogel")
		for _, next := range []string{"//evil.example", `/\evil.example`, "https:evil.example", "https://evil.example", "/%0d%0aX: y", "/\r\nX: y", "javascript:alert(1)", "/\t/evil.example", "///evil.example"} {
			got := w.Nobody().Post("/sign-in", url.Values{"email": {p.Email}, "password": {p.Password}, "next": {next}})
			to := got.Header.Get("Location")
			if u, err := url.Parse(to); got.Status != 303 || err != nil || u.Host != "" || u.Scheme != "" || strings.HasPrefix(to, "//") || strings.Contains(to, "evil") || got.Header.Get("X") != "" {
				t.Errorf("next %q: %d to %q", next, got.Status, to)
			}
		}
	})
}

func TestTheDatabaseHoldsNothingToSignInWith(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.StartWork()
		session := w.Fresh("katrin.vogel")
		token := w.NewToken(home, access.ScopeRead).Text
		w.Nobody().Post("/reset", url.Values{"email": {w.Person("katrin.vogel").Email}})
		var link string
		w.Eventually("the mail with the link", func() bool {
			w.Rows(`SELECT text_body FROM demo_mail WHERE text_body LIKE '%/reset/%'`, nil, func(scan func(...any) error) error { return scan(&link) })
			return link != ""
		})
		_, reset, _ := strings.Cut(link, "/reset/")
		reset, _, _ = strings.Cut(strings.TrimSpace(reset), "\n")
		w.Rewrite(func(tx *db.Tx) error { // the demo's mailbox is what a person's own mailbox would be
			_, err := tx.Exec(`DELETE FROM demo_mail`)
			return err
		})
		var dump bytes.Buffer
		if err := w.App.DB.Dump(context.Background(), &dump); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(dump.String(), "Katrin Vogel") {
			t.Fatal("the dump holds no people")
		}
		katrin := w.Person("katrin.vogel")
		for _, secret := range []string{session.Session(), token, strings.TrimPrefix(token, "liaison_"), strings.TrimSpace(reset), katrin.Password, katrin.Token} {
			if secret == "" {
				t.Fatal("a secret to look for is empty")
			}
			for _, spelling := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))} {
				if strings.Contains(dump.String(), spelling) {
					t.Errorf("the database holds %.12q...", secret)
				}
			}
		}
	})
}
