package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// pipeline is the runner of one PostgreSQL transaction. Statements whose result nobody waits for are queued, and sent
// with the next one that somebody waits for in one round trip: BEGIN and the scope with the first statement, buffered
// writes with COMMIT.
type pipeline struct {
	conn    *pgx.Conn
	ctx     context.Context
	options pgx.TxOptions
	scope   Scope
	tx      pgx.Tx // nil until the first round trip
	queued  []queued
}

// maxQueued bounds the memory of a transaction that writes much (a restore).
const maxQueued = 500

type queued struct {
	q    string
	args []any
}

func (p *pipeline) buffer(q string, args []any) error {
	p.queued = append(p.queued, queued{q, args})
	if len(p.queued) < maxQueued {
		return nil
	}
	_, err := p.begun()
	return err
}

// pending makes a batch of what is queued; before is how many results come ahead of the next statement's.
func (p *pipeline) pending() (b *pgx.Batch, before int) {
	b = &pgx.Batch{}
	if p.tx == nil {
		b.BeginTx(p.options)
		b.Queue("SELECT set_config('app.scope', $1, true), set_config('app.tenant', $2, true)",
			string(p.scope.kind), p.scope.tenant.String())
	}
	for _, w := range p.queued {
		b.Queue(w.q, w.args...)
	}
	p.queued = nil
	return b, b.Len()
}

// send sends the batch and reads the results that come first.
func (p *pipeline) send(b *pgx.Batch, before int) (pgx.BatchResults, error) {
	res := p.conn.SendBatch(p.ctx, b)
	if p.tx == nil {
		p.tx = res.Tx()
	}
	for i := range before {
		if _, err := res.Exec(); err != nil {
			res.Close()
			return nil, fmt.Errorf("%w in %s", err, b.QueuedQueries[i].SQL)
		}
	}
	return res, nil
}

func (p *pipeline) exec(q string, args []any) (int64, error) {
	b, before := p.pending()
	b.Queue(q, args...)
	res, err := p.send(b, before)
	if err != nil {
		return 0, err
	}
	tag, err := res.Exec()
	if e := res.Close(); err == nil {
		err = e
	}
	return tag.RowsAffected(), err
}

func (p *pipeline) query(q string, args []any, row func(scan func(dest ...any) error) error) error {
	b, before := p.pending()
	b.Queue(q, args...)
	res, err := p.send(b, before)
	if err != nil {
		return err
	}
	defer res.Close()
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

func (p *pipeline) nextCase() (n int64, err error) {
	err = p.query("SELECT nextval('case_sequence')", nil, func(scan func(dest ...any) error) error { return scan(&n) })
	return n, err
}

// begun is the transaction after everything that is queued has been sent.
func (p *pipeline) begun() (pgx.Tx, error) {
	if p.tx == nil || len(p.queued) > 0 {
		b, before := p.pending()
		res, err := p.send(b, before)
		if err != nil {
			return nil, err
		}
		if err := res.Close(); err != nil {
			return nil, err
		}
	}
	return p.tx, nil
}

// commit sends the buffered writes and COMMIT. A transaction without statements costs nothing.
func (p *pipeline) commit() error {
	if p.tx == nil && len(p.queued) == 0 {
		return nil
	}
	if len(p.queued) == 0 {
		return p.tx.Commit(p.ctx)
	}
	b, before := p.pending()
	b.Queue("COMMIT")
	res, err := p.send(b, before)
	if err != nil {
		return err
	}
	tag, err := res.Exec()
	if e := res.Close(); err == nil {
		err = e
	}
	if err == nil && tag.String() != "COMMIT" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// rollback undoes what is not committed. A connection that is still in a transaction afterwards is closed by the pool.
func (p *pipeline) rollback() {
	if p.tx != nil && p.conn.PgConn().TxStatus() != 'I' {
		p.tx.Rollback(context.WithoutCancel(p.ctx))
	}
}
