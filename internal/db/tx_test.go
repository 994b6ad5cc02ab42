package db_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
)

type role string

func TestValuesComeBackAsTheyWereStored(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		person, at, none := id.New(), clk.Now().Add(123456*time.Microsecond), (*time.Time)(nil)
		inSystem(t, d, func(tx *db.Tx) error {
			n, err := tx.Exec(`INSERT INTO person (id, email, email_norm, name, staff_role, shortcuts, created_at, disabled_at)
				VALUES ($7, $1, $1, $2, $3, $4, $5, $6)`, "a@b", "王小明", role("engineer"), false, at, none, person)
			if n != 1 {
				t.Errorf("%d rows", n)
			}
			return err
		})
		err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			var (
				gotID             id.ID
				email, name       string
				gotRole           role
				shortcuts         bool
				created           time.Time
				disabled          *time.Time
				disabledRaw       *int64
				seconds           int
				noCustomer        id.ID
				customer, someKey *string
			)
			//nolint:dupword // one column is read as two types
			err := tx.Row(`SELECT id, email, name, staff_role, shortcuts, created_at, disabled_at, disabled_at, created_at / 1000000,
				(SELECT id FROM customer), (SELECT name FROM customer), name FROM person WHERE id = $1 AND disabled_at IS NULL`, []any{person},
				&gotID, &email, &name, &gotRole, &shortcuts, db.Time(&created), db.NullTime(&disabled), &disabledRaw, &seconds,
				&noCustomer, &customer, &someKey)
			if err != nil {
				return err
			}
			if gotID != person || email != "a@b" || name != "王小明" || gotRole != "engineer" || shortcuts || !created.Equal(at) ||
				created.Location() != time.UTC || disabled != nil || disabledRaw != nil || seconds != int(at.Unix()) ||
				!noCustomer.IsZero() || customer != nil || *someKey != name {
				t.Error(gotID, email, name, gotRole, shortcuts, created, disabled, seconds, noCustomer, customer)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		customer, _ := addCustomer(t, d, "c")
		err = d.View(t.Context(), db.ForTenant(customer), func(tx *db.Tx) error {
			var key []byte
			if err := tx.Row("SELECT data_key FROM customer WHERE id = $1", []any{customer}, &key); err != nil {
				return err
			}
			if string(key) != "\x00\x01\xff" {
				t.Errorf("%x", key)
			}
			if err := tx.Row("SELECT key FROM customer WHERE id = $1", []any{person}, &key); !errors.Is(err, db.ErrNoRows) {
				t.Errorf("no row gives %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestBufferedWritesAreSeenByLaterStatementsAndCommitted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		put := func(tx *db.Tx, name string) error {
			return tx.Buffer("INSERT INTO setting (name, value) VALUES ($1, $1)", name)
		}
		inSystem(t, d, func(tx *db.Tx) error {
			var n int64
			err := errors.Join(put(tx, "a"), put(tx, "b"), tx.Row("SELECT count(*) FROM setting", nil, &n), put(tx, "c"))
			if n != 2 {
				t.Errorf("%d rows seen", n)
			}
			return err
		})
		inSystem(t, d, func(tx *db.Tx) error { return put(tx, "only buffered") })
		inSystem(t, d, func(*db.Tx) error { return nil })
		err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { return errors.Join(put(tx, "d"), put(tx, "a")) })
		if !db.IsUnique(err) {
			t.Errorf("the failure of a buffered write is lost: %v", err)
		}
		if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM setting"); n != 4 {
			t.Errorf("%d rows stored", n)
		}
	})
}

