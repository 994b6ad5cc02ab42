package db

import (
	"context"
	"database/sql"
	"fmt"
)

// writer lets concurrent Updates of one SQLite database share a transaction and its fsync. It owns the only write
// connection. The turn is a token in a channel: goroutines get it in order of arrival. Who finds no batch opens one
// and leads it: it commits when the turn comes round to it again, that is after everybody who was waiting when it
// let go. Fields below turn belong to its holder.
type writer struct {
	pool  *sql.DB // one connection
	max   int     // functions per transaction
	lost  func(error)
	turn  chan struct{}
	cur   *batch
	stmts map[string]*sql.Stmt // prepared on the pool's connection
}

// batch is a shared transaction.
type batch struct {
	tx     *sql.Tx
	n      int
	bound  map[string]*sql.Stmt // writer.stmts bound to tx
	items  []collection         // of the functions that succeeded
	broken error                // SQLite rolled the transaction back by itself: nothing may be added
	err    error                // the outcome, valid once done is closed
	done   chan struct{}
}

// keptStatements bounds how many texts stay prepared on a connection.
const keptStatements = 500

// keptPerCommit bounds how many of them one commit adds: each waits for the connection behind whoever else has it (the job
// queue), and after a start every text is new.
const keptPerCommit = 8

func newWriter(pool *sql.DB, o Options) *writer {
	pool.SetMaxOpenConns(1)
	w := &writer{pool: pool, max: o.MaxBatch, lost: o.Lost, turn: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}}
	w.turn <- struct{}{}
	return w
}

// update runs fn in a savepoint of the shared transaction, in the caller's goroutine, and returns when that
// transaction is durable. An error or panic of fn undoes fn's work only. ctx ends the wait for the turn at once;
// later it is looked at between statements; after fn the outcome is awaited.
func (w *writer) update(ctx context.Context, newTx func() *Tx, fn func(*Tx) error) (err error) {
	b, lead, err := w.join(ctx)
	if err != nil {
		return err
	}
	defer func() { //nolint:contextcheck // on return, panic and Goexit alike; the outcome is awaited whatever ctx says
		if e := w.leave(b, lead); e != nil {
			err = e
		}
	}()
	part := &share{w: w, b: b, ctx: context.WithoutCancel(ctx)}
	return part.run(newTx(), fn)
}

func (w *writer) join(ctx context.Context) (b *batch, lead bool, err error) {
	for {
		select {
		case _, ok := <-w.turn:
			if !ok {
				return nil, false, ErrClosed
			}
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		if w.cur == nil || (w.cur.broken == nil && w.cur.n < w.max) {
			break
		}
		w.turn <- struct{}{} // full or broken: queue again, behind its leader
	}
	if err = ctx.Err(); err == nil && w.cur == nil {
		var t *sql.Tx
		if t, err = w.pool.BeginTx(context.Background(), nil); err == nil { //nolint:contextcheck // shared: it must outlive who began it
			w.cur, lead = &batch{tx: t, bound: map[string]*sql.Stmt{}, done: make(chan struct{})}, true
		}
	}
	if err != nil {
		w.turn <- struct{}{}
		return nil, false, err
	}
	w.cur.n++
	return w.cur, lead, nil
}

func (w *writer) leave(b *batch, lead bool) error {
	w.turn <- struct{}{}
	if lead {
		<-w.turn
		w.finish(b)
		w.cur = nil
		close(b.done) // it is durable: only the leader, and whoever wants the turn, waits for what follows
		w.keep(b)
		w.turn <- struct{}{}
	}
	<-b.done
	return b.err
}

// finish commits the batch. A panic of a collector is an error of the batch: nobody may be left waiting.
func (w *writer) finish(b *batch) {
	defer func() {
		if p := recover(); p != nil {
			b.err = fmt.Errorf("db: panic before commit: %v", p)
			_ = b.tx.Rollback() // the panic is what is told
		}
	}()
	b.err = b.broken
	if b.err == nil {
		b.err = flush(context.Background(), w.batchOf(b), b.items)
	}
	if b.err == nil {
		b.err = b.tx.Commit()
	}
	if w.lost != nil && syncFailed(b.err) {
		w.lost(b.err)
	}
	_ = b.tx.Rollback() // after a commit: nothing to do
}

// keep keeps some of the batch's new texts prepared, now that the connection is free.
func (w *writer) keep(b *batch) {
	added := 0
	for q := range b.bound {
		if added == keptPerCommit || len(w.stmts) == keptStatements {
			return
		}
		if w.stmts[q] == nil {
			if s, err := w.pool.PrepareContext(context.Background(), q); err == nil { //nolint:sqlclosecheck // kept until the pool is closed
				w.stmts[q] = s
			}
			added++
		}
	}
}

func (w *writer) batchOf(b *batch) *Batch {
	part := &share{w: w, b: b, ctx: context.Background()}
	return &Batch{sqlTx: b.tx, write: part.buffer}
}

// close lets the batch in progress end and refuses everybody after it.
func (w *writer) close() error {
	for <-w.turn; w.cur != nil; <-w.turn {
		w.turn <- struct{}{}
	}
	close(w.turn)
	return w.pool.Close()
}
