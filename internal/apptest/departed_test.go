package apptest_test

import (
	"strings"
	"testing"

	"liaison/internal/apptest"
)

func TestCasesWhoseLiaisonHasLeftAreFoundInTheQueue(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		stays := w.LiaisonOf(stranger)
		other := ""
		if got := w.As(strings.Split(stays.Email, "@")[0]).Post("/api/v1/cases", apptest.NewCase(w.System(stranger), "P3")); got.Status == 201 {
			other = apptest.Is[apptest.Case](t, got, 201).Number
		}
		w.As("katrin.vogel").Register(home, "P3")
		state := apptest.Is[seats](t, w.As("helen.marsh").Get("/api/v1/liaisons?customer="+home), 200)
		item := map[string]any{"system": state.Systems[0].System, "old": w.PersonID("katrin.vogel")}
		if got := w.As("helen.marsh").Post("/api/v1/liaisons/requests", map[string]any{"customer": home, "items": []any{item}}); got.Status != 201 {
			t.Fatalf("removing a liaison: %d %s", got.Status, got.Body)
		}
		var left []string
		w.Rows(`SELECT number FROM support_case WHERE owner_departed_at IS NOT NULL AND is_open`, nil, func(scan func(...any) error) error {
			left = append(left, "")
			return scan(&left[len(left)-1])
		})
		page := string(w.In("helen.marsh").Get("/desk?owner=departed").Body)
		for _, number := range left {
			if !strings.Contains(page, number) {
				t.Errorf("case %s of a liaison who has left is not in the queue of such cases", number)
			}
		}
		if len(left) == 0 || other == "" || strings.Contains(page, other) || !strings.Contains(page, `<option value="departed" selected>`) {
			t.Errorf("%d cases were left; case %q, whose liaison stays, is among them, or the choice is not shown", len(left), other)
		}
	})
}
