package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/errs"
)

// losing mounts a form that is read and then fails with err, at every address below /lost.
func (h *house) losing(t *testing.T, err error) {
	t.Helper()
	must := h.Mount(Section{Name: "losing", Routes: []Route{{
		Handle: func(_ http.ResponseWriter, r *http.Request) error {
			if _, wrong := ReadForm(r); wrong != nil {
				return wrong
			}
			return err
		},
		Route: access.Route{Method: "POST", Pattern: "/lost/{number}", Permission: access.CaseRegister, Tenant: access.TenantOwn,
			Restricted: access.RestrictedSame, Event: "case.registered"}}}})
	if must != nil {
		t.Fatal(must)
	}
}

func TestTypedTextStandsOnEveryErrorsPage(t *testing.T) {
	t.Parallel()
	form := url.Values{"reason": {"Driver 4 leaks.\n</textarea><b>bold</b>"}, "etag": {"7"}, "password": {"correct horse battery"}}
	for kind, failure := range map[int]error{
		503: errs.New(errs.Unavailable, "error.unavailable"), 409: errs.New(errs.Conflict, "error.conflict"), 500: http.ErrBodyNotAllowed,
		507: errs.New(errs.NoSpace, "error.no_room"), 412: errs.New(errs.Stale, "error.stale"), 403: errs.New(errs.Refused, "error.forbidden"),
	} {
		h := newHouse(t)
		h.losing(t, failure)
		res := h.ask("POST", "/lost/20418?status=open", "session-1", form)
		body := read(t, res)
		if res.StatusCode != kind || !strings.Contains(body, "Driver 4 leaks.\n&lt;/textarea&gt;&lt;b&gt;bold&lt;/b&gt;") {
			t.Errorf("%d instead of %d, without the text: %s", res.StatusCode, kind, body)
		}
		if !strings.Contains(body, `action="/lost/20418?status=open"`) || !strings.Contains(body, `<textarea hidden name="etag">`) {
			t.Errorf("%d: it cannot be sent again: %s", kind, body)
		}
		if strings.Contains(body, "correct horse") {
			t.Errorf("%d: a password stands on the page", kind)
		}
		if unsure := kind == 500 || kind == 503; strings.Contains(body, "It may not have been saved.") != unsure || strings.Contains(body, "It was not sent.") == unsure {
			t.Errorf("%d: it says the wrong thing about what became of it: %s", kind, body)
		}
	}
}

func TestATextThatIsTooLongIsGivenBackWithWhereItWasCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.losing(t, nil)
	res := h.ask("POST", "/lost/20418", "session-1", url.Values{"reason": {strings.Repeat("长", 900_000)}, "text": {"Use the other driver."}})
	body := read(t, res)
	if res.StatusCode != http.StatusUnprocessableEntity || strings.Count(body, "长") != MaxTyped || !strings.Contains(body, "The first 100,000 characters are here") {
		t.Errorf("%d with %d characters", res.StatusCode, strings.Count(body, "长"))
	}
	if !strings.Contains(body, "Use the other driver.") {
		t.Error("the short entry beside it is gone")
	}
}

// What is not there and what somebody may not know about give the same bytes, with the text too.
func TestTheTextOfAFormToNowhereIsOnlyToCopy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.losing(t, errs.Missing())
	form := url.Values{"reason": {"Driver 4 leaks.\nIt does."}, "system": {"one"}}
	first := read(t, h.ask("POST", "/lost/20418", "session-1", form))
	form.Set("system", "another")
	if second := read(t, h.ask("POST", "/lost/99999", "session-1", form)); second != first {
		t.Errorf("the two differ:\n%s\n%s", first, second)
	}
	if !strings.Contains(first, "Driver 4 leaks.") || strings.Contains(first, "/lost/") {
		t.Errorf("the text is gone, or the address is told: %s", first)
	}
}

// A request that is refused before anybody read its form loses no text either.
func TestTheTextOfAFormThatNobodyReadIsGivenBack(t *testing.T) {
	t.Parallel()
	for failure, again := range map[*errs.Error]bool{errs.New(errs.Refused, "error.forbidden"): false, errs.Missing(): false, errs.New(errs.Unavailable, "error.unavailable"): true} {
		h := newHouse(t)
		if err := h.Mount(Section{Name: "unread", Routes: []Route{{
			Handle: func(http.ResponseWriter, *http.Request) error { return failure },
			Route: access.Route{Method: "POST", Pattern: "/unread/{number}", Permission: access.CaseRegister, Tenant: access.TenantOwn,
				Restricted: access.RestrictedSame, Event: "case.registered"}}}}); err != nil {
			t.Fatal(err)
		}
		body := read(t, h.ask("POST", "/unread/20418", "session-1", url.Values{"reason": {"Driver 4 leaks."}}))
		if !strings.Contains(body, "Driver 4 leaks.") || strings.Contains(body, `action="/unread/20418"`) != again {
			t.Errorf("%s: the text is gone, or sending it again is offered wrongly: %s", failure.Key, body)
		}
	}
}

