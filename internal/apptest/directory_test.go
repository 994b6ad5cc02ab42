package apptest_test

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/apptest"
	"liaison/internal/id"
)

// scimUser is what the tests look at.
type scimUser struct {
	ID          string `json:"id"`
	UserName    string `json:"userName"`
	DisplayName string `json:"displayName"`
	Active      bool   `json:"active"`
	Meta        struct {
		Version string `json:"version"`
	} `json:"meta"`
}

type scimList struct {
	TotalResults int        `json:"totalResults"`
	Resources    []scimUser `json:"Resources"`
}

func scimID(t *testing.T, c *apptest.Caller, email string) string {
	t.Helper()
	list := apptest.Is[scimList](t, c.Get(`/scim/v2/Users?filter=userName+eq+%22`+email+`%22`), 200)
	if list.TotalResults != 1 {
		t.Fatalf("%s: %+v", email, list)
	}
	return list.Resources[0].ID
}

// Five ways to say that somebody is not there any more; each ends the session, the token, the live view and mail.
func TestADirectoryEndsEveryAccessInEveryWay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, _ := w.Directory(home)
		email := w.Person("katrin.vogel").Email
		person := scimID(t, c, email)
		patch := func(op map[string]any) any { return map[string]any{"schemas": []string{"x"}, "Operations": []any{op}} }
		for _, way := range []struct {
			name, method, path string
			body               any
		}{
			{"PATCH with a path", "PATCH", "/scim/v2/Users/" + person, patch(map[string]any{"op": "Replace", "path": "active", "value": "False"})},
			{"PATCH without a path", "PATCH", "/scim/v2/Users/" + person, patch(map[string]any{"op": "replace", "value": map[string]any{"active": false}})},
			{"PUT", "PUT", "/scim/v2/Users/" + person, map[string]any{"userName": email, "displayName": "Katrin Vogel", "active": false}},
			{"POST of somebody who is there", "POST", "/scim/v2/Users", map[string]any{"userName": email, "active": false}},
			{"DELETE", "DELETE", "/scim/v2/Users/" + person, nil},
		} {
			rest, page := w.WithToken(w.NewToken(home, access.ScopeRead).Text), w.Fresh("katrin.vogel")
			if rest.Get("/api/v1/me").Status != 200 || page.Get("/account").Status != 200 {
				t.Fatalf("%s: she was not in", way.name)
			}
			if got := c.Do(way.method, way.path, way.body); got.Status != 200 && got.Status != 204 {
				t.Fatalf("%s: %d %s", way.name, got.Status, got.Body)
			}
			w.Clock.Forward(5 * time.Second)
			if got := rest.Get("/api/v1/me").Status; got != 401 {
				t.Errorf("%s: the token: %d", way.name, got)
			}
			if got := page.Get("/account").Status; got != 303 {
				t.Errorf("%s: the session: %d", way.name, got)
			}
			if n := w.Count(`SELECT count(*) FROM access_grant g JOIN person p ON p.id = g.person_id WHERE p.email = $1 AND g.ended_at IS NULL`, email); n != 0 {
				t.Errorf("%s: %d grants: mail goes only to who has one", way.name, n)
			}
			if way.method == "DELETE" {
				break
			}
			back := apptest.Is[scimUser](t, c.Do("PATCH", "/scim/v2/Users/"+person, patch(map[string]any{"op": "replace", "path": "active", "value": true})), 200)
			// Her seats went with the access: she is in again, and a liaison when somebody designates her.
			if fresh := w.Fresh("katrin.vogel").Get("/cases").Status; !back.Active || fresh != 403 {
				t.Errorf("%s: she does not come back as a member: %d", way.name, fresh)
			}
		}
		if got := c.Get("/scim/v2/Users/" + person).Status; got != 404 {
			t.Errorf("after DELETE: %d", got)
		}
		again := apptest.Is[scimUser](t, c.Post("/scim/v2/Users", map[string]any{"userName": email, "displayName": "Katrin Vogel"}), 201)
		if again.ID != person || w.Fresh("katrin.vogel").Get("/cases").Status != 403 {
			t.Error("who was deleted comes back as a member, and as the same person")
		}
		if n := w.Count(`SELECT count(*) FROM support_case s JOIN person p ON p.id = s.liaison_id WHERE p.email = $1`, email); n == 0 {
			t.Error("her cases are hers no more")
		}
	})
}

