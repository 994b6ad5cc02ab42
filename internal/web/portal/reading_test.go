package portal_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// change is what an engineer does to the case of an address, whatever its version.
func (h *house) change(by access.Actor, address string, in cases.Change) {
	h.t.Helper()
	_, err := h.options.Cases.Change(context.Background(), by, strings.TrimPrefix(address, "/cases/"), "*", in)
	must(h.t, err)
}

func TestTheSolutionStandsOnTheCustomersPageAndOnPaper(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	address, eva := h.register("lena acme", system), h.person("eva", id.ID{}, access.Engineer)
	h.change(eva, address, cases.Change{Status: cases.Resolved,
		Remedy: &cases.Remedy{Kind: "configuration_change", Text: "Set `pool` to **20**.", Article: "KB-17", Release: "2026.3"}})
	for _, path := range []string{address, address + "/print"} {
		p := h.get("lena acme", path)
		got := words(p.find("id", "solution"))
		for _, want := range []string{"Configuration change", "Set pool to 20.", "KB-17", "2026.3"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the solution %q does not say %q", path, got, want)
			}
		}
		if !strings.Contains(p.body, "from Open to Resolved. Solution: Configuration change.") {
			t.Errorf("%s: the history does not say that it was solved, and how", path)
		}
	}
	h.post("lena acme", address+"/messages", url.Values{"text": {"It did not help."}})
	p := h.get("lena acme", address)
	if p.find("id", "solution") != nil || !strings.Contains(p.body, "<strong>20</strong>") {
		t.Error("a case that goes on is shown as solved, or has lost what was tried")
	}
}

func TestAnAnsweredQuestionWaitsForNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	address, eva := h.register("lena acme", system), h.person("eva", id.ID{}, access.Engineer)
	const waits, over = "The case waits for your answer.", "It needs no answer any more."
	says := func(when string, open, answered int) {
		t.Helper()
		for _, path := range []string{address, address + "/print"} {
			p := h.get("lena acme", path)
			if got := [2]int{strings.Count(p.body, waits), strings.Count(p.body, over)}; got != [2]int{open, answered} {
				t.Errorf("%s, %s: %d questions wait and %d are answered, want %d and %d", when, path, got[0], got[1], open, answered)
			}
		}
	}
	ask := func(text string) {
		t.Helper()
		_, err := h.options.Cases.PostMessage(context.Background(), eva, strings.TrimPrefix(address, "/cases/"), cases.NewMessage{Text: text, Question: true})
		must(t, err)
	}
	ask("Which driver?")
	says("asked", 1, 0)
	ask("And which version of it?")
	says("asked again", 1, 1)
	h.post("lena acme", address+"/messages", url.Values{"text": {"4.2"}})
	says("answered", 0, 2)
	h.change(eva, address, cases.Change{Status: cases.Resolved, Remedy: &cases.Remedy{Kind: "patch", Text: "Installed."}})
	says("resolved", 0, 2)
}

func TestAMessageOfAProgramIsNoMarkdown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	form := filled(system)
	const message = "<Envelope><Fault>no __init__ *here*</Fault></Envelope>\n# cause"
	form.Set("errorMessages", message)
	address, _, _ := strings.Cut(h.post("lena acme", "/cases/new", form).Header.Get("Location"), "?")
	for _, path := range []string{address, address + "/print"} {
		if p := h.get("lena acme", path); !strings.Contains(words(p.root), message) {
			t.Errorf("%s does not show the message as it was typed", path)
		}
	}
}

func TestATextThatNobodySeesIsNoAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	address, eva := h.register("lena acme", system), h.person("eva", id.ID{}, access.Engineer)
	number, ctx := strings.TrimPrefix(address, "/cases/"), context.Background()
	for _, text := range []string{"\u200b", "<!-- x -->", "[](x)", "\u3164"} {
		if _, err := h.options.Cases.PostMessage(ctx, eva, number, cases.NewMessage{Text: text}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q counts as an answer: %v", text, err)
		}
		if _, err := h.options.Cases.Change(ctx, eva, number, "*", cases.Change{Status: cases.Resolved, Remedy: &cases.Remedy{Kind: "patch", Text: text}}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q counts as a remedy: %v", text, err)
		}
		if _, err := h.options.Cases.Change(ctx, eva, number, "*", cases.Change{Status: cases.WaitingCustomer, Reason: text}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q counts as a question: %v", text, err)
		}
	}
	c, err := h.options.Cases.Get(ctx, eva, number)
	must(t, err)
	if !c.Clocks[0].MetAt.IsZero() || c.Status != cases.Open {
		t.Error("the first response is met by a text that nobody sees")
	}
	form := filled(system)
	form.Set("subject", "\u200b")
	if p := h.post("lena acme", "/cases/new", form); p.StatusCode != http.StatusUnprocessableEntity || p.find("href", "#subject") == nil {
		t.Errorf("a case without a visible subject: %d", p.StatusCode)
	}
}

// parts is a form of entries in their order: name, value, ...; a name that begins with @ is a file.
func (h *house) parts(as, target string, entries ...string) page {
	h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(entries); i += 2 {
		if name, is := strings.CutPrefix(entries[i], "@"); is {
			part, err := w.CreateFormFile("attachments", name)
			must(h.t, err)
			_, err = part.Write([]byte(entries[i+1]))
			must(h.t, err)
			continue
		}
		must(h.t, w.WriteField(entries[i], entries[i+1]))
	}
	must(h.t, w.Close())
	r := httptest.NewRequest(http.MethodPost, target, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return h.send(r, as)
}

func TestAnEndedSessionKeepsTheTextAroundALargeFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.parts("bogus", "/cases/new", "subject", "Reports stay empty", "@dump.bin", strings.Repeat("x", 33<<20), "impact", "1,200 users")
	if p.StatusCode != http.StatusUnauthorized || words(p.find("name", "carried.subject")) == "" || strings.TrimSpace(words(p.find("name", "carried.impact"))) != "1,200 users" {
		t.Errorf("got %d without what was typed", p.StatusCode)
	}
	p = h.parts("bogus", "/cases/new", "subject", "Reports stay empty", "symptoms", strings.Repeat("x", 3<<20), "impact", "1,200 users")
	if p.StatusCode != http.StatusUnprocessableEntity || attr(p.find("name", "impact"), "value") != "1,200 users" || p.find("name", "carried.impact") != nil {
		t.Errorf("got %d without what was typed beside a text that is too long, which is shown before it is carried on", p.StatusCode)
	}
}

func TestATextThatIsTooLongLosesNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shop("acme", false)
	p := h.parts("lena acme", "/cases/new", "subject", "Reports stay empty", "symptoms", strings.Repeat("x", 3<<20), "impact", "1,200 users")
	if p.StatusCode != http.StatusUnprocessableEntity || attr(p.find("id", "subject"), "value") != "Reports stay empty" || !strings.Contains(words(p.find("id", "impact")), "1,200 users") {
		t.Errorf("got %d without what was typed", p.StatusCode)
	}
	if got := words(p.find("id", "err-symptoms")); !strings.Contains(got, "The first 100,000 characters are here") {
		t.Errorf("the field says %q", got)
	}
}

