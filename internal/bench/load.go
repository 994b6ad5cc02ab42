package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"liaison/internal/clock"
)

// request is one call: made anew each time, since a body is read once.
type request struct {
	method, path string
	token        string
	header       map[string]string
	body         []byte
	want         int // status
}

// client calls the program with as many kept connections as are needed.
type client struct {
	http *http.Client
	base string
}

// patience is how long one answer may take before the run fails.
const patience = 30 * time.Second

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{Timeout: patience,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// do sends a request and reads the whole answer.
func (c *client) do(ctx context.Context, q request) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, q.method, c.base+q.path, bytes.NewReader(q.body))
	if err != nil {
		return nil, nil, err
	}
	if q.token != "" {
		r.Header.Set("Authorization", "Bearer "+q.token)
	}
	if q.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != q.want {
		err = fmt.Errorf("%s %s answers %s: %.300s", q.method, q.path, answer.Status, b)
	}
	return b, answer.Header, err
}

// load is what one run of a kind of request came to.
type load struct {
	took      time.Duration
	latencies []time.Duration // sorted
}

func (l load) rate() float64 { return float64(len(l.latencies)) / l.took.Seconds() }

// at is the latency that the share p (0 to 1) of the requests did not exceed.
func (l load) at(p float64) time.Duration {
	if len(l.latencies) == 0 {
		return 0
	}
	return l.latencies[min(int(p*float64(len(l.latencies))), len(l.latencies)-1)]
}

// limits end a run: whichever is reached first.
type limits struct {
	workers  int
	time     time.Duration
	requests int // of each worker; 0 for as many as the time allows
}

// run has workers send what next gives them.
func (c *client) run(ctx context.Context, l limits, next func(worker, n int) request) (load, error) {
	return measure(ctx, l, func(ctx context.Context, w, n int) error {
		_, _, err := c.do(ctx, next(w, n))
		return err
	})
}

// measure has workers do one piece of work after the other each, until a limit is reached. The first error ends the run.
func measure(ctx context.Context, l limits, work func(ctx context.Context, worker, n int) error) (load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	wall := clock.Real{}
	begun := wall.Now()
	each := make([][]time.Duration, l.workers)
	var all sync.WaitGroup
	for w := range l.workers {
		all.Go(func() {
			for n := 0; l.requests == 0 || n < l.requests; n++ {
				start := wall.Now()
				if ctx.Err() != nil || start.Sub(begun) >= l.time {
					return
				}
				if err := work(ctx, w, n); err != nil {
					cancel(err)
					return
				}
				each[w] = append(each[w], wall.Now().Sub(start))
			}
		})
	}
	all.Wait()
	out := load{took: wall.Now().Sub(begun), latencies: slices.Concat(each...)}
	slices.Sort(out.latencies)
	if err := context.Cause(ctx); err != nil {
		return out, err
	}
	if len(out.latencies) == 0 {
		return out, errors.New("not one request was answered in time")
	}
	return out, nil
}
