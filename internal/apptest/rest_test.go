package apptest_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"liaison/internal/apptest"
)

func TestACaseHasTheShapeOfTheContract(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.As("katrin.vogel").Post("/api/v1/cases", apptest.NewCase(w.System(home), "P2"))
		c := apptest.Is[map[string]any](t, a, 201)
		for name := range strings.FieldsSeq("number subject status priority requestedPriority system environment customer plan channel receivedAt liaison assignee edition clocks etag suspended") {
			if _, ok := c[name]; !ok {
				t.Errorf("no %s in %s", name, a.Body)
			}
		}
		if a.Header.Get("ETag") != c["etag"] || a.Header.Get("Location") != "/api/v1/cases/"+c["number"].(string) {
			t.Errorf("headers %v", a.Header)
		}
		if got := c["receivedAt"]; got != "2026-03-04T10:00:00+01:00" {
			t.Errorf("receivedAt %v is not in the caller's zone", got)
		}
		clocks := apptest.Is[[]map[string]any](t, w.As("katrin.vogel").Get("/api/v1/cases/"+c["number"].(string)+"/clocks"), 200)
		first := clocks[0]
		if first["kind"] != "initial_response" || first["startedAt"] != c["receivedAt"] || first["state"] != "running" || len(first["ledger"].([]any)) == 0 {
			t.Errorf("clock %v", first)
		}
		counted := 0.0
		for _, s := range first["ledger"].([]any) {
			counted += s.(map[string]any)["counted"].(float64)
		}
		if minutes := first["target"].(map[string]any)["minutes"].(float64); counted != minutes*60e6 {
			t.Errorf("the ledger counts %.0f µs of %v minutes", counted, minutes)
		}
		whole := apptest.Is[map[string]any](t, w.As("katrin.vogel").Get("/api/v1/cases/"+c["number"].(string)), 200)
		if !reflect.DeepEqual(whole["clocks"], any(anyList(clocks))) || !reflect.DeepEqual(c["clocks"], whole["clocks"]) {
			t.Errorf("the case tells other clocks than the call for its clocks:\n%v\n%v\n%v", c["clocks"], whole["clocks"], clocks)
		}
	})
}

func anyList(in []map[string]any) (out []any) {
	for _, v := range in {
		out = append(out, v)
	}
	return out
}

// A value that the program cannot take is named by its own field, with what is allowed, in the caller's language, and in
// words that are true of an answer to a program.
func TestAValueIsNamedByItsOwnField(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		before := journalLines(w)
		for _, tt := range []struct {
			entry string
			value any
			field string
			says  string // in English; "" asks for no words
		}{
			{"checklist", []string{"reproduced", "bogus"}, "checklist", "vendor_software, supported_release, reproduced, isolated, machines, searched"},
			{"product", "tea-server", "product", "release list"},
			{"version", "1.0-none", "version", "no such version"},
			{"answered", false, "answered", "Only support staff"},
			{"answered", true, "answered", ""},
			{"channel", "phone", "channel", ""},
			{"receivedAt", "2026-03-04T08:00:00Z", "receivedAt", ""},
		} {
			body := apptest.NewCase(w.System(home), "P3")
			body[tt.entry] = tt.value
			p := apptest.Is[apptest.Problem](t, w.As("katrin.vogel").Post("/api/v1/cases", body), 422)
			if len(p.Errors) != 1 || p.Errors[0].Field != tt.field || !strings.Contains(p.Errors[0].Message, tt.says) {
				t.Errorf("%s %v: %+v", tt.entry, tt.value, p.Errors)
			}
			if strings.Contains(p.Detail, "marked") || p.Detail == "" {
				t.Errorf("a program is told: %q", p.Detail)
			}
		}
		body := apptest.NewCase(w.System(home), "P3")
		body["product"] = "tea-server"
		if p := apptest.Is[apptest.Problem](t, w.As("katrin.vogel").Post("/api/v1/cases?lang=zh-Hans", body), 422); !strings.Contains(p.Detail, "部分值缺失或无效") || p.Errors[0].Message != "请从发布列表中选择产品。" {
			t.Errorf("in Chinese: %+v", p)
		}
		if got := journalLines(w); got != before {
			t.Errorf("%d lines of the journal are new", got-before)
		}
		body["product"], body["checklist"] = w.System(home).Product, []string{"searched", "reproduced"}
		apptest.Is[apptest.Case](t, w.As("katrin.vogel").Post("/api/v1/cases", body), 201)
	})
}

