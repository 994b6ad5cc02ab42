package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
)

// liaisonOf is a person of the world without anything special.
func liaisonOf(t *testing.T, w *apptest.World) (string, apptest.System) {
	t.Helper()
	for _, p := range w.People {
		if p.Role == "liaison" && len(p.Notes) == 0 && *p.Customer == "nordwind" {
			return p.Email, w.System("nordwind")
		}
	}
	t.Fatal("nobody to act for")
	return "", apptest.System{}
}

func by(t *testing.T, w *apptest.World, role string) string {
	t.Helper()
	for _, p := range w.People {
		if p.Role == role {
			return p.Email
		}
	}
	t.Fatalf("no %s", role)
	return ""
}

func name(email string) string { n, _, _ := strings.Cut(email, "@"); return n }

func TestAnIdempotencyKeyBelongsToOneCase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		email, _ := liaisonOf(t, w)
		c := w.As(name(email))
		first, second := c.Register("nordwind", "P3"), c.Register("nordwind", "P4")
		for _, number := range []string{first.Number, second.Number} {
			a := c.Post("/api/v1/cases/"+number+"/messages", map[string]any{"text": "The same words."}, "Idempotency-Key", "k-1")
			m := apptest.Is[struct{ Case string }](t, a, 201)
			if m.Case != number {
				t.Errorf("a message for %s was answered with one for %s", number, m.Case)
			}
		}
	})
}

func TestAnIdempotencyKeyOfAFileComparesWhatWasSent(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		email, _ := liaisonOf(t, w)
		c := w.As(name(email))
		send := func(body string) apptest.Answer {
			return c.Post("/api/v1/attachments", []byte(body), "X-File-Name", "a.txt", "Idempotency-Key", "f-1")
		}
		first := apptest.Is[apptest.File](t, send("one"), 201)
		if again := apptest.Is[apptest.File](t, send("one"), 201); again != first {
			t.Errorf("the same file again: %v, first %v", again, first)
		}
		if a := send("two"); a.Status != http.StatusConflict {
			t.Errorf("another file under the key: %d", a.Status)
		}
	})
}

func TestWhatNoEngineStoresIsRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		email, s := liaisonOf(t, w)
		c := w.As(name(email))
		for _, field := range []string{"symptoms", "impact", "product", "environment"} {
			body := apptest.NewCase(s, "P3")
			body[field] = "a\x00b"
			p := apptest.Is[apptest.Problem](t, c.Post("/api/v1/cases", body), 422)
			if len(p.Errors) != 1 || p.Errors[0].Field != field {
				t.Errorf("%s: %+v", field, p)
			}
		}
		number := c.Register("nordwind", "P3").Number
		for what, a := range map[string]apptest.Answer{
			"text":    c.Post("/api/v1/cases/"+number+"/messages", map[string]any{"text": "a\x00b"}),
			"reason":  c.Do("PATCH", "/api/v1/cases/"+number, map[string]any{"requestedPriority": "P1", "reason": "\x00"}, "If-Match", "*"),
			"product": c.Post("/api/v1/cases", map[string]any{"product": "<b>secret</b>"}),
		} {
			if a.Status != 422 || strings.Contains(string(a.Body), "secret") {
				t.Errorf("%s: %d %s", what, a.Status, a.Body)
			}
		}
		for _, path := range []string{"/api/v1/systems?customer=%00", "/api/v1/cases?q=%ff", "/api/v1/cases?cursor=%00"} {
			if a := c.Get(path); a.Status != 400 {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		if a := c.Get("/api/v1/cases/%00"); a.Status != 404 {
			t.Errorf("a number that is none: %d", a.Status)
		}
		if a := c.Post("/api/v1/cases", apptest.NewCase(s, "P3"), "Idempotency-Key", "\xff"); a.Status != 400 {
			t.Errorf("a key that is no text: %d %s", a.Status, a.Body)
		}
	})
}

