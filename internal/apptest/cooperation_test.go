package apptest_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
)

// customerTask is the part of a task that the story reads.
type customerTask struct {
	ID, Case, Kind, Text, State, Answer, ETag string
	Late                                      bool
}

// An urgent case asks the customer for something (R3.3-26): support gives a task, it becomes late, the liaison answers.
func TestACustomerCooperatesOnAnUrgentCase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-02T10:00:00+01:00"))
		katrin, sofia := w.As("katrin.vogel"), w.As("sofia.lindqvist")
		quiet, c := katrin.Register(home, "P3"), katrin.Register(home, "P1")
		at := "/api/v1/cases/" + c.Number + "/tasks"
		body := map[string]any{"kind": "information", "text": "Please send the **kernel log** of zwergspitz.", "dueAt": "2026-03-02T12:00:00+01:00"}
		if got := sofia.Post("/api/v1/cases/"+quiet.Number+"/tasks", body); got.Status != 409 || !strings.Contains(string(got.Body), `"decision":"cooperation_urgent_only"`) ||
			!strings.Contains(string(got.Body), `"requirement":"R3.3-26"`) {
			t.Errorf("on a P3: %d %s", got.Status, got.Body)
		}
		late := map[string]any{"kind": "test", "text": "Please try again.", "dueAt": "2026-03-01T12:00:00+01:00"}
		if got := sofia.Post(at, late); got.Status != 422 || !strings.Contains(string(got.Body), `"dueAt"`) {
			t.Errorf("due in the past: %d %s", got.Status, got.Body)
		}
		key := []string{"Idempotency-Key", "one"}
		task := apptest.Is[customerTask](t, sofia.Post(at, body, key...), 201)
		if again := apptest.Is[customerTask](t, sofia.Post(at, body, key...), 201); again.ID != task.ID || task.State != "open" || task.Late {
			t.Errorf("asked twice with one key: %+v, %+v", task, again)
		}
		if found := apptest.Is[apptest.Cases](t, katrin.Get("/api/v1/cases?q=zwergspitz"), 200); len(found.Items) != 1 {
			t.Errorf("what was asked is found in %d cases", len(found.Items))
		}
		w.Sweep(berlin(t, "2026-03-02T12:05:00+01:00"))
		all := apptest.Is[struct{ Items []customerTask }](t, katrin.Get(at), 200)
		if len(all.Items) != 1 || !all.Items[0].Late {
			t.Errorf("after its time: %+v", all)
		}
		if page := string(w.Fresh("sofia.lindqvist").Get("/desk/notices?lang=en").Body); !strings.Contains(page, "A task of the customer is late") {
			t.Error("the desk has no notice of it")
		}
		for lang, want := range map[string][]string{"en": {"<strong>kernel log</strong>", "A task of the customer is late. Information, needed by"},
			"zh-Hans": {"客户任务已逾期：提供信息", "协同处理"}} {
			page := string(w.Fresh("katrin.vogel").Get("/cases/" + c.Number + "?lang=" + lang).Body)
			for _, part := range want {
				if !strings.Contains(page, part) {
					t.Errorf("the case in %s lacks %s", lang, part)
				}
			}
		}
		answer(t, w, c.Number, all.Items[0])
		if got := katrin.Do("PATCH", at+"/"+task.ID, map[string]any{"state": "done"}, "If-Match", "*"); got.Status != 409 {
			t.Errorf("a second answer: %d %s", got.Status, got.Body)
		}
		if got := katrin.Do("PATCH", at+"/"+task.ID, map[string]any{"state": "done"}); got.Status != 422 {
			t.Errorf("without a version: %d %s", got.Status, got.Body)
		}
	})
}

// answer declines a task in the portal, first without a word.
func answer(t *testing.T, w *apptest.World, number string, task customerTask) {
	t.Helper()
	page := w.Fresh("katrin.vogel")
	form := url.Values{"etag": {strings.Trim(task.ETag, `"`)}, "state": {"declined"}, "text": {""}}
	action := "/cases/" + number + "/cooperation/tasks/" + task.ID
	if got := page.Post(action+"?lang=en", form); got.Status != 422 || !strings.Contains(string(got.Body), `value="declined" checked`) {
		t.Errorf("declined without a word: %d", got.Status)
	}
	form.Set("text", "The log holds personal data.")
	form.Set("etag", "9")
	if got := page.Post(action+"?lang=en", form); got.Status != 412 || !strings.Contains(string(got.Body), "The log holds personal data.") {
		t.Errorf("of another version: %d", got.Status)
	}
	form.Set("etag", strings.Trim(task.ETag, `"`))
	if got := page.Post(action, form); got.Status != 303 {
		t.Fatalf("declined: %d %s", got.Status, got.Body)
	}
	desk := string(w.Fresh("sofia.lindqvist").Get("/desk/cases/" + number + "/cooperation?lang=en").Body)
	if !strings.Contains(desk, "The log holds personal data.") || !strings.Contains(desk, "Not possible") {
		t.Error("support does not read the answer")
	}
}

// What the desk asks on its page stays typed when it is refused.
func TestWhatIsTypedForATaskStays(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.As("katrin.vogel").Register(home, "P2")
		desk := w.Fresh("sofia.lindqvist")
		action := "/desk/cases/" + c.Number + "/cooperation/tasks?lang=en"
		form := url.Values{"kind": {"measure"}, "text": {"Restart the second node."}, "dueAt": {w.Clock.Now().Add(-48 * time.Hour).Format("2006-01-02T15:04")}}
		if got := desk.Post(action, form); got.Status != 422 || !strings.Contains(string(got.Body), "Restart the second node.") || !strings.Contains(string(got.Body), "still to come") {
			t.Errorf("due in the past: %d", got.Status)
		}
		w.As("sofia.lindqvist").Change(c.Number, map[string]any{"priority": "P4", "reason": "It is a question."})
		form.Set("dueAt", w.Clock.Now().Add(48*time.Hour).Format("2006-01-02T15:04"))
		if got := desk.Post(action, form); got.Status != 409 || !strings.Contains(string(got.Body), "Only cases of priority P1 and P2") ||
			!strings.Contains(string(got.Body), "Restart the second node.") {
			t.Errorf("on a P4: %d", got.Status)
		}
		if got := w.Fresh("sofia.lindqvist").Get("/cases/" + c.Number + "/cooperation"); got.Status != 303 || got.Header.Get("Location") != "/desk/cases/"+c.Number+"/cooperation" {
			t.Errorf("staff at the portal's address: %d", got.Status)
		}
	})
}
