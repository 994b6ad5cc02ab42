package web

import (
	"net/http"
	"net/url"
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
