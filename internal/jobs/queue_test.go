package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/jobs"
)

// each runs fn on every engine, with the queue's tables.
func each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, onSQLite(t))
	})
	if dbtest.WithoutPostgres() {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, onPostgres(t))
	})
}

func onSQLite(t testing.TB) *db.DB {
	d := dbtest.SQLite(t, clock.NewStepping(dbtest.Start()))
	must(t, jobs.Migrate(context.Background(), d))
	must(t, jobs.Migrate(context.Background(), d)) // a second time changes nothing
	return d
}

func onPostgres(t testing.TB) *db.DB {
	owner, app := dbtest.PostgresURLs(t)
	must(t, jobs.Migrate(context.Background(), dbtest.Open(t, owner, db.Options{})))
	return dbtest.Open(t, app, db.Options{Clock: clock.NewStepping(dbtest.Start())})
}

type none struct{}

type number struct{ N int }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// queue makes and starts a queue that tries again at once.
func queue(t testing.TB, d *db.DB, handlers map[string]jobs.Handler) *jobs.Queue {
	t.Helper()
	q, err := jobs.New(d, handlers, jobs.Options{BackOff: func(int) time.Duration { return 0 }})
	must(t, err)
	must(t, q.Start(t.Context()))
	t.Cleanup(func() { _ = q.Stop() })
	return q
}

func enqueue(d *db.DB, q *jobs.Queue, kind string, args any) error {
	return d.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error { return q.Enqueue(tx, kind, args) })
}

func receive[T any](t testing.TB, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	return v
}

// eventually waits until the counts of the jobs are as wanted: River stores an outcome after the handler returned.
func eventually(t testing.TB, q *jobs.Queue, want jobs.Counts) {
	t.Helper()
	var got jobs.Counts
	for deadline := time.After(20 * time.Second); ; {
		var err error
		got, err = q.Counts(context.Background())
		must(t, err)
		if got == want {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("counts %+v, want %+v", got, want)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestAJobRunsOnceWithItsArgumentsWhenItsTransactionCommits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		got := make(chan string, 10)
		q := queue(t, d, map[string]jobs.Handler{"mail.send": func(_ context.Context, args json.RawMessage) error {
			got <- string(args)
			return nil
		}})
		undone := errors.New("undone")
		err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			return errors.Join(q.Enqueue(tx, "mail.send", none{}), undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		must(t, enqueue(d, q, "mail.send", map[string]int{"case": 20418}))
		if args := receive(t, got); args != `{"case":20418}` && args != `{"case": 20418}` {
			t.Errorf("got %s", args)
		}
		eventually(t, q, jobs.Counts{})
		if len(got) != 0 {
			t.Errorf("a job too many: %s", <-got)
		}
	})
}

func TestAFailedJobIsTriedAgainAndItsHandlerWritesThroughUpdate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		var tries atomic.Int64
		done := make(chan int64, 1)
		q := queue(t, d, map[string]jobs.Handler{"count": func(ctx context.Context, _ json.RawMessage) error {
			n := tries.Add(1)
			err := d.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
				return tx.Buffer("INSERT INTO setting (name, value) VALUES ($1, 'x') ON CONFLICT DO NOTHING", "tries")
			})
			if err != nil || n < 3 {
				return errors.Join(err, errors.New("not yet"))
			}
			done <- n
			return nil
		}})
		must(t, enqueue(d, q, "count", none{}))
		if n := receive(t, done); n != 3 {
			t.Errorf("%d tries", n)
		}
		eventually(t, q, jobs.Counts{})
	})
}

func TestHopelessJobsStayVisibleAndHoldNobodyUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		var tries atomic.Int64
		done := make(chan bool, 1)
		q := queue(t, d, map[string]jobs.Handler{
			"poison": func(context.Context, json.RawMessage) error {
				tries.Add(1)
				return jobs.Hopeless(errors.New("no such mailbox"))
			},
			"fine": func(context.Context, json.RawMessage) error { done <- true; return nil },
		})
		must(t, enqueue(d, q, "poison", none{}))
		must(t, enqueue(d, q, "fine", none{}))
		receive(t, done)
		eventually(t, q, jobs.Counts{Failed: 1})
		if n := tries.Load(); n != 1 {
			t.Errorf("%d tries of a hopeless job", n)
		}
	})
}

