package db

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liaison/internal/errs"
)

// These tests run in synctest bubbles: synctest.Wait returns when every Update that was started waits for its turn,
// so the order in which they queue is known without waiting for time to pass.

func openWriter(t testing.TB) *DB {
	t.Helper()
	d, err := Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "t.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	raw(t, d, "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT UNIQUE, body TEXT)")
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func raw(t testing.TB, d *DB, q string) {
	t.Helper()
	if _, err := d.Pools().SQLite.Exec(q); err != nil {
		t.Fatal(err)
	}
}

func update(ctx context.Context, d *DB, fn func(*Tx) error) error {
	return d.Update(ctx, ForSystem("test"), fn)
}

func put(who string) func(*Tx) error {
	return func(tx *Tx) error { _, err := tx.Exec("INSERT INTO a (who) VALUES ($1)", who); return err }
}

func stored(t testing.TB, d *DB) string {
	t.Helper()
	var all []string
	err := d.View(context.Background(), ForSystem("test"), func(tx *Tx) error {
		return tx.Query("SELECT who FROM a ORDER BY id", nil, func(scan func(...any) error) error {
			var who string
			err := scan(&who)
			all = append(all, who)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// flushes counts commits.
type flushes struct {
	n    int
	fail error
	do   func(b *Batch, items []any) error
}

func (f *flushes) Flush(_ context.Context, b *Batch, items []any) error {
	f.n++
	if f.do != nil {
		if err := f.do(b, items); err != nil {
			return err
		}
	}
	return f.fail
}

// crowd holds the turn with one Update until the others are queued in the given order, so that all share one
// transaction. It returns their errors.
func crowd(t *testing.T, d *DB, leader func(*Tx) error, others ...func(*Tx) error) []error {
	t.Helper()
	all := make([]error, len(others)+1)
	var wg sync.WaitGroup
	gate := make(chan struct{})
	call := func(i int, fn func(*Tx) error) {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					all[i] = fmt.Errorf("panic: %v", p)
				}
			}()
			all[i] = errors.New("goexit")
			all[i] = update(t.Context(), d, fn)
		})
		synctest.Wait()
	}
	call(0, func(tx *Tx) error { <-gate; return leader(tx) })
	for i, fn := range others {
		call(i+1, fn)
	}
	close(gate)
	wg.Wait()
	return all
}

func TestConcurrentUpdatesShareOneCommitInTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, count := openWriter(t), &flushes{}
		counted := func(who string) func(*Tx) error {
			return func(tx *Tx) error { tx.Collect(count, who); return put(who)(tx) }
		}
		all := crowd(t, d, counted("0"), counted("1"), counted("2"), counted("3"))
		if err := errors.Join(all...); err != nil || count.n != 1 {
			t.Fatal(err, count.n)
		}
		if got := stored(t, d); got != "0 1 2 3" {
			t.Fatal(got)
		}
	})
}

func TestAFailingPanickingOrExitingUpdateUndoesOnlyItsOwnWork(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	bad := func(how func() error) func(*Tx) error {
		return func(tx *Tx) error { _ = put("lost")(tx); return how() }
	}
	fail := bad(func() error { return boom })
	panics := bad(func() error { panic("ouch") })
	exits := bad(func() error { runtime.Goexit(); return nil })
	for name, lead := range map[string]func(*Tx) error{"good leads": put("0"), "failing leads": fail, "panicking leads": panics, "exiting leads": exits} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := openWriter(t)
				all := crowd(t, d, lead, put("1"), fail, put("2"), panics, put("3"), exits, put("4"), put("1"))
				want := "1 2 3 4"
				if name == "good leads" {
					want = "0 " + want
				}
				if got := stored(t, d); got != want {
					t.Fatal(got)
				}
				if err := errors.Join(all[1], all[3], all[5], all[7]); err != nil {
					t.Fatal(err)
				}
				if !errors.Is(all[2], boom) || all[4].Error() != "panic: ouch" || all[6].Error() != "goexit" || !IsUnique(all[8]) {
					t.Fatal(all)
				}
				if err := update(t.Context(), d, put("after")); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

func TestAnEndedContextEndsTheWaitAndTheWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := openWriter(t)
		waiting, cancel := context.WithCancel(t.Context())
		all := crowd(t, d, func(tx *Tx) error {
			in := make(chan error, 1)
			go func() { in <- update(waiting, d, put("never")) }()
			synctest.Wait()
			cancel()
			if err := <-in; !errors.Is(err, context.Canceled) { // at once, although we still hold the turn
				t.Error(err)
			}
			return put("0")(tx)
		})
		if all[0] != nil {
			t.Fatal(all)
		}
		during, cancel := context.WithCancel(t.Context())
		err := update(during, d, func(tx *Tx) error {
			if err := put("half")(tx); err != nil {
				return err
			}
			cancel()
			return put("other half")(tx)
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if err := update(during, d, put("never")); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got := stored(t, d); got != "0" {
			t.Fatal(got)
		}
	})
}

func TestAFullDiskFailsTheSharedTransactionAndNothingElse(t *testing.T) {
	t.Parallel()
	big := func(tx *Tx) error {
		_, err := tx.Exec("INSERT INTO a (who, body) VALUES ('big', $1)", strings.Repeat("x", 400_000))
		return err
	}
	swallow := func(tx *Tx) error { _ = big(tx); _ = put("stray")(tx); return nil }
	for name, fn := range map[string]func(*Tx) error{"reported": big, "swallowed": swallow} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := openWriter(t)
				raw(t, d, "PRAGMA max_page_count = 40")
				all := crowd(t, d, put("0"), put("1"), fn, put("2"))
				for i, err := range all[:3] {
					if e := errs.As(err); e.Kind != errs.NoSpace || e.Key != "error.disk_full" {
						t.Errorf("%d: %v", i, err)
					}
				}
				// "2" came after the loss: it went into the next transaction
				if got := stored(t, d); all[3] != nil || got != "2" {
					t.Fatal(all[3], got)
				}
			})
		})
	}
}

