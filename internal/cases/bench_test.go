package cases_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/policy"
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
			fill(b, w, s, all, 1)
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

func fill(b *testing.B, w *world, s shop, n, priority int) {
	b.Helper()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for range n/32 + 1 {
				if _, err := w.Register(context.Background(), s.liaison, form(s.system, priority)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkPreview is F8: what a holiday more in Germany would do to 40,000 open cases, most of which it moves. Closed
// ones are not looked at. The PostgreSQL of the tests runs without fsync.
//
//	go test -run '^$' -bench Preview -benchtime 1x ./internal/cases
func BenchmarkPreview(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			clk := clock.NewStepping(dbtest.Start())
			d := dbtest.SQLite
			if engine == "postgres" {
				d = dbtest.Postgres
			}
			w := newWorld(b, d(b, clk), clk)
			s := w.shop(shopSpec{key: "nord", country: "DE", plan: "premier"})
			const all = 40_000
			fill(b, w, s, all, 3)
			due := *w.register(s, 3).NextPromise
			pack := w.Policy.Now()
			l := pack.Holidays["DE"]
			l.Holidays = append(slices.Clone(l.Holidays), policy.Holiday{Date: calendar.DateOf(due, pack.Calendars["emea-cet:DE"].Zone()),
				Name: l.Holidays[0].Name, Certainty: policy.Announced})
			next, err := pack.WithHolidays(l)
			if err != nil {
				b.Fatal(err)
			}
			book, err := w.Policy.Book().With(clk.Now().Add(time.Minute), next)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				p, err := w.Preview(context.Background(), access.Actor{System: true}, book)
				if err != nil || p.Open < all {
					b.Fatalf("%d open cases, %v", p.Open, err)
				}
				b.ReportMetric(float64(len(p.Moved)), "moved")
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/preview")
		})
	}
}
