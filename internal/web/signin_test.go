package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestNobodyIsLedToSigningInAndBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.ask("GET", "/cases?status=open", "", nil)
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != "/sign-in?next=%2Fcases%3Fstatus%3Dopen" {
		t.Fatalf("%d %q", res.StatusCode, got)
	}
	res = h.ask("POST", "/sign-in", "", url.Values{"email": {"chen@example.com"}, "password": {"correct horse"}, "next": {"/cases?status=open"}})
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != "/cases?status=open" {
		t.Fatalf("%d %q", res.StatusCode, got)
	}
}

func TestTypedTextSurvivesAnEndedSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	typed := url.Values{"symptoms": {"\nline one\nline <two>"}, "check": {"1", "2"}}
	res := h.ask("POST", "/cases/new", "ended", typed)
	body := read(t, res)
	if res.StatusCode != http.StatusUnauthorized || len(h.seen) > 0 {
		t.Fatalf("status %d, reached %d", res.StatusCode, len(h.seen))
	}
	for _, want := range []string{`name="carried-action" value="/cases/new"`, "name=\"carried.symptoms\">\n\nline one\nline &lt;two&gt;</textarea>", `name="carried.check"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	again := url.Values{"email": {"chen@example.com"}, "password": {"wrong"}, "carried-action": {"/cases/new"}, "carried.symptoms": typed["symptoms"]}
	if body := read(t, h.ask("POST", "/sign-in", "ended", again)); !strings.Contains(body, "line one") {
		t.Error("a wrong password loses the text")
	}
	again.Set("password", "correct horse")
	body = read(t, h.ask("POST", "/sign-in", "ended", again))
	for _, want := range []string{`action="/cases/new"`, "name=\"symptoms\">\n\nline one", "Send it now"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	if strings.Contains(body, "correct horse") {
		t.Error("the password travels along")
	}
}

// A cut text that goes on over the sign-in would be stored without its end, and nobody would know.
func TestATextThatIsCutIsNotCarriedOverTheSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.ask("POST", "/cases/new", "ended", url.Values{"symptoms": {strings.Repeat("长", 900_000)}, "subject": {"Driver 4 leaks."}})
	body := read(t, res)
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "The first 100,000 characters are here") || strings.Contains(body, "carried") {
		t.Errorf("%d: %.2000s", res.StatusCode, body)
	}
	if strings.Count(body, "长") != MaxTyped || !strings.Contains(body, "Driver 4 leaks.") || !strings.Contains(body, `action="/cases/new"`) {
		t.Error("what was typed is gone, or cannot be sent")
	}
	body = read(t, h.ask("POST", "/cases/new", "ended", url.Values{"symptoms": {strings.Repeat("长", MaxTyped)}, "subject": {"Driver 4 leaks."}}))
	if !strings.Contains(body, `name="carried-action" value="/cases/new"`) || strings.Count(body, "长") != MaxTyped {
		t.Error("what was sent again from there is not carried over the sign-in")
	}
}

func TestCarriedFormGoesToThisSiteOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := read(t, h.ask("POST", "/sign-in", "", url.Values{"email": {"chen@example.com"}, "password": {"correct horse"},
		"carried-action": {"//evil.example/x"}, "carried.a": {"b"}}))
	if strings.Contains(body, "evil") {
		t.Error(body)
	}
}

func TestSessionChangesAtSignInAndEndsAtSignOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.ask("POST", "/sign-in", "session-1", url.Values{"email": {"chen@example.com"}, "password": {"correct horse"}})
	if len(h.people.ended) != 1 || h.people.ended[0] != "session-1" {
		t.Errorf("ended %v", h.people.ended)
	}
	found := false
	for _, c := range res.Cookies() {
		found = found || c.Name == "session" && c.Value == "new-session"
	}
	if !found {
		t.Errorf("cookies %v", res.Cookies())
	}
	h.ask("POST", "/sign-out", "new-session", url.Values{})
	if len(h.people.ended) != 2 || h.people.ended[1] != "new-session" {
		t.Errorf("ended %v", h.people.ended)
	}
}

func TestWrongPasswordAndUnknownAddressGetTheSameWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	try := func(email string) string {
		res := h.ask("POST", "/sign-in", "", url.Values{"email": {email}, "password": {"x"}})
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d", email, res.StatusCode)
		}
		return strings.ReplaceAll(read(t, res), email, "")
	}
	if try("chen@example.com") != try("nobody@example.com") {
		t.Error("the pages differ")
	}
	if res := h.ask("POST", "/sign-in", "", url.Values{"email": {"limited@example.com"}}); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("limited: %d", res.StatusCode)
	}
}

func TestResetSaysTheSameToEverybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := read(t, h.ask("POST", "/reset", "", url.Values{"email": {"chen@example.com"}}))
	b := read(t, h.ask("POST", "/reset", "", url.Values{"email": {"nobody@example.com"}}))
	if a != b || len(h.people.resets) != 2 {
		t.Errorf("differ, or not asked: %v", h.people.resets)
	}
}

func TestNewPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, tt := range []struct {
		token, password, repeat string
		status                  int
		says                    string
	}{
		{"good", "a long password", "a long passwort", 422, "The two entries are not the same."},
		{"good", "short", "short", 422, "Please use at least 12 characters."},
		{"used", "a long password", "a long password", 409, "This link has been used"},
		{"good", "a long password", "a long password", 303, ""},
	} {
		res := h.ask("POST", "/reset/"+tt.token, "", url.Values{"password": {tt.password}, "repeat": {tt.repeat}})
		if body := read(t, res); res.StatusCode != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%+v: %d %s", tt, res.StatusCode, body)
		}
	}
	if res := h.ask("GET", "/reset/used", "", nil); res.StatusCode != http.StatusConflict {
		t.Errorf("used link: %d", res.StatusCode)
	}
}

func TestLanguageIsChosenInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, tt := range []struct{ name, path, session, cookie, accept, want string }{
		{"address", "/sign-in?lang=zh-Hans", "", "lang=en", "en", "zh-Hans"},
		{"person", "/cases", "session-1", "lang=zh-Hans", "zh", "en"},
		{"cookie", "/sign-in", "", "lang=zh-Hans", "en", "zh-Hans"},
		{"browser", "/sign-in", "", "", "de, zh-CN;q=0.8, en;q=0.5", "zh-Hans"},
		{"nothing fits", "/sign-in", "", "", "de, fr", "en"},
		{"unknown in the address", "/sign-in?lang=xx", "", "", "zh", "zh-Hans"},
	} {
		headers := []string{"Accept-Language", tt.accept}
		cookie := tt.cookie
		if tt.session != "" {
			cookie += "; session=" + tt.session
		}
		if cookie != "" {
			headers = append(headers, "Cookie", cookie)
		}
		if res := h.ask("GET", tt.path, "", nil, headers...); res.Header.Get("Content-Language") != tt.want {
			t.Errorf("%s: %q", tt.name, res.Header.Get("Content-Language"))
		}
	}
}

func TestTheLanguageOfALinkHoldsForTheFormBehindIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.ask("GET", "/sign-in?lang=zh-Hans", "", nil, "Accept-Language", "en")
	if len(res.Cookies()) != 1 || res.Cookies()[0].Value != "zh-Hans" {
		t.Fatalf("cookies: %v", res.Cookies())
	}
	form := url.Values{"email": {"chen@example.com"}, "password": {"wrong"}}
	res = h.ask("POST", "/sign-in", "", form, "Accept-Language", "en", "Cookie", res.Cookies()[0].String())
	if got := res.Header.Get("Content-Language"); got != "zh-Hans" {
		t.Errorf("the answer is in %q", got)
	}
}

func TestSwitchWorksForSomebodyAndNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.ask("POST", "/preferences", "session-1", url.Values{"lang": {"zh-Hans"}, "theme": {"dark"}, "back": {"/cases?lang=en&q=x"}})
	if h.people.settings.Language != "zh-Hans" || h.people.settings.Theme != "dark" || res.Header.Get("Location") != "/cases?q=x" {
		t.Errorf("%+v, %q", h.people.settings, res.Header.Get("Location"))
	}
	res = h.ask("POST", "/preferences", "", url.Values{"theme": {"dark"}, "back": {"//evil"}})
	if res.Header.Get("Location") != "/" || len(res.Cookies()) != 1 || res.Cookies()[0].Value != "dark" {
		t.Errorf("%q %v", res.Header.Get("Location"), res.Cookies())
	}
}
