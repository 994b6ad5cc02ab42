// Command bench measures the program from outside: it starts the real binary on SQLite and on PostgreSQL with durable
// commits, loads it over HTTP on loopback from the same machine, and writes what it found into docs/performance.md.
// It is run by `make bench` and is no part of the program.
//
// Every run is bounded in time, so that the whole takes about ten minutes. A figure that misses its goal is written
// as missed; nothing fails on time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	binary  string        // the program to measure
	page    string        // the page that gets the table
	target  string        // the make target that the page names at the table's place
	work    string        // a folder of the run's own; everything in it is removed in the end
	keep    string        // instead of it: a folder that stays, whose seeded worlds a later run measures without seeding
	engines []string      // sqlite, postgres
	cases   int           // seeded for the figures with data
	each    time.Duration // how long a load goes on
	commit  string
	moving  int  // customers to bring in by files, instead of the other figures
	quick   bool // leave out the Go benchmarks
	mail    bool // measure the intake of mail and nothing else
	out     io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	o := options{out: out}
	var engines string
	flag.StringVar(&o.binary, "binary", "bin/liaison", "the program to measure")
	flag.StringVar(&o.page, "page", "docs/performance.md", "the page that gets the table; empty prints it only")
	flag.StringVar(&o.target, "target", "bench", "the make target that the page names before the table's place")
	flag.StringVar(&engines, "engines", "sqlite,postgres", "databases to measure on")
	flag.IntVar(&o.cases, "cases", 50_000, "seeded cases for the figures with data")
	flag.DurationVar(&o.each, "each", 5*time.Second, "how long each load goes on")
	flag.StringVar(&o.commit, "commit", "unknown", "what is measured, for the page")
	flag.StringVar(&o.keep, "keep", "", "a folder for the seeded worlds, which stay there and are used again")
	flag.BoolVar(&o.quick, "quick", false, "leave out the Go benchmarks: rules, sweep, preview")
	flag.BoolVar(&o.mail, "mail", false, "measure how many mails are taken and nothing else, and print it")
	flag.IntVar(&o.moving, "moving", 0, "instead of everything else: bring in so many customers by files")
	flag.Parse()
	o.engines = strings.Split(engines, ",")
	remove, err := o.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if o.moving > 0 {
		return moveIn(ctx, o)
	}
	var rules []cell
	var sweeps, previews map[string]cell
	if !o.quick && !o.mail {
		if rules, err = ruleFigures(ctx); err != nil {
			return err
		}
		if sweeps, err = sweepFigures(ctx); err != nil {
			return err
		}
		if previews, err = previewFigures(ctx); err != nil {
			return err
		}
	}
	results := map[string]figures{}
	for _, engine := range o.engines {
		if results[engine], err = measureEngine(ctx, o, engine); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
		if c, ok := sweeps[engine]; ok {
			results[engine]["sweep"] = c
		}
		if c, ok := previews[engine]; ok {
			results[engine]["preview"] = c
		}
	}
	if o.mail {
		return nil // each figure was printed when it was there
	}
	table := report{options: o, rules: rules, results: results}.markdown()
	fmt.Fprintln(out, table)
	if o.page == "" {
		return nil
	}
	return writePage(o.page, o.target, table)
}

// place makes the folder of the run, and says how it is removed: not at all when it is kept.
func (o *options) place() (remove func() error, err error) {
	if o.work = o.keep; o.keep != "" {
		remove, err = func() error { return nil }, os.MkdirAll(o.keep, 0o711) //nolint:gosec // PostgreSQL's own user must reach its folder below
	} else if o.work, err = os.MkdirTemp("", "liaison-bench-"); err == nil {
		remove = func() error { return os.RemoveAll(o.work) }
	}
	if err != nil {
		return nil, err
	}
	return remove, os.Chmod(o.work, 0o711) //nolint:gosec // PostgreSQL's own user must reach its folder below
}

// measureEngine measures on one database that is made for it and removed afterwards.
func measureEngine(ctx context.Context, o options, engine string) (f figures, err error) {
	p, stop, err := o.programOn(ctx, engine)
	if err != nil {
		return nil, err
	}
	m := &measuring{options: o, program: p, figures: figures{}}
	if o.mail {
		err = m.mails(ctx)
	} else {
		err = m.all(ctx)
	}
	return m.figures, errors.Join(err, stop())
}

// programOn is the program on a database of its own, and what stops the database.
func (o options) programOn(ctx context.Context, engine string) (p *program, stop func() error, err error) {
	p, stop = &program{binary: o.binary, out: o.out, dir: filepath.Join(o.work, engine)}, func() error { return nil }
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, stop, err
	}
	switch engine {
	case "sqlite":
		p.db = "sqlite:" + filepath.Join(p.dir, "liaison.db")
		p.serveDB = p.db
	case "postgres":
		c, err := startCluster(ctx, filepath.Join(o.work, "cluster"))
		if err != nil {
			return nil, stop, err
		}
		stop = c.stop
		p.cluster, p.db, p.serveDB = c, c.url("postgres"), c.url(appRole)
	default:
		return nil, stop, fmt.Errorf("no such engine: %q", engine)
	}
	return p, stop, nil
}