func TestADirectoryReachesItsOwnPeopleOnly(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, token := w.Directory(home)
		stranger := w.Things(stranger).Person
		before := journalLines(w)
		for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
			var body any
			if method != "GET" {
				body = map[string]any{"userName": "x@y.example", "Operations": []any{map[string]any{"op": "replace", "path": "active", "value": false}}}
			}
			foreign := c.Do(method, "/scim/v2/Users/"+stranger, body)
			never := c.Do(method, "/scim/v2/Users/"+id.New().String(), body)
			if foreign.Status != 404 || never.Status != 404 || !bytes.Equal(foreign.Body, never.Body) || !equalHeaders(foreign.Header, never.Header) {
				t.Errorf("%s: %d and %d:\n%s\n%s", method, foreign.Status, never.Status, foreign.Body, never.Body)
			}
			if got := w.Nobody().Do(method, "/scim/v2/Users/"+stranger, body); got.Status != 401 || got.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s without a token: %d", method, got.Status)
			}
		}
		if got := c.Get("/api/v1/me").Status; got != 401 {
			t.Errorf("a directory's token at the REST interface: %d", got)
		}
		if n := journalLines(w) - before; n != 0 {
			t.Errorf("%d lines in the journal", n)
		}
		if got := w.As("sam.carter").Do("DELETE", "/api/v1/customers/"+home+"/directory-tokens/"+token.String(), nil); got.Status != 200 {
			t.Errorf("revoking: %d %s", got.Status, got.Body)
		}
		if got := c.Get("/scim/v2/Users").Status; got != 401 {
			t.Errorf("a token that was revoked: %d", got)
		}
	})
}

func TestAnAdministratorKeepsTheTokensOfADirectoryOnAPage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		sam, page := w.In("sam.carter"), "/admin/customers/"+home+"/directory"
		if got := string(sam.Get("/desk/customers/" + home).Body); !strings.Contains(got, `href="`+page+`"`) {
			t.Error("the customer's page does not lead to its directory")
		}
		if got := sam.Post(page, url.Values{"name": {""}}); got.Status != 422 || strings.Contains(string(got.Body), "liaison_scim_") {
			t.Errorf("without a name: %d", got.Status)
		}
		made := sam.Post(page, url.Values{"name": {"HR & Co"}})
		secret := regexp.MustCompile(`liaison_scim_[A-Za-z0-9_-]+`).FindString(string(made.Body))
		if made.Status != 200 || secret == "" || made.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d, %q, %v", made.Status, secret, made.Header)
		}
		shown := func() string { return string(sam.Get(page).Body) }
		if got := shown(); strings.Contains(got, secret) || !strings.Contains(got, "HR &amp; Co") || !strings.Contains(got, "never used") {
			t.Error("the secret is shown twice, or the token is not listed")
		}
		directory := w.WithToken(secret)
		if got := directory.Get("/scim/v2/Users").Status; got != 200 {
			t.Fatalf("the directory calls: %d", got)
		}
		if strings.Contains(shown(), "never used") {
			t.Error("the last call is not shown")
		}
		revoke := regexp.MustCompile(page + `/[0-9a-f-]{36}/revoke`).FindString(shown())
		if got := sam.Post(revoke, url.Values{}); got.Status != 303 || directory.Get("/scim/v2/Users").Status != 401 {
			t.Errorf("revoking: %d", got.Status)
		}
		if got := sam.Post(revoke, url.Values{}); got.Status != 404 {
			t.Errorf("revoking again: %d", got.Status)
		}
		for _, kind := range []string{"directory_token.created", "directory_token.revoked"} {
			if n := w.Count(`SELECT count(*) FROM journal WHERE kind = $1`, kind); n != 1 {
				t.Errorf("%d lines of %s", n, kind)
			}
		}
	})
}