func TestADeferredForeignKeyWouldFailEverybody(t *testing.T) { // why DEFERRABLE is not used
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := openWriter(t)
		raw(t, d, "CREATE TABLE c (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)")
		all := crowd(t, d, put("0"), func(tx *Tx) error { _, err := tx.Exec("INSERT INTO c VALUES (999)"); return err })
		if all[0] == nil || all[1] == nil {
			t.Fatal("expected both to fail", all)
		}
		if err := update(t.Context(), d, put("after")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEveryAcknowledgedUpdateIsStoredAndNoOther(t *testing.T) {
	t.Parallel()
	d := openWriter(t)
	var wg sync.WaitGroup
	var acknowledged sync.Map
	for g := range 32 {
		wg.Go(func() {
			for i := range 40 {
				who := fmt.Sprintf("%d-%d", g, i)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+(g*i)%7)*time.Millisecond)
				func() {
					defer func() { _ = recover() }()
					err := update(ctx, d, func(tx *Tx) error {
						if err := put(who)(tx); err != nil {
							return err
						}
						switch (g + i) % 5 {
						case 0:
							return errors.New("no")
						case 1:
							panic("no")
						}
						return nil
					})
					if err == nil {
						acknowledged.Store(who, true)
					}
				}()
				cancel()
			}
		})
	}
	wg.Wait()
	n := 0
	for who := range strings.FieldsSeq(stored(t, d)) {
		if _, found := acknowledged.LoadAndDelete(who); !found {
			t.Errorf("%s is stored but was not acknowledged", who)
		}
		n++
	}
	acknowledged.Range(func(who, _ any) bool { t.Errorf("%s was acknowledged but is not stored", who); return true })
	if n == 0 {
		t.Fatal("nothing was stored")
	}
}

func TestCollectorsRunOncePerCommitForThoseWhoSucceed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := openWriter(t)
		jobs := &flushes{do: func(b *Batch, items []any) error {
			for _, x := range items {
				if err := b.Exec("INSERT INTO a (who) VALUES ($1)", x); err != nil {
					return err
				}
			}
			return nil
		}}
		add := func(who string) func(*Tx) error {
			return func(tx *Tx) error { tx.Collect(jobs, "job-"+who); return put(who)(tx) }
		}
		no := func(tx *Tx) error { tx.Collect(jobs, "job-lost"); return errors.New("no") }
		crowd(t, d, add("0"), no, add("1"))
		if got := stored(t, d); got != "0 1 job-0 job-1" || jobs.n != 1 {
			t.Fatal(got, jobs.n)
		}
		jobs.fail = errors.New("no queue")
		all := crowd(t, d, add("2"), add("3"))
		if got := stored(t, d); !errors.Is(all[0], jobs.fail) || !errors.Is(all[1], jobs.fail) || got != "0 1 job-0 job-1" {
			t.Fatal(all, got)
		}
		jobs.do = func(*Batch, []any) error { panic("ouch") }
		if all = crowd(t, d, add("4"), add("5")); all[0] == nil || all[1] == nil {
			t.Fatal("a panicking collector left somebody acknowledged", all)
		}
	})
}

func TestCloseLetsTheCommitInProgressEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := openWriter(t)
		gate, closed := make(chan struct{}), make(chan error, 1)
		first := make(chan error, 1)
		go func() { first <- update(t.Context(), d, func(tx *Tx) error { <-gate; return put("0")(tx) }) }()
		synctest.Wait()
		go func() { closed <- d.Close() }()
		synctest.Wait()
		close(gate)
		if err := errors.Join(<-first, <-closed); err != nil {
			t.Fatal(err)
		}
		if err := update(t.Context(), d, put("x")); !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
		if err := d.View(t.Context(), ForSystem("test"), put("x")); !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
	})
}

// After a start every text is new. Whoever else uses the connection, as the job queue does, may go ahead of each one that is
// kept: they are kept a few at a time, and nobody waits for it whose work is durable.
func TestKeepingNewStatementsHoldsUpNobodyForLong(t *testing.T) {
	t.Parallel()
	d := openWriter(t)
	raw(t, d, "CREATE TABLE other (n INTEGER)")
	stop := make(chan struct{})
	var others atomic.Int64
	var queue sync.WaitGroup
	for range 4 {
		queue.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if _, err := d.Pools().SQLite.Exec("INSERT INTO other (n) VALUES (1)"); err == nil {
						others.Add(1)
					}
				}
			}
		})
	}
	const texts = 300
	before := int64(0)
	err := update(t.Context(), d, func(tx *Tx) error {
		for i := range texts {
			if _, err := tx.Exec(fmt.Sprintf("INSERT INTO a (who) VALUES ('%d')", i)); err != nil {
				return err
			}
		}
		before = others.Load()
		return nil
	})
	if err == nil {
		err = update(t.Context(), d, put("next"))
	}
	went := others.Load() - before
	close(stop)
	queue.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if went >= texts/2 { // one for each that is kept, and some for the two commits
		t.Errorf("%d of the queue's statements went ahead of the next update", went)
	}
}
