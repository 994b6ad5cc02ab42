package apptest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
)

// germanWeek is the form of the usual hours, from Monday on.
func germanWeek(days ...string) url.Values {
	form := url.Values{}
	for i, hours := range days {
		form.Set(fmt.Sprintf("day_%d", (i+1)%7), hours)
	}
	return form
}

// The usual hours of a country are edited in a draft as its days are: several windows, over midnight, and back to those of
// the region. What is published moves the promises of open cases from its instant on, and nothing that has passed.
func TestAWeekIsEditedInADraftAndPublished(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.In("sam.carter")
		const de, usual = "/admin/calendars/DE", "09:00-18:00"
		page := func() string { return string(admin.Get(de + "?lang=en").Body) }
		for name, c := range map[string]struct {
			form  url.Values
			field string
		}{
			"a window to 25:00":       {germanWeek("09:00-25:00", usual), "err-day_1"},
			"no hours":                {germanWeek(usual, "all day"), "err-day_2"},
			"windows that overlap":    {germanWeek(usual, usual, "09:00-12:00 11:00-15:00"), "err-day_3"},
			"nights that overlap":     {germanWeek("22:00-08:00", "07:00-12:00"), "err-day_2"},
			"a week that never opens": {germanWeek("", "", "", "", "", "", ""), "err-week"},
		} {
			got := admin.Post(de+"/week?lang=en", c.form)
			if text := string(got.Body); got.Status != http.StatusUnprocessableEntity || !strings.Contains(text, c.field) || !strings.Contains(text, `value="`+c.form.Get("day_1")+`"`) {
				t.Errorf("%s: %d, without %s or what was typed", name, got.Status, c.field)
			}
		}
		if n := w.Count(`SELECT count(*) FROM calendar_week_edit`); n != 0 {
			t.Errorf("%d weeks that were refused are in the draft", n)
		}

		w.Clock.Forward(time.Date(2026, 3, 4, 15, 30, 0, 0, time.UTC).Sub(w.Clock.Now())) // Wednesday, 16:30 in Germany
		c := apptest.Is[apptest.Case](t, w.As("katrin.vogel").Post("/api/v1/cases", apptest.NewCase(w.System(home), "P3")), http.StatusCreated)
		due := func() string {
			return apptest.Is[[]map[string]any](t, w.As("katrin.vogel").Get("/api/v1/cases/"+c.Number+"/clocks"), http.StatusOK)[0]["dueAt"].(string)
		}
		if got := due(); got != "2026-03-05T11:30:00+01:00" { // an hour and a half today, two and a half tomorrow
			t.Fatalf("due %s", got)
		}
		// Two windows on Wednesday, the second one over midnight; on Thursday nothing else, on Friday the afternoon.
		other := germanWeek(usual, usual, "09:00-17:00 23:00-01:00", "", "13:00-18:00")
		if got := admin.Post(de+"/week", other); got.Status != http.StatusSeeOther {
			t.Fatalf("editing: %d %.300s", got.Status, got.Body)
		}
		if text := page(); !strings.Contains(text, "Every Thursday") || !strings.Contains(text, "own hours of this country") || strings.Contains(text, "Every Monday") {
			t.Error("the draft does not show the week")
		}
		if got := due(); got != "2026-03-05T11:30:00+01:00" {
			t.Errorf("a draft moved the promise to %s", got)
		}
		look := string(admin.Get("/admin/calendars/publish?lang=en&from=2026-03-04T11:00").Body)
		if !strings.Contains(look, c.Number) || !strings.Contains(look, "Every Friday") {
			t.Errorf("the preview does not name the case")
		}
		if got := admin.Post("/admin/calendars/publish", url.Values{"from": {"2026-03-04T10:00"}}); got.Status != http.StatusConflict {
			t.Errorf("publishing into the past: %d", got.Status)
		}
		if got := admin.Post("/admin/calendars/publish", url.Values{"from": {"2026-03-04T11:00"}, "seen": {seenOn(t, look)}}); got.Status != http.StatusSeeOther { // 17:00 in Germany
			t.Fatalf("publishing: %d %.500s", got.Status, got.Body)
		}
		if n := w.Count(`SELECT count(*) FROM calendar_week_edit`); n != 0 {
			t.Errorf("%d weeks are left in the draft", n)
		}
		w.Clock.Forward(31 * time.Minute)
		if got := due(); got != "2026-03-06T14:30:00+01:00" { // half an hour today, two over midnight, one and a half on Friday
			t.Errorf("due %s with the new week", got)
		}
		if now := apptest.Is[map[string]any](t, w.Nobody().Get("/api/v1/contact-now?country=DE&at=2026-03-05T10:00:00Z"), http.StatusOK); now["openNow"] != false || now["nextOpening"] != "2026-03-06T13:00:00+01:00" {
			t.Errorf("the contact page: %v", now)
		}

		if got := admin.Post(de+"/week", url.Values{"group": {"1"}}); got.Status != http.StatusSeeOther || !strings.Contains(page(), "Every Thursday") {
			t.Errorf("the hours of the region again: %d", got.Status)
		}
		if got := admin.Post(de+"/drop", url.Values{"week": {"1"}}); got.Status != http.StatusSeeOther || strings.Contains(page(), "Every Thursday") {
			t.Errorf("taking it back: %d", got.Status)
		}
		for path, who := range map[string]*apptest.Caller{"/admin/calendars/CA/week": admin, "/admin/calendars/xx/week": admin} {
			if got := who.Post(path, other); got.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		tooMuch(t, admin)
	})
}

// tooMuch sends files that are no list of days, or far too much of one: each is named, and nothing is kept.
func tooMuch(t *testing.T, admin *apptest.Caller) {
	t.Helper()
	event := func(lines string) string {
		return "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Often\n" + lines + "\nEND:VEVENT\nEND:VCALENDAR\n"
	}
	for name, c := range map[string]struct {
		text   string
		status int
		says   string
	}{
		"every second for ever":  {event("DTSTART:20260101T000000\nRRULE:FREQ=SECONDLY"), http.StatusOK, "Often"},
		"a recurrence of a day":  {event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;COUNT=99999999"), http.StatusOK, "This rule of repetition is not followed."},
		"the thirtieth February": {event("DTSTART;VALUE=DATE:20270230"), http.StatusOK, "20270230"},
		"fifty megabytes":        {strings.Repeat("BEGIN:VEVENT\nSUMMARY:"+strings.Repeat("x", 1000)+"\nEND:VEVENT\n", 50_000), http.StatusUnprocessableEntity, "The first 100,000 characters are here"},
	} {
		got := admin.Post("/admin/calendars/DE/import?lang=en", url.Values{"text": {c.text}})
		if got.Status != c.status || !strings.Contains(string(got.Body), c.says) {
			t.Errorf("%s: %d %.300s", name, got.Status, got.Body)
		}
	}
}