// Somebody who is also somebody else's, or the vendor's, is not changed, not shown, and given no access by a directory.
func TestADirectoryTakesNobodyOver(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, _ := w.Directory(home)
		shape := ""
		for _, email := range []string{"nobody.yet@elsewhere.example", w.LiaisonOf(stranger).Email, w.Person("sam.carter").Email, outsiderOf(w)} {
			got := c.Post("/scim/v2/Users", map[string]any{"userName": email, "displayName": "As Said", "roles": []any{map[string]any{"value": "administrator"}}})
			u := apptest.Is[scimUser](t, got, http.StatusCreated)
			seen := strings.NewReplacer(email, "EMAIL", u.ID, "ID").Replace(string(got.Body))
			if shape == "" {
				shape = seen
			}
			if seen != shape || u.DisplayName != "As Said" {
				t.Errorf("%s is told apart:\n%s\n%s", email, seen, shape)
			}
			moved := apptest.Is[scimUser](t, c.Do("PUT", "/scim/v2/Users/"+u.ID, map[string]any{"userName": "evil." + email, "displayName": "Evil"}), 200)
			if moved.UserName != "evil."+email {
				t.Errorf("%s: %+v", email, moved)
			}
			if email == "nobody.yet@elsewhere.example" {
				continue
			}
			if n := w.Count(`SELECT count(*) FROM person WHERE email = $1 AND name <> 'Evil' AND name <> 'As Said'`, email); n != 1 {
				t.Errorf("%s was changed by a foreign directory", email)
			}
			if n := w.Count(`SELECT count(*) FROM access_grant g JOIN customer k ON k.id = g.tenant_id WHERE g.person_id IN (SELECT id FROM person WHERE email = $1)
				AND k.key = $2 AND g.ended_at IS NULL`, email, home); n != 0 {
				t.Errorf("%s was given access by a directory", email)
			}
		}
		if n := w.Count(`SELECT count(*) FROM person WHERE staff_role <> '' AND (name = 'Evil' OR email LIKE 'evil.%')`); n != 0 {
			t.Error("a directory made somebody staff")
		}
	})
}

func TestAPersonOfTwoCustomersLosesOnlyTheOne(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, _ := w.Directory("northgate")
		page := w.Fresh("amelia.stone")
		person := scimID(t, c, w.Person("amelia.stone").Email)
		if got := c.Do("DELETE", "/scim/v2/Users/"+person, nil); got.Status != 204 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		if got := page.Get("/account").Status; got != 200 {
			t.Errorf("the session of somebody who is also another's: %d", got)
		}
		if n := w.Count(`SELECT count(*) FROM access_grant WHERE person_id IN (SELECT id FROM person WHERE email = $1) AND ended_at IS NULL`, w.Person("amelia.stone").Email); n < 1 {
			t.Error("all grants are gone")
		}
	})
}

func TestADirectoryIsBounded(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, _ := w.Directory(home)
		person := scimID(t, c, w.Person("katrin.vogel").Email)
		many := make([]any, 10_000)
		for i := range many {
			many[i] = map[string]any{"op": "add", "path": "a"}
		}
		before := journalLines(w)
		for name, body := range map[string]any{
			"10,000 operations": map[string]any{"Operations": many[:3000]},
			"200 operations":    map[string]any{"Operations": many[:200]},
			"half a megabyte":   []byte(`{"Operations":[` + strings.Repeat(" ", 1<<19) + `]}`),
		} {
			if got := c.Do("PATCH", "/scim/v2/Users/"+person, body, "Content-Type", "application/scim+json"); got.Status != 413 {
				t.Errorf("%s: %d %.200s", name, got.Status, got.Body)
			}
		}
		deep := `{"Operations":[{"op":"replace","path":"emails[` + strings.Repeat("(", 200) + `]","value":1}]}`
		if got := c.Do("PATCH", "/scim/v2/Users/"+person, []byte(deep), "Content-Type", "application/scim+json"); got.Status != 400 {
			t.Errorf("a deep filter: %d %.200s", got.Status, got.Body)
		}
		nested := `{"Operations":[{"op":"replace","path":"name","value":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}]}`
		if got := c.Do("PATCH", "/scim/v2/Users/"+person, []byte(nested), "Content-Type", "application/scim+json"); got.Status != 400 {
			t.Errorf("a deep value: %d %.200s", got.Status, got.Body)
		}
		if n := journalLines(w) - before; n != 0 {
			t.Errorf("%d lines in the journal", n)
		}
		u := apptest.Is[scimUser](t, c.Get("/scim/v2/Users/"+person), 200)
		op := map[string]any{"Operations": []any{map[string]any{"op": "replace", "path": "displayName", "value": "K. Vogel"}}}
		if got := c.Do("PATCH", "/scim/v2/Users/"+person, op, "If-Match", `W/"99"`).Status; got != 412 {
			t.Errorf("an old version: %d", got)
		}
		if got := apptest.Is[scimUser](t, c.Do("PATCH", "/scim/v2/Users/"+person, op, "If-Match", u.Meta.Version), 200); got.DisplayName != "K. Vogel" {
			t.Errorf("%+v", got)
		}
		if got := c.Post("/scim/v2/Users", map[string]any{"userName": w.Person("katrin.vogel").Email}).Status; got != 409 {
			t.Errorf("somebody who is there: %d", got)
		}
	})
}

func outsiderOf(w *apptest.World) string {
	for _, p := range w.People {
		if p.Role == "outsider" {
			return p.Email
		}
	}
	return ""
}