// What is asked for ahead has come when the next Query returns, or Arrived; it sees what was written before it, and what its
// rows are refused for fails the transaction.
func TestWhatIsAskedAheadComesWithTheNextAnswer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		one := func(into *int64) func(scan func(...any) error) error {
			return func(scan func(...any) error) error { return scan(into) }
		}
		for _, read := range []func(fn func(tx *db.Tx) error) error{
			func(fn func(tx *db.Tx) error) error { return d.View(t.Context(), db.ForSystem("test"), fn) },
			func(fn func(tx *db.Tx) error) error { return d.Update(t.Context(), db.ForSystem("test"), fn) },
		} {
			var a, b, c, none int64
			err := read(func(tx *db.Tx) error {
				none = -1
				err := errors.Join(tx.Ahead(`SELECT 1`, nil, one(&a)), tx.Ahead(`SELECT 2 WHERE 1 = 0`, nil, one(&none)))
				if err == nil {
					err = tx.Row(`SELECT 3`, nil, &c)
				}
				if a != 1 || c != 3 || none != -1 {
					t.Errorf("after the next answer: %d, %d, %d", a, c, none)
				}
				if err == nil {
					err = errors.Join(tx.Ahead(`SELECT 2`, nil, one(&b)), tx.Arrived(), tx.Arrived())
				}
				return err
			})
			if err != nil || b != 2 {
				t.Errorf("%d, %v", b, err)
			}
			refused := errors.New("not this row")
			err = read(func(tx *db.Tx) error {
				if err := tx.Ahead(`SELECT 1`, nil, func(func(...any) error) error { return refused }); err != nil {
					return err
				}
				return tx.Arrived()
			})
			if !errors.Is(err, refused) {
				t.Errorf("a refused row: %v", err)
			}
			err = read(func(tx *db.Tx) error {
				err := tx.Ahead(`SELECT 1`, nil, func(func(...any) error) error {
					_, err := tx.Exec(`SELECT 1`)
					return err
				})
				return errors.Join(err, tx.Arrived())
			})
			if !errors.Is(err, db.ErrBusy) {
				t.Errorf("a statement between rows: %v", err)
			}
		}
	})
}

func TestAFailedStatementEndsTheUpdateEvenIfItsErrorIsSwallowed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		ran := false
		put := func(tx *db.Tx) error {
			_, err := tx.Exec("INSERT INTO setting (name, value) VALUES ('x', 'y')")
			return err
		}
		err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			tx.AfterCommit(func() { ran = true })
			if err := put(tx); err != nil {
				return err
			}
			if err := put(tx); !db.IsUnique(err) {
				t.Error(err)
			}
			if _, err := tx.Exec("DELETE FROM setting"); !db.IsUnique(err) {
				t.Errorf("a statement ran after a failed one: %v", err)
			}
			return nil
		})
		if !db.IsUnique(err) || ran || count(t, d, db.ForSystem("test"), "SELECT count(*) FROM setting") != 0 {
			t.Error(err, ran)
		}
	})
}

// PostgreSQL may end a statement after its first rows, for instance because others were in its way: whoever wanted
// only the first row must hear of it, or the next statement fails for no reason and nothing runs again.
func TestAStatementThatFailsAfterItsFirstRowFails(t *testing.T) {
	if dbtest.WithoutPostgres() {
		return
	}
	d := dbtest.Postgres(t, clock.NewStepping(dbtest.Start()))
	err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		var n int64
		return tx.Row("SELECT 1 / (2 - g.x) FROM generate_series(1, 3) AS g(x)", nil, &n)
	})
	if err == nil {
		t.Error("the failure after the first row was lost")
	}
}

func TestWhatFailsLeavesNothingAndRunsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		boom := errors.New("boom")
		ran := 0
		try := func(ctx context.Context, end func() error) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = p.(error)
				}
			}()
			return d.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
				tx.AfterCommit(func() { ran++ })
				if _, err := tx.Exec("INSERT INTO setting (name, value) VALUES ('x', 'y')"); err != nil {
					return err
				}
				return end()
			})
		}
		if err := try(t.Context(), func() error { return boom }); !errors.Is(err, boom) {
			t.Error(err)
		}
		if err := try(t.Context(), func() error { panic(boom) }); !errors.Is(err, boom) {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := try(ctx, func() error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM setting"); n != 0 || ran != 0 {
			t.Error(n, ran)
		}
		if err := try(t.Context(), func() error { return nil }); err != nil || ran != 1 {
			t.Error(err, ran)
		}
	})
}

func TestWrongUseIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		s := db.ForSystem("test")
		var leaked *db.Tx
		err := d.Update(t.Context(), s, func(tx *db.Tx) error {
			leaked = tx
			return d.Update(tx.Context(), s, func(*db.Tx) error { return nil })
		})
		if !errors.Is(err, db.ErrNested) {
			t.Errorf("nested: %v", err)
		}
		if _, err := leaked.Exec("SELECT 1"); !errors.Is(err, db.ErrEnded) {
			t.Errorf("escaped: %v", err)
		}
		err = d.View(t.Context(), s, func(tx *db.Tx) error {
			return tx.Query("SELECT 1", nil, func(func(...any) error) error {
				return tx.Row("SELECT 1", nil, new(int64))
			})
		})
		if !errors.Is(err, db.ErrBusy) {
			t.Errorf("statement inside of a row function: %v", err)
		}
		err = d.View(t.Context(), s, func(tx *db.Tx) error {
			_, err := tx.Exec("INSERT INTO setting (name, value) VALUES ('x', 'y')")
			return err
		})
		if err == nil || count(t, d, s, "SELECT count(*) FROM setting") != 0 {
			t.Error("a View has written")
		}
		for _, nobody := range []db.Scope{{}, db.ForTenant(id.ID{}), db.ForStaff(id.ID{}, "queue"), db.ForStaff(id.New(), ""), db.ForSystem("")} {
			if err := d.View(t.Context(), nobody, func(*db.Tx) error { return nil }); err == nil {
				t.Errorf("%+v is a scope", nobody)
			}
		}
		err = d.View(t.Context(), s, func(tx *db.Tx) error { return tx.Row("SELECT $1", []any{struct{}{}}, new(string)) })
		if err == nil {
			t.Error("a struct was bound")
		}
	})
}

