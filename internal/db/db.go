package db

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"liaison/internal/clock"
	"liaison/internal/errs"
)

// Engine is the kind of database behind a DB.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Errors of wrong use.
var (
	ErrNested = errors.New("db: View or Update inside of another: use the outer transaction")
	ErrEnded  = errors.New("db: transaction used after its function returned")
	ErrBusy   = errors.New("db: statement inside the row function of another statement")
	ErrClosed = errors.New("db: database is closed")
)

// Options of a database. The zero value serves production, on the machine's clock.
type Options struct {
	Clock    clock.Clock  // what Tx.Now asks; nil is the machine's clock
	Log      *slog.Logger // nil discards
	Checks   bool         // refuse statements without the tenant and changes without a journal line; on in tests
	MaxBatch int          // SQLite: Updates per shared transaction; 0 is 64

	// Lost is told when the disk has failed a sync: the kernel may then show what was written and never have stored
	// it, so no later commit of this process can be trusted. It must end the process. nil does nothing; tests only.
	Lost func(error)
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine backend
	o      Options
	checks *checker // nil when Options.Checks is off
}

// backend is what an engine does for DB. Its functions get a Tx without a runner and give it one.
type backend interface {
	name() Engine
	view(ctx context.Context, tx *Tx, fn func(*Tx) error) error
	update(ctx context.Context, newTx func() *Tx, fn func(*Tx) error) error
	look(ctx context.Context, s Scope, q string, args []any, row func(scan func(dest ...any) error) error) error
	tables(ctx context.Context) (map[string]table, error)
	ping(ctx context.Context) error
	close() error
}

// Open connects to "sqlite:FILE" or "postgres://...". It makes the SQLite file when there is none, but never the
// tables: Migrate does. A database that cannot be reached is an *errs.Error of kind Unavailable.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.Real{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxBatch == 0 {
		o.MaxBatch = 64
	}
	d := &DB{o: o}
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		d.engine, err = openSQLite(ctx, path, o)
	} else if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		d.engine, err = openPostgres(ctx, url, o)
	} else {
		return nil, errs.New(errs.Unavailable, "error.database_url")
	}
	if err != nil {
		return nil, translate(err)
	}
	if o.Checks {
		d.checks = newChecker(d)
	}
	return d, nil
}

// Engine says which engine this is.
func (d *DB) Engine() Engine { return d.engine.name() }

// Clock is the clock that Tx.Now asks.
func (d *DB) Clock() clock.Clock { return d.o.Clock }

// View runs fn with a consistent snapshot to read from.
func (d *DB) View(ctx context.Context, s Scope, fn func(*Tx) error) error {
	if err := d.enter(ctx, s); err != nil {
		return err
	}
	tx := d.newTx(ctx, s)
	if err := d.engine.view(ctx, tx, fn); err != nil {
		return translate(err)
	}
	tx.committed()
	return nil
}

// Update runs fn and returns when what it wrote is durable, or with fn's error when nothing of it is left. fn may run
// again, with a new Tx, when PostgreSQL finds that two transactions were in each other's way. A ctx that ends while
// fn runs undoes fn's work; once fn has returned, the outcome of the commit is awaited.
func (d *DB) Update(ctx context.Context, s Scope, fn func(*Tx) error) error {
	if err := d.enter(ctx, s); err != nil {
		return err
	}
	var last *Tx
	newTx := func() *Tx { last = d.newTx(ctx, s); return last }
	if err := d.engine.update(ctx, newTx, d.mustJournal(fn)); err != nil {
		return translate(err)
	}
	last.committed()
	return nil
}

// inside marks the context of a transaction.
type inside struct{ d *DB }

func (d *DB) enter(ctx context.Context, s Scope) error {
	if ctx.Value(inside{d}) != nil {
		return ErrNested
	}
	if err := s.check(); err != nil {
		return err
	}
	if d.checks != nil {
		return d.checks.load(ctx)
	}
	return nil
}

func (d *DB) newTx(ctx context.Context, s Scope) *Tx {
	return &Tx{d: d, scope: s, caller: ctx, now: d.o.Clock.Now().UTC().Truncate(time.Microsecond)}
}

// Ping asks the database for a sign of life.
func (d *DB) Ping(ctx context.Context) error { return translate(d.engine.ping(ctx)) }

// Close waits for the commit in progress and refuses everybody after it.
func (d *DB) Close() error { return d.engine.close() }
