package apptest_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
)

// What was published with an Idempotency-Key is answered again, byte for byte, after a lost connection; another body
// under the key is refused. A preview is a POST as well.
func TestPublishingAnswersAgainUnderItsKey(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin := w.As("sam.carter")
		body := func(name, effective string) map[string]any {
			archive, err := changedPack(t, name, "2026-03-09").Archive()
			if err != nil {
				t.Fatal(err)
			}
			return map[string]any{"archive": base64.StdEncoding.EncodeToString(archive), "effectiveAt": effective}
		}
		w.Clock.Set(berlin(t, "2026-03-04T16:00:00+01:00"))
		const from = "2026-03-05T00:00:00+01:00"
		for _, path := range []string{"/api/v1/admin/editions/preview", "/api/v1/admin/editions"} {
			want := map[string]int{"/api/v1/admin/editions/preview": http.StatusOK, "/api/v1/admin/editions": http.StatusCreated}[path]
			first := admin.Post(path, body("2026-03", from), "Idempotency-Key", "k1")
			if first.Status != want {
				t.Fatalf("%s: %d %s", path, first.Status, first.Body)
			}
			w.Clock.Forward(time.Minute)
			if again := admin.Post(path, body("2026-03", from), "Idempotency-Key", "k1"); again.Status != want || !bytes.Equal(again.Body, first.Body) {
				t.Errorf("%s again: %d %s, before that %s", path, again.Status, again.Body, first.Body)
			}
			if other := admin.Post(path, body("2026-04", from), "Idempotency-Key", "k1"); other.Status != http.StatusConflict {
				t.Errorf("%s with another pack under the key: %d", path, other.Status)
			}
		}
		for _, key := range []string{"k2", "k2", "k3"} { // it is published already: a new key says so, and goes on saying it
			got := apptest.Is[map[string]any](t, admin.Post("/api/v1/admin/editions", body("2026-03", from), "Idempotency-Key", key), http.StatusCreated)
			if got["published"] != false || got["editionInForce"] != "2025-02" || got["effectiveAt"] == nil {
				t.Errorf("published a second time: %v", got)
			}
		}
		seen := apptest.Is[map[string]any](t, admin.Post("/api/v1/admin/editions/preview", body("2026-03", from)), http.StatusOK)
		if moved, _ := seen["moved"].([]any); seen["published"] != true || len(moved) != 0 {
			t.Errorf("the preview of what is published: %v", seen)
		}
		for name, c := range map[string]struct {
			body        map[string]any
			field, text string
		}{
			"a day for an instant": {map[string]any{"archive": "AAAA", "effectiveAt": "2026-12-20"}, "effectiveAt", "Please give an instant"},
			"no base64":            {map[string]any{"archive": "***", "effectiveAt": from}, "archive", "This is no base64"},
			"no archive":           {map[string]any{"archive": "", "effectiveAt": from}, "archive", "Please fill this in"},
		} {
			got := admin.Post("/api/v1/admin/editions", c.body)
			if text := string(got.Body); got.Status != http.StatusUnprocessableEntity || !strings.Contains(text, c.field) || !strings.Contains(text, c.text) {
				t.Errorf("%s: %d %s", name, got.Status, text)
			}
		}
		if n := w.Count(`SELECT count(*) FROM policy_edition`); n != 2 {
			t.Errorf("%d editions are stored", n)
		}
	})
}
