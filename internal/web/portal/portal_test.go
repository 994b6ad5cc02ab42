package portal_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/id"
)

func filled(system id.ID) url.Values {
	return url.Values{"system": {system.String()}, "environment": {"production"}, "product": {"server"}, "version": {"2025"},
		"subject": {"Reports stay empty"}, "symptoms": {"All reports are empty since 08:00."}, "errorMessages": {"ORA-00054"},
		"stepsTaken": {"Restarted the service."}, "impact": {"1,200 users"}, "priority": {"P2"}, "reproducibility": {"always"},
		"checklist": {"searched", "reproduced"}}
}

// register files a case and gives its address.
func (h *house) register(as string, system id.ID) string {
	h.t.Helper()
	res := h.post(as, "/cases/new", filled(system))
	if res.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("got %d: %s", res.StatusCode, res.body)
	}
	path, _, _ := strings.Cut(res.Header.Get("Location"), "?")
	return path
}

func TestACaseIsFiledAnsweredClosedAndReopened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	address := h.register("lena acme", system)
	p := h.get("lena acme", address)
	if got := words(p.find("id", "promise")); !strings.Contains(got, "Reply by today 12:00") {
		t.Errorf("the promise of a P2 filed at 11:00 in Berlin reads %q", got)
	}
	for _, want := range []string{"All reports are empty since 08:00.", "ORA-00054", "registered the case in the portal with priority P2"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the case does not say %q", want)
		}
	}
	steps := []struct {
		to   string
		form url.Values
		want string
	}{
		{"/messages", url.Values{"text": {"It came **back**."}}, "<strong>back</strong>"},
		{"/priority", url.Values{"requested": {"P1"}, "reason": {"Filing is due"}}, "asked for priority P1 instead of P2"},
		{"/close", nil, "from Open to Closed"},
		{"/reopen", nil, "from Closed to Open"},
	}
	for _, step := range steps {
		res := h.post("lena acme", address+step.to, step.form)
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: got %d: %s", step.to, res.StatusCode, res.body)
		}
		if after := h.get("lena acme", res.Header.Get("Location")); !strings.Contains(after.body, step.want) {
			t.Errorf("after %s the page does not say %q", step.to, step.want)
		}
	}
}

func TestAClosedCaseCannotBeReopenedAfterTheLastDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	address := h.register("lena acme", system)
	h.post("lena acme", address+"/close", nil)
	h.clk.Set(time.Date(2026, time.December, 10, 10, 0, 0, 0, time.UTC))
	p := h.get("lena acme", address)
	if !strings.Contains(p.body, "the 14 days for reopening are over") || p.find("action", address+"/reopen") != nil {
		t.Error("the page offers what the policy refuses, or does not say why not")
	}
	if res := h.post("lena acme", address+"/reopen", nil); res.StatusCode != http.StatusConflict || !strings.Contains(res.body, "that time is over") {
		t.Errorf("got %d", res.StatusCode)
	}
}

func TestTypedTextAndFilesSurviveAnError(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	form := filled(system)
	form.Del("impact")
	form.Set("priority", "P9")
	p := h.upload("lena acme", "/cases/new", form, "日志 one.log", "hello")
	if p.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("got %d: %s", p.StatusCode, p.body)
	}
	if got := words(p.find("id", "symptoms")); !strings.Contains(got, "All reports are empty since 08:00.") {
		t.Errorf("the symptoms are %q", got)
	}
	if p.find("href", "#impact") == nil || p.find("href", "#priority") == nil || attr(p.find("id", "impact"), "aria-invalid") != "true" {
		t.Error("the summary does not link to the marked fields")
	}
	kept := p.find("name", "kept")
	if kept == nil || !strings.Contains(p.body, "日志 one.log") {
		t.Fatalf("the file that arrived is gone: %s", p.body)
	}
	form = filled(system)
	form.Set("kept", attr(kept, "value"))
	res := h.post("lena acme", "/cases/new", form)
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("got %d: %s", res.StatusCode, res.body)
	}
	page := h.get("lena acme", res.Header.Get("Location"))
	href := attr(find(page, "download"), "href")
	file := h.get("lena acme", href)
	if file.body != "hello" || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment; filename*=utf-8''") ||
		!strings.Contains(file.Header.Get("Content-Security-Policy"), "sandbox") || file.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the file came as %q with %v", file.body, file.Header)
	}
}

func TestAFileThatIsTooLargeIsNamedAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	p := h.upload("lena acme", "/cases/new", filled(system), "big.log", strings.Repeat("x", 4096))
	if p.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(p.body, "larger than the limit") || !strings.Contains(p.body, "ORA-00054") {
		t.Errorf("got %d: %s", p.StatusCode, p.body)
	}
}

func TestARefusalIsSaidBeforeTheFormIsFilledInAndKeepsTheText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, customer := h.shop("acme", false)
	_, err := h.options.Contract.AddInvoice(context.Background(), access.Actor{System: true}, customer, "INV-1", calendar.Date{Year: 2026, Month: 8, Day: 1})
	must(t, err)
	p := h.get("lena acme", "/cases/new")
	for _, want := range []string{"An invoice was due on 1 Aug 2026", "/policy/5.2", "Support continues as soon as the payment is recorded"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the form does not say %q", want)
		}
	}
	res := h.post("lena acme", "/cases/new", filled(system))
	if res.StatusCode != http.StatusForbidden || !strings.Contains(res.body, "An invoice was due") || !strings.Contains(res.body, "ORA-00054") {
		t.Errorf("got %d: %s", res.StatusCode, res.body)
	}
}

func TestARestrictedCustomerIsOfferedNoFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("clinic", true)
	for _, address := range []string{"/cases/new", h.register("lena clinic", system)} {
		p := h.get("lena clinic", address)
		if p.find("type", "file") != nil || !strings.Contains(p.body, "take no files") {
			t.Errorf("%s offers files, or does not say why not", address)
		}
	}
	if p := h.upload("lena clinic", "/cases/new", filled(system), "a.log", "x"); p.StatusCode == http.StatusSeeOther {
		t.Error("a file of a restricted customer got through")
	}
}

func TestAMemberReadsWhyAndWhatIsOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	for _, address := range []string{"/", "/cases/new"} {
		p := h.get("mia acme", address)
		if p.StatusCode != http.StatusOK || !strings.Contains(p.body, "registered by its designated liaisons") || p.find("href", "/policy/2.4") == nil {
			t.Errorf("%s: got %d: %s", address, p.StatusCode, p.body)
		}
	}
	if p := h.post("mia acme", "/cases/new", filled(system)); p.StatusCode != http.StatusForbidden || !strings.Contains(p.body, "registered by its designated liaisons") {
		t.Errorf("got %d: %s", p.StatusCode, p.body)
	}
}

func TestAnothersCaseIsAsMissingAsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	h.shop("other", false)
	address := h.register("lena acme", system)
	foreign, none := h.get("lena other", address), h.get("lena other", "/cases/99999999")
	if foreign.StatusCode != http.StatusNotFound || foreign.body != none.body {
		t.Errorf("got %d and %d, and the bytes differ: %v", foreign.StatusCode, none.StatusCode, foreign.body != none.body)
	}
	for _, part := range []string{"/messages", "/close", "/reopen", "/priority"} {
		if res := h.post("lena other", address+part, url.Values{"text": {"x"}, "requested": {"P1"}}); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d", part, res.StatusCode)
		}
	}
}

func TestADraftIsKeptShownAndDropped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	h.post("lena acme", "/cases/new/draft", url.Values{"subject": {"Half a thought"}, "stranger": {"x"}})
	if p := h.get("lena acme", "/cases/new"); attr(p.find("id", "subject"), "value") != "Half a thought" {
		t.Error("the draft is not in the form")
	}
	h.register("lena acme", system)
	if p := h.get("lena acme", "/cases/new"); attr(p.find("id", "subject"), "value") != "" {
		t.Error("the draft outlived the case")
	}
}