// What is not there is told in the language of the person, or of the client where nobody is signed in.
func TestAnUnknownAddressSpeaksTheCallersLanguage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const nothing, method = "此地址没有内容，或不对您开放。", "此地址不接受DELETE，可用：GET, HEAD。未作任何更改。"
		chinese := []string{"Accept-Language", "zh-CN"}
		for name, got := range map[string]apptest.Answer{
			"a person's language": w.As("zhou.yu").Get("/api/v1/nothing"), "asked for": w.As("katrin.vogel").Get("/api/v1/nothing?lang=zh-Hans"),
			"a client's language": w.Nobody().Do("GET", "/api/v1/nothing", nil, chinese...), "an unknown case": w.As("zhou.yu").Get("/api/v1/cases/1234567"),
		} {
			if p := apptest.Is[apptest.Problem](t, got, 404); p.Detail != nothing {
				t.Errorf("%s: %q", name, p.Detail)
			}
		}
		for name, got := range map[string]apptest.Answer{
			"a person's language": w.As("zhou.yu").Do("DELETE", "/api/v1/me", nil), "a client's language": w.Nobody().Do("DELETE", "/api/v1/me", nil, chinese...),
		} {
			if p := apptest.Is[apptest.Problem](t, got, 405); p.Detail != method {
				t.Errorf("%s: %q", name, p.Detail)
			}
		}
		got := w.Nobody().Do("POST", "/api/v1/cases", map[string]any{}, "Sec-Fetch-Site", "cross-site", "Accept-Language", "zh-CN")
		if p := apptest.Is[apptest.Problem](t, got, 403); !strings.Contains(p.Detail, "其他网站") || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("a call from another site: %q", p.Detail)
		}
	})
}

func TestListsAreListsAndBounded(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, path := range []string{"/api/v1/cases?q=nothingissaidlikethis", "/api/v1/cases?status=closed&priority=P1&system=" + w.System(stranger).ID} {
			got := w.As("katrin.vogel").Get(path)
			if got.Status != 200 || !bytes.Contains(got.Body, []byte(`"items":[]`)) || !bytes.Contains(got.Body, []byte(`"nextCursor":null`)) {
				t.Errorf("%s: %d %s", path, got.Status, got.Body)
			}
		}
		for _, path := range []string{"/api/v1/cases", "/api/v1/queue", "/api/v1/systems", "/api/v1/cases/" + w.OldCase(home) + "/timeline"} {
			for _, limit := range []string{"0", "201", "-1", "x", "1e3"} {
				if got := w.As("lin.wei").Get(path + "?limit=" + limit); got.Status != 422 {
					t.Errorf("%s?limit=%s: %d", path, limit, got.Status)
				}
			}
		}
		seen := map[string]bool{}
		for path, pages := "/api/v1/cases?limit=7", 0; path != "" && pages < 50; pages++ {
			p := apptest.Is[apptest.Cases](t, w.As("lin.wei").Get(path), 200)
			for _, c := range p.Items {
				if seen[c.Number] {
					t.Errorf("case %s is listed twice", c.Number)
				}
				seen[c.Number] = true
			}
			path = ""
			if p.NextCursor != nil {
				path = "/api/v1/cases?limit=7&cursor=" + *p.NextCursor
			}
		}
		if n := w.Count(`SELECT count(*) FROM support_case`); int64(len(seen)) != n {
			t.Errorf("%d of %d cases listed", len(seen), n)
		}
	})
}

func TestWhoeverWasFasterWins(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.As("katrin.vogel").Register(home, "P3")
		path := "/api/v1/cases/" + c.Number
		change := map[string]any{"priority": "P2", "reason": "more people"}
		if got := w.As("lin.wei").Do("PATCH", path, change); got.Status != 422 {
			t.Errorf("without If-Match: %d", got.Status)
		}
		var wg sync.WaitGroup
		answers := make([]int, 8)
		for i := range answers {
			wg.Go(func() {
				answers[i] = w.As("lin.wei").Do("PATCH", path, map[string]any{"priority": "P2", "reason": fmt.Sprint(i)}, "If-Match", c.ETag).Status
			})
		}
		wg.Wait()
		count := map[int]int{}
		for _, s := range answers {
			count[s]++
		}
		if count[200] != 1 || count[412] != 7 {
			t.Errorf("eight at once: %v", count)
		}
	})
}

func TestAKeyMakesAPostHappenOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		before := w.Count(`SELECT count(*) FROM support_case`)
		body := apptest.NewCase(w.System(home), "P3")
		answers := make([]apptest.Answer, 20)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = w.As("katrin.vogel").Post("/api/v1/cases", body, "Idempotency-Key", "same") })
		}
		wg.Wait()
		for _, a := range answers {
			if a.Status != 201 || !bytes.Equal(a.Body, answers[0].Body) || a.Header.Get("ETag") != answers[0].Header.Get("ETag") {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		}
		if n := w.Count(`SELECT count(*) FROM support_case`) - before; n != 1 {
			t.Errorf("%d cases", n)
		}
		again := func(who string) apptest.Answer {
			return w.As(who).Post("/api/v1/cases", body, "Idempotency-Key", "same")
		}
		body["subject"] = "Something else"
		if got := again("katrin.vogel"); got.Status != 409 {
			t.Errorf("another body under the same key: %d", got.Status)
		}
		body["system"], body["product"], body["version"] = w.System("belmont").ID, w.System("belmont").Product, w.System("belmont").Version
		if got := again("claire.fontanel"); got.Status != 201 {
			t.Errorf("the same key of somebody else: %d %s", got.Status, got.Body)
		}
		number := apptest.NumberIn(answers[0].Body)
		for _, path := range []string{"/api/v1/cases/" + number + "/messages", "/api/v1/attachments"} { // the route is part of the key
			p := any(map[string]any{"text": "More."})
			if strings.HasSuffix(path, "attachments") {
				p = []byte("bytes")
			}
			one := w.As("katrin.vogel").Post(path, p, "Idempotency-Key", "same", "X-File-Name", "a.txt")
			two := w.As("katrin.vogel").Post(path, p, "Idempotency-Key", "same", "X-File-Name", "a.txt")
			if one.Status != 201 || !bytes.Equal(one.Body, two.Body) {
				t.Errorf("%s: %d %s, then %d %s", path, one.Status, one.Body, two.Status, two.Body)
			}
		}
		w.Clock.Forward(25 * time.Hour)
		body = apptest.NewCase(w.System(home), "P3")
		if got := again("katrin.vogel"); got.Status != 201 || bytes.Equal(got.Body, answers[0].Body) {
			t.Errorf("a day later: %d %s", got.Status, got.Body)
		}
	})
}

func TestRefusalsComeInTheOrderOfTheContract(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, c := range []struct {
			who, customer    string
			status           int
			decision, clause string
		}{
			{"katrin.vogel", stranger, 404, "", ""},
			{"robin.ashdown", home, 404, "", ""},
			{"jonas.brandt", stranger, 404, "", ""},
			{"jonas.brandt", home, 403, "not_a_liaison_with_community_pointer", "3.2"},
			{"sabine.krueger", "altmark", 403, "subscription_inactive", ""},
			{"walter.boone", "tidewater", 403, "invoice_overdue", ""},
			{"edward.pryce", "old-harbour", 403, "version_expired", ""},
			{"grace.ellison", "mercy-valley", 201, "", ""},
		} {
			a := w.As(c.who).Post("/api/v1/cases", apptest.NewCase(w.System(c.customer), "P3"))
			var p apptest.Problem
			if a.Status != 201 {
				p = apptest.Is[apptest.Problem](t, a, a.Status)
			}
			if a.Status != c.status || p.Decision != c.decision || c.clause != "" && p.Clause != c.clause {
				t.Errorf("%s on the system of %s: %d %s", c.who, c.customer, a.Status, a.Body)
			}
			if c.decision == "" {
				continue
			}
			if a.Header.Get("Content-Type") != "application/problem+json" || p.Clause == "" || p.Requirement == "" || p.Edition == "" || p.Status != 403 || p.Detail == "" {
				t.Errorf("%s: %s %s", c.who, a.Header.Get("Content-Type"), a.Body)
			}
		}
		w.Clock.Set(time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC))
		a := w.As("tom.hollis").Post("/api/v1/cases", apptest.NewCase(w.System("granite-works"), "P3"))
		if p := apptest.Is[apptest.Problem](t, a, 403); p.Decision != "on_prem_support_ended" {
			t.Errorf("on premises in 2027: %s", a.Body)
		}
	})
}

