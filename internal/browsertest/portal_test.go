package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// words are what a story types, in its language.
type words struct {
	who, other                               string // the parts of addresses before the @: with a script, without
	subject, symptoms, errors, steps, impact string
	answer                                   string
	closed                                   string // status, as the page shows it
}

func english() words {
	return words{"dana.whitfield", "jiwoo.park", "Dashboards stay empty after the nightly load", "All dashboards of sales are empty since this morning.",
		"ERROR 1204: lock wait", "Restarted the job server.", "120 people cannot work.", "It happens with every dashboard.", "Closed"}
}

func chinese() words {
	return words{"lin.xiaowen", "zhou.min", "夜间加载后仪表板为空", "今天早上起，销售部门的所有仪表板均为空。", "ERROR 1204: lock wait", "已重启作业服务器。", "120 人无法工作。", "每个仪表板都有此现象。", "已关闭"}
}

func (s *stage) stories(t *testing.T) {
	for name, in := range map[string]words{"English": english(), "Chinese": chinese()} {
		t.Run("portal in "+name, func(t *testing.T) {
			t.Parallel()
			s.portalStory(t, in)
		})
		t.Run("without a script in "+name, func(t *testing.T) {
			t.Parallel()
			s.plainStory(t, in)
		})
	}
	for name, mail := range map[string]string{"English": "sofia.lindqvist", "Chinese": "zhou.yu"} {
		t.Run("desk in "+name, func(t *testing.T) {
			t.Parallel()
			s.deskStory(t, s.by(t, mail))
		})
	}
	t.Run("a task of the customer", s.taskStory)
	t.Run("a draft comes back", s.draftStory)
	t.Run("a countdown stands still while the centre is closed", s.countdownStory)
	t.Run("hours on a phone", s.hoursStory)
	t.Run("a colleague's mail becomes a case", s.adoptStory)
	t.Run("a case by mail is corrected", s.triageStory)
	t.Run("a held mail is decided on", s.heldStory)
	t.Run("days of a calendar are edited", s.calendarEditor)
	t.Run("another edition is previewed", s.policyEditor)
	t.Run("the policy is read", s.policyReader)
	t.Run("another edition is published", s.publishStory)
	for _, in := range seatStories() {
		t.Run("liaisons in "+string(in.lang), func(t *testing.T) {
			t.Parallel()
			s.seatStory(t, in)
		})
	}
	for _, in := range owedStories() { // one after the other: they are the same people of the desk, in another language
		t.Run("an invoice in "+string(in.lang), func(t *testing.T) { s.invoiceStory(t, in) })
		t.Run("the books in "+string(in.lang), func(t *testing.T) { s.bookStory(t, in) })
		t.Run("lists in "+string(in.lang), func(t *testing.T) { s.listStory(t, in) })
	}
	for _, in := range renewalStories() {
		t.Run("a renewal in "+string(in.lang), func(t *testing.T) { s.renewalStory(t, in) })
	}
}

// portalStory is a case from signing in to reopening, as a liaison lives it.
func (s *stage) portalStory(t *testing.T, in words) {
	w := s.window(t, person{})
	w.signIn(s.by(t, in.who))
	if status := w.visit("/cases/new"); status != 200 {
		t.Fatalf("the form of filing answers %d", status)
	}
	w.promiseFollowsPriority()
	w.refusesAnEmptyForm(in)
	w.describe(in)
	w.attach("#attachments", "job-server.log", "10:02 lock wait timeout\n")
	if status := w.follow(`#filing button.pri`); status != 200 {
		t.Fatalf("filing answers %d: %s", status, w.shows())
	}
	number, ok := strings.CutPrefix(w.path(), "/cases/")
	if !ok || number == "new" {
		t.Fatalf("filing leads to %s", w.shows())
	}
	w.says("main", "#"+number)
	w.says("h1", in.subject)
	w.says(".files", "job-server.log")
	w.answer(in)
	w.opensItsLedger(number)
	w.closesAndReopens(in, number)
}

// signIn goes through the page of signing in.
func (w *window) signIn(p person) {
	w.t.Helper()
	w.visit("/sign-in")
	w.write("#email", p.Email)
	w.write("#password", p.Password)
	if status := w.follow(`form button.pri`); status != 200 || strings.HasPrefix(w.path(), "/sign-in") {
		w.t.Fatalf("signing in answers %d: %s", status, w.shows())
	}
}

// promiseFollowsPriority chooses two priorities: the promise beside the form changes with them, before anything is
// sent.
func (w *window) promiseFollowsPriority() {
	w.t.Helper()
	before := w.text("#file-promise .big")
	for _, priority := range []string{"P4", "P1"} {
		w.click(`input[name=priority][value=` + priority + `]`)
		w.holds("the promise follows "+priority, `document.querySelector("#file-promise .big").innerText.trim() !== `+quoted(before))
		before = w.text("#file-promise .big")
	}
}

