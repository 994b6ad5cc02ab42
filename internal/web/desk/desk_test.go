package desk

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/web"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	webtest.Check(t, h.site, h.sec)
}

func TestTheQueueStandsInPolicyOrderAndFilters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	low, high := h.register(lena, 4, "How do caches synchronise"), h.register(lena, 1, "生产环境无法启动")
	page := h.page(h.ask(eva, "/desk", nil), http.StatusOK)
	var got []string
	for _, a := range byAttr(page, "data-row", "") {
		got = append(got, attr(a, "href"))
	}
	if want := "/desk/" + high.Number + " /desk/" + low.Number; strings.Join(got, " ") != want {
		t.Errorf("rows %v, want %s", got, want)
	}
	if a := byAttr(page, "href", "/desk/"+high.Number); len(a) == 0 || attr(a[0], "lang") != "zh-Hans" {
		t.Error("a Chinese subject on an English page does not say its language")
	}
	if n := byAttr(page, "data-count", "unassigned"); len(n) != 1 || words(n[0]) != "2" {
		t.Error("the rail does not count two cases without an owner")
	}
	page = h.page(h.ask(eva, "/desk?view=list&priority=P4", nil), http.StatusOK)
	if rows := byAttr(page, "data-row", ""); len(rows) != 1 || words(rows[0]) != low.Subject {
		t.Errorf("the filter gives %d rows", len(rows))
	}
}

func TestEveryPageSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", ""), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	h.page(h.ask(eva, "/desk/cases/"+c.Number+"/message", url.Values{"text": {"Which driver?"}, "visibility": {"reply"}, "then": {"waiting_customer"}}), http.StatusSeeOther)
	for _, path := range []string{"/desk", "/desk?view=list", "/desk/" + c.Number, "/desk/cases/" + c.Number + "/clocks", "/desk/notices",
		"/desk/search?q=reports", "/desk/customers", "/desk/customers/nordwind", "/desk/new?q=nord", "/desk/new?system=" + h.system.String()} {
		for lang, sample := range map[string]string{"en": "Queue", "zh-Hans": "案例队列"} {
			u, err := url.Parse(path)
			fatal(t, err)
			q := u.Query()
			q.Set("lang", lang)
			u.RawQuery = q.Encode()
			page := h.page(h.ask(eva, u.String(), nil), http.StatusOK) // a missing message fails the test by itself
			if !strings.Contains(words(page), sample) {
				t.Errorf("%s in %s does not hold %q", path, lang, sample)
			}
		}
	}
}

func TestCustomersCannotOpenTheDesk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lena, mia := h.person(access.Liaison, "Lena", "en"), h.person(access.Member, "Mia", "en")
	c := h.register(lena, 2, "Reports stay empty")
	for _, who := range []person{lena, mia} {
		for _, path := range []string{"/desk", "/desk/" + c.Number, "/desk/events", "/desk/customers", "/desk/customers/nordwind", "/desk/search?q=x",
			"/desk/cases/" + c.Number + "/clocks", "/desk/new"} {
			if w := h.ask(who, path, nil); w.Code != http.StatusForbidden {
				t.Errorf("%s gets %d from %s", who.Role, w.Code, path)
			}
		}
		if w := h.ask(who, "/desk/cases/"+c.Number+"/message", url.Values{"text": {"x"}}); w.Code != http.StatusForbidden {
			t.Errorf("%s may write on the desk: %d", who.Role, w.Code)
		}
	}
	a, b := h.ask(lena, "/desk/"+c.Number, nil).Body.String(), h.ask(lena, "/desk/9999999", nil).Body.String()
	if a != b {
		t.Error("a customer can tell a case that exists from one that does not")
	}
}

func TestStaffWithoutAQueueAreToldWhatIsOpenToThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	carl := h.person(access.Licensing, "Carl", "en")
	page := h.page(h.ask(carl, "/desk", nil), http.StatusOK)
	if len(byAttr(page, "href", "/desk/customers")) == 0 || len(byAttr(page, "data-row", "")) > 0 {
		t.Error("licensing is not led to the customers")
	}
	if w := h.ask(carl, "/desk/search?q=x", nil); w.Code != http.StatusForbidden {
		t.Errorf("licensing searches cases: %d", w.Code)
	}
}

