package db

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
)

// The engines' own transactions, for the packages that must hand one to a library.
type (
	// SQLTx is SQLite's.
	SQLTx = sql.Tx
	// PgxTx is PostgreSQL's.
	PgxTx = pgx.Tx
)

// Collector writes what is better written once per commit than once per Update: jobs, search rows. Its failure fails
// everybody who shares the commit. It is compared by ==, so make it a pointer.
type Collector interface {
	// Flush gets the items of all Updates that will be committed, in their order.
	Flush(ctx context.Context, b *Batch, items []any) error
}

// collection is what one collector was given.
type collection struct {
	to    Collector
	items []any
}

// Collect gives item to c.Flush, once per commit, if the Update succeeds.
func (tx *Tx) Collect(c Collector, item any) {
	tx.collected = merge(tx.collected, collection{c, []any{item}})
}

func merge(into []collection, more ...collection) []collection {
next:
	for _, m := range more {
		for i := range into {
			if into[i].to == m.to {
				into[i].items = append(into[i].items, m.items...)
				continue next
			}
		}
		into = append(into, m)
	}
	return into
}

func flush(ctx context.Context, b *Batch, all []collection) error {
	for _, c := range all {
		if err := c.to.Flush(ctx, b, c.items); err != nil {
			return err
		}
	}
	return nil
}

// Batch is the transaction a Collector writes to, just before it commits.
type Batch struct {
	write func(q string, args []any) error
	sqlTx *sql.Tx
	pgxTx func() (pgx.Tx, error)
}

// Exec runs a statement without a result. On PostgreSQL it travels with COMMIT.
func (b *Batch) Exec(q string, args ...any) error {
	bound, err := bind(args)
	if err != nil {
		return err
	}
	return b.write(q, bound)
}

// Engine says which engine the batch is for.
func (b *Batch) Engine() Engine {
	if b.sqlTx != nil {
		return SQLite
	}
	return Postgres
}

// SQLite is the shared transaction on SQLite, nil on PostgreSQL. Never end it.
func (b *Batch) SQLite() *SQLTx { return b.sqlTx }

// Postgres is the transaction on PostgreSQL. Never end it.
func (b *Batch) Postgres() (PgxTx, error) { return b.pgxTx() }