// refusesAnEmptyForm sends a form with one field filled: it comes back with what is wrong and with that field.
func (w *window) refusesAnEmptyForm(in words) {
	w.t.Helper()
	w.expect("status of 422")
	w.write("#subject", in.subject)
	if status := w.follow(`#filing button.pri`); status != 422 {
		w.t.Errorf("a form with holes answers %d", status)
	}
	w.must(".summary")
	w.must("#err-symptoms")
	if got := w.value("#subject"); got != in.subject {
		w.t.Errorf("after the error the subject is %q", got)
	}
	if !ask[bool](w, `document.querySelector("input[name=priority][value=P1]").checked`) {
		w.t.Error("after the error the priority is gone")
	}
	if got := ask[string](w, `document.activeElement.className`); got != "summary" {
		w.t.Errorf("after the error %q has the focus, not the summary", got)
	}
}

func (w *window) describe(in words) {
	w.t.Helper()
	w.write("#symptoms", in.symptoms)
	w.write("#errorMessages", in.errors)
	w.write("#stepsTaken", in.steps)
	w.write("#impact", in.impact)
}

// attach chooses a file of this machine.
func (w *window) attach(selector, name, content string) {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}))
}

func (w *window) answer(in words) {
	w.t.Helper()
	w.write("#text", in.answer)
	if status := w.follow(`form.composer button.pri`); status != 200 {
		w.t.Errorf("an answer gets %d", status)
	}
	w.says(".tl", in.answer)
	if got := w.value("#text"); got != "" {
		w.t.Errorf("after the answer was stored its field still holds %q", got)
	}
}

func (w *window) opensItsLedger(number string) {
	w.t.Helper()
	w.follow(`main a.link[href="/cases/` + number + `/clocks"]`)
	w.must("table.ledger")
	w.must(`table.ledger a[href^="/policy/"], a[href^="/policy/"]`)
	w.visit("/cases/" + number)
}

func (w *window) closesAndReopens(in words, number string) {
	w.t.Helper()
	w.follow(`form[action$="/close"] button`)
	w.says(".case-title", in.closed)
	w.follow(`form[action$="/reopen"] button`)
	if got := w.text(".case-title"); strings.Contains(got, in.closed) {
		w.t.Errorf("after reopening the case says %q", got)
	}
	if !strings.HasSuffix(w.path(), number) {
		w.t.Errorf("reopening leads to %s", w.path())
	}
}

// plainStory is the same with scripts switched off: every step is a link or a form.
func (s *stage) plainStory(t *testing.T, in words) {
	w := s.window(t, person{})
	w.withoutScript()
	w.signIn(s.by(t, in.other))
	w.visit("/cases/new")
	w.click(`input[name=priority][value=P2]`)
	w.write("#subject", in.subject+" 2")
	w.describe(in)
	w.follow(`#filing button[formaction="/cases/new/promise"]`)
	w.must("#file-promise .big")
	if got := w.value("#impact"); got != in.impact {
		t.Errorf("asking for the promise loses the impact: %q", got)
	}
	if status := w.follow(`#filing button.pri`); status != 200 {
		t.Fatalf("filing answers %d: %s", status, w.shows())
	}
	number, _ := strings.CutPrefix(w.path(), "/cases/")
	w.says("h1", in.subject)
	w.answer(in)
	w.visit("/cases?tab=all")
	w.follow(`a[href="/cases/` + number + `"]`)
	w.closesAndReopens(in, number)
}

// draftStory types, waits until the page says that it kept the draft, and opens the page anew.
func (s *stage) draftStory(t *testing.T) {
	t.Parallel()
	w := s.window(t, s.by(t, "claire.fontanel"))
	w.visit("/cases/new")
	w.write("#symptoms", "Typed, and not sent.")
	w.holds("the draft is kept", `document.querySelector("#filing [data-draft-state]").textContent !== ""`)
	w.visit("/cases/new")
	if got := w.value("#symptoms"); got != "Typed, and not sent." {
		t.Errorf("the draft came back as %q", got)
	}
}

// hoursStory reads on a phone when every region is open: nothing of a row stands beyond the edge or has to be pulled in.
func (s *stage) hoursStory(t *testing.T) {
	w := s.window(t, s.by(t, "lin.xiaowen"))
	w.size(390, 844)
	w.visit("/contact")
	w.must(`table time`)
	for _, cut := range ask[[]string](w, `[...document.querySelectorAll('table tbody :is(th, td, span, time)')].filter(e => {
		const box = e.getBoundingClientRect(), card = e.closest('section').getBoundingClientRect()
		return box.left < card.left || box.right > card.right || e.scrollWidth > e.clientWidth && e.matches('th, td')
	}).map(e => e.textContent)`) {
		t.Errorf("%q is cut off", cut)
	}
}
