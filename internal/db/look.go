package db

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/puddle/v2"
)

// Look reads one row with one statement, in one round trip, into dest; ErrNoRows when there is none. It is a View for
// what needs nothing else.
func (d *DB) Look(ctx context.Context, s Scope, q string, args []any, dest ...any) error {
	found := false
	err := d.LookAll(ctx, s, q, args, func(scan func(dest ...any) error) error {
		if found {
			return nil
		}
		found = true
		return scan(dest...)
	})
	if err == nil && !found {
		err = ErrNoRows
	}
	return err
}

// LookAll is Look for every row that there is.
func (d *DB) LookAll(ctx context.Context, s Scope, q string, args []any, row func(scan func(dest ...any) error) error) error {
	if err := d.enter(ctx, s); err != nil {
		return err
	}
	tx := d.newTx(ctx, s)
	bound, err := tx.use(q, args)
	if err != nil {
		return err
	}
	return translate(tx.note(q, d.engine.look(ctx, s, q, bound, row)))
}

// look is a statement of its own: it sees one state of the data without BEGIN.
func (s *sqliteDB) look(ctx context.Context, _ Scope, q string, args []any, row func(scan func(dest ...any) error) error) error {
	r, err := s.takeReader(ctx)
	if err != nil {
		return err
	}
	back := (*reader)(nil) // on panic or failure the connection is not used again
	defer func() {
		if back == nil {
			r.close()
		}
		s.readers <- back
	}()
	r.ctx = ctx
	err = r.query(q, args, row)
	if r.ctx = context.Background(); err == nil {
		back = r
	}
	return err
}

// look sends BEGIN, the scope, the statement and COMMIT together: the scope holds for a transaction only.
func (p *postgresDB) look(ctx context.Context, s Scope, q string, args []any, row func(scan func(dest ...any) error) error) error {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		if errors.Is(err, puddle.ErrClosedPool) {
			return ErrClosed
		}
		return err
	}
	defer conn.Release()
	r := &pipeline{conn: conn.Conn(), ctx: ctx, options: pgx.TxOptions{AccessMode: pgx.ReadOnly}, scope: s}
	defer r.rollback() //nolint:contextcheck // after a commit: nothing to do; before it, the end of ctx must not stop it
	b, before := r.pending()
	b.Queue(q, args...)
	b.Queue("COMMIT")
	res, err := r.send(b, before)
	if err != nil {
		return err
	}
	err = scanned(res, row)
	if e := res.Close(); err == nil {
		err = e
	}
	return err
}

// scanned hands the rows of the next result to row.
func scanned(res pgx.BatchResults, row func(scan func(dest ...any) error) error) error {
	rows, err := res.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for err == nil && rows.Next() {
		err = row(rows.Scan)
	}
	rows.Close()
	if failed := rows.Err(); failed != nil { // also when row had enough: the statement may fail after its first rows
		return failed
	}
	return err
}
