package cases_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
)

// BenchmarkSweep is F6: 20,000 cases whose first response falls due at the same instant are recorded as breached, with
// the alarms for their owners; then a sweep that finds nothing. The PostgreSQL of the tests runs without fsync.
//
//	go test -run '^$' -bench Sweep -benchtime 1x ./internal/cases
func BenchmarkSweep(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			clk := clock.NewStepping(dbtest.Start())
			d := dbtest.SQLite
			if engine == "postgres" {
				d = dbtest.Postgres
			}
			w := newWorld(b, d(b, clk), clk)
			s := w.shop(shopSpec{key: "nord", country: "DE", plan: "premier"})
			owner := w.engineer()
			const all = 20_000
			fill(b, w, s, all)
			w.rows(func(tx *db.Tx) error {
				return tx.Buffer(`UPDATE support_case SET assignee_id = $1 WHERE tenant_id = $2`, owner.Person, s.customer)
			})
			due := *w.register(s, 1).NextPromise
			clk.Set(due.Add(-time.Minute)) // past the warnings
			w.sweep()
			clk.Set(due.Add(time.Minute))
			b.ResetTimer()
			n := w.sweep()
			breaches := b.Elapsed()
			if n < all {
				b.Fatalf("%d of %d", n, all)
			}
			b.ResetTimer()
			for range 100 {
				w.sweep()
			}
			b.ReportMetric(breaches.Seconds(), "s/breaches")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/100, "us/idle")
		})
	}
}

func fill(b *testing.B, w *world, s shop, n int) {
	b.Helper()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for range n/32 + 1 {
				if _, err := w.Register(context.Background(), s.liaison, form(s.system, 1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
