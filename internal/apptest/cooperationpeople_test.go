package apptest_test

import (
	"net/url"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// A customer says who works on an urgent case and when they can be reached (R3.3-24, R3.3-25): by REST, in the portal, and
// as both sides read it at different hours.
func TestACustomerSaysWhoCanBeReachedWhen(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-02T10:00:00+01:00"))
		katrin, sofia := w.As("katrin.vogel"), w.As("sofia.lindqvist")
		c := katrin.Register(home, "P1")
		at, me, mate := "/api/v1/cases/"+c.Number, w.PersonID("katrin.vogel"), w.PersonID("jonas.brandt")
		type agreed struct {
			Items []struct{ Role, Way, Zone string }
			Now   []struct{ Address, Way string }
			Next  *struct{ From string }
			ETag  string
		}
		empty := apptest.Is[agreed](t, katrin.Get(at+"/team"), 200)
		team := map[string]any{"items": []any{map[string]any{"person": mate, "role": "database"}, map[string]any{"person": me, "role": "lead"}}}
		if got := katrin.Do("PUT", at+"/team", team); got.Status != 422 {
			t.Errorf("without a version: %d", got.Status)
		}
		now := apptest.Is[agreed](t, katrin.Do("PUT", at+"/team", team, "If-Match", empty.ETag), 200)
		if len(now.Items) != 2 || now.Items[1].Role != "lead" {
			t.Errorf("the team: %+v", now)
		}
		if got := sofia.Do("PUT", at+"/team", team, "If-Match", empty.ETag); got.Status != 412 {
			t.Errorf("of an older version: %d", got.Status)
		}
		if got := w.As("jonas.brandt").Get(at + "/team"); got.Status != 403 {
			t.Errorf("being named gives a member access: %d", got.Status)
		}
		day := map[string]any{"person": me, "way": "phone", "firstDay": "2026-03-02", "lastDay": "2026-03-06", "opens": "09:00", "closes": "18:00", "zone": "Europe/Berlin"}
		once := map[string]any{"person": mate, "way": "email", "from": "2026-03-02T21:00:00+01:00", "to": "2026-03-02T23:00:00+01:00"}
		for _, bad := range []map[string]any{{"person": me, "way": "phone"}, {"person": me, "way": "fax", "from": "x"}, {"person": w.PersonID("sofia.lindqvist"), "way": "email"}} {
			if got := katrin.Do("PUT", at+"/contact-schedule", map[string]any{"items": []any{day, bad}}, "If-Match", "*"); got.Status != 422 || !strings.Contains(string(got.Body), "items[1]") {
				t.Errorf("%v: %d %s", bad, got.Status, got.Body)
			}
		}
		times := apptest.Is[agreed](t, sofia.Do("PUT", at+"/contact-schedule", map[string]any{"items": []any{day, once}}, "If-Match", "*"), 200)
		if len(times.Items) != 2 || len(times.Now) != 1 || times.Now[0].Way != "phone" || times.Next == nil {
			t.Errorf("at ten: %+v", times)
		}
		for _, look := range []struct {
			when string
			want []string
		}{{"2026-03-02T17:00:00+01:00", []string{"Now reachable:", "Katrin Vogel"}}, {"2026-03-02T19:00:00+01:00", []string{"Next:", "jonas.brandt@"}}} {
			when, want := look.when, look.want
			w.Clock.Set(berlin(t, when))
			for path, who := range map[string]string{"/cases/" + c.Number: "katrin.vogel", "/desk/" + c.Number: "sofia.lindqvist"} {
				page := string(w.Fresh(who).Get(path + "?lang=en").Body)
				for _, part := range want {
					if !strings.Contains(page, part) {
						t.Errorf("%s at %s lacks %s", path, when, part)
					}
				}
			}
		}
		addsInThePortal(t, w, c.Number, mate)
		sofia.Change(c.Number, map[string]any{"priority": "P4", "reason": "It is a question."})
		if got := w.Fresh("katrin.vogel").Post("/cases/"+c.Number+"/cooperation/team", url.Values{"etag": {"*"}, "remove": {mate}}); got.Status != 303 {
			t.Errorf("one is taken off the team of a P4: %d %s", got.Status, got.Body)
		}
		if left := apptest.Is[agreed](t, katrin.Get(at+"/team"), 200); len(left.Items) != 1 || left.Items[0].Role != "lead" {
			t.Errorf("who is left: %+v", left)
		}
	})
}

// addsInThePortal adds a time by the form, wrong first, and takes one out.
func addsInThePortal(t *testing.T, w *apptest.World, number, mate string) {
	t.Helper()
	page, action := w.Fresh("katrin.vogel"), "/cases/"+number+"/cooperation/times?lang=en"
	form := url.Values{"etag": {"*"}, "person": {mate}, "way": {"email"}, "firstDay": {"2026-03-09"}, "lastDay": {"2026-03-04"}, "opens": {"18:00"}, "closes": {"00:00"}, "zone": {"Europe/Berlin"}}
	if got := page.Post(action, form); got.Status != 422 || !strings.Contains(string(got.Body), `id="lastDay" name="lastDay" value="2026-03-04"`) || !strings.Contains(string(got.Body), `id="err-lastDay"`) {
		t.Errorf("days that end before they begin: %d", got.Status)
	}
	form.Set("lastDay", "2026-03-10")
	if got := page.Post(action, form); got.Status != 303 {
		t.Fatalf("added: %d %s", got.Status, got.Body)
	}
	told := string(page.Get("/cases/" + number + "/cooperation?lang=en").Body)
	if !strings.Contains(told, "18:00–24:00 each day (Berlin)") {
		t.Error("the page does not show it")
	}
	if got := page.Post(action, url.Values{"etag": {"*"}, "remove": {"0"}}); got.Status != 303 {
		t.Errorf("taken out: %d", got.Status)
	}
	if told := string(page.Get("/cases/" + number + "/cooperation?lang=en").Body); strings.Contains(told, "09:00–18:00 each day") {
		t.Error("it is still there")
	}
}
