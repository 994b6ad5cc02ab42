package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/errs"
)

// Limits of a job. With the waits of backOff its tries spread over nine hours: a mail server may be away for six.
const (
	maxTries   = 40
	jobTimeout = time.Minute
	lostAfter  = 5 * time.Minute // a job whose process died is taken for lost, and runs again
	finishIn   = 3 * time.Second // how long Stop lets running jobs go on before it cancels them
	stopIn     = 5 * time.Second
	fetchEvery = 20 * time.Millisecond // between two looks for work while there is some: about 300 short jobs a second
	keepDone   = time.Hour
	keepFailed = 30 * 24 * time.Hour
)

// slowQueue is where jobs wait that wait for another machine.
const slowQueue = "slow"

// Handler does one kind of work. args is what Enqueue was given, as JSON. An error has it run again later, unless it
// is made by Hopeless.
type Handler func(ctx context.Context, args json.RawMessage) error

// Hopeless marks an error that another try would meet again: the job is failed at once.
func Hopeless(err error) error { return river.JobCancel(err) }

// IsHopeless reports whether an error was made by Hopeless.
func IsHopeless(err error) bool {
	var cancel *rivertype.JobCancelError
	return errors.As(err, &cancel)
}

// Later puts a job off without counting a try: it runs again after d, unless it is not needed by then.
func Later(d time.Duration) error { return river.JobSnooze(d) }

// Options of a Queue; the zero value serves production.
type Options struct {
	Log     *slog.Logger                   // nil discards
	Workers int                            // jobs at a time in this process; 0 is 8
	BackOff func(failed int) time.Duration // wait after so many failed tries; nil is 10 s, doubled up to 15 min
	Slow    []string                       // kinds that wait for another machine: they have workers of their own, so that they hold up nobody else
}

// Queue enqueues jobs and runs them.
type Queue struct {
	d     *db.DB
	kinds map[string]bool
	slow  []string
	river engine
}

// engine is River on one of the engines.
type engine interface {
	start(ctx context.Context) error
	stop(ctx context.Context) error
	insert(ctx context.Context, b *db.Batch, jobs []river.InsertManyParams) error
	release(ctx context.Context) error
}

// New makes the queue of d with a handler for every kind of job. It runs nothing before Start.
func New(d *db.DB, handlers map[string]Handler, o Options) (q *Queue, err error) {
	defer errs.Wrap(&err, "jobs.New")
	q = &Queue{d: d, kinds: map[string]bool{}, slow: o.Slow}
	workers := river.NewWorkers()
	for kind, h := range handlers {
		q.kinds[kind] = true
		river.AddWorkerArgs(workers, payload{kind: kind}, river.Worker[payload](worker{handle: h}))
	}
	if q.river, err = newEngine(d.Pools(), config(workers, o)); err != nil {
		return nil, err
	}
	return q, nil
}

func config(workers *river.Workers, o Options) *river.Config {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Workers == 0 {
		o.Workers = 8
	}
	if o.BackOff == nil {
		o.BackOff = backOff
	}
	return &river.Config{
		Logger: o.Log, Workers: workers, RetryPolicy: retry{o.BackOff},
		FetchCooldown: fetchEvery,
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}, slowQueue: {MaxWorkers: o.Workers}},
		MaxAttempts:   maxTries, JobTimeout: jobTimeout, RescueStuckJobsAfter: lostAfter, SoftStopTimeout: finishIn,
		CompletedJobRetentionPeriod: keepDone, CancelledJobRetentionPeriod: keepFailed, DiscardedJobRetentionPeriod: keepFailed,
	}
}

// Enqueue adds a job that runs after tx commits. args becomes a JSON object and holds ids and codes, not people's text.
// A kind without a handler and other arguments are refused here: in Flush they would fail everybody's commit.
func (q *Queue) Enqueue(tx *db.Tx, kind string, args any) (err error) {
	defer errs.Wrap(&err, "jobs.Enqueue(%s)", kind)
	if !q.kinds[kind] {
		return errors.New("no handler for this kind of job")
	}
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	if body[0] != '{' {
		return errors.New("the arguments of a job must be an object")
	}
	tx.Collect(q, payload{kind, body})
	return nil
}

