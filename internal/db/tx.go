package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is one View or Update. It is valid until its function returns and must stay in that goroutine. Its methods take
// no context: on SQLite a cancelled statement would roll back the work of everybody who shares the transaction.
type Tx struct {
	d         *DB
	run       runner
	scope     Scope
	now       time.Time
	caller    context.Context // looked at between statements
	after     []func()
	collected []collection
	failed    error // the statement that ended the transaction
	journaled bool
	changed   string // the first statement that needs a journal line
	busy      bool   // a row function is running
	ended     bool
}

// runner is an engine's side of a transaction; the arguments it gets are bound.
type runner interface {
	exec(q string, args []any) (int64, error)
	query(q string, args []any, row func(scan func(dest ...any) error) error) error
	buffer(q string, args []any) error
	gather(tables []string)
	ahead(q string, args []any, row func(scan func(dest ...any) error) error) error
	arrived() error
	nextCase() (int64, error)
	reserveCase() error
}

// ErrNoRows is what Row returns when there is none.
var ErrNoRows error = sql.ErrNoRows

// errStop ends a Query after its first row.
var errStop = errors.New("enough rows")

// Now is the instant of the transaction, in UTC and whole microseconds, the same at every call.
func (tx *Tx) Now() time.Time { return tx.now }

// Scope is what View or Update was given.
func (tx *Tx) Scope() Scope { return tx.scope }

// Engine says which engine runs the transaction.
func (tx *Tx) Engine() Engine { return tx.d.Engine() }

// Context is the caller's, marked so that a View or Update with it inside of this one is refused instead of waiting
// for itself.
func (tx *Tx) Context() context.Context {
	return context.WithValue(tx.caller, inside{tx.d}, true)
}

// Exec runs a statement and returns how many rows it touched.
func (tx *Tx) Exec(q string, args ...any) (int64, error) {
	bound, err := tx.use(q, args)
	if err != nil {
		return 0, err
	}
	n, err := tx.run.exec(q, bound)
	return n, tx.note(q, err)
}

// Buffer runs a statement whose result nobody waits for: at once on SQLite, together with the next statement or the
// commit on PostgreSQL, in one round trip. Its failure fails the Update.
func (tx *Tx) Buffer(q string, args ...any) error {
	bound, err := tx.use(q, args)
	if err != nil {
		return err
	}
	return tx.note(q, tx.run.buffer(q, bound))
}

// Gather has the rows that Buffer inserts into these tables from here on wait for each other: on PostgreSQL they go many to
// a statement, and before anything else that is asked or written. It is for those who bring very many things. The tables
// are named so that a row refers to those of tables before its own only; the order of the rows that one text inserts stays.
func (tx *Tx) Gather(tables ...string) error {
	if err := tx.usable(); err != nil {
		return err
	}
	tx.run.gather(tables)
	return nil
}

// Query calls row for every row. row must not run statements itself (ErrBusy); an error it returns ends the reading
// and is returned.
func (tx *Tx) Query(q string, args []any, row func(scan func(dest ...any) error) error) error {
	bound, err := tx.use(q, args)
	if err != nil {
		return err
	}
	tx.busy = true
	defer func() { tx.busy = false }()
	var mine error // an error of row is not the engine's: it does not end the transaction
	err = tx.run.query(q, bound, func(scan func(dest ...any) error) error {
		mine = row(scan)
		return mine
	})
	if mine != nil && errors.Is(err, mine) { // not where the statement failed after the rows that row has seen
		return mine
	}
	return tx.note(q, err)
}

// Ahead is a Query whose rows nobody looks at before the next Query, or before Arrived: on PostgreSQL it travels with
// that, in one round trip, and on SQLite row is called at once. An error of row fails the transaction.
func (tx *Tx) Ahead(q string, args []any, row func(scan func(dest ...any) error) error) error {
	bound, err := tx.use(q, args)
	if err != nil {
		return err
	}
	return tx.note(q, tx.run.ahead(q, bound, func(scan func(dest ...any) error) error {
		tx.busy = true
		defer func() { tx.busy = false }()
		return row(scan)
	}))
}

// Arrived returns when the rows of everything that was asked for Ahead have come.
func (tx *Tx) Arrived() error {
	if err := tx.usable(); err != nil {
		return err
	}
	return tx.note("what was asked ahead", tx.run.arrived())
}

// Row scans the first row into dest; ErrNoRows when there is none.
func (tx *Tx) Row(q string, args []any, dest ...any) error {
	err := tx.Query(q, args, func(scan func(dest ...any) error) error {
		if err := scan(dest...); err != nil {
			return err
		}
		return errStop
	})
	switch {
	case errors.Is(err, errStop):
		return nil
	case err == nil:
		return ErrNoRows
	}
	return err
}

// NextCaseSequence draws the next number of the case sequence. It rises, and no number is given to two cases.
func (tx *Tx) NextCaseSequence() (int64, error) {
	if err := tx.usable(); err != nil {
		return 0, err
	}
	n, err := tx.run.nextCase()
	return n, tx.note("next case", err)
}

// ReserveCaseSequence has the number that NextCaseSequence is going to give drawn together with the next statement, where
// drawing it costs a round trip of its own. A number that is then not used is given to nobody.
func (tx *Tx) ReserveCaseSequence() error {
	if err := tx.usable(); err != nil {
		return err
	}
	return tx.run.reserveCase()
}

// AfterCommit runs fn once the transaction is durable, in the goroutine of the caller. It does not run when the
// transaction fails.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// MarkJournaled says that the transaction has a journal line. Only the journal calls it.
func (tx *Tx) MarkJournaled() { tx.journaled = true }

func (tx *Tx) committed() {
	for _, fn := range tx.after {
		fn()
	}
}

// use is asked before every statement.
func (tx *Tx) use(q string, args []any) ([]any, error) {
	if err := tx.usable(); err != nil {
		return nil, err
	}
	bound, err := bind(args)
	if err != nil {
		return nil, err
	}
	if tx.d.checks != nil {
		if err := tx.d.checks.statement(tx, q, bound); err != nil {
			return nil, tx.note(q, err)
		}
	}
	return bound, nil
}

func (tx *Tx) usable() error {
	switch {
	case tx.ended:
		return ErrEnded
	case tx.failed != nil:
		return tx.failed
	case tx.busy:
		return ErrBusy
	}
	return tx.caller.Err()
}

// note names the failed statement for the log, and ends the transaction on SQLite as on PostgreSQL.
func (tx *Tx) note(q string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%w in %s", err, q)
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}

// finish calls fn and says what has become of its part: a failed statement counts even when fn swallowed its error.
func (tx *Tx) finish(fn func(*Tx) error) error {
	defer func() { tx.ended = true }()
	if err := fn(tx); err != nil {
		return err
	}
	if tx.failed != nil {
		return tx.failed
	}
	return tx.caller.Err()
}
