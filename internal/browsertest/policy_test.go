package browsertest

import (
	"archive/zip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
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