func TestANoteStaysInternalAndAnAnswerDoesNot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	send := "/desk/cases/" + c.Number + "/message"
	h.page(h.ask(eva, send, url.Values{"text": {"Ask development."}, "visibility": {"note"}, "then": {"resolved"}}), http.StatusSeeOther)
	if got := h.get(eva, c.Number); got.Status != cases.Open {
		t.Errorf("a note made the case %s", got.Status)
	}
	tl, err := h.cases.Timeline(context.Background(), lena.Actor, c.Number, "", 0)
	fatal(t, err)
	for _, it := range tl.Items {
		if it.Kind == "note.added" {
			t.Error("the customer sees the note")
		}
	}
	h.page(h.ask(eva, send, url.Values{"text": {"Use the other driver."}, "visibility": {"reply"}, "then": {"resolved"}, "remedy": {"workaround"}}), http.StatusSeeOther)
	if got := h.get(eva, c.Number); got.Status != cases.Resolved || got.Remedy.Kind != "workaround" || got.Remedy.Text != "Use the other driver." {
		t.Errorf("resolved as %s %+v", got.Status, got.Remedy)
	}
}

func TestANewerMessageStopsTheAnswerAndKeepsItsText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	send := "/desk/cases/" + c.Number + "/message"
	seen := field(t, h.page(h.ask(eva, "/desk/"+c.Number, nil), http.StatusOK), "seen")
	_, err := h.cases.PostMessage(context.Background(), lena.Actor, c.Number, cases.NewMessage{Text: "It works again."})
	fatal(t, err)
	page := h.page(h.ask(eva, send, url.Values{"text": {"Please restart."}, "visibility": {"reply"}, "seen": {seen}}), http.StatusConflict)
	if !strings.Contains(words(page), "1 newer message") || !strings.Contains(words(page), "It works again.") {
		t.Error("the page does not show what came in between")
	}
	if got := field(t, page, "text"); got != "Please restart." {
		t.Errorf("the typed text became %q", got)
	}
	h.page(h.ask(eva, send, url.Values{"text": {"Please restart."}, "visibility": {"reply"}, "seen": {field(t, page, "seen")}}), http.StatusSeeOther)
}

func TestSomebodyFasterIsShownAndTheTypedReasonStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, ben, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Engineer, "Ben", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	etag := field(t, h.page(h.ask(eva, "/desk/"+c.Number, nil), http.StatusOK), "etag")
	h.page(h.ask(ben, "/desk/cases/"+c.Number+"/take", url.Values{}), http.StatusSeeOther)
	form := url.Values{"etag": {etag}, "status": {"open"}, "priority": {"P3"}, "assignee": {"none"}, "reason": {"Only one report is empty."}}
	page := h.page(h.ask(eva, "/desk/cases/"+c.Number+"/change", form), http.StatusPreconditionFailed)
	if byAttr(page, "id", "reason")[0] == nil || attr(byAttr(page, "id", "reason")[0], "value") != "Only one report is empty." || field(t, page, "priority") != "P3" {
		t.Error("what was typed is gone")
	}
	if got := h.get(eva, c.Number); got.Priority != 2 || field(t, page, "etag") != strconv.FormatInt(got.Version, 10) {
		t.Error("the page does not carry the newer version, or the change was made")
	}
	form.Set("etag", field(t, page, "etag"))
	form.Del("reason")
	page = h.page(h.ask(eva, "/desk/cases/"+c.Number+"/change", form), http.StatusUnprocessableEntity)
	if len(byAttr(page, "id", "err-reason")) != 1 {
		t.Error("a priority without a reason is not explained")
	}
}

func TestBulkNamesWhatItSkippedAndUndoTakesItBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	a, b := h.register(lena, 2, "One"), h.register(lena, 3, "Two")
	w := h.ask(eva, "/desk/bulk", url.Values{"no": {a.Number, b.Number}, "do": {"me"}, "back": {"?owner=none"}})
	to, err := url.Parse(w.Header().Get("Location"))
	fatal(t, err)
	if w.Code != http.StatusSeeOther || to.Query().Get("owner") != "none" || h.get(eva, b.Number).Assignee == nil {
		t.Fatalf("bulk answers %d %s", w.Code, to)
	}
	page := h.page(h.ask(eva, to.String(), nil), http.StatusOK)
	undo := byAttr(page, "action", "/desk/undo/"+to.Query().Get("undo"))
	if len(undo) != 1 {
		t.Fatal("the notice offers no undo")
	}
	if back := field(t, undo[0], "back"); back != "/desk?owner=none" {
		t.Errorf("the undo leads back to %q", back)
	}
	w = h.ask(eva, "/desk/undo/"+to.Query().Get("undo"), url.Values{"back": {"/desk?owner=none"}})
	if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != "/desk?notice=desk_undone&owner=none" {
		t.Errorf("after the undo %d, %s", w.Code, got)
	}
	if got := h.get(eva, a.Number); got.Assignee != nil {
		t.Errorf("after the undo %s owns the case", got.Assignee.Name)
	}
	page = h.page(h.ask(eva, "/desk/bulk", url.Values{"no": {a.Number, b.Number}, "do": {"priority"}, "priority": {"P2"}}), http.StatusOK)
	if !strings.Contains(words(page), b.Number+" Please give the reason.") {
		t.Errorf("the page does not say why: %s", words(page))
	}
	h.page(h.ask(eva, "/desk/undo/"+to.Query().Get("undo"), url.Values{}), http.StatusConflict)
}

