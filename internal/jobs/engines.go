package jobs

import (
	"context"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"liaison/internal/db"
	"liaison/internal/errs"
)

// Migrate makes or updates the queue's own tables. It runs after db.Migrate, with the same rights.
func Migrate(ctx context.Context, d *db.DB) (err error) {
	defer errs.Wrap(&err, "jobs.Migrate")
	p := d.Pools()
	if p.SQLite != nil {
		m, err := rivermigrate.New(riversqlite.New(p.SQLite), nil)
		if err != nil {
			return err
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
	m, err := rivermigrate.New(riverpgxv5.New(p.Postgres), nil)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// onSQLite shares the writer's connection: River's statements wait for their turn between the commits.
type onSQLite struct {
	pools  db.Pools
	client *river.Client[*db.SQLTx]
}

func newSQLite(p db.Pools, c *river.Config) (engine, error) {
	client, err := river.NewClient(riversqlite.New(p.SQLite), c)
	return &onSQLite{p, client}, err
}

func (e *onSQLite) start(ctx context.Context) error { return e.client.Start(ctx) }
func (e *onSQLite) stop(ctx context.Context) error  { return e.client.Stop(ctx) }

func (e *onSQLite) insert(ctx context.Context, b *db.Batch, jobs []river.InsertManyParams) error {
	_, err := e.client.InsertManyFastTx(ctx, b.SQLite(), jobs)
	return err
}

// release gives free what an earlier process was running: there is no other one.
func (e *onSQLite) release(ctx context.Context) error {
	_, err := e.pools.SQLite.ExecContext(ctx, "UPDATE river_job SET state = 'available' WHERE state = 'running'")
	return err
}

// onPostgres shares the pool.
type onPostgres struct {
	client *river.Client[db.PgxTx]
}

func newPostgres(p db.Pools, c *river.Config) (engine, error) {
	client, err := river.NewClient(riverpgxv5.New(p.Postgres), c)
	return &onPostgres{client}, err
}

func (e *onPostgres) start(ctx context.Context) error { return e.client.Start(ctx) }
func (e *onPostgres) stop(ctx context.Context) error  { return e.client.Stop(ctx) }

func (e *onPostgres) insert(ctx context.Context, b *db.Batch, jobs []river.InsertManyParams) error {
	tx, err := b.Postgres()
	if err == nil {
		_, err = e.client.InsertManyFastTx(ctx, tx, jobs)
	}
	return err
}

// release has nothing to do: another process may be running those jobs. River finds the lost ones.
func (e *onPostgres) release(context.Context) error { return nil }
