package main

import (
	"context"
	"sync"
	"time"
)

// queuePages measures the first page of the desk's queue, and the same by REST.
func (m *measuring) queuePages(ctx context.Context) error {
	const page, rest = "/desk", "/api/v1/queue?limit=50"
	for _, q := range []struct {
		key, path string
		goal      time.Duration
	}{{"queue-1", page, 1500 * time.Microsecond}, {"rest-1", rest, 1500 * time.Microsecond}} {
		l, err := m.alone(ctx, m.people.read(q.path))
		if err != nil {
			return err
		}
		m.note(q.key, l.at(.5) <= q.goal, "p50 %s, p95 %s", ms(l.at(.5)), ms(l.at(.95)))
	}
	l, err := m.client.run(ctx, limits{workers: 8, time: m.each}, m.people.read(page))
	if err != nil {
		return err
	}
	m.note("queue-8", l.at(.5) <= 5*time.Millisecond && l.at(.99) <= 20*time.Millisecond, "p50 %s, p99 %s; %.0f/s",
		ms(l.at(.5)), ms(l.at(.99)), l.rate())
	return m.queueWhileWriting(ctx, page)
}

// queueWhileWriting reads the queue one at a time while four register cases as fast as they can.
func (m *measuring) queueWhileWriting(ctx context.Context, page string) error {
	var writers sync.WaitGroup
	var written load
	var failed error
	writers.Go(func() { written, failed = m.client.run(ctx, limits{workers: 4, time: m.each}, m.people.newCase) })
	l, err := m.client.run(ctx, limits{workers: 1, time: m.each}, m.people.read(page))
	writers.Wait()
	if err == nil {
		err = failed
	}
	m.note("queue-w", l.at(.5) <= 10*time.Millisecond, "p50 %s, p95 %s (beside %.0f cases/s)", ms(l.at(.5)), ms(l.at(.95)), written.rate())
	return err
}

// casePage measures the page of a case with a long conversation, on the desk and in the portal.
func (m *measuring) casePage(ctx context.Context) error {
	number, err := m.people.register(ctx, m.client)
	for n := 0; err == nil && n < history; n++ {
		_, _, err = m.client.do(ctx, m.people.message(number, n%2 == 0, n))
	}
	if err != nil {
		return err
	}
	desk, err := m.alone(ctx, m.people.read("/desk/"+number))
	if err != nil {
		return err
	}
	asLiaison := m.people.read("/cases/"+number)(0, 0)
	asLiaison.token = m.people.liaisons[0].token
	portal, err := m.alone(ctx, func(int, int) request { return asLiaison })
	if err != nil {
		return err
	}
	const goal = 4 * time.Millisecond
	m.note("case", desk.at(.5) <= goal && portal.at(.5) <= goal, "desk p50 %s, portal p50 %s", ms(desk.at(.5)), ms(portal.at(.5)))
	return nil
}

// searches measures one common word, two words, and Chinese words.
func (m *measuring) searches(ctx context.Context) error {
	paths := []string{"/api/v1/cases?q=worker", "/api/v1/cases?q=export+report", "/api/v1/cases?q=%E6%8A%A5%E8%A1%A8"}
	l, err := m.alone(ctx, func(_, n int) request { return m.people.read(paths[n%len(paths)])(0, n) })
	m.note("search", l.at(.95) <= 30*time.Millisecond, "p50 %s, p95 %s", ms(l.at(.5)), ms(l.at(.95)))
	return err
}

// weights weighs the queue page and the portal's first page: with all assets, as on the first visit, and without.
func (m *measuring) weights(ctx context.Context) error {
	desk, err := m.client.weigh(ctx, m.people.engineer, "/desk")
	if err != nil {
		return err
	}
	portal, err := m.client.weigh(ctx, m.people.liaisons[0].token, "/")
	if err != nil {
		return err
	}
	met := true
	for _, w := range []weight{desk, portal} {
		met = met && w.page+w.assets <= 120*kib && w.page <= 20*kib
	}
	m.note("weight", met, "desk %d / %d KB, portal %d / %d KB",
		(desk.page+desk.assets)/kib, desk.page/kib, (portal.page+portal.assets)/kib, portal.page/kib)
	return nil
}

// alone sends requests one at a time, after a few that warm up.
func (m *measuring) alone(ctx context.Context, next func(worker, n int) request) (load, error) {
	if l, err := m.client.run(ctx, limits{1, m.each, warm}, next); err != nil {
		return l, err
	}
	return m.client.run(ctx, limits{1, m.each, single}, next)
}
