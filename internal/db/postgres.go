package db

import (
	"context"
	"errors"

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
}

func openPostgres(ctx context.Context, url string, _ Options) (*postgresDB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "liaison"
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresDB{pool: pool}, nil
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

func (p *postgresDB) update(ctx context.Context, newTx func() *Tx, fn func(*Tx) error) (err error) {
	for range attempts {
		err = p.once(ctx, newTx(), fn, pgx.TxOptions{IsoLevel: pgx.Serializable})
		if !mustRetry(err) {
			return err
		}
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
	defer r.rollback() // after a commit: nothing to do
	tx.run = r
	if err := tx.finish(fn); err != nil {
		return err
	}
	r.ctx = context.WithoutCancel(ctx) // from here on the outcome is awaited
	b := &Batch{write: r.buffer, pgxTx: r.begun}
	if err := flush(r.ctx, b, tx.collected); err != nil {
		return err
	}
	return r.commit()
}
