package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// cell is one figure as the table shows it.
type cell struct {
	text string
	met  bool // its goal
}

// figures are the cells of one engine by the key of their row (report.go).
type figures map[string]cell

// measuring is one engine's run.
type measuring struct {
	options
	program *program
	figures figures
	people  people
	client  *client
	numbers [][]string // of cases for writeMessages, by who writes
	written int        // messages of writeMessages
}

const (
	single  = 300 // requests of a run one at a time: enough for a 95th percentile
	warm    = 100
	history = 30 // messages of the case whose page is measured
	growth  = 2_000
	writers = 4
	kib     = 1 << 10
	mib     = 1 << 20
)

func (m *measuring) note(key string, met bool, format string, args ...any) {
	m.figures[key] = cell{fmt.Sprintf(format, args...), met}
	fmt.Fprintf(m.out, "%-10s %s\n", key, m.figures[key].text)
}

// all measures near-empty first, then with the seeded cases. A world that an earlier run has kept is measured with its
// cases only.
func (m *measuring) all(ctx context.Context) error {
	seeded := filepath.Join(m.program.dir, "seeded")
	if _, err := os.Stat(seeded); err == nil {
		if err := m.program.migrate(ctx); err != nil {
			return err
		}
		if err := m.meet(); err != nil {
			return err
		}
		return m.serving(ctx, m.withCases)
	}
	if _, err := m.program.seed(ctx, 0); err != nil {
		return err
	}
	if err := m.meet(); err != nil {
		return err
	}
	if err := m.weighed(ctx); err != nil {
		return err
	}
	if m.keep != "" {
		if err := os.WriteFile(seeded, nil, 0o600); err != nil {
			return err
		}
	}
	return m.serving(ctx, m.withCases)
}

// meet reads who is in the world.
func (m *measuring) meet() error {
	world, err := m.program.world()
	if err != nil {
		return err
	}
	m.people, err = peopleOf(world)
	return err
}

// weighed measures near-empty and seeds the cases; the database is weighed while the program is stopped.
func (m *measuring) weighed(ctx context.Context) error {
	if err := m.serving(ctx, m.nearEmpty); err != nil {
		return err
	}
	before, err := m.program.size(ctx)
	if err != nil {
		return err
	}
	took, err := m.program.seed(ctx, m.cases)
	if err != nil {
		return err
	}
	m.note("seed", took <= 2*time.Minute, "%.0f s", took.Seconds())
	after, err := m.program.size(ctx)
	if err != nil {
		return err
	}
	perCase := float64(after-before) / float64(m.cases)
	if err := m.serving(ctx, m.openCases); err != nil {
		return err
	}
	if after, err = m.program.size(ctx); err != nil {
		return err
	}
	if err := m.serving(ctx, m.writeMessages); err != nil {
		return err
	}
	grown, err := m.program.size(ctx)
	if err != nil {
		return err
	}
	perMessage := float64(grown-after) / float64(m.written)
	goal := map[string]float64{"sqlite": 4, "postgres": 5}[m.engine()]
	total := (perCase + 2*perMessage) / kib // the seeded cases have one message
	m.note("data", total <= goal, "%.1f KB", total)
	return nil
}

func (m *measuring) engine() string {
	if m.program.cluster != nil {
		return "postgres"
	}
	return "sqlite"
}

// serving runs fn against the running program.
func (m *measuring) serving(ctx context.Context, fn func(context.Context) error) error {
	if _, err := m.program.serve(ctx); err != nil {
		return err
	}
	m.client = newClient(m.program.url)
	err := fn(ctx)
	m.client.http.CloseIdleConnections()
	return errors.Join(err, m.program.stop())
}

// nearEmpty measures registering before there are many cases.
func (m *measuring) nearEmpty(ctx context.Context) error {
	idle, err := m.program.memory()
	if err != nil {
		return err
	}
	if _, err := m.client.run(ctx, limits{1, m.each, warm}, m.people.newCase); err != nil {
		return err
	}
	one, err := m.client.run(ctx, limits{1, 2 * m.each, single}, m.people.newCase)
	if err != nil {
		return err
	}
	m.note("create-1", one.at(.5) <= 2*time.Millisecond, "p50 %s, p95 %s", ms(one.at(.5)), ms(one.at(.95)))
	goals := map[string][2]float64{"sqlite": {1000, 2000}, "postgres": {800, 1200}}[m.engine()]
	if err := m.create(ctx, "create-8", 8, goals[0]); err != nil {
		return err
	}
	if err := m.create(ctx, "create-32", 32, goals[1]); err != nil {
		return err
	}
	if err := m.intake(ctx, "mail"); err != nil {
		return err
	}
	loaded, err := m.program.memory()
	m.note("memory", idle <= 60*mib && loaded <= 150*mib, "%d / %d MB", idle/mib, loaded/mib)
	return err
}

func (m *measuring) create(ctx context.Context, key string, workers int, goal float64) error {
	l, err := m.client.run(ctx, limits{workers: workers, time: m.each}, m.people.newCase)
	m.note(key, l.rate() >= goal, "%.0f/s; p50 %s, p95 %s", l.rate(), ms(l.at(.5)), ms(l.at(.95)))
	return err
}

// openCases registers the cases that writeMessages writes on.
func (m *measuring) openCases(ctx context.Context) error {
	m.numbers = make([][]string, writers)
	_, err := measure(ctx, limits{writers, 8 * m.each, growth / 2 / writers}, func(ctx context.Context, w, _ int) error {
		number, err := m.people.register(ctx, m.client)
		m.numbers[w] = append(m.numbers[w], number)
		return err
	})
	return err
}

// writeMessages writes two messages of a customer on each of some open cases, for what one takes in the database.
func (m *measuring) writeMessages(ctx context.Context) error {
	most := 0
	for _, list := range m.numbers {
		most = max(most, len(list))
	}
	l, err := m.client.run(ctx, limits{writers, 8 * m.each, 2 * most}, func(w, n int) request {
		return m.people.message(m.numbers[w][n/2%len(m.numbers[w])], false, n)
	})
	m.written = len(l.latencies)
	return err
}

// withCases measures what people and programs see when there are many cases.
func (m *measuring) withCases(ctx context.Context) error {
	goals := map[string][2]float64{"sqlite": {1000, 1200}, "postgres": {800, 1200}}[m.engine()]
	if err := m.create(ctx, "full-8", 8, goals[0]); err != nil {
		return err
	}
	if err := m.create(ctx, "full-32", 32, goals[1]); err != nil {
		return err
	}
	if err := m.intake(ctx, "mail-full"); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{m.queuePages, m.casePage, m.searches, m.weights, m.liveView, m.coldStart} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// coldStart kills the program, as a lost machine would, and starts it again.
func (m *measuring) coldStart(ctx context.Context) error {
	if err := m.program.kill(); err != nil {
		return err
	}
	took, err := m.program.serve(ctx)
	m.note("start", took <= 300*time.Millisecond, "%s", ms(took))
	return err
}

// ms is a duration as the table shows it.
func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }
