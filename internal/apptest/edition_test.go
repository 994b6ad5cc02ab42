package apptest_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/apptest"
	"liaison/internal/calendar"
	"liaison/internal/edition"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
	"liaison/policies"
)

// changedPack is the demo's pack under another name of edition, with more days off in Germany.
func changedPack(t *testing.T, name, daysOff string) *policy.Pack {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "next")
	text, err := policies.FS.ReadFile("example/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	de, err := policies.FS.ReadFile("reference-2025-02/calendars/DE.yaml")
	if err != nil {
		t.Fatal(err)
	}
	off := strings.Replace(string(de), "labour_day: {statutory: [", "labour_day: {statutory: ["+daysOff+", ", 1)
	for file, body := range map[string]string{"policy.yaml": string(text) + "\nedition: \"" + name + "\"\n", "calendars/DE.yaml": off} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := policy.LoadDir(dir, policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnEditionIsPreviewedPublishedFollowedAndAnnounced(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-04T16:00:00+01:00")) // a Wednesday; Germany is served from 09:00 to 18:00
		katrin := w.As("katrin.vogel")
		c := katrin.Register(home, "P3")
		due, moved := berlin(t, "2026-03-05T11:00:00+01:00"), berlin(t, "2026-03-06T11:00:00+01:00")
		if !c.Clocks[0].DueAt.Equal(due) {
			t.Fatalf("due %v, want %v", c.Clocks[0].DueAt, due)
		}
		next, effective := changedPack(t, "2026-03", "2026-03-05"), berlin(t, "2026-03-04T17:00:00+01:00")
		v, err := w.App.Editions.Preview(t.Context(), apptest.Program(), next, effective, calendar.Date{})
		if err != nil {
			t.Fatal(err)
		}
		seen := false
		for _, m := range v.Moved {
			seen = seen || m.Number == c.Number && m.Before.Equal(due) && m.After.Equal(moved) && !m.Breaches
		}
		if !seen || v.Breaches != 0 || v.Open == 0 {
			t.Errorf("preview: %+v", v)
		}
		if done, err := w.App.Editions.Publish(t.Context(), apptest.Program(), next, effective); !done || err != nil {
			t.Fatal(done, err)
		}
		if done, err := w.App.Editions.Publish(t.Context(), apptest.Program(), next, effective); done || err != nil {
			t.Errorf("publishing twice: %v, %v", done, err)
		}
		refusedEditions(t, w)
		toldBefore(t, w, "2026-03", true)

		if err := w.App.FollowPolicy(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := katrin.Case(c.Number)
		if !got.Clocks[0].DueAt.Equal(moved) || got.Edition != "2025-02" {
			t.Errorf("followed: %+v of edition %s", got.Clocks[0], got.Edition)
		}
		for day, want := range map[string]string{"2026-03-03": "2025-02", "2026-03-05": "2026-03"} { // at noon of the vendor
			if got := apptest.Is[rights](t, katrin.Get("/api/v1/rights?action=register_case_portal&day="+day), http.StatusOK); len(got.Items) == 0 ||
				got.Items[0].Edition != want {
				t.Errorf("the rights of %s are not those of edition %s: %+v", day, want, got)
			}
		}
		if n := w.Count(`SELECT count(*) FROM support_case WHERE number = $1 AND next_promise = $2`, c.Number, moved.UnixMicro()); n != 1 {
			t.Error("the queue does not know the new due instant")
		}
		if n := w.Count(`SELECT count(*) FROM journal WHERE kind = 'clock.moved' AND edition = '2025-02'`); n < 1 {
			t.Error("the journal does not tell that clocks were moved")
		}
		if n := w.Count(`SELECT count(*) FROM journal WHERE kind = 'policy.announced'`); n != 0 {
			t.Error("announced an hour before")
		}
		w.Clock.Set(effective.Add(-time.Minute))
		for range 2 {
			if err := w.App.FollowPolicy(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.Count(`SELECT count(*) FROM journal WHERE kind = 'policy.announced'`); n != 1 {
			t.Errorf("announced %d times before it takes effect", n)
		}
		w.StartWork()
		w.Eventually("the liaisons are told", func() bool {
			return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND subject LIKE '%policy%'`, w.Person("katrin.vogel").Email) == 1
		})

		readable(t, w, "2026-03", "which holds from")
		w.Clock.Set(effective)
		toldBefore(t, w, "2026-03", false)
		readable(t, w, "2025-02", "which has been replaced")
		if got := katrin.Register(home, "P3"); got.Edition != "2026-03" {
			t.Errorf("a case after that is of edition %s", got.Edition)
		}
		other, err := edition.Open(t.Context(), &edition.Service{DB: w.App.DB, Clock: w.Clock}, next)
		if err != nil || len(other.Book().Editions()) != 2 || other.Now().Edition != "2026-03" || other.At(effective.Add(-1)).Edition != "2025-02" {
			t.Errorf("another process has %v, %v", other.Book().Editions(), err)
		}
	})
}

func hasKey(err error, key string) bool {
	e := errs.As(err)
	return e != nil && e.Key == key
}

// refusedEditions are those that cannot be published at half past four; each says why, and nothing changes.
func refusedEditions(t *testing.T, w *apptest.World) {
	t.Helper()
	for _, c := range []struct{ name, daysOff, effective, key string }{
		{"2026-03", "2026-03-09", "2026-03-05T00:00:00+01:00", "policy.edition_taken"},
		{"2026-04", "2026-03-09", "2026-03-04T15:00:00+01:00", "policy.effective_past"},
		{"2026-04", "2026-03-04", "2026-03-04T15:00:00+01:00", "policy.elapsed_open"},
		{"2026-04", "2026-03-03", "2026-03-05T15:00:00+01:00", "policy.elapsed_open"},
		{"2026-04", "2026-03-09", "2026-03-04T16:30:00+01:00", "policy.edition_order"},
		{"2026-04", "2026-03-09", "2028-03-04T16:30:00+01:00", "policy.effective_far"},
		{"2026-04", "2026-03-09", "2926-03-09T00:00:00+01:00", "policy.effective_far"},
		{"2026-04", "2026-03-09", "9999-03-09T00:00:00+01:00", "policy.effective_far"},
	} {
		_, err := w.App.Editions.Publish(t.Context(), apptest.Program(), changedPack(t, c.name, c.daysOff), berlin(t, c.effective))
		asked := berlin(t, c.effective).In(w.App.Editions.Now().Vendor.Zone).Format(time.RFC3339)
		if e := errs.As(err); c.key == "policy.edition_order" && (e.Args["from"] != asked || e.Args["holds"] != "2026-03-04T11:00:00-05:00") {
			t.Errorf("the instants are %v", e.Args)
		}
		if !hasKey(err, c.key) {
			t.Errorf("%s, off on %s, from %s: %v, want %s", c.name, c.daysOff, c.effective, err, c.key)
		}
	}
	if _, err := w.App.Editions.Publish(t.Context(), access.Actor{Person: id.New(), Role: access.Engineer}, changedPack(t, "2026-05", "2026-03-09"), berlin(t, "2026-04-01T00:00:00+02:00")); errs.KindOf(err) != errs.Refused {
		t.Errorf("by an engineer: %v", err)
	}
	if n := len(w.App.Editions.Book().Editions()); n != 2 {
		t.Errorf("%d editions", n)
	}
}

// toldBefore looks at what people read of an edition that is to come, and that it is gone once the edition holds.
func toldBefore(t *testing.T, w *apptest.World, edition string, comes bool) {
	t.Helper()
	for _, c := range []struct {
		who, path, words string
	}{
		{"katrin.vogel", "/?lang=en", "Germany, 5 Mar 2026"}, // it is about her country
		{"katrin.vogel", "/?lang=zh-Hans", "德国，2026年3月5日"},
		{"chen.li", "/?lang=en", "One more change is listed with the policy."}, // it is about another country
		{"robin.ashdown", "/?lang=en", "All changes and earlier editions"},
		{"", "/policy?lang=en", "Germany, 5 Mar 2026"},
		{"", "/policy?lang=zh-Hans", "支持政策" + edition + "版已发布"},
	} {
		who := w.Nobody()
		if c.who != "" {
			who = w.In(c.who)
		}
		page := string(who.Get(c.path).Body)
		if got := strings.Contains(page, `data-edition="`+edition+`"`); got != comes {
			t.Errorf("%s on %s is told of edition %s: %v", c.who, c.path, edition, got)
		}
		if comes && (!strings.Contains(page, c.words) || !strings.Contains(page, `href="/policy#editions"`)) {
			t.Errorf("%s on %s does not read %q: %s", c.who, c.path, c.words, strings.Split(page, "data-edition")[1][:1500])
		}
	}
}

// A cut-over at noon takes support from noon on: the preview says who loses it, whenever in a day the edition begins.
func TestThePreviewSaysWhoLosesSupportAtAnyHour(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-11-27T16:00:00+01:00"))
		dir := filepath.Join(t.TempDir(), "cut")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		text := "base: reference-2025-02\nedition: \"2026-12\"\non_prem_end: 2026-12-03\n"
		if err := os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cut, err := policy.LoadDir(dir, policies.FS)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			effective, on, at string
			lose              bool
		}{
			{"2026-12-03T00:00:00-05:00", "", "2026-12-03T00:00:00-05:00", true},
			{"2026-12-03T10:00:00-05:00", "", "2026-12-03T10:00:00-05:00", true},
			{"2026-12-03T10:00:00-05:00", "2026-12-03", "2026-12-03T10:00:00-05:00", true},
			{"2026-12-05T10:00:00-05:00", "", "2026-12-05T10:00:00-05:00", true},
			{"2026-12-01T10:00:00-05:00", "", "2026-12-01T10:00:00-05:00", false}, // two days before anything ends
			{"2026-12-01T10:00:00-05:00", "2026-12-03", "2026-12-03T00:00:00-05:00", true},
		} {
			var on calendar.Date
			if c.on != "" {
				if on, err = calendar.ParseDate(c.on); err != nil {
					t.Fatal(err)
				}
			}
			v, err := w.App.Editions.Preview(t.Context(), apptest.Program(), cut, berlin(t, c.effective), on)
			if err != nil || (len(v.Losing) > 0) != c.lose || !v.LosingAt.Equal(berlin(t, c.at)) {
				t.Errorf("from %s, on %q: %d lose support at %v, %v", c.effective, c.on, len(v.Losing), v.LosingAt, err)
			}
		}
	})
}

// readable reads an edition that is not in force, with its clauses, as anybody may (R0-02); a name that no edition has is
// none.
func readable(t *testing.T, w *apptest.World, edition, words string) {
	t.Helper()
	for _, path := range []string{"/policy", "/policy/3.3", "/api/v1/policy", "/api/v1/policy/clauses/3.3", "/api/v1/policy/matrix"} {
		got := w.Nobody().Get(path + "?lang=en&edition=" + edition)
		want := words
		if strings.HasPrefix(path, "/api") {
			want = `"edition":"` + edition + `"`
		} else if !strings.Contains(string(got.Body), "/policy/3.1?edition="+edition) && !strings.Contains(string(got.Body), "/policy/3.2?edition="+edition) {
			t.Errorf("%s: the links leave edition %s", path, edition)
		}
		if got.Status != http.StatusOK || !strings.Contains(string(got.Body), want) {
			t.Errorf("%s of edition %s: %d, no %q", path, edition, got.Status, want)
		}
		if got := w.Nobody().Get(path + "?edition=nope"); got.Status != http.StatusNotFound {
			t.Errorf("%s of no edition: %d", path, got.Status)
		}
	}
}
