package db

import (
	"context"
	"database/sql"
	"fmt"
)

// share is one caller's part of a shared SQLite transaction: the runner of its Tx.
type share struct {
	w   *writer
	b   *batch
	ctx context.Context // never cancelled: an interrupt rolls back everybody's work
}

func (s *share) run(tx *Tx, fn func(*Tx) error) error {
	if err := s.savepoint("SAVEPOINT u"); err != nil {
		return err
	}
	tx.run = s
	ok := false
	defer func() {
		if !ok && s.savepoint("ROLLBACK TO u") == nil {
			_ = s.savepoint("RELEASE u") // a failure has broken the batch: leave reports it
		}
	}()
	if err := tx.finish(fn); err != nil {
		return err
	}
	if ok = s.savepoint("RELEASE u") == nil; ok {
		s.b.items = merge(s.b.items, tx.collected...)
	}
	return nil // a failed RELEASE has broken the batch: leave reports it
}

// savepoint statements fail only when the transaction is gone.
func (s *share) savepoint(q string) error {
	if s.b.broken != nil {
		return s.b.broken
	}
	st, err := s.stmt(q) //nolint:sqlclosecheck // kept until the batch ends, which closes it
	if err == nil {
		_, err = st.ExecContext(s.ctx)
	}
	if err != nil && s.b.broken == nil {
		s.b.broken = fmt.Errorf("db: shared transaction lost: %w", err)
	}
	return err
}

// stmt binds a prepared statement once per batch. A new text is prepared for this transaction only: DB.Prepare would
// wait for ever for the one connection.
func (s *share) stmt(q string) (st *sql.Stmt, err error) {
	if st = s.b.bound[q]; st != nil {
		return st, nil
	}
	if p := s.w.stmts[q]; p != nil {
		st = s.b.tx.StmtContext(s.ctx, p)
	} else if st, err = s.b.tx.PrepareContext(s.ctx, q); err != nil {
		return nil, s.note(err)
	}
	s.b.bound[q] = st
	return st, nil
}

func (s *share) exec(q string, args []any) (int64, error) {
	if s.b.broken != nil {
		return 0, s.b.broken
	}
	st, err := s.stmt(q) //nolint:sqlclosecheck // kept until the batch ends, which closes it
	if err != nil {
		return 0, err
	}
	r, err := st.ExecContext(s.ctx, args...)
	if err != nil {
		return 0, s.note(err)
	}
	return r.RowsAffected()
}

func (s *share) buffer(q string, args []any) error {
	_, err := s.exec(q, args)
	return err
}

func (s *share) query(q string, args []any, row func(scan func(dest ...any) error) error) error {
	if s.b.broken != nil {
		return s.b.broken
	}
	st, err := s.stmt(q) //nolint:sqlclosecheck // kept until the batch ends, which closes it
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(s.ctx, args...)
	if err != nil {
		return s.note(err)
	}
	return s.note(each(rows, row))
}

// ahead and arrived have nothing to save: a statement costs no round trip.
func (s *share) ahead(q string, args []any, row func(scan func(dest ...any) error) error) error {
	return s.query(q, args, row)
}

func (s *share) arrived() error { return nil }

func (s *share) nextCase() (n int64, err error) {
	err = s.query("UPDATE counter SET value = value + 1 WHERE name = 'case' RETURNING value", nil,
		func(scan func(dest ...any) error) error { return scan(&n) })
	return n, err
}

// gather has nothing to do: each row is written at once.
func (s *share) gather([]string) {}

// reserveCase has nothing to do: a statement costs no round trip.
func (s *share) reserveCase() error { return nil }

// each hands the rows to row, closes them, and returns the first error.
func each(rows *sql.Rows, row func(scan func(dest ...any) error) error) error {
	defer rows.Close() //nolint:errcheck // Err tells what went wrong
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// note marks the batch when the error has rolled back everything, so that nothing more runs, outside any transaction,
// even if fn swallows the error.
func (s *share) note(err error) error {
	if code, ok := sqliteCode(err); ok {
		switch code & 0xff {
		case 5, 7, 9, 10, 11, 13: // busy, out of memory, interrupted, I/O, corrupt, full
			s.b.broken = fmt.Errorf("db: shared transaction lost: %w", err)
		}
	}
	return err
}
