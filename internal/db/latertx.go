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

// fewRows are so many that INSERTs in the round trip of COMMIT are faster than a COPY, which takes two of its own: it asks
// for the columns first.
const fewRows = 10

// CopyFrom queues few rows as INSERTs, and copies many.
func (t laterTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, from pgx.CopyFromSource) (int64, error) {
	var rows [][]any
	for from.Next() {
		row, err := from.Values()
		if err != nil {
			return 0, err
		}
		rows = append(rows, row)
	}
	if err := from.Err(); err != nil {
		return 0, err
	}
	if len(rows) > fewRows {
		if err := t.p.begun(); err != nil {
			return 0, err
		}
		return t.Tx.CopyFrom(ctx, table, columns, pgx.CopyFromRows(rows))
	}
	marks := make([]string, len(columns))
	for i := range columns {
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	q := "INSERT INTO " + table.Sanitize() + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	for _, row := range rows {
		if err := t.p.buffer(q, row); err != nil {
			return 0, err
		}
	}
	return int64(len(rows)), nil
}

// Query sends what is queued, then asks.
func (t laterTx) Query(ctx context.Context, q string, args ...any) (pgx.Rows, error) {
	if err := t.p.begun(); err != nil {
		return nil, err
	}
	return t.Tx.Query(ctx, q, args...)
}

// QueryRow sends what is queued, then asks.
func (t laterTx) QueryRow(ctx context.Context, q string, args ...any) pgx.Row {
	if err := t.p.begun(); err != nil {
		return failedRow{err}
	}
	return t.Tx.QueryRow(ctx, q, args...)
}

// Begin sends what is queued, then begins a part that can be undone.
func (t laterTx) Begin(ctx context.Context) (pgx.Tx, error) {
	if err := t.p.begun(); err != nil {
		return nil, err
	}
	return t.Tx.Begin(ctx)
}

// failedRow is the row of a statement that was not sent.
type failedRow struct{ err error }

// Scan gives the error.
func (r failedRow) Scan(...any) error { return r.err }
