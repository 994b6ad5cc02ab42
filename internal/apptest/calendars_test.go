package apptest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
)

// Anybody can subscribe to the days on which a centre is closed; the same days are the clock's.
func TestEveryCalendarIsAFeed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		got := w.Nobody().Get("/calendars/emea-cet:DE.ics")
		text := string(got.Body)
		if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.HasPrefix(text, "BEGIN:VCALENDAR\r\n") {
			t.Fatalf("%d %v %s", got.Status, got.Header, text)
		}
		for _, part := range []string{"UID:emea-cet:DE/20261225@support.liaison.test\r\n", "SUMMARY;LANGUAGE=en:Christmas Day\r\n", "DTSTART;VALUE=DATE:20260406\r\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("the feed lacks %q", part)
			}
		}
		tag := got.Header.Get("ETag")
		for asked, want := range map[string]int{tag: http.StatusNotModified, "W/" + tag: http.StatusNotModified, `"other", W/"third" , ` + tag: http.StatusNotModified,
			"*": http.StatusNotModified, `"other"`: http.StatusOK, "": http.StatusOK, strings.Trim(tag, `"`): http.StatusOK} {
			again := w.Nobody().Do(http.MethodGet, "/calendars/emea-cet:DE.ics", nil, "If-None-Match", asked)
			if again.Status != want || want == http.StatusNotModified && len(again.Body) > 0 {
				t.Errorf("asked again with %s: %d", asked, again.Status)
			}
		}
		if zh := string(w.Nobody().Get("/calendars/emea-cet:DE.ics?lang=zh-Hans").Body); !strings.Contains(zh, "SUMMARY;LANGUAGE=zh-Hans:圣诞节\r\n") {
			t.Errorf("the Chinese feed: %s", zh)
		}
		if table := string(w.Nobody().Get("/calendars/emea-cet:DE.csv").Body); !strings.Contains(table, "2026-12-25,Christmas Day,圣诞节,statutory,\r\n") {
			t.Errorf("the table: %s", table)
		}
		for _, id := range []string{"emea-cet", "24x7", "na:US", "apac:CN"} {
			if got := w.Nobody().Get("/calendars/" + id + ".ics"); got.Status != http.StatusOK {
				t.Errorf("%s: %d", id, got.Status)
			}
		}
		for _, name := range []string{"emea-cet:XX.ics", "emea-cet:DE", "emea-cet:DE.txt", ".ics", "na:DE.ics", "..%2Fpolicy.ics"} {
			if got := w.Nobody().Get("/calendars/" + name); got.Status != http.StatusNotFound {
				t.Errorf("%s: %d", name, got.Status)
			}
		}
	})
}

