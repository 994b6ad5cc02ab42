package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestForeignAndMissingAreTheSameBytes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.ask("GET", "/cases/20418", "session-1", nil)
	want := read(t, first)
	for _, path := range []string{"/cases/99999", "/no/such/page", "/cases/20418?x=y", "/cases/%3Cscript%3E"} {
		res := h.ask("GET", path, "session-1", nil)
		if got := read(t, res); res.StatusCode != http.StatusNotFound || got != want {
			t.Errorf("%s: %d, differs from the first", path, res.StatusCode)
		}
		if len(res.Header) != len(first.Header) {
			t.Errorf("%s: headers %v", path, res.Header)
		}
	}
}

func TestRefusalShowsRuleAndWhatToDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.ask("GET", "/refused", "session-1", nil)
	body := read(t, res)
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", res.StatusCode)
	}
	for _, want := range []string{`href="/policy/5.2?edition=2025-02"`, "R5.2-01", "2025-02", "What you can do", "31 Oct 2026", "1 Nov 04:00"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in the page", want)
		}
	}
}

func TestOwnFailureTellsPeopleNothingAndTheLogAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for path, secret := range map[string]string{"/broken": "unexpected EOF", "/panics": "SELECT secret"} {
		res := h.ask("GET", path, "session-1", nil)
		body := read(t, res)
		if res.StatusCode != http.StatusInternalServerError || strings.Contains(body, secret) {
			t.Errorf("%s: %d: %s", path, res.StatusCode, body)
		}
		if !strings.Contains(h.log.String(), secret) {
			t.Errorf("%s: the log does not hold %q", path, secret)
		}
	}
}

func TestLogHoldsNoAddressOfARequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ask("GET", "/cases/20418?q=private", "session-1", nil)
	if log := h.log.String(); strings.Contains(log, "20418") || strings.Contains(log, "private") {
		t.Error(log)
	}
}

func TestErrorForHTMXIsANoticeBesideThePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.ask("GET", "/refused", "session-1", nil, "HX-Request", "true")
	if body := read(t, res); strings.Contains(body, "<html") || res.Header.Get("HX-Retarget") != "#notice" {
		t.Errorf("%s %s", res.Header.Get("HX-Retarget"), body)
	}
}

func TestRoleThatMayNotIsToldSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if res := h.ask("GET", "/desk", "session-1", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("a liaison at the desk: %d", res.StatusCode)
	}
}
