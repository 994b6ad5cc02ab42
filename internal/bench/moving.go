package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"liaison/internal/clock"
)

// The run of moving in brings customers with everything by `liaison apply`, a file of a hundred thousand rows after the
// other, and then reads the page of an account among all of them. The last file is the figure: it comes to a full house.

const (
	rowsOfCustomer = 9 // itself, three people, two systems with a term each, a liaison
	rowsOfFile     = 100_000
	applyGoal      = 60 * time.Second
	accountGoal    = 5 * time.Millisecond
)

// moveIn measures every engine and prints the table.
func moveIn(ctx context.Context, o options) (err error) {
	results := map[string]figures{}
	for _, engine := range o.engines {
		p, stop, err := o.programOn(ctx, engine)
		if err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
		m := &measuring{options: o, program: p, figures: figures{}}
		err = m.moveIn(ctx)
		results[engine] = m.figures
		if err = errors.Join(err, stop()); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	r := report{options: o, results: results}
	fmt.Fprintf(o.out, "| work | goal | SQLite | PostgreSQL |\n|---|---|---|---|\n")
	for _, w := range []row{
		{"apply", "", fmt.Sprintf("`liaison apply` of %d rows to an installation of %d customers with %d people and %d systems", rowsOfFile, o.moving, 3*o.moving, 2*o.moving), "<= 60 s"},
		{"again", "", "the same file again: nothing to change", "<= 60 s"},
		{"account", "", "page of an account among them", "p50 <= 5 ms"},
		{"books", "", "its books", ""},
	} {
		fmt.Fprintf(o.out, "| %s | %s | %s | %s |\n", w.work, w.goal, r.cell("sqlite", w.key), r.cell("postgres", w.key))
	}
	return nil
}

func (m *measuring) moveIn(ctx context.Context) error {
	if _, err := m.program.seed(ctx, 0); err != nil {
		return err
	}
	world, err := m.program.world()
	if err != nil {
		return err
	}
	if len(world.Systems) == 0 {
		return errors.New("demo.json names no system")
	}
	product, version := world.Systems[0].Product, world.Systems[0].Version
	each := rowsOfFile / rowsOfCustomer
	var last string
	for from := 0; from < m.moving; {
		to := from + each
		if rest := (m.moving - from) % each; rest > 0 {
			to = from + rest // what fills no file comes first, so that the last one is whole
		}
		last = filepath.Join(m.program.dir, "move.yaml")
		if err := writeCustomers(last, from, to, product, version); err != nil {
			return err
		}
		from = to
		took, err := m.program.apply(ctx, last)
		if err != nil {
			return err
		}
		m.note("apply", took <= applyGoal, "%.1f s", took.Seconds())
	}
	took, err := m.program.apply(ctx, last)
	if err != nil {
		return err
	}
	m.note("again", took <= applyGoal, "%.1f s", took.Seconds())
	if m.people, err = peopleOf(world); err != nil {
		return err
	}
	return m.serving(ctx, m.accounts)
}

// accounts reads pages of customers that were brought in, each one once.
func (m *measuring) accounts(ctx context.Context) error {
	random := rand.New(rand.NewPCG(3, 5)) //nolint:gosec // every run reads the same pages
	for _, page := range []struct{ key, path string }{{"account", ""}, {"books", "/books"}} {
		l, err := m.alone(ctx, func(w, n int) request {
			return m.people.read("/desk/customers/"+customerKey(random.IntN(m.moving))+page.path)(w, n)
		})
		if err != nil {
			return err
		}
		m.note(page.key, page.key == "books" || l.at(.5) <= accountGoal, "p50 %s, p95 %s", ms(l.at(.5)), ms(l.at(.95)))
	}
	return nil
}

func customerKey(n int) string { return fmt.Sprintf("move-%06d", n) }

// writeCustomers writes customers with everything, a document each.
func writeCustomers(path string, from, to int, product, version string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	for n := from; n < to; n++ {
		key := customerKey(n)
		fmt.Fprintf(w, "---\ncustomer: %s\nname: Customer %d\ncountry: DE\npeople:\n", key, n)
		for i, role := range []string{"liaison", "liaison", "member"} {
			fmt.Fprintf(w, "  - {email: p%d@%s.example, name: Person %d of %d, role: %s}\n", i, key, i, n, role)
		}
		fmt.Fprint(w, "systems:\n")
		for i, plan := range []string{"premier", "standard"} {
			fmt.Fprintf(w, "  - system: SYS-%d\n    deployment: on_prem\n    country: DE\n    product: %s\n    version: %q\n    environments: [production, test]\n"+
				"    subscriptions: [{from: 2026-01-01, to: 2028-12-31, plan: %s}]\n", i, product, version, plan)
			if i == 0 {
				fmt.Fprintf(w, "    liaisons: [{email: p0@%s.example}]\n", key)
			}
		}
	}
	return w.Flush()
}

// apply brings a file into the database of the stopped program, as an operator does.
func (p *program) apply(ctx context.Context, path string) (took time.Duration, err error) {
	cmd := p.command(ctx, []string{"LIAISON_URL=http://127.0.0.1", "LIAISON_DATA_DIR=" + p.dir, "LIAISON_DB=" + p.serveDB}, "apply", path)
	wall := clock.Real{}
	begun := wall.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("apply: %w: %.2000s", err, out)
	}
	fmt.Fprintf(p.out, "%-10s %s\n", "", strings.TrimSpace(string(out)))
	return wall.Now().Sub(begun), nil
}