// A browser without files to send encodes a form in another way: nothing of it is lost either.
func TestATextThatIsTooLongIsGivenBackByEveryForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	novel := strings.Repeat("日", 800_000)
	form := filled(system)
	form.Set("symptoms", novel)
	p := h.post("lena acme", "/cases/new", form)
	if p.StatusCode != http.StatusUnprocessableEntity || attr(p.find("id", "subject"), "value") != form.Get("subject") || strings.Count(words(p.find("id", "symptoms")), "日") != web.MaxTyped {
		t.Errorf("filing: %d, %q, %d characters", p.StatusCode, attr(p.find("id", "subject"), "value"), strings.Count(words(p.find("id", "symptoms")), "日"))
	}
	number := strings.TrimPrefix(h.post("lena acme", "/cases/new", filled(system)).Header.Get("Location"), "/cases/")
	number, _, _ = strings.Cut(number, "?")
	for path, entry := range map[string]string{"/messages": "text", "/draft": "text", "/priority": "reason"} {
		p = h.post("lena acme", "/cases/"+number+path, url.Values{entry: {novel}, "requested": {"P2"}})
		if p.StatusCode != http.StatusUnprocessableEntity || strings.Count(p.body, "日") < web.MaxTyped || !strings.Contains(p.body, "The first 100,000 characters are here") {
			t.Errorf("%s: %d with %d characters", path, p.StatusCode, strings.Count(p.body, "日"))
		}
	}
	if p = h.get("lena acme", "/cases/"+number); strings.Contains(p.body, "日日日") {
		t.Error("half of a text was sent or kept")
	}
}

func TestTheSummarySaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	form := filled(system)
	form.Del("impact")
	form.Del("stepsTaken")
	form.Del("subject")
	for lang, want := range map[string][]string{"en": {"Business impact: Please fill this in.", "Steps taken: Please fill this in.", "Summary in one line: Please fill this in."},
		"zh-Hans": {"业务影响：请填写此项。", "一句话概括：请填写此项。"}} {
		p := h.post("lena acme", "/cases/new?lang="+lang, form)
		for _, w := range want {
			if !strings.Contains(words(p.root), w) {
				t.Errorf("%s: the summary does not say %q", lang, w)
			}
		}
	}
}

func TestPaperSaysDatesAndWhoseCaseItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	address := h.register("lena acme", system)
	p := h.get("lena acme", address+"/print")
	got := words(p.find("id", "main"))
	if got == "" {
		got = words(p.root)
	}
	if strings.Contains(got, "today") || !strings.Contains(got, "20 Nov 2026 12:00") || !strings.Contains(got, "acme Ltd") || p.find("data-due", "") != nil {
		t.Errorf("the paper reads %q", got)
	}
}

func TestResolvedAndClosedSayHowLongAndReopeningTakesAReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	address, eva := h.register("lena acme", system), h.person("eva", id.ID{}, access.Engineer)
	if !strings.Contains(h.get("lena acme", address).body, "A closed case can be reopened for 14 days.") {
		t.Error("the page does not say for how long a closed case can be reopened")
	}
	h.change(eva, address, cases.Change{Status: cases.Resolved, Remedy: &cases.Remedy{Kind: "patch", Text: "Installed."}})
	if !strings.Contains(h.get("lena acme", address).body, "it closes by itself after 7 working days") {
		t.Error("the page does not say when the case closes by itself")
	}
	h.post("lena acme", address+"/close", nil)
	h.post("lena acme", address+"/reopen", url.Values{"reason": {"The driver is back."}})
	if p := h.get("lena acme", address); !strings.Contains(p.body, "The driver is back.") || !strings.Contains(p.body, "from Closed to Open") {
		t.Error("the reason for reopening is gone")
	}
}

func TestAnUrgentCaseAtNightUrgesToPhone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	system, _ := h.shop("acme", false)
	form := filled(system)
	form.Set("priority", "P1")
	if h.post("lena acme", "/cases/new/promise", form).find("id", "call") != nil {
		t.Error("the form urges to phone while the centre is open")
	}
	h.clk.Set(time.Date(2026, time.November, 20, 21, 0, 0, 0, time.UTC))
	if p := h.post("lena acme", "/cases/new/promise", form); !strings.Contains(words(p.find("id", "call")), "please phone as well") || p.find("id", "call") == nil {
		t.Error("the form does not urge to phone")
	}
	if p := h.get("lena acme", "/"); strings.Contains(p.body, "support.corvane.example/cases/new") {
		t.Error("the portal's own channel leads out of it")
	}
}
