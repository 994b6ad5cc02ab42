package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

var errViewWrites = errors.New("db: a View cannot write")

// reader is a read-only connection with its prepared statements, and the runner of one View at a time.
type reader struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	ctx   context.Context // of the View
}

func (s *sqliteDB) view(ctx context.Context, tx *Tx, fn func(*Tx) error) error {
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
	if _, err := r.exec("BEGIN", nil); err != nil {
		return err
	}
	tx.run = r
	err = tx.finish(fn)
	r.ctx = context.Background()
	if _, e := r.exec("ROLLBACK", nil); e == nil { // there is nothing to commit
		back = r
	}
	return err
}

// close ends the connection with its statements: one that is left keeps the file open behind the library's back, and one
// given back to the pool might still be in a transaction.
func (r *reader) close() {
	for _, st := range r.stmts {
		_ = st.Close() // only read
	}
	_ = r.conn.Raw(func(any) error { return driver.ErrBadConn }) // the pool throws it away
	_ = r.conn.Close()
}

func (s *sqliteDB) takeReader(ctx context.Context) (*reader, error) {
	select {
	case r, ok := <-s.readers:
		if !ok {
			return nil, ErrClosed
		}
		if r != nil {
			return r, nil
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	conn, err := s.read.Conn(ctx)
	if err != nil {
		s.readers <- nil
		return nil, err
	}
	return &reader{conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

func (r *reader) stmt(q string) (st *sql.Stmt, done func(), err error) {
	if st = r.stmts[q]; st != nil {
		return st, func() {}, nil
	}
	if st, err = r.conn.PrepareContext(r.ctx, q); err != nil {
		return nil, nil, err
	}
	if len(r.stmts) >= keptStatements {
		return st, func() { _ = st.Close() }, nil // its rows have been read
	}
	r.stmts[q] = st
	return st, func() {}, nil
}

func (r *reader) query(q string, args []any, row func(scan func(dest ...any) error) error) error {
	st, done, err := r.stmt(q) //nolint:sqlclosecheck // kept for the next call, or closed by done
	if err != nil {
		return err
	}
	defer done()
	rows, err := st.QueryContext(r.ctx, args...)
	if err != nil {
		return err
	}
	return each(rows, row)
}

// exec runs a statement without rows; query_only refuses those that write.
func (r *reader) exec(q string, args []any) (int64, error) {
	st, done, err := r.stmt(q) //nolint:sqlclosecheck // kept for the next call, or closed by done
	if err != nil {
		return 0, err
	}
	defer done()
	_, err = st.ExecContext(r.ctx, args...)
	return 0, err
}

func (r *reader) buffer(q string, args []any) error {
	_, err := r.exec(q, args)
	return err
}

// ahead and arrived have nothing to save: a statement costs no round trip.
func (r *reader) ahead(q string, args []any, row func(scan func(dest ...any) error) error) error {
	return r.query(q, args, row)
}

func (r *reader) arrived() error { return nil }

// gather has nothing to do: nothing is written.
func (r *reader) gather([]string) {}

func (r *reader) nextCase() (int64, error) { return 0, errViewWrites }

func (r *reader) reserveCase() error { return errViewWrites }
