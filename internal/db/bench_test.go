package db_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
)

// BenchmarkUpdate registers cases the way the cases slice does: one read of facts, a number, six rows. The server of
// the tests runs without fsync, so its figures show the work without the disk.
func BenchmarkUpdate(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres", "postgres-snapshot"} {
		for _, at := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/%d", engine, at), func(b *testing.B) {
				var d *db.DB
				if engine == "sqlite" {
					d = dbtest.Open(b, dbtest.SQLiteURL(b), db.Options{})
				} else {
					d = dbtest.Open(b, dbtest.PostgresURL(b), db.Options{})
				}
				if err := d.Migrate(b.Context()); err != nil {
					b.Fatal(err)
				}
				register(b, d, at, engine == "postgres-snapshot")
			})
		}
	}
}

func register(b *testing.B, d *db.DB, at int, snapshot bool) {
	customer, system := addCustomer(b, d, "bench")
	person := addPerson(b, d, customer, "x@y")
	scope := db.ForTenant(customer)
	if snapshot {
		scope = scope.Snapshot()
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	done := make(chan error, at)
	runs := &atomic.Int64{}
	b.ResetTimer()
	for range at {
		go func() {
			for left.Add(-1) >= 0 {
				err := d.Update(b.Context(), scope, func(tx *db.Tx) error {
					runs.Add(1)
					return registerCase(tx, customer, system, person)
				})
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range at {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
	b.ReportMetric(float64(runs.Load())/float64(b.N), "runs/case")
}

func registerCase(tx *db.Tx, customer, system, person id.ID) error {
	var name string
	key := id.New().String()
	err := tx.Row("SELECT key FROM idempotency WHERE actor = $1 AND route = 'r' AND key = $2", []any{person, key}, &name)
	if !errors.Is(err, db.ErrNoRows) {
		return err
	}
	err = tx.Row(`SELECT s.name FROM system s JOIN customer c ON c.id = s.tenant_id
		JOIN access_grant g ON g.tenant_id = s.tenant_id AND g.person_id = $3
		WHERE s.tenant_id = $1 AND s.id = $2`, []any{customer, system, person}, &name)
	if err != nil {
		return err
	}
	n, err := tx.NextCaseSequence()
	if err != nil {
		return err
	}
	c, at := id.New(), tx.Now()
	err = tx.Buffer(`INSERT INTO support_case (tenant_id, id, number, status, priority, requested_priority, plan, plan_order, system_id,
		environment, production, deployment, country, calendar, centre, product_id, product_version, channel, received_at, registered_at,
		liaison_id, registered_by, edition, decision, subject, symptoms, error_messages, steps_taken, impact, facts, next_due, next_promise, updated_at)
		VALUES ($1, $2, $3, 'open', 2, 2, 'premier', 0, $4, 'production', TRUE, 'cloud', 'DE', 'emea-cet:DE', 'emea', 'p', '1', 'api', $5, $5,
		$6, $6, '2025-02', '{}', 'The dashboard does not load', 'It stays white', 'none', 'reload', 'all users', '[]', $5, $5, $5)`,
		customer, c, fmt.Sprint(n), system, at, person)
	if err != nil {
		return err
	}
	if err := tx.Buffer("INSERT INTO case_number (number, tenant_id, case_id) VALUES ($1, $2, $3)", fmt.Sprint(n), customer, c); err != nil {
		return err
	}
	for _, kind := range []string{"case.registered", "case.clock_started"} {
		err := tx.Buffer(`INSERT INTO journal (at, occurred_at, tenant_id, actor_id, actor_kind, subject_kind, subject_id, kind, visibility, data)
			VALUES ($1, $1, $2, $3, 'customer', 'case', $4, $5, 'customer', '{"decision":"accepted"}')`, at, customer, person, c, kind)
		if err != nil {
			return err
		}
	}
	return tx.Buffer(`INSERT INTO idempotency (actor, route, key, body_hash, status, header, body, created_at)
		VALUES ($1, 'r', $2, $3, 201, '{}', $3, $4)`, person, key, []byte("0123456789abcdef"), at)
}