func TestACallThatStaffTakeDownIsTheFirstResponse(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		email, s := liaisonOf(t, w)
		c := w.As(name(by(t, w, "engineer")))
		body := apptest.NewCase(s, "P3")
		body["onBehalfOf"], body["channel"] = email, "phone"
		received := w.Clock.Now().Add(-time.Hour)
		for text, want := range map[string]int{"yesterday": 422, received.Format(time.RFC3339): 201} {
			body["receivedAt"] = text
			a := c.Post("/api/v1/cases", body)
			if a.Status != want {
				t.Fatalf("%s: %d %s", text, a.Status, a.Body)
			}
			if want == 422 {
				if p := apptest.Is[apptest.Problem](t, a, 422); len(p.Errors) != 1 || p.Errors[0].Field != "receivedAt" {
					t.Errorf("%s: %+v", text, p)
				}
				continue
			}
			k := apptest.Is[apptest.Case](t, a, 201).Clocks[0]
			if k.State != "met" || !k.StartedAt.Equal(received.Truncate(time.Second)) || k.MetAt == nil || !k.MetAt.Equal(k.StartedAt) {
				t.Errorf("the call: %+v", k)
			}
		}
		body["answered"], body["receivedAt"] = false, received.Format(time.RFC3339)
		if k := apptest.Is[apptest.Case](t, c.Post("/api/v1/cases", body), 201).Clocks[0]; k.State == "met" {
			t.Errorf("a voicemail counts as a response: %+v", k)
		}
		mine := apptest.NewCase(s, "P3")
		mine["answered"] = true
		if a := w.As(name(email)).Post("/api/v1/cases", mine); a.Status != 422 {
			t.Errorf("a liaison answers their own case: %d", a.Status)
		}
	})
}

func TestWhatIsNotThereIsAProblem(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.As(name(by(t, w, "engineer")))
		p := apptest.Is[apptest.Problem](t, c.Get("/api/v1/nothing"), 404)
		number := apptest.Is[apptest.Problem](t, c.Get("/api/v1/cases/1234567"), 404)
		if p.Title != number.Title || p.Status != 404 {
			t.Errorf("an unknown address: %+v, an unknown case: %+v", p, number)
		}
		a := c.Do("DELETE", "/api/v1/me", nil)
		if apptest.Is[apptest.Problem](t, a, 405); a.Header.Get("Allow") == "" {
			t.Error("a method that is not there: no Allow")
		}
	})
}

func TestAMessageIsAnsweredWithItsFiles(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		email, _ := liaisonOf(t, w)
		c, eva := w.As(name(email)), w.As(name(by(t, w, "engineer")))
		number := c.Register("nordwind", "P3").Number
		for _, who := range []*apptest.Caller{c, eva} {
			f := apptest.Is[apptest.File](t, who.Post("/api/v1/attachments", []byte("log"), "X-File-Name", "a.txt"), 201)
			m := apptest.Is[struct{ Attachments []apptest.File }](t, who.Post("/api/v1/cases/"+number+"/messages",
				map[string]any{"text": "See the file.", "attachments": []string{f.ID}}), 201)
			if len(m.Attachments) != 1 || m.Attachments[0] != f {
				t.Errorf("the answer names %v, not %v", m.Attachments, f)
			}
		}
	})
}

func TestACallCameInWithinTheLastYear(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		email, s := liaisonOf(t, w)
		body := apptest.NewCase(s, "P3")
		body["onBehalfOf"], body["channel"] = email, "email"
		for _, at := range []time.Time{{}, w.Clock.Now().AddDate(-1, 0, -1), w.Clock.Now().Add(time.Second)} {
			body["receivedAt"] = at.Format(time.RFC3339)
			if a := w.As(name(by(t, w, "engineer"))).Post("/api/v1/cases", body); a.Status != 422 {
				t.Errorf("%s: %d %s", at, a.Status, a.Body)
			}
		}
	})
}

func TestEveryListComesInPages(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.As(name(by(t, w, "engineer")))
		for _, list := range []string{"people", "customers", "systems", "cases", "queue"} {
			type page struct {
				Items      []json.RawMessage
				NextCursor *string
			}
			whole := apptest.Is[page](t, c.Get("/api/v1/"+list+"?limit=200"), 200)
			var all []json.RawMessage
			for path := "/api/v1/" + list + "?limit=7"; path != ""; {
				p := apptest.Is[page](t, c.Get(path), 200)
				all = append(all, p.Items...)
				if path = ""; p.NextCursor != nil {
					path = "/api/v1/" + list + "?limit=7&cursor=" + *p.NextCursor
				}
			}
			if len(whole.Items) < 8 || len(all) != len(whole.Items) || string(all[len(all)-1]) != string(whole.Items[len(all)-1]) {
				t.Errorf("%s: %d in pages, %d at once", list, len(all), len(whole.Items))
			}
			for _, wrong := range []string{"limit=0", "limit=201", "limit=x"} {
				if a := c.Get("/api/v1/" + list + "?" + wrong); a.Status != 422 {
					t.Errorf("%s?%s: %d", list, wrong, a.Status)
				}
			}
			if a := c.Get("/api/v1/" + list + "?cursor=b3RoZXI"); a.Status != 400 {
				t.Errorf("%s with a made-up cursor: %d", list, a.Status)
			}
		}
	})
}