func TestBulkKeepsWhatWasTypedForTheCasesItSkipped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	a, b := h.register(lena, 2, "One"), h.register(lena, 3, "Two")
	h.page(h.ask(eva, "/desk/bulk", url.Values{"no": {a.Number}, "do": {"status"}, "status": {"closed"}, "note": {"Solved by phone."}}), http.StatusSeeOther)
	ask := url.Values{"no": {a.Number, b.Number}, "do": {"status"}, "status": {"development"}, "note": {"DEF-12 is being mended."}, "back": {"?owner=none"}}
	page := h.page(h.ask(eva, "/desk/bulk", ask), http.StatusOK)
	again := byAttr(page, "id", "again")
	if len(again) != 1 || field(t, again[0], "note") != "DEF-12 is being mended." || field(t, again[0], "status") != "development" || field(t, again[0], "back") != "?owner=none" {
		t.Fatalf("what was typed is gone: %s", words(page))
	}
	if boxes := byAttr(again[0], "name", "no"); len(boxes) != 1 || attr(boxes[0], "value") != a.Number {
		t.Errorf("%d cases are offered again", len(boxes))
	}
	ask.Del("no")
	page = h.page(h.ask(eva, "/desk/bulk", ask), http.StatusUnprocessableEntity)
	if field(t, byAttr(page, "id", "again")[0], "note") != "DEF-12 is being mended." {
		t.Error("with no case ticked, what was typed is gone")
	}
}

func TestFilesStreamToTheCaseAndComeBackAsDownloads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	send := func(text, content string) *httptest.ResponseRecorder {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		fatal(t, form.WriteField("visibility", "reply"))
		part, err := form.CreateFormFile("files", "trace.txt")
		fatal(t, err)
		_, err = part.Write([]byte(content))
		fatal(t, err)
		fatal(t, form.WriteField("text", text))
		fatal(t, form.Close())
		r := httptest.NewRequest(http.MethodPost, "/desk/cases/"+c.Number+"/message", &b)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.AddCookie(&http.Cookie{Name: "session", Value: eva.token})
		w := httptest.NewRecorder()
		h.site.Handler().ServeHTTP(w, r)
		return w
	}
	page := h.page(send("", "kept"), http.StatusUnprocessableEntity)
	if len(byAttr(page, "name", "attachment")) != 1 {
		t.Error("the uploaded file does not stay with the form that was refused")
	}
	h.page(send("See the file.", "stack trace"), http.StatusSeeOther)
	page = h.page(h.ask(eva, "/desk/"+c.Number, nil), http.StatusOK)
	links := byAttr(page, "download", "")
	if len(links) == 0 {
		t.Fatal("no file on the page")
	}
	w := h.ask(eva, attr(links[0], "href"), nil)
	if w.Body.String() != "stack trace" || w.Header().Get("Content-Disposition") != "attachment; filename=trace.txt" {
		t.Errorf("downloaded %q as %s", w.Body, w.Header().Get("Content-Disposition"))
	}
}

func TestACallIsRegisteredForADesignatedLiaison(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	form := url.Values{"system": {h.system.String()}, "onBehalfOf": {lena.Person.String()}, "channel": {"phone"}, "receivedAt": {"2026-11-23T14:30"},
		"answered": {"1"}, "environment": {"production"}, "version": {"2025"}, "priority": {"P2"}, "subject": {"Reports stay empty"},
		"symptoms": {"All reports are empty."}, "errorMessages": {"none"}, "stepsTaken": {"none"}}
	page := h.page(h.ask(eva, "/desk/new", form), http.StatusUnprocessableEntity)
	if field(t, page, "subject") != "Reports stay empty" || len(byAttr(page, "id", "err-impact")) != 1 {
		t.Error("the form does not keep its text and name the missing entry")
	}
	form.Set("impact", "1,200 users")
	w := h.ask(eva, "/desk/new", form)
	to, err := url.Parse(w.Header().Get("Location"))
	fatal(t, err)
	c := h.get(eva, strings.TrimPrefix(to.Path, "/desk/"))
	if c.Channel != "phone" || c.Liaison.Name != "Lena" || c.ReceivedAt.Format("15:04") != "14:30" || c.Clocks[0].MetAt.IsZero() {
		t.Errorf("registered as %+v", c)
	}
}