func TestThePromiseFollowsWhatIsChosen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	form := filled(system)
	form.Set("environment", "development")
	p := h.post("lena acme", "/cases/new/promise", form)
	if got := words(p.find("id", "file-promise")); !strings.Contains(got, "counts as P3") || p.find("id", "symptoms") == nil {
		t.Errorf("without a script: %q", got)
	}
}

func TestPagesAreWholeInBothLanguages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	address := h.register("lena acme", system)
	h.person("eva", id.ID{}, access.Engineer)
	pages := []string{"/", "/cases", "/cases?tab=all&q=nothing", "/cases?tab=closed", "/cases/new", address, address + "/clocks", address + "/print",
		"/contact", "/contact?country=DE", "/contact?deployment=cloud", "/contact?country=QQ", "/policy", "/policy/3.2", "/account"}
	printed := regexp.MustCompile(`\{[^{}"]*\}|map\[|&\{`) // what a template makes of a value that is not a text
	for _, target := range pages {
		for _, lang := range []string{"en", "zh-Hans"} {
			sep := map[bool]string{true: "&", false: "?"}[strings.Contains(target, "?")]
			p := h.get("lena acme", target+sep+"lang="+lang)
			if p.StatusCode != http.StatusOK || attr(find(p, "lang"), "lang") != lang {
				t.Errorf("%s in %s: got %d: %s", target, lang, p.StatusCode, p.body)
			}
			if strings.Contains(p.body, "portal.") && strings.Contains(words(p.root), "portal.") {
				t.Errorf("%s in %s shows a key", target, lang)
			}
			if found := printed.FindString(words(p.root)); found != "" && !strings.HasPrefix(target, "/policy/") { // whose examples are JSON
				t.Errorf("%s in %s shows a value of the program: %s", target, lang, found)
			}
		}
	}
	for _, target := range []string{"/", "/cases", "/cases/new", address, "/cases/..%2F%5Celsewhere.test"} { // the last one leads nowhere else
		if p := h.get("eva", target); p.StatusCode != http.StatusSeeOther || !strings.HasPrefix(p.Header.Get("Location"), "/desk") {
			t.Errorf("%s: staff got %d to %q", target, p.StatusCode, p.Header.Get("Location"))
		}
	}
	if p := h.get("", "/"); p.StatusCode != http.StatusSeeOther || !strings.HasPrefix(p.Header.Get("Location"), "/sign-in") {
		t.Errorf("nobody got %d", p.StatusCode)
	}
}

func TestTheAccountMakesAndRevokesATokenAndKeepsSettings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shop("acme", false)
	p := h.post("lena acme", "/account/tokens", url.Values{"name": {"nightly export"}})
	if p.StatusCode != http.StatusOK || !strings.Contains(p.body, "liaison_") {
		t.Fatalf("got %d: %s", p.StatusCode, p.body)
	}
	revoke := ""
	for n := range p.root.Descendants() {
		if a := attr(n, "action"); strings.HasSuffix(a, "/revoke") {
			revoke = a
		}
	}
	if res := h.post("lena acme", revoke, nil); res.StatusCode != http.StatusSeeOther || strings.Contains(h.get("lena acme", "/account").body, "nightly export") {
		t.Errorf("revoking gave %d, or the token is still listed", res.StatusCode)
	}
	if res := h.post("lena acme", "/account/settings", url.Values{"language": {"en"}, "zone": {"Mars/Olympus"}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(res.body, "Mars/Olympus") {
		t.Errorf("a zone that does not exist gave %d", res.StatusCode)
	}
	if res := h.post("lena acme", "/account/settings", url.Values{"language": {"zh-Hans"}, "zone": {"Asia/Shanghai"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("got %d", res.StatusCode)
	}
}
