package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite" // the driver "sqlite"
)

// keeping opens connections that keep statements prepared by their text. The writer keeps its own; the queue's library
// sends texts, and parsing them took more of the one write connection than running them.
type keeping struct{ driver.Connector }

// keptTexts bounds how many texts a connection keeps prepared.
const keptTexts = 100

// openKeeping is sql.Open with such connections.
func openKeeping(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(keeping{c}), nil
}

// Connect opens a connection.
func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := c.(fullConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("db: a connection of the driver is a %T", c), c.Close())
	}
	return &keptConn{fullConn: full, kept: map[string]*keptStmt{}}, nil
}

// fullConn is what the driver's connections can do, as far as database/sql asks for it.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type keptConn struct {
	fullConn
	kept map[string]*keptStmt
}

type keptStmt struct {
	driver.Stmt
	busy bool // its rows are being read
}

// take is the prepared statement of a text; nil when it is in use or when enough are kept.
func (c *keptConn) take(ctx context.Context, q string) (*keptStmt, error) {
	s := c.kept[q]
	if s == nil && len(c.kept) < keptTexts {
		st, err := c.fullConn.PrepareContext(ctx, q)
		if err != nil {
			return nil, err
		}
		s = &keptStmt{Stmt: st}
		c.kept[q] = s
	}
	if s != nil && s.busy {
		return nil, nil
	}
	return s, nil
}

// ExecContext runs a text.
func (c *keptConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.fullConn.ExecContext(ctx, q, args)
	}
	st, ok := s.Stmt.(driver.StmtExecContext)
	if !ok {
		return nil, fmt.Errorf("db: a statement of the driver is a %T", s.Stmt)
	}
	return st.ExecContext(ctx, args)
}

// QueryContext runs a text that gives rows.
func (c *keptConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.fullConn.QueryContext(ctx, q, args)
	}
	st, ok := s.Stmt.(driver.StmtQueryContext)
	if !ok {
		return nil, fmt.Errorf("db: a statement of the driver is a %T", s.Stmt)
	}
	rows, err := st.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &keptRows{rows, s}, nil
}

// Close closes what is kept and the connection.
func (c *keptConn) Close() error {
	for _, s := range c.kept {
		_ = s.Stmt.Close() // the connection ends, whatever this says
	}
	clear(c.kept)
	return c.fullConn.Close()
}

// keptRows give the statement free when they are closed.
type keptRows struct {
	driver.Rows
	of *keptStmt
}

// Close ends the reading.
func (r *keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
