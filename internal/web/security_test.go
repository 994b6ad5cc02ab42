package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"liaison/internal/errs"
)

func TestNextIsAnOwnPathOrTheStartPage(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "//evil", `/\evil`, `\\evil`, "https:evil", "https://evil", "javascript:alert(1)", "/%0d%0aX: y", "/\tevil",
		"/\n/evil", "evil", "?a", "/%2f/evil", "/%5cevil", "http:///evil", "//evil@here", "/%zz", " /x", "/sign-in?next=/", "/sign-out", "/reset/x"} {
		if got := ownPath(bad); got != "/" {
			t.Errorf("ownPath(%q) = %q", bad, got)
		}
	}
	for _, good := range []string{"/", "/cases", "/cases?status=open&q=%E6%8A%A5", "/cases/20418"} {
		if got := ownPath(good); got != good {
			t.Errorf("ownPath(%q) = %q", good, got)
		}
	}
}

func TestEveryAnswerCarriesTheProtections(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/sign-in", "/cases", "/no-such", "/broken", "/static/x/app.css", "/ui"} {
		res := h.ask("GET", path, "session-1", nil)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": contentPolicy} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s = %q", path, name, got)
			}
		}
	}
}

// Security H06, H07, H09: a mail as it was sent has a document of its own, in which nothing runs, is loaded from elsewhere or
// is sent, and which only our own pages frame.
func TestAMailAsItWasSentStandsAlone(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	SendHTML(w, "<p>x</p>")
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" || w.Body.String() != "<p>x</p>" {
		t.Errorf("%s: %s", got, w.Body)
	}
	rules := map[string]string{}
	for rule := range strings.SplitSeq(w.Header().Get("Content-Security-Policy"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(rule), " ")
		rules[name] = value
	}
	for name, want := range map[string]string{"default-src": "'none'", "img-src": "data:", "form-action": "'none'", "base-uri": "'none'", "frame-ancestors": "'self'"} {
		if rules[name] != want {
			t.Errorf("%s is %q, not %q", name, rules[name], want)
		}
	}
	box, ok := rules["sandbox"]
	if !ok || strings.Contains(box, "scripts") || strings.Contains(box, "same-origin") || strings.Contains(box, "forms") {
		t.Errorf("the box allows %q", box)
	}
	if _, scripts := rules["script-src"]; scripts {
		t.Error("a script may be loaded")
	}
}

func TestCrossSiteRequestChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/cases/new", "/sign-in", "/preferences", "/sign-out"} {
		res := h.ask("POST", path, "session-1", url.Values{"email": {"chen@example.com"}, "password": {"correct horse"}, "lang": {"zh-Hans"}}, "Sec-Fetch-Site", "cross-site")
		if res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
			t.Errorf("%s: %d, cookies %v", path, res.StatusCode, res.Cookies())
		}
	}
	if len(h.seen) > 0 || len(h.people.ended) > 0 || h.people.settings.Language != "en" {
		t.Error("something was changed")
	}
}

func TestCookiesAreBoundToTheHostOverTLS(t *testing.T) {
	t.Parallel()
	for _, tls := range []bool{true, false} {
		h := newHouse(t, func(o *Options) { o.TLS = tls })
		res := h.ask("POST", "/sign-in", "old", url.Values{"email": {"chen@example.com"}, "password": {"correct horse"}})
		for _, c := range res.Cookies() {
			if strings.HasPrefix(c.Name, "__Host-") != tls || c.Secure != tls || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("TLS %v: %+v", tls, c)
			}
		}
	}
}

func TestTokenSignsInForReadingOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if res := h.ask("GET", "/cases", "", nil, "Authorization", "Bearer token-1"); res.StatusCode != http.StatusOK {
		t.Errorf("GET with a token: %d", res.StatusCode)
	}
	if res := h.ask("POST", "/cases/new", "", url.Values{"a": {"b"}}, "Authorization", "Bearer token-1"); res.StatusCode != http.StatusUnauthorized || len(h.seen) > 0 {
		t.Errorf("POST with a token: %d", res.StatusCode)
	}
	if res := h.ask("GET", "/cases", "", nil, "Authorization", "Bearer nonsense"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("GET with a bad token: %d", res.StatusCode)
	}
}

func TestHostileBodiesAreRefusedWithoutWork(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	big := url.Values{"text": {strings.Repeat("x", defaultMaxBody+1)}}
	if res := h.ask("POST", "/cases/new", "session-1", big); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("large body: %d", res.StatusCode)
	}
	if res := h.ask("POST", "/cases/new", "session-1", url.Values{"text": {"\xff"}}); res.StatusCode != http.StatusBadRequest {
		t.Errorf("invalid UTF-8: %d", res.StatusCode)
	}
	many := url.Values{}
	for k := range strings.SplitSeq(strings.Repeat("k ", 20000), " ") {
		many.Add(k, "")
	}
	if res := h.ask("POST", "/cases/new", "session-1", many); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("20,000 entries: %d", res.StatusCode)
	}
	if len(h.seen) > 0 {
		t.Error("the handler was reached")
	}
}

func TestFailingAccountsFailTheRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.people.broken = errs.New(errs.Unavailable, "error.unavailable")
	if res := h.ask("GET", "/cases", "session-1", nil); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d", res.StatusCode)
	}
	if res := h.ask("GET", "/static/"+h.assets.hash+"/app.css", "session-1", nil); res.StatusCode != http.StatusOK {
		t.Errorf("assets need no account: %d", res.StatusCode)
	}
}