func TestAJobNobodyHandlesIsRefusedWhereItIsEnqueued(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		q := queue(t, d, map[string]jobs.Handler{"known": func(context.Context, json.RawMessage) error { return nil }})
		if enqueue(d, q, "unknown", none{}) == nil {
			t.Error("a job that nobody handles was taken")
		}
		for _, args := range []any{nil, "text", 1, []int{1}, func() {}} {
			if enqueue(d, q, "known", args) == nil {
				t.Errorf("%T was taken as the arguments", args)
			}
		}
	})
}

func TestStopEndsInTimeAndWhatItCutRunsAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		running, again := make(chan bool, 1), make(chan bool, 1)
		first := queue(t, d, map[string]jobs.Handler{"long": func(ctx context.Context, _ json.RawMessage) error {
			running <- true
			<-ctx.Done()
			return ctx.Err()
		}})
		must(t, enqueue(d, first, "long", none{}))
		receive(t, running)
		began := clock.Real{}.Now()
		must(t, first.Stop())
		if took := (clock.Real{}).Now().Sub(began); took > 5*time.Second {
			t.Errorf("Stop took %s", took)
		}
		queue(t, d, map[string]jobs.Handler{"long": func(context.Context, json.RawMessage) error { again <- true; return nil }})
		receive(t, again)
	})
}

// A killed process leaves its jobs in the state running. On SQLite the next one takes them at once.
func TestJobsOfAKilledProcessRunAgain(t *testing.T) {
	t.Parallel()
	d := onSQLite(t)
	done := make(chan bool, 1)
	handlers := map[string]jobs.Handler{"work": func(context.Context, json.RawMessage) error { done <- true; return nil }}
	idle, err := jobs.New(d, handlers, jobs.Options{})
	must(t, err)
	must(t, enqueue(d, idle, "work", none{}))
	_, err = d.Pools().SQLite.Exec("UPDATE river_job SET state = 'running', attempt = 1, attempted_at = created_at")
	must(t, err)
	eventually(t, idle, jobs.Counts{Running: 1})
	queue(t, d, handlers)
	receive(t, done)
}

func TestEveryJobOfManyRunsOnceWhileOthersWrite(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		const n = 300
		got := make(chan int, 2*n)
		q := queue(t, d, map[string]jobs.Handler{"number": func(_ context.Context, args json.RawMessage) error {
			var n number
			err := json.Unmarshal(args, &n)
			got <- n.N
			return err
		}})
		failed := make(chan error, n)
		for i := range n {
			go func() { failed <- enqueue(d, q, "number", number{i}) }()
		}
		for range n {
			must(t, receive(t, failed))
		}
		seen := map[int]int{}
		for range n {
			seen[receive(t, got)]++
		}
		eventually(t, q, jobs.Counts{})
		if len(seen) != n || len(got) != 0 {
			t.Errorf("%d different jobs of %d, %d too many", len(seen), n, len(got))
		}
	})
}

func TestJobsThatWaitForAnotherMachineHoldUpNoOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		const workers = 2
		release, done, began := make(chan bool), make(chan bool, 1), make(chan bool, 2*workers)
		q, err := jobs.New(d, map[string]jobs.Handler{
			"hangs": func(context.Context, json.RawMessage) error { began <- true; <-release; return nil },
			"quick": func(context.Context, json.RawMessage) error { done <- true; return nil },
		}, jobs.Options{Workers: workers, Slow: []string{"hangs"}})
		must(t, err)
		must(t, q.Start(t.Context()))
		t.Cleanup(func() { _ = q.Stop() })
		for range workers {
			must(t, enqueue(d, q, "hangs", none{}))
		}
		for range workers {
			receive(t, began)
		}
		must(t, enqueue(d, q, "quick", none{}))
		receive(t, done)
		close(release)
	})
}
