package contract_test

import (
	"context"
	"fmt"
	"testing"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
)

// eachEngine runs a benchmark on both engines in a world of 2,000 customers with 5 systems each and 20 cases a
// system, 4 of them open.
func eachEngine(b *testing.B, fn func(b *testing.B, w *world, customer, system, person id.ID)) {
	for name, open := range map[string]func(testing.TB, clock.Clock) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			clk := clock.NewStepping(dbtest.Start())
			w := newWorld(b, open(b, clk), clk)
			customer, system, person := w.crowd(2000, 5, 20)
			fn(b, w, customer, system, person)
		})
	}
}

func (w *world) crowd(customers, systems, cases int) (customer, system, person id.ID) {
	for n := range customers {
		customer = w.customer(fmt.Sprint("c", n))
		person = w.person(customer, access.Liaison)
		w.rows(func(tx *db.Tx) error {
			for i := range systems {
				system = id.New()
				err := tx.Buffer(`INSERT INTO system (tenant_id, id, name, deployment, country, calendar, centre, product_id, version, created_at)
					VALUES ($1, $2, $3, 'on_prem', 'DE', 'emea-cet:DE', 'emea', 'server', '2025.1', 0)`, customer, system, fmt.Sprint(i))
				if err != nil {
					return err
				}
				if err := tx.Buffer(`INSERT INTO environment (tenant_id, system_id, name, production, position) VALUES ($1, $2, 'production', TRUE, 0)`, customer, system); err != nil {
					return err
				}
				if err := tx.Buffer(`INSERT INTO designation (tenant_id, system_id, person_id, since) VALUES ($1, $2, $3, 0)`, customer, system, person); err != nil {
					return err
				}
				for year := 2024; year < 2027; year++ {
					err = tx.Buffer(`INSERT INTO subscription (tenant_id, id, system_id, plan, from_date, to_date) VALUES ($1, $2, $3, 'standard', $4, $5)`,
						customer, id.New(), system, fmt.Sprint(year, "-01-01"), fmt.Sprint(year, "-12-31"))
					if err != nil {
						return err
					}
				}
				for c := range cases {
					if err := insertCase(tx, customer, id.New(), system, person, false, c%5 == 0); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return customer, system, person
}

func BenchmarkStrayAmong40000OpenCases(b *testing.B) {
	eachEngine(b, func(b *testing.B, w *world, _, _, _ id.ID) {
		for b.Loop() {
			if got := w.stray(w.clk.Now()); len(got) != 0 {
				b.Fatal(got)
			}
		}
	})
}

func BenchmarkIntakeFacts(b *testing.B) {
	eachEngine(b, func(b *testing.B, w *world, customer, system, person id.ID) {
		in := contract.Intake{System: system, Person: person, Product: "server", Version: "2025.1",
			Today: calendar.DateOf(w.clk.Now(), newYorkZone())}
		err := w.DB.View(context.Background(), db.ForTenant(customer), func(tx *db.Tx) error {
			for b.Loop() {
				if _, err := w.IntakeFacts(tx, in); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
}
