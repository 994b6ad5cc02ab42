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
	kept    *gathering // rows that wait for others; nil: none do

	reserved []int64 // numbers of cases that were drawn in passing
}

// maxQueued bounds the memory of a transaction that writes much (a restore).
const maxQueued = 500

type queued struct {
	q    string
	args []any
	read func(pgx.BatchResults) error // of its result; nil: nobody asks for it
}

func (p *pipeline) buffer(q string, args []any) error {
	if p.kept == nil || !p.kept.take(q, args) {
		return p.queue(queued{q: q, args: args})
	}
	if p.kept.n < maxGathered {
		return nil
	}
	return p.begun()
}

func (p *pipeline) gather(tables []string) {
	p.spill()
	p.kept = &gathering{order: tables, rows: map[string]*gathered{}}
}

// spill queues the rows that waited for others.
func (p *pipeline) spill() {
	if p.kept != nil && p.kept.n > 0 {
		p.kept.spill(func(q string, args []any) { p.queued = append(p.queued, queued{q: q, args: args}) })
	}
}

// waits reports whether there is something to send.
func (p *pipeline) waits() bool { return len(p.queued) > 0 || p.kept != nil && p.kept.n > 0 }

func (p *pipeline) ahead(q string, args []any, row func(scan func(dest ...any) error) error) error {
	return p.queue(queued{q: q, args: args, read: func(res pgx.BatchResults) error { return scanned(res, row) }})
}

func (p *pipeline) arrived() error {
	if !p.waits() {
		return nil
	}
	return p.begun()
}

func (p *pipeline) queue(w queued) error {
	p.spill() // what was written before comes before
	p.queued = append(p.queued, w)
	if len(p.queued) < maxQueued {
		return nil
	}
	return p.begun()
}

// pending makes a batch of what is queued; before are those whose results come ahead of the next statement's.
func (p *pipeline) pending() (b *pgx.Batch, before []queued) {
	p.spill()
	b = &pgx.Batch{}
	if p.tx == nil {
		b.BeginTx(p.options)
		b.Queue("SELECT set_config('app.scope', $1, true), set_config('app.tenant', $2, true)",
			string(p.scope.kind), p.scope.tenant.String())
		before = make([]queued, b.Len(), b.Len()+len(p.queued))
	}
	before = append(before, p.queued...)
	for _, w := range p.queued {
		b.Queue(w.q, w.args...)
	}
	p.queued = nil
	return b, before
}

// send sends the batch and reads the results that come first.
func (p *pipeline) send(b *pgx.Batch, before []queued) (pgx.BatchResults, error) {
	res := p.conn.SendBatch(p.ctx, b)
	if p.tx == nil {
		p.tx = res.Tx()
	}
	for i, w := range before {
		var err error
		if w.read != nil {
			err = w.read(res)
		} else {
			_, err = res.Exec()
		}
		if err != nil {
			_ = res.Close() // err came first
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
	defer func() { _ = res.Close() }() // scanned has seen how the last statement ended
	return scanned(res, row)
}

// reserveCase draws a number in the next round trip, whatever that is for. A number that is not used is lost, as that
// of a transaction that fails.
func (p *pipeline) reserveCase() error {
	return p.queue(queued{q: "SELECT nextval('case_sequence')", read: func(res pgx.BatchResults) error {
		var n int64
		err := res.QueryRow().Scan(&n)
		p.reserved = append(p.reserved, n)
		return err
	}})
}

func (p *pipeline) nextCase() (n int64, err error) {
	if len(p.reserved) > 0 {
		n, p.reserved = p.reserved[0], p.reserved[1:]
		return n, nil
	}
	err = p.query("SELECT nextval('case_sequence')", nil, func(scan func(dest ...any) error) error { return scan(&n) })
	return n, err
}

// begun begins the transaction and sends everything that is queued.
func (p *pipeline) begun() error {
	if p.tx == nil || p.waits() {
		b, before := p.pending()
		res, err := p.send(b, before)
		if err != nil {
			return err
		}
		if err := res.Close(); err != nil {
			return err
		}
	}
	return nil
}

// later is the transaction for a library that writes before the commit: what it writes is queued.
func (p *pipeline) later() (pgx.Tx, error) {
	if p.tx == nil {
		if err := p.begun(); err != nil {
			return nil, err
		}
	}
	return laterTx{p.tx, p}, nil
}

// commit sends the buffered writes and COMMIT. A transaction without statements costs nothing.
func (p *pipeline) commit() error {
	if p.tx == nil && !p.waits() {
		return nil
	}
	if !p.waits() {
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
		_ = p.tx.Rollback(context.WithoutCancel(p.ctx))
	}
}