// Flush stores what was enqueued; db calls it.
func (q *Queue) Flush(ctx context.Context, b *db.Batch, items []any) (err error) {
	defer errs.Wrap(&err, "jobs.Flush(%d)", len(items))
	list := make([]river.InsertManyParams, len(items))
	for i, item := range items {
		job, ok := item.(payload)
		if !ok {
			return fmt.Errorf("a %T is no job", item)
		}
		list[i].Args = job
		if slices.Contains(q.slow, job.kind) {
			list[i].InsertOpts = &river.InsertOpts{Queue: slowQueue}
		}
	}
	return q.river.insert(ctx, b, list)
}

// Start begins to run jobs, until Stop. Jobs that were running when an earlier process ended run again: on SQLite, which
// serves one process, at once; on PostgreSQL after a few minutes.
func (q *Queue) Start(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "jobs.Start")
	ctx = context.WithoutCancel(ctx) // Stop ends it, in its own order
	if err := q.river.release(ctx); err != nil {
		return err
	}
	return q.river.start(ctx)
}

// Stop takes no further job and lets the running ones finish; after three seconds it cancels them, to be run again
// after the next Start. It returns within five seconds, with an error when a job did not heed that.
func (q *Queue) Stop() (err error) {
	defer errs.Wrap(&err, "jobs.Stop")
	ctx, cancel := context.WithTimeout(context.Background(), stopIn)
	defer cancel()
	return q.river.stop(ctx)
}

// Counts is how many jobs there are, for the metrics and the page of the installation.
type Counts struct {
	Waiting, Running int64
	Retrying         int64 // failed at least once, to be tried again
	Failed           int64 // given up within the last 30 days: somebody has to look
}

// Counts counts the jobs.
func (q *Queue) Counts(ctx context.Context) (c Counts, err error) {
	defer errs.Wrap(&err, "jobs.Counts")
	err = q.d.View(ctx, db.ForSystem("jobs"), func(tx *db.Tx) error {
		c = Counts{}
		const all = "SELECT CAST(state AS TEXT), count(*) FROM river_job WHERE state <> 'completed' GROUP BY state"
		return tx.Query(all, nil, func(scan func(dest ...any) error) error {
			var state string
			var n int64
			if err := scan(&state, &n); err != nil {
				return err
			}
			switch rivertype.JobState(state) {
			case rivertype.JobStateRunning:
				c.Running += n
			case rivertype.JobStateRetryable:
				c.Retrying += n
			case rivertype.JobStateDiscarded, rivertype.JobStateCancelled:
				c.Failed += n
			default:
				c.Waiting += n
			}
			return nil
		})
	})
	return c, err
}

// payload is any job's arguments for River.
type payload struct {
	kind string
	body json.RawMessage
}

// Kind, MarshalJSON and UnmarshalJSON are what River asks of arguments.
func (p payload) Kind() string { return p.kind }

// MarshalJSON gives the stored form.
func (p payload) MarshalJSON() ([]byte, error) { return p.body, nil }

// UnmarshalJSON keeps the stored form for the handler.
func (p *payload) UnmarshalJSON(b []byte) error {
	p.body = append(p.body[:0], b...)
	return nil
}

type worker struct {
	river.WorkerDefaults[payload]
	handle Handler
}

// Work runs the handler once.
func (w worker) Work(ctx context.Context, job *river.Job[payload]) error {
	return w.handle(ctx, job.Args.body)
}

type retry struct {
	wait func(failed int) time.Duration
}

// NextRetry says when River tries again.
func (r retry) NextRetry(job *rivertype.JobRow) time.Time {
	return clock.Real{}.Now().Add(r.wait(job.Attempt))
}

func backOff(failed int) time.Duration {
	const first, longest = 10 * time.Second, 15 * time.Minute
	return min(first<<min(failed-1, 10), longest)
}

// newEngine puts River on the connections of the database.
func newEngine(p db.Pools, c *river.Config) (engine, error) {
	switch {
	case p.SQLite != nil:
		return newSQLite(p, c)
	case p.Postgres != nil:
		return newPostgres(p, c)
	}
	return nil, fmt.Errorf("the database lends no connections")
}