// An administrator changes days in a draft, takes days from a file, and stands for a year; nobody else may, and nothing
// changes for anybody before the draft is published.
func TestDaysAreEditedInADraft(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.In("sam.carter")
		page := func(path string) string { return string(admin.Get(path).Body) }
		post := func(path string, form url.Values) int { return admin.Post(path, form).Status }
		if got := post("/admin/calendars/DE/days", url.Values{"day": {"2026-12-24"}, "kind": {"hours"}, "hours": {"09:00-12:00"}, "name_en": {"Christmas Eve"}}); got != http.StatusSeeOther {
			t.Fatalf("editing: %d", got)
		}
		if text := page("/admin/calendars/DE"); !strings.Contains(text, "09:00–12:00 (Christmas Eve)") {
			t.Error("the draft does not show the half day")
		}
		if feed := string(w.Nobody().Get("/calendars/emea-cet:DE.ics").Body); strings.Contains(feed, "20261224") {
			t.Error("a draft is in the feed")
		}
		refused := admin.Post("/admin/calendars/DE/days", url.Values{"day": {"2026-02-30"}, "kind": {"hours"}, "hours": {"09:00-25:00"}, "name_en": {"Kept as typed"}})
		if text := string(refused.Body); refused.Status != http.StatusUnprocessableEntity || !strings.Contains(text, "Kept as typed") || !strings.Contains(text, "err-hours") || !strings.Contains(text, "err-day") ||
			!strings.Contains(text, "2026-02-30 is no day of the calendar") || !strings.Contains(text, "These are no hours: 09:00-25:00") {
			t.Errorf("what is no day: %d", refused.Status)
		}
		meeting := admin.Post("/admin/calendars/DE/days", url.Values{"day": {"2026-12-23"}, "kind": {"hours"}, "hours": {"09:00-12:00 11:00-13:00"}})
		if text := string(meeting.Body); meeting.Status != http.StatusUnprocessableEntity || !strings.Contains(text, "Two of these hours overlap") {
			t.Errorf("hours that overlap: %d", meeting.Status)
		}
		if text := page("/admin/calendars/DE?at=2040-01-02T10:00"); !strings.Contains(text, "of the years 2020 to 2039") {
			t.Error("the box does not say which years it takes")
		}
		file := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20270106\nSUMMARY:Epiphany\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20260230\nEND:VEVENT\nEND:VCALENDAR\n"
		proposals := string(admin.Post("/admin/calendars/DE/import", url.Values{"text": {file}}).Body)
		if !strings.Contains(proposals, "closed (Epiphany)") || !strings.Contains(proposals, "20260230") {
			t.Errorf("proposals: %s", proposals)
		}
		if strings.Contains(page("/admin/calendars/DE?year=2027"), "Epiphany") {
			t.Error("a proposal was kept that nobody ticked")
		}
		if got := post("/admin/calendars/DE/keep", url.Values{"keep": {"day=2027-01-06&kind=holiday&name_en=Epiphany&certainty=announced"}}); got != http.StatusSeeOther || !strings.Contains(page("/admin/calendars/DE?year=2027"), "Epiphany") {
			t.Errorf("keeping: %d", got)
		}
		late, next, other := "day=2026-01-06&kind=holiday&name_en=Late&certainty=announced", "day=2027-01-07&kind=holiday&name_en=Morrow&certainty=announced",
			"day=2027-01-08&kind=holiday&name_en=Other&certainty=announced"
		stale := admin.Post("/admin/calendars/DE/keep", url.Values{"keep": {late, next}, "row": {"3 " + late, "4 " + next, "7 " + other}})
		if stale.Status != http.StatusUnprocessableEntity || strings.Contains(page("/admin/calendars/DE?year=2027"), "Morrow") {
			t.Errorf("a tick on a day that has passed: %d", stale.Status)
		}
		for what, want := range map[string]int{`<input type="checkbox"`: 2, " checked>": 1, "closed (Late)": 1, `<td class="num">7</td>`: 1, "Nothing was kept in the draft.": 1, "Only days from today": 1, `name="row"`: 3} {
			if got := strings.Count(string(stale.Body), what); got != want {
				t.Errorf("the page that refuses ticks has %s %d times, not %d", what, got, want)
			}
		}
		bomb := admin.Post("/admin/calendars/DE/import", url.Values{"text": {strings.Repeat("BEGIN:VEVENT\n", 1)}})
		if bomb.Status != http.StatusUnprocessableEntity || !strings.Contains(string(bomb.Body), "BEGIN:VCALENDAR") {
			t.Errorf("no calendar: %d", bomb.Status)
		}
		// A change that came too late is taken back where it is in the way: on the page that publishes the others.
		if text := page("/admin/calendars/publish"); strings.Count(text, `name="then" value="publish"`) != 2 || !strings.Contains(text, `action="/admin/calendars/DE/drop"`) {
			t.Error("the page that publishes does not offer to take changes back")
		}
		if text := page("/admin/calendars/publish?from=2026-12-26T10:00"); !strings.Contains(text, "would come too late") || !strings.Contains(text, "This is what the rest would do") || strings.Contains(text, `name="seen"`) {
			t.Error("the page that publishes does not show the rest while a day that has passed stands in the way")
		}
		back := admin.Post("/admin/calendars/DE/drop", url.Values{"day": {"2027-01-06"}, "then": {"publish"}})
		if where := back.Header.Get("Location"); back.Status != http.StatusSeeOther || !strings.HasPrefix(where, "/admin/calendars/publish?") || strings.Contains(page(where), "Epiphany") {
			t.Errorf("taking back: %d to %s", back.Status, where)
		}
		if got := post("/admin/calendars/CN/review", url.Values{"year": {"2027"}}); got != http.StatusSeeOther {
			t.Errorf("review: %d", got)
		}
		if got := post("/admin/calendars/CN/review", url.Values{"year": {"2031"}}); got != http.StatusConflict {
			t.Errorf("review of a year without days: %d", got)
		}
		for path, want := range map[string]int{"/admin/calendars/CA": 404, "/admin/calendars/xx": 404, "/admin/calendars/HR": 200} {
			if got := admin.Get(path).Status; got != want {
				t.Errorf("%s: %d", path, got)
			}
		}
	})
}

