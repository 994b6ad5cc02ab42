package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"liaison/internal/clock"
)

// How many look at the queue at once, and how many changes they are told of.
const (
	viewers    = 1_000
	toldOf     = 30
	told       = "id: " // begins the line of a message with its position
	viewerGoal = 40 * mib
)

// arrival is a message that came to one viewer.
type arrival struct {
	viewer int
	id     int64
	at     time.Time
	err    error
}

// liveView measures a thousand open queues: the memory that they take, and how long after a message of a customer was
// sent each of them knows.
func (m *measuring) liveView(ctx context.Context) error {
	number, err := m.people.register(ctx, m.client)
	if err != nil {
		return err
	}
	before, err := m.program.memory()
	if err != nil {
		return err
	}
	ctx, leave := context.WithCancel(ctx)
	var open sync.WaitGroup
	defer open.Wait()
	defer leave()
	came := make(chan arrival, viewers)
	started := make(chan error, viewers)
	browser := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	for v := range viewers {
		open.Go(func() { m.look(ctx, browser, v, started, came) })
	}
	for range viewers {
		if err := <-started; err != nil {
			return err
		}
	}
	var all []time.Duration
	var newest int64
	for n := range toldOf {
		begun := clock.Real{}.Now()
		if _, _, err := m.client.do(ctx, m.people.message(number, false, n)); err != nil {
			return err
		}
		late, last, err := m.arrive(ctx, came, newest)
		if err != nil {
			return err
		}
		for _, at := range late {
			all = append(all, at.Sub(begun))
		}
		newest = last
	}
	after, err := m.program.memory()
	if err != nil {
		return err
	}
	slices.Sort(all)
	l := load{latencies: all}
	m.note("viewers", after-before <= viewerGoal && l.at(.99) <= time.Second, "%d MB more; p50 %s, p99 %s, the last one %s",
		(after-before)/mib, ms(l.at(.5)), ms(l.at(.99)), ms(all[len(all)-1]))
	return nil
}

// look is one viewer: it says when it looks, and hands on what it is told until ctx ends.
func (m *measuring) look(ctx context.Context, browser *http.Client, viewer int, started chan<- error, came chan<- arrival) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, m.client.base+"/desk/events?lang=en", nil)
	if err != nil {
		started <- err
		return
	}
	r.Header.Set("Authorization", "Bearer "+m.people.engineer)
	answer, err := browser.Do(r)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.Join(fmt.Errorf("the stream answers %s", answer.Status), answer.Body.Close())
	}
	if err != nil {
		started <- err
		return
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(make([]byte, 0, 4*kib), mib)
	if lines.Scan() { // ": welcome"
		started <- nil
	} else {
		started <- errors.Join(errors.New("a stream without a welcome"), lines.Err())
	}
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), told); ok {
			n, err := strconv.ParseInt(id, 10, 64)
			came <- arrival{viewer, n, clock.Real{}.Now(), err}
		}
	}
	if ctx.Err() == nil {
		came <- arrival{viewer: viewer, err: fmt.Errorf("the stream of viewer %d ended: %w", viewer, lines.Err())}
	}
}

// arrive waits until every viewer was told of something newer than a position, and gives when.
func (m *measuring) arrive(ctx context.Context, came <-chan arrival, newer int64) (at []time.Time, last int64, err error) {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	last = newer
	seen := map[int]bool{}
	for len(seen) < viewers {
		select {
		case <-patient.Done():
			return nil, last, fmt.Errorf("%d of %d viewers were told nothing", viewers-len(seen), viewers)
		case a := <-came:
			if a.err != nil {
				return nil, last, a.err
			}
			if a.id > newer && !seen[a.viewer] {
				seen[a.viewer] = true
				at, last = append(at, a.at), max(last, a.id)
			}
		}
	}
	return at, last, nil
}