func TestAMissingValueIsNamedAndNotEchoed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for field := range strings.FieldsSeq("system environment product version subject symptoms errorMessages stepsTaken impact priority") {
			for _, value := range []any{nil, "", " ", canary + strings.Repeat("x", 100_001)} {
				body := apptest.NewCase(w.System(home), "P3")
				body[field] = value
				if value == nil {
					delete(body, field)
				}
				a := w.As("katrin.vogel").Post("/api/v1/cases", body)
				if field == "system" && a.Status == 404 && value != nil && value != "" && value != " " {
					continue // a name that nothing has
				}
				p := apptest.Is[apptest.Problem](t, a, 422)
				if len(p.Errors) != 1 || p.Errors[0].Field != field || p.Errors[0].Message == "" || p.Decision != "" || strings.Contains(string(a.Body), canary) {
					t.Errorf("%s = %.20v: %.300s", field, value, a.Body)
				}
			}
		}
	})
}

func TestAnUrgentCaseOnATestSystemIsLoweredAndTheRequestKept(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, asked := range []string{"P1", "P2", "P3", "P4"} {
			body := apptest.NewCase(w.System(home), asked)
			body["environment"] = "development"
			c := apptest.Is[apptest.Case](t, w.As("katrin.vogel").Post("/api/v1/cases", body), 201)
			want := map[string]string{"P1": "P3", "P2": "P3", "P3": "P3", "P4": "P4"}[asked]
			if c.Priority != want || c.RequestedPriority != asked {
				t.Errorf("asked %s: %s with %s kept", asked, c.Priority, c.RequestedPriority)
			}
		}
	})
}

func TestStaffTakeDownACallWithItsTime(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		body := apptest.NewCase(w.System(home), "P3")
		body["onBehalfOf"], body["channel"], body["receivedAt"] = w.Person("katrin.vogel").Email, "phone", "2026-03-04T03:15:00-05:00"
		c := apptest.Is[apptest.Case](t, w.As("sofia.lindqvist").Post("/api/v1/cases", body), 201)
		called := time.Date(2026, 3, 4, 8, 15, 0, 0, time.UTC)
		if !c.ReceivedAt.Equal(called) || !c.Clocks[0].StartedAt.Equal(called) || c.Channel != "phone" || c.Liaison.Name != "Katrin Vogel" {
			t.Errorf("%+v", c)
		}
		if got := w.As("katrin.vogel").Case(c.Number); got.Number != c.Number {
			t.Error("the liaison does not see the case of the call")
		}
		for field, value := range map[string]any{"onBehalfOf": "nobody@elsewhere.example", "receivedAt": "2026-03-04T09:00:01Z", "channel": "pigeon"} {
			bad := apptest.NewCase(w.System(home), "P3")
			bad["onBehalfOf"], bad["channel"] = w.Person("katrin.vogel").Email, "phone"
			bad[field] = value
			if got := w.As("lin.wei").Post("/api/v1/cases", bad); got.Status != 422 {
				t.Errorf("%s = %v: %d %s", field, value, got.Status, got.Body)
			}
		}
		body["onBehalfOf"] = w.Person("jonas.brandt").Email
		if p := apptest.Is[apptest.Problem](t, w.As("lin.wei").Post("/api/v1/cases", body), 403); p.Decision != "not_a_liaison_with_community_pointer" {
			t.Errorf("a call of a member: %+v", p)
		}
		mine := apptest.NewCase(w.System(home), "P3")
		mine["channel"] = "phone"
		if got := w.As("katrin.vogel").Post("/api/v1/cases", mine); got.Status != 422 {
			t.Errorf("a liaison names a channel: %d", got.Status)
		}
	})
}
