package search_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
	"liaison/internal/search"
)

// benchCases is how many cases the benchmark fills the index with; three pieces each.
var benchCases = flag.Int("benchcases", 5_000, "cases in the index of BenchmarkFind")

// filled makes an index with words as cases have them: some in every third piece, most in few.
func filled(b *testing.B, d *db.DB, customers []id.ID) {
	b.Helper()
	random, index := rand.New(rand.NewPCG(1, 2)), search.New()
	word := func() string {
		// The n-th word is about n times as rare as the first one.
		n := int(float64(20_000) / (1 + 20_000*random.Float64()))
		return fmt.Sprint("w", n)
	}
	text := func(words int) string {
		var s strings.Builder
		for range words {
			s.WriteString(word() + " ")
		}
		if random.IntN(3) == 0 {
			s.WriteString("the worker stopped ")
		}
		if random.IntN(4) == 0 {
			s.WriteString("导出报表时出错 ")
		}
		return s.String()
	}
	const batch = 500
	for done := 0; done < *benchCases; done += batch {
		err := d.Update(context.Background(), db.ForSystem("search.bench"), func(tx *db.Tx) error {
			for range batch {
				of, tenant := id.New(), customers[random.IntN(len(customers))]
				index.Add(tx, search.Piece{Tenant: tenant, Case: of, Subject: true, Text: text(6)})
				index.Add(tx, search.Piece{Tenant: tenant, Case: of, Text: text(60)})
				index.Add(tx, search.Piece{Tenant: tenant, Case: of, Internal: random.IntN(3) == 0, Text: text(40)})
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFind is the first page of staff and of a customer, on both engines:
//
//	go test -bench Find -run NONE ./internal/search -benchcases 50000
func BenchmarkFind(b *testing.B) {
	engines := map[string]func(testing.TB, clock.Clock) *db.DB{"SQLite": dbtest.SQLite}
	if !dbtest.WithoutPostgres() {
		engines["PostgreSQL"] = dbtest.Postgres
	}
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			d, customers := open(b, clock.NewStepping(dbtest.Start())), make([]id.ID, 20)
			for i := range customers {
				customers[i] = id.New()
			}
			filled(b, d, customers)
			for _, q := range []string{"worker", "worker w3", "w7 w40", "报表", "表", "work", "w19999", "w12345 worker", "nothing w1"} {
				for who, scope := range map[string]db.Scope{"staff": staff(), "customer": db.ForTenant(customers[0])} {
					b.Run(q+"/"+who, func(b *testing.B) {
						for b.Loop() {
							err := d.View(context.Background(), scope, func(tx *db.Tx) error {
								_, err := search.Cases(tx, search.Query{Text: q, Internal: true, Limit: 64})
								return err
							})
							if err != nil {
								b.Fatal(err)
							}
						}
					})
				}
			}
		})
	}
}
