package apptest_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
)

// berlin is an instant in the zone of the first customer.
func berlin(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestACaseFromFilingToItsEnd(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin, sofia := w.As("katrin.vogel"), w.As("sofia.lindqvist")
		c := katrin.Register(home, "P3")
		w.Clock.Forward(30 * time.Minute)
		sofia.Say(c.Number, "We are looking into it.")
		if got := katrin.Case(c.Number); got.Clocks[0].State != "met" || !got.Clocks[0].MetAt.Equal(w.Clock.Now()) {
			t.Errorf("the first response: %+v", got.Clocks[0])
		}
		w.Clock.Forward(time.Hour)
		sofia.Say(c.Number, "Which version of the gateway?", "question", true)
		waiting := katrin.Case(c.Number)
		if waiting.Status != "waiting_customer" || waiting.Clocks[len(waiting.Clocks)-1].State != "paused" {
			t.Errorf("after a question: %s %+v", waiting.Status, waiting.Clocks)
		}
		w.Clock.Forward(20 * time.Hour)
		katrin.Say(c.Number, "4.2.")
		if got := katrin.Case(c.Number); got.Status != "open" || got.Clocks[len(got.Clocks)-1].State != "running" {
			t.Errorf("after the answer: %s %+v", got.Status, got.Clocks)
		}
		sofia.Change(c.Number, map[string]any{"status": "resolved", "remedy": map[string]any{"kind": "configuration_change", "text": "Raise the limit."}})
		w.Clock.Forward(time.Hour)
		if got := katrin.Change(c.Number, map[string]any{"status": "closed"}); got.Status != "closed" {
			t.Errorf("closing: %s", got.Status)
		}
		var kinds []string
		for _, it := range apptest.Is[apptest.Timeline](t, katrin.Get("/api/v1/cases/"+c.Number+"/timeline"), 200).Items {
			kinds = append(kinds, it.Kind)
		}
		want := "case.registered clock.started message.posted question.asked status.changed message.posted status.changed status.changed status.changed" //nolint:dupword // three changes follow each other
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("history:\n%s\nwant\n%s", got, want)
		}
	})
}

func TestAWeekendDoesNotCount(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-06T16:00:00+01:00")) // a Friday
		c := w.As("katrin.vogel").Register(home, "P3")
		due := *c.Clocks[0].DueAt
		if due.Weekday() == time.Saturday || due.Weekday() == time.Sunday || due.Before(berlin(t, "2026-03-09T00:00:00+01:00")) && c.Clocks[0].Target.Minutes > 180 {
			t.Errorf("filed on Friday afternoon, %d minutes, due %s", c.Clocks[0].Target.Minutes, due)
		}
		w.Sweep(due.Add(-time.Second))
		if got := w.As("katrin.vogel").Case(c.Number).Clocks[0].State; got != "running" {
			t.Errorf("a second before it is due: %s", got)
		}
	})
}

func TestABreachIsRecordedOnceAndTold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.As("katrin.vogel").Register(home, "P1")
		w.As("lin.wei").Change(c.Number, map[string]any{"assignee": w.Person("sofia.lindqvist").Email})
		due := *c.Clocks[0].DueAt
		for range 3 {
			w.Sweep(due.Add(time.Minute))
		}
		lines := w.Count(`SELECT count(*) FROM journal j JOIN support_case c ON c.id = j.subject_id WHERE c.number = $1 AND j.kind = 'clock.breached'`, c.Number)
		if got := w.As("katrin.vogel").Case(c.Number).Clocks[0]; lines != 1 || got.State != "breached" || !got.BreachedAt.Equal(due) {
			t.Errorf("%d lines, clock %+v", lines, got)
		}
		w.StartWork()
		w.Eventually("the owner's mail", func() bool {
			return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND text_body LIKE '%' || $2 || '%'`, w.Person("sofia.lindqvist").Email, c.Number) > 0
		})
	})
}

func TestTheFormsWorkWithoutAScript(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin, s := w.In("katrin.vogel"), w.System(home)
		form := url.Values{"system": {s.ID}, "environment": {"production"}, "product": {s.Product}, "version": {s.Version}, "priority": {"P2"},
			"subject": {`<script>alert("1")</script> <img src=x onerror=alert(1)>`}, "symptoms": {"[x](javascript:alert(1)) <iframe src=//evil.example>"},
			"errorMessages": {"none"}, "stepsTaken": {"none"}, "impact": {"{{ env \"X\" }}"}}
		filed := katrin.Post("/cases/new", form)
		to := filed.Header.Get("Location")
		if filed.Status != 303 || !strings.HasPrefix(to, "/cases/") {
			t.Fatalf("filing: %d %q %.300s", filed.Status, to, filed.Body)
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(to, "/cases/"), "?")
		w.As("sofia.lindqvist").Say(number, `<a href="java&#115;cript:alert(1)">x</a> [y](data:text/html,1) <svg onload=alert(1)>`)
		for who, path := range map[*apptest.Caller]string{katrin: "/cases/" + number, w.In("lin.wei"): "/desk/" + number} {
			page := who.Get(path)
			for _, live := range []string{"<script>alert", "<img src=x", "<iframe src=//", `href="java`, `href="data:`, "<svg onload"} {
				if page.Status != 200 || strings.Contains(string(page.Body), live) {
					t.Errorf("%s: %d, holds %q", path, page.Status, live)
				}
			}
		}
		form.Set("subject", "")
		again := katrin.Post("/cases/new", form)
		if again.Status != 422 || !strings.Contains(string(again.Body), "javascript:alert(1)") {
			t.Errorf("a form without a subject: %d; what was typed is kept: %v", again.Status, strings.Contains(string(again.Body), "javascript:alert(1)"))
		}
		if got := katrin.Post("/cases/"+number+"/close", url.Values{}); got.Status != 303 {
			t.Errorf("closing by a button: %d", got.Status)
		}
	})
}
