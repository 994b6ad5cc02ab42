package db

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/puddle/v2"
)

// attempts is how often an Update runs when others are in its way, before it gives up.
const attempts = 20

// postgresDB is a PostgreSQL database behind a pool of connections.
type postgresDB struct {
	pool *pgxpool.Pool
	log  *slog.Logger
}

// connections is the size of the pool when the address does not say pool_max_conns.
const connections = 12

func openPostgres(ctx context.Context, url string, o Options) (*postgresDB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "liaison"
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = connections
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresDB{pool: pool, log: o.Log}, nil
}

func (p *postgresDB) name() Engine { return Postgres }

func (p *postgresDB) ping(ctx context.Context) error { return p.pool.Ping(ctx) }

func (p *postgresDB) close() error {
	p.pool.Close()
	return nil
}

func (p *postgresDB) view(ctx context.Context, tx *Tx, fn func(*Tx) error) error {
	return p.once(ctx, tx, fn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
}

// update is serializable, so that a decision holds when others decide at the same time, unless the scope says that it
// needs less.
func (p *postgresDB) update(ctx context.Context, newTx func() *Tx, fn func(*Tx) error) (err error) {
	unseen := true // a unique key may have been taken by somebody whom fn could not see
	for range attempts {
		tx := newTx()
		o := pgx.TxOptions{IsoLevel: pgx.Serializable}
		if tx.scope.snap {
			o.IsoLevel = pgx.RepeatableRead
		}
		err = p.once(ctx, tx, fn, o)
		switch {
		case mustRetry(err):
		case tx.scope.snap && unseen && IsUnique(err):
			unseen = false // it sees them when it runs again
		default:
			return err
		}
		p.log.DebugContext(ctx, "transaction runs again", "reason", err)
	}
	return err
}

// mustRetry: serialization failures and deadlocks.
func mustRetry(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// once runs fn in one transaction, which begins with its first statement.
func (p *postgresDB) once(ctx context.Context, tx *Tx, fn func(*Tx) error, o pgx.TxOptions) error {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		if errors.Is(err, puddle.ErrClosedPool) {
			return ErrClosed
		}
		return err
	}
	defer conn.Release()
	r := &pipeline{conn: conn.Conn(), ctx: ctx, options: o, scope: tx.scope}
	defer r.rollback() //nolint:contextcheck // after a commit: nothing to do; before it, the end of ctx must not stop it
	tx.run = r
	if err := tx.finish(fn); err != nil {
		return err
	}
	r.ctx = context.WithoutCancel(ctx) // from here on the outcome is awaited
	b := &Batch{write: r.buffer, pgxTx: r.later}
	if err := flush(r.ctx, b, tx.collected); err != nil { //nolint:contextcheck // r.ctx is ctx without its end
		return err
	}
	return r.commit()
}
