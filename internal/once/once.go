// Package once makes a POST with an Idempotency-Key happen once. The answer is kept in the same transaction as the
// work, so that after a lost connection or a kill the same key gives the same answer and never a second case.
package once

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Keep is how long an answer is kept.
const Keep = 24 * time.Hour

// MaxKey is the longest key accepted, in bytes.
const MaxKey = 200

// Request is one call with a key: who, which route, and the hash of what was sent.
type Request struct {
	Actor id.ID
	Route string // e.g. "POST /api/v1/cases"
	Key   string
	Hash  []byte // SHA-256 of what was sent
}

// Answer is what the first call was told.
type Answer struct {
	Hash   []byte // of what the first call sent
	Status int
	Header map[string]string
	Body   []byte
}

// Keeper holds back a second call with a key while the first is under way.
type Keeper struct {
	db *db.DB

	mu      sync.Mutex
	flights map[flight]*turn
}

type flight struct {
	actor      id.ID
	route, key string
}

type turn struct {
	free    chan struct{} // holds a token while nobody works on the key
	waiting int
}

// New gives a Keeper over d.
func New(d *db.DB) *Keeper { return &Keeper{db: d, flights: map[flight]*turn{}} }

// Enter waits until no other call with the same key is under way, then looks for its answer. The caller calls leave
// when it is done, and compares what was sent by SameAs. It fails with ctx's error when the wait is over first.
func (k *Keeper) Enter(ctx context.Context, r Request) (answer *Answer, leave func(), err error) {
	f := flight{r.Actor, r.Route, r.Key}
	k.mu.Lock()
	t := k.flights[f]
	if t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		k.flights[f] = t
	}
	t.waiting++
	k.mu.Unlock()
	forget := func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if t.waiting--; t.waiting == 0 {
			delete(k.flights, f)
		}
	}
	select {
	case <-t.free:
	case <-ctx.Done():
		forget()
		return nil, nil, ctx.Err()
	}
	leave = func() {
		t.free <- struct{}{}
		forget()
	}
	answer, err = k.look(ctx, r)
	if err != nil {
		leave()
		return nil, nil, err
	}
	return answer, leave, nil
}

func (k *Keeper) look(ctx context.Context, r Request) (*Answer, error) {
	var a Answer
	var header string
	var at time.Time
	err := k.db.Look(ctx, db.ForSystem("once.look"), `SELECT body_hash, status, header, body, created_at FROM idempotency
		WHERE actor = $1 AND route = $2 AND key = $3`, []any{r.Actor, r.Route, r.Key}, &a.Hash, &a.Status, &header, &a.Body, db.Time(&at))
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !at.After(k.db.Clock().Now().Add(-Keep)) {
		return nil, k.drop(ctx, r)
	}
	return &a, json.Unmarshal([]byte(header), &a.Header)
}

// drop removes an answer that is no longer kept, so that its key is free again.
func (k *Keeper) drop(ctx context.Context, r Request) error {
	return k.db.Update(ctx, db.ForSystem("once.forget"), func(tx *db.Tx) error {
		return tx.Buffer(`DELETE FROM idempotency WHERE actor = $1 AND route = $2 AND key = $3 AND created_at <= $4`,
			r.Actor, r.Route, r.Key, tx.Now().Add(-Keep))
	})
}

// Taken reports whether err says that another process has answered the same key meanwhile: the work is undone, and
// entering again finds that answer.
func Taken(err error) bool { return db.IsUniqueOf(err, "idempotency") }

// SameAs refuses an answer that was given to something else under the same key.
func (a *Answer) SameAs(hash []byte) error {
	if !bytes.Equal(a.Hash, hash) {
		return errs.New(errs.Conflict, "error.idempotency_key_reused")
	}
	return nil
}

// Save keeps the answer, inside the transaction that did the work. When there is one already, the transaction fails with
// what Taken recognises.
func Save(tx *db.Tx, r Request, a Answer) error {
	header, err := json.Marshal(a.Header)
	if err != nil {
		return err
	}
	return tx.Buffer(`INSERT INTO idempotency (actor, route, key, body_hash, status, header, body, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, r.Actor, r.Route, r.Key, r.Hash, a.Status, string(header), a.Body, tx.Now())
}

// Keep runs save in a transaction of its own: for an answer whose work stores nothing.
func (k *Keeper) Keep(ctx context.Context, save func(tx *db.Tx) error) error {
	return k.db.Update(ctx, db.ForSystem("once.keep"), save)
}

// Forget removes answers that are no longer kept. It is periodic work.
func (k *Keeper) Forget(ctx context.Context) (n int64, err error) {
	err = k.db.Update(ctx, db.ForSystem("once.forget"), func(tx *db.Tx) error {
		n, err = tx.Exec(`DELETE FROM idempotency WHERE created_at <= $1`, tx.Now().Add(-Keep))
		return err
	})
	return n, err
}