func TestAShortEntryIsGivenBackToo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		form          url.Values
		shown, hidden string
	}{
		"a name":           {url.Values{"name": {"Smith"}, "phone": {"493012345"}}, "Smith", `<textarea hidden name="phone">`},
		"a reason":         {url.Values{"reason": {"Duplicate"}, "etag": {"7"}}, "Duplicate", `<textarea hidden name="etag">`},
		"an address":       {url.Values{"email": {"chen@example.com"}, "role": {"liaison"}}, "chen@example.com", `<textarea hidden name="role">`},
		"only a number":    {url.Values{"order": {"4711"}, "etag": {"7"}}, "", `<textarea hidden name="order">`},
		"words in a line":  {url.Values{"reason": {"The driver leaks."}}, "The driver leaks.", ""},
		"after signing in": {url.Values{"carried.reason": {"Duplicate"}, "carried-action": {"/cases/new"}}, "Duplicate", `<textarea hidden name="carried-action">`},
	} {
		h := newHouse(t)
		h.losing(t, errs.New(errs.Conflict, "error.conflict"))
		body := read(t, h.ask("POST", "/lost/20418", "session-1", tt.form))
		if tt.shown != "" && !strings.Contains(body, `value="`+tt.shown+`"`) || !strings.Contains(body, tt.hidden) || !strings.Contains(body, `action="/lost/20418"`) {
			t.Errorf("%s is lost: %s", name, body)
		}
	}
}

func TestAShortTextToNowhereIsThereToCopy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.losing(t, errs.Missing())
	for _, text := range []string{"Please close it, the driver was it.", "Duplicate", "重复"} {
		if body := read(t, h.ask("POST", "/lost/20418", "session-1", url.Values{"text": {text}, "etag": {"W/A7"}})); !strings.Contains(body, text) || strings.Contains(body, "W/A7") {
			t.Errorf("%q is gone, or state stands there: %s", text, body)
		}
	}
}

// What a page keeps for itself goes along, however long it is, and is never shown as what somebody typed.
func TestWhatThePageKeptIsNotShownAsTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.losing(t, errs.New(errs.NoSpace, "error.no_room"))
	pack := strings.Repeat("UEsDBBQA", 20_000)
	body := read(t, h.ask("POST", "/lost/20418", "session-1", url.Values{"archive": {pack}, "kept": {"0193 crash dump.log 12 log"}, "effective": {"2027-01-01T00:00"}}))
	if !strings.Contains(body, "<textarea hidden name=\"archive\">\n"+pack) || !strings.Contains(body, `<textarea hidden name="kept">`) || strings.Contains(body, `id="typed-`) {
		t.Errorf("%.3000s", body)
	}
}

// A name that a form sends hidden is the page's own, or is listed as one that elsewhere a person fills in.
func TestEveryHiddenEntryIsKnown(t *testing.T) {
	t.Parallel()
	before := map[string]bool{"effective": true} // typed on the page before the one that sends it hidden
	hidden, found := regexp.MustCompile(`type="hidden"[^>]* name="([a-zA-Z-]+)"|<textarea hidden name="([a-zA-Z-]+)"`), 0
	err := filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".html") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range hidden.FindAllStringSubmatch(string(source), -1) {
			if found++; writerOf(m[1]+m[2]) == person && !before[m[1]+m[2]] {
				t.Errorf("%s sends %q hidden: say in writerOf who writes it", path, m[1]+m[2])
			}
		}
		return err
	})
	if err != nil || found < 40 {
		t.Errorf("%d entries found, %v", found, err)
	}
}

func TestAFormWithoutWordsIsNotGivenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.losing(t, errs.New(errs.Unavailable, "error.unavailable"))
	for _, form := range []url.Values{{}, {"etag": {"7"}, "do": {"assign"}}, {"password": {"correct horse"}}} {
		if body := read(t, h.ask("POST", "/lost/20418", "session-1", form)); strings.Contains(body, "<form class=\"mt3\"") {
			t.Errorf("%v is given back: %s", form, body)
		}
	}
}