// A day that is changed and published moves the promises of open cases, from its instant on, and the feed with them.
func TestAPublishedDayMovesThePromise(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.In("sam.carter")
		w.Clock.Forward(time.Date(2026, 3, 4, 15, 30, 0, 0, time.UTC).Sub(w.Clock.Now())) // Wednesday, 16:30 in Germany
		c := apptest.Is[apptest.Case](t, w.As("katrin.vogel").Post("/api/v1/cases", apptest.NewCase(w.System(home), "P3")), http.StatusCreated)
		due := func() string {
			clocks := apptest.Is[[]map[string]any](t, w.As("katrin.vogel").Get("/api/v1/cases/"+c.Number+"/clocks"), http.StatusOK)
			return clocks[0]["dueAt"].(string)
		}
		if got := due(); got != "2026-03-05T11:30:00+01:00" {
			t.Fatalf("due %s", got)
		}
		// Thursday becomes a holiday, from 11:00 in New York on, which is 17:00 in Germany.
		if got := admin.Post("/admin/calendars/DE/days", url.Values{"day": {"2026-03-05"}, "kind": {"holiday"}, "name_en": {"Works meeting"}, "certainty": {"announced"}}); got.Status != http.StatusSeeOther {
			t.Fatalf("editing: %d", got.Status)
		}
		look := string(admin.Get("/admin/calendars/publish?from=2026-03-04T11:00").Body)
		if !strings.Contains(look, c.Number) || !strings.Contains(look, "2025-02.1") {
			t.Errorf("the preview does not name the case: %s", look)
		}
		seen := seenOn(t, look)
		// What a colleague changes between the preview and the publishing was seen by nobody, and is not published along.
		if got := admin.Post("/admin/calendars/US/days", url.Values{"day": {"2026-03-09"}, "kind": {"holiday"}, "name_en": {"Snow"}, "certainty": {"announced"}}); got.Status != http.StatusSeeOther {
			t.Fatalf("a colleague edits: %d", got.Status)
		}
		for _, stale := range []string{seen, ""} {
			got := admin.Post("/admin/calendars/publish?lang=en", url.Values{"from": {"2026-03-04T11:00"}, "seen": {stale}})
			if got.Status != http.StatusConflict || !strings.Contains(string(got.Body), "Nothing is published. The changes are not those that you looked at") {
				t.Errorf("publishing what nobody previewed: %d", got.Status)
			}
		}
		admin.Post("/admin/calendars/US/drop", url.Values{"day": {"2026-03-09"}})
		// The line about now speaks of what holds, whatever a draft says.
		now := func() string { return string(admin.Get("/admin/calendars/DE?lang=en").Body) }
		before := now()
		admin.Post("/admin/calendars/DE/days", url.Values{"day": {"2026-03-04"}, "kind": {"holiday"}, "name_en": {"Today"}, "certainty": {"announced"}})
		if after := now(); nowLine(before) == "" || nowLine(before) != nowLine(after) {
			t.Errorf("a draft changed what is so now: %q, %q", nowLine(before), nowLine(after))
		}
		admin.Post("/admin/calendars/DE/drop", url.Values{"day": {"2026-03-04"}})
		for from, status := range map[string]int{"2026-03-04T10:00": http.StatusConflict, "2026-03-07T10:00": http.StatusUnprocessableEntity, "soon": http.StatusUnprocessableEntity} {
			if got := admin.Post("/admin/calendars/publish", url.Values{"from": {from}}); got.Status != status || !strings.Contains(string(got.Body), `value="`+from+`"`) {
				t.Errorf("publishing from %s: %d", from, got.Status)
			}
		}
		if got := admin.Post("/admin/calendars/publish", url.Values{"from": {"2026-03-04T11:00"}, "seen": {seen}}); got.Status != http.StatusSeeOther {
			t.Fatalf("publishing: %d %s", got.Status, got.Body)
		}
		if left := w.Count(`SELECT count(*) FROM calendar_edit`); left != 0 {
			t.Errorf("%d edits are left in the draft", left)
		}
		if got := admin.Post("/admin/calendars/publish", url.Values{"from": {"2026-03-04T12:00"}}); got.Status != http.StatusConflict {
			t.Errorf("publishing nothing: %d", got.Status)
		}
		w.Clock.Forward(31 * time.Minute)
		if got := due(); got != "2026-03-06T11:30:00+01:00" {
			t.Errorf("due %s after Thursday became a holiday", got)
		}
		if feed := string(w.Nobody().Get("/calendars/emea-cet:DE.ics").Body); !strings.Contains(feed, "SUMMARY;LANGUAGE=en:Works meeting") {
			t.Error("the feed does not have the new day")
		}
		if got := apptest.Is[map[string]any](t, w.Nobody().Get("/api/v1/contact-now?country=DE&at=2026-03-05T10:00:00Z"), http.StatusOK); got["openNow"] != false || got["nextOpening"] != "2026-03-06T09:00:00+01:00" {
			t.Errorf("the contact page: %v", got)
		}
	})
}

// seenOn is the digest of what a preview shows.
func seenOn(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="seen" value="`)
	if !ok {
		t.Fatal("the preview carries no digest")
	}
	seen, _, _ := strings.Cut(rest, `"`)
	return seen
}

// nowLine is what the page of a country says of the present moment.
func nowLine(page string) string {
	_, rest, _ := strings.Cut(page, `<p class="mt2 row-x wrap">`)
	line, _, _ := strings.Cut(rest, "</p>")
	return line
}