func TestTheInstantOfATransactionDoesNotMove(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		clk.Set(time.Date(2026, 3, 4, 10, 0, 0, 1999, time.FixedZone("", 3600)))
		inSystem(t, d, func(tx *db.Tx) error {
			clk.Forward(time.Hour)
			if want := time.Date(2026, 3, 4, 9, 0, 0, 1000, time.UTC); tx.Now() != want {
				t.Error(tx.Now(), want)
			}
			return nil
		})
	})
}

func TestCaseNumbersRiseAndAreNeverGivenTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		var mu sync.Mutex
		seen := map[int64]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					var n int64
					err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) (err error) {
						n, err = tx.NextCaseSequence()
						return err
					})
					mu.Lock()
					if err != nil || n < 1 || seen[n] {
						t.Error(n, err)
					}
					seen[n] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	})
}

// Two people look at the same state and each decides on it: only one decision may stand on what was seen.
func TestDecisionsOnTheSameStateAreMadeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
					var n int64
					if err := tx.Row("SELECT count(*) FROM setting", nil, &n); err != nil || n >= 3 {
						return err // no seat left
					}
					return tx.Buffer("INSERT INTO setting (name, value) VALUES ($1, 'seat')", string(rune('a'+i)))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM setting"); n != 3 {
			t.Errorf("%d of 3 seats are taken", n)
		}
	})
}

// Under Snapshot the same row is still changed by one after the other, and a unique key that somebody took in the
// meantime is seen when fn runs again.
func TestASnapshotLosesNoChangeOfTheSameRow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		inSystem(t, d, func(tx *db.Tx) error {
			return tx.Buffer("INSERT INTO policy_edition (edition, pack, effective_at, sha256, imported_at) VALUES ('e', 'p', 0, '', 0)")
		})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := d.Update(t.Context(), db.ForSystem("test").Snapshot(), func(tx *db.Tx) error {
					tx.MarkJournaled()
					var n int64
					if err := tx.Row("SELECT effective_at FROM policy_edition", nil, &n); err != nil {
						return err
					}
					if err := tx.Row("SELECT value FROM setting WHERE name = 'first'", nil, new(string)); errors.Is(err, db.ErrNoRows) {
						if err := tx.Buffer("INSERT INTO setting (name, value) VALUES ('first', 'x')"); err != nil {
							return err
						}
					}
					return tx.Buffer("UPDATE policy_edition SET effective_at = $1", n+1)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(t, d, db.ForSystem("test"), "SELECT effective_at FROM policy_edition"); n != 8 {
			t.Errorf("%d of 8 changes", n)
		}
	})
}

// pair collects on both engines.
type pair struct{ n int }

func (p *pair) Flush(ctx context.Context, b *db.Batch, items []any) error {
	p.n++
	for _, x := range items {
		if err := b.Exec("INSERT INTO setting (name, value) VALUES ($1, 'by the batch')", x); err != nil {
			return err
		}
	}
	if b.Engine() == db.SQLite {
		_, err := b.SQLite().ExecContext(ctx, "INSERT INTO setting (name, value) VALUES ('own', 'by the engine')")
		return err
	}
	tx, err := b.Postgres()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES ('own', 'by the engine')")
	return err
}

func TestCollectedItemsAreWrittenWithTheCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		p := &pair{}
		inSystem(t, d, func(tx *db.Tx) error {
			tx.Collect(p, "one")
			tx.Collect(p, "two")
			return nil
		})
		if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM setting"); n != 3 || p.n != 1 {
			t.Error(n, p.n)
		}
		if err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { tx.Collect(p, "one"); return nil }); !db.IsUnique(err) {
			t.Errorf("the failure of a collector is lost: %v", err)
		}
	})
}
