package browsertest

import (
	"archive/zip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"liaison/internal/text"
)

// zipOf writes a pack as an administrator has it on the disk.
func zipOf(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for _, file := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name + "/" + file)
		if err == nil {
			_, err = w.Write([]byte(files[file]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// policyEditor walks an administrator through another edition in both languages: a broken pack with all that is wrong in
// it, an instant that has passed, what is published already, and a preview. Nothing is published: the world is everybody's.
func (s *stage) policyEditor(t *testing.T) {
	admin := s.by(t, "sam.carter")
	broken := zipOf(t, "broken", map[string]string{"policy.yaml": "base: reference-2025-02\nedition: \"2027-03\"\nteatime: 1\n",
		"calendars/DE.yaml": "source: nobody\nholidays:\n  new_year: {statutory: [2027-02-30]}\n"})
	good := zipOf(t, "good", map[string]string{"policy.yaml": "base: reference-2025-02\nedition: \"2027-03\"\npriorities:\n  P3: {response: 2h}\n"})
	w := s.window(t, admin)
	w.expect("status of 422")
	w.expect("status of 409")
	for _, c := range []struct{ lang, unknown, date, past, lead, support string }{
		{"zh-Hans", "policy.teatime", "2027-02-30", "请选择将来的时刻", "目前尚未作任何更改", "失去支持的系统"},
		{"en", "teatime is not known here", "is no day of the calendar", "still to come", "Nothing is changed yet", "Who loses support"},
	} {
		s.speaks(t, admin, c.lang)
		send := func(file, from string, status int) {
			w.visit("/admin/policy")
			w.do(chromedp.SetUploadFiles(chromedp.CSS("#pack"), []string{file}))
			w.choose("#effective", from)
			if got := w.follow(`form[action="/admin/policy/preview"] button.pri`); got != status {
				t.Errorf("%s from %s in %s: %d", filepath.Base(file), from, c.lang, got)
			}
		}
		send(broken, "2027-03-01T00:00", 422)
		w.says("main", c.unknown)
		w.says("main", c.date)
		w.says("main", "calendars/DE.yaml:3")
		if got := w.value("#effective"); got != "2027-03-01T00:00" {
			t.Errorf("what was typed became %q", got)
		}
		send(good, "2020-03-01T00:00", 409)
		w.says("main [role=alert]", c.past)
		send(good, "2027-03-01T00:00", 200)
		w.says("main", c.lead)
		w.says("main", c.support)
		w.must(`form[action="/admin/policy/publish"] button.pri`)
		w.visit("/admin/policy")
		if w.has(`td b + span[data-st=waiting]`) {
			t.Error("a preview published something")
		}
	}
}

// policyReader reads the policy as anybody may, in both languages: from the whole to a clause, to what makes it true, to the
// matrix, and to the editions.
func (s *stage) policyReader(t *testing.T) {
	w := s.window(t, person{})
	for _, c := range []struct{ lang, clocks, held, editions string }{
		{"en", "Clocks and targets of every case", "What makes this true", "Editions and what changed"},
		{"zh-Hans", "各类案例的时钟与时限", "", "各版本及其变化"},
	} {
		w.visit("/policy?lang=" + c.lang)
		w.says("main", c.editions)
		w.must(`section#c3\.3 h2 a[href="/policy/3.3"]`)
		w.click(`a[href="#editions"]`)
		if got := ask[string](w, `location.hash`); got != "#editions" {
			t.Errorf("the link to the editions leads to %q", got)
		}
		w.follow(`section#c3\.3 h2 a`)
		w.must(`main .kbl details summary`)
		w.click(`main .kbl details summary`)
		w.must(`main details[open] pre`)
		if c.held != "" {
			w.says("main", c.held)
		}
		w.visit("/policy/matrix?country=DE&lang=" + c.lang)
		w.says("main", c.clocks)
	}
}

// publishStory publishes an edition in each language, from the file to what customers read: the list of editions, the
// history of the policy with what changes, and the announcement on a liaison's first page. It holds long after all that
// the other stories look at. What is published already is not published again.
func (s *stage) publishStory(t *testing.T) {
	admin := s.by(t, "sam.carter")
	for _, in := range []struct {
		lang                            text.Lang
		edition, target, reader, change string
	}{
		{text.English, "2028-08", "2h", "dana.whitfield", "P3, initial response: 2h instead of 4h."},
		{text.Chinese, "2028-09", "90m", "lin.xiaowen", "P3，初始响应：由2h改为90m。"},
	} {
		pack := zipOf(t, "pack", map[string]string{"policy.yaml": "base: reference-2025-02\nedition: \"" + in.edition + "\"\npriorities:\n  P3: {response: " + in.target + "}\n"})
		r := s.reads(t, admin, in.lang)
		preview := func() {
			r.visit("/admin/policy")
			r.do(chromedp.SetUploadFiles(chromedp.CSS(r.field("main", r.word("admin.policy.file"))), []string{pack}))
			r.fill("main", r.word("admin.policy.effective"), in.edition+"-01T00:00")
			r.done("the preview", r.push("main form", r.word("admin.policy.do_preview")))
			r.says("main", in.edition)
		}
		preview()
		r.done("publishing", r.push("main form", r.word("admin.policy.do_publish")))
		if got := r.path(); got != "/admin/policy" {
			t.Errorf("publishing leads to %s", got)
		}
		r.says("body", r.word("notice.policy_published"))
		row := ask[string](r.window, `[...document.querySelectorAll("main tbody tr")].find(tr => tr.querySelector("b").innerText === `+quoted(in.edition)+`)?.innerText ?? ""`)
		if !strings.Contains(row, r.word("admin.policy.coming")) || !strings.Contains(row, admin.Name) {
			t.Errorf("the list says of %s: %q", in.edition, row)
		}
		preview()
		r.says("main", r.word("admin.policy.same"))

		liaison := s.reads(t, s.by(t, in.reader), in.lang)
		liaison.visit("/")
		liaison.says("main", liaison.word("announce.title", "edition", in.edition))
		liaison.done("the history", liaison.push("main", liaison.word("announce.all")))
		liaison.says("#editions", in.edition)
		liaison.says("#editions", liaison.word("policy.edition.announced"))
		told := ask[string](liaison.window, `document.querySelector("#editions").textContent`)
		if !strings.Contains(told, in.change) {
			t.Errorf("the history does not say %q: %s", in.change, told)
		}
	}
	s.withdraws(t, admin, text.Chinese, "2028-09", "lin.xiaowen")
	s.withdraws(t, admin, text.English, "2028-08", "dana.whitfield")
}

// withdraws takes the edition that was announced last back: from its row in the list over the page that asks to the first
// page of a liaison, which announces it no more.
func (s *stage) withdraws(t *testing.T, admin person, lang text.Lang, edition, reader string) {
	r := s.reads(t, admin, lang)
	r.visit("/admin/policy")
	r.follow(`main a[href="/admin/policy/` + edition + `/withdraw"]`)
	r.says("main", r.word("admin.policy.withdraw_lead"))
	r.done("the withdrawal", r.push("main form", r.word("admin.policy.do_withdraw")))
	if got := r.path(); got != "/admin/policy" {
		t.Errorf("withdrawing leads to %s", got)
	}
	r.says("body", r.word("notice.policy_withdrawn"))
	r.says("main", r.word("admin.policy.withdrawn"))
	liaison := s.reads(t, s.by(t, reader), lang)
	liaison.visit("/")
	if told := ask[string](liaison.window, `document.querySelector("main").innerText`); strings.Contains(told, edition) {
		t.Errorf("the first page still announces %s", edition)
	}
}
