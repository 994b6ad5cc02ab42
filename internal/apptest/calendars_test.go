package apptest_test

import (
	"net/http"
	"strings"
	"testing"

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
		again := w.Nobody().Do(http.MethodGet, "/calendars/emea-cet:DE.ics", nil, "If-None-Match", got.Header.Get("ETag"))
		if again.Status != http.StatusNotModified || len(again.Body) > 0 {
			t.Errorf("asked again: %d", again.Status)
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
