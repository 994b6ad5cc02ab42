package apptest_test

import (
	"testing"

	"liaison/internal/apptest"
)

func TestAWorldOpensAndAnswers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.As("katrin.vogel").Register("nordwind", "P2")
		if got := w.In("katrin.vogel").Get("/api/v1/cases/" + c.Number); got.Status != 200 {
			t.Errorf("the session reads its own case: %d", got.Status)
		}
	})
}