// The bell counts what is unread; opening a notice leads to its case and reads it, one button reads all.
func TestTheBellCountsWhatIsUnread(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, ben, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Engineer, "Ben", "en"), h.person(access.Liaison, "Lena", "en")
	bell := func(want string) *html.Node {
		t.Helper()
		page := h.page(h.ask(eva, "/desk/notices", nil), http.StatusOK)
		got := ""
		if n := byAttr(page, "data-count", "notices"); len(n) == 1 {
			got = words(n[0])
		}
		if got != want {
			t.Errorf("the bell says %q, want %q", got, want)
		}
		return page
	}
	bell("")
	for range 2 {
		c := h.register(lena, 2, "Reports stay empty")
		h.page(h.ask(ben, "/desk/bulk", url.Values{"no": {c.Number}, "do": {"assign"}, "assignee": {eva.Person.String()}}), http.StatusSeeOther)
	}
	page := bell("2")
	action := attr(byAttr(page, "data-row", "")[0].Parent, "action")
	res := h.ask(eva, action, url.Values{})
	if to := res.Header().Get("Location"); res.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/desk/2") {
		t.Errorf("opening answers %d to %q", res.Code, to)
	}
	if res := h.ask(ben, action, url.Values{}); res.Code != http.StatusNotFound {
		t.Errorf("somebody else opens it: %d", res.Code)
	}
	page = bell("1")
	h.page(h.ask(eva, "/desk/notices/read", url.Values{"to": {field(t, page, "to")}}), http.StatusSeeOther)
	bell("")
	h.page(h.ask(eva, "/desk/notices/read", url.Values{"to": {"soon"}}), http.StatusUnprocessableEntity)
}

// What the bell tells is said in words: of two warnings about one case which promise, how much of its time, and until when.
func TestANoticeSaysWhatIsDueAndWhen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	h.register(lena, 2, "Reports stay empty")
	for range 4 {
		h.clk.Forward(31 * time.Minute)
		if _, err := h.cases.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for lang, want := range map[string][]string{
		"en":      {"Initial response missed: it was due today", "Initial response: 75 % of the time is used, due today", "Initial response: 50 % of the time is used, due today"},
		"zh-Hans": {"初始响应已超时：应于今天", "初始响应：时间已用75%，到期时间今天", "初始响应：时间已用50%，到期时间今天"},
	} {
		page := words(h.page(h.ask(eva, "/desk/notices?lang="+lang, nil), http.StatusOK))
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s: nothing says %q: %s", lang, text, page)
			}
		}
	}
}

func TestAnUndoLeadsBackToTheListItWasAskedForOn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		asked string
		done  []string
		want  string
	}{
		{"/desk?owner=none&status=open&notice=x", []string{"1", "2"}, "/desk?owner=none&status=open"},
		{"/desk?owner=none", []string{"20418"}, "/desk?owner=none"},
		{"/desk/20418?owner=none", []string{"20418"}, "/desk/20418?owner=none"},
		{"", []string{"20418"}, "/desk/20418"},
		{"", nil, "/desk"},
		{"https://elsewhere.example/desk?owner=none", []string{"1", "2"}, "/desk?owner=none"},
		{"//elsewhere.example/x", []string{"1", "2"}, "/desk"},
		{"%zz", []string{"1", "2"}, "/desk"},
	} {
		if got := undoneTo(tt.asked, tt.done); got != tt.want {
			t.Errorf("%q leads to %q, not %q", tt.asked, got, tt.want)
		}
	}
}

func TestATextAtTheDeskThatIsTooLongIsGivenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 3, "Reports stay empty")
	novel := strings.Repeat("日", 800_000)
	for path, entry := range map[string]string{"message": "text", "change": "reason"} {
		w := h.ask(eva, "/desk/cases/"+c.Number+"/"+path, url.Values{entry: {novel}, "etag": {"1"}, "priority": {"P3"}, "visibility": {"reply"}})
		if got := strings.Count(w.Body.String(), "日"); w.Code != http.StatusUnprocessableEntity || got < web.MaxTyped || !strings.Contains(w.Body.String(), "The first 100,000 characters are here") {
			t.Errorf("%s: %d with %d characters", path, w.Code, got)
		}
	}
}
