package db

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// laterTx is the transaction as a Collector's library gets it, just before the commit: statements without rows and rows
// to copy are queued, and travel with COMMIT in one round trip. Whatever is asked sends what is queued first.
type laterTx struct {
	pgx.Tx
	p *pipeline
}

// Exec queues a statement. Its tag is empty: what it touches is not known before the commit.
func (t laterTx) Exec(_ context.Context, q string, args ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, t.p.buffer(q, args)
}

// CopyFrom queues the rows as INSERTs: a COPY is asked for its columns first, and answered twice.
func (t laterTx) CopyFrom(_ context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (n int64, err error) {
	marks := make([]string, len(columns))
	for i := range columns {
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	q := "INSERT INTO " + table.Sanitize() + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	for rows.Next() {
		args, err := rows.Values()
		if err != nil {
			return n, err
		}
		if err := t.p.buffer(q, args); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// Query sends what is queued, then asks.
func (t laterTx) Query(ctx context.Context, q string, args ...any) (pgx.Rows, error) {
	if _, err := t.p.begun(); err != nil {
		return nil, err
	}
	return t.Tx.Query(ctx, q, args...)
}

// QueryRow sends what is queued, then asks.
func (t laterTx) QueryRow(ctx context.Context, q string, args ...any) pgx.Row {
	if _, err := t.p.begun(); err != nil {
		return failedRow{err}
	}
	return t.Tx.QueryRow(ctx, q, args...)
}

// Begin sends what is queued, then begins a part that can be undone.
func (t laterTx) Begin(ctx context.Context) (pgx.Tx, error) {
	if _, err := t.p.begun(); err != nil {
		return nil, err
	}
	return t.Tx.Begin(ctx)
}

// failedRow is the row of a statement that was not sent.
type failedRow struct{ err error }

// Scan gives the error.
func (r failedRow) Scan(...any) error { return r.err }
