package apptest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/app"
	"liaison/internal/clock"
	"liaison/internal/config"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/demo"
	"liaison/internal/policy"
	"liaison/policies"
)

// Origin is the address that the program is configured with; links in mails start with it, whatever a request says.
const Origin = "http://support.liaison.test"

// World is the program with the demo's world in it, on one engine and on a clock that the test steps. It is the test's
// own: nothing that happens in it is seen by another test.
type World struct {
	App     *app.App
	Clock   *clock.Stepping
	Engine  db.Engine
	People  []Person
	Systems []System
	Left    int64 // lines in the journal that the making of probes has left

	t        testing.TB
	server   *httptest.Server
	mu       sync.Mutex
	sessions map[string]string  // by e-mail address
	scim     map[string]*Caller // the directory of a customer
	entered  int                // into books
	renewed  int                // quotes, each for a year of its own
	windows  int                // of extended lifecycle support, each of a day of its own
	crm      *Caller            // the program that keeps the vendor's customers
}

// Person is somebody who can sign in, as demo.json lists them.
type Person struct {
	Name, Email, Password, Token, Role, Language string
	Customer, Plan                               *string
	Notes                                        []string
}

// System is a system as demo.json lists it.
type System struct {
	ID, Name, Customer, Plan, Country, Calendar, Deployment, Product, Version string
	Environments                                                              []string
}

// Program is the actor that sets a world up.
func Program() access.Actor { return access.Actor{System: true} }

// original is a world at its first instant, at rest, to copy from.
type original struct {
	folder   fs.FS  // key, files and, on SQLite, the database; in memory, so that nothing is left behind
	template string // of PostgreSQL
	list     listing
}

// listing is the part of demo.json that tests read.
type listing struct {
	People  []Person
	Systems []System
}

// originals are made by the first test that needs them.
var (
	sqliteOriginal   = sync.OnceValues(func() (original, error) { return makeOriginal(db.SQLite) })
	postgresOriginal = sync.OnceValues(func() (original, error) { return makeOriginal(db.Postgres) })
)

// pack is the demo's pack, read once: nothing changes a pack.
var pack = sync.OnceValues(func() (*policy.Pack, error) { return policy.Load(policies.FS, "example") })

// Each runs fn on every engine, in subtests called sqlite and postgres, each time in a world of its own.
func Each(t *testing.T, fn func(t *testing.T, w *World)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, Open(t, db.SQLite))
	})
	if dbtest.WithoutPostgres() {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, Open(t, db.Postgres))
	})
}

// Open copies the original world of an engine and opens the program on it. Jobs and the due sweep do not run by
// themselves: see StartWork and Sweep.
func Open(t testing.TB, engine db.Engine) *World {
	t.Helper()
	source := sqliteOriginal
	if engine == db.Postgres {
		source = postgresOriginal
	}
	o, err := source()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, o.folder); err != nil {
		t.Fatal(err)
	}
	url := sqliteURL(dir)
	if engine == db.Postgres {
		url = dbtest.CopyTemplate(t, o.template)
	}
	w := &World{t: t, Engine: engine, Clock: clock.NewStepping(dbtest.Start()), People: o.list.People, Systems: o.list.Systems,
		sessions: map[string]string{}}
	if w.App, err = newApp(dir, url, w.Clock, t.Output()); err != nil {
		t.Fatal(err)
	}
	w.App.Liaisons.InvitationsPerDay = 1 << 20 // the walks of all routes and roles invite more people than a customer does
	w.server = httptest.NewUnstartedServer(nil)
	w.server.Config = w.App.Server(w.App.Handler())
	w.server.Listener = narrow{w.server.Listener}
	w.server.Start()
	t.Cleanup(func() {
		w.App.Hub.Close()
		w.server.Close()
		if err := w.App.Stop(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// lineBuffer is how many bytes the machine keeps of a line of the tests at either end, so that what has left a request was read
// by the program but for so much.
const lineBuffer = 256 << 10

// narrow is a listener whose lines keep little.
type narrow struct{ net.Listener }

// Accept waits for the next line.
func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if line, ok := conn.(*net.TCPConn); ok {
		err = errors.Join(err, line.SetReadBuffer(lineBuffer))
	}
	return conn, err
}

func sqliteURL(dir string) string { return "sqlite:" + filepath.Join(dir, "liaison.db") }

func newApp(dir, url string, clk clock.Clock, log io.Writer) (*app.App, error) {
	pack, err := pack()
	if err != nil {
		return nil, err
	}
	set := config.Default()
	set.DataDir, set.DB, set.URL, set.MaxUpload = dir, config.Secret(url), Origin, 64<<20
	return app.New(context.Background(), app.Options{Settings: set, Clock: clk, Pack: pack, Demo: true, Checks: true, Retry: soon,
		Hashing: account.Hashing{MemoryKiB: 64, Passes: 1, Threads: 1, Parallel: 4},
		Log:     slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
}

// soon is the wait of a job after so many failed tries: nobody waits for hours in a test.
func soon(failed int) time.Duration { return min(100*time.Millisecond<<failed, 2*time.Second) }

// makeOriginal lets the demo make its world, and closes it.
func makeOriginal(engine db.Engine) (o original, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "liaison-world-")
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	owner := sqliteURL(dir)
	url := owner
	if engine == db.Postgres {
		o.template = "world"
		if owner, url, err = dbtest.NewTemplate(o.template); err != nil {
			return o, err
		}
	}
	d, err := db.Open(ctx, owner, db.Options{})
	if err != nil {
		return o, err
	}
	if err = errors.Join(app.Migrate(ctx, d), d.Close()); err != nil {
		return o, err
	}
	clk := clock.NewStepping(dbtest.Start())
	a, err := newApp(dir, url, clk, io.Discard)
	if err != nil {
		return o, err
	}
	file, err := demo.Seed(ctx, a, clk)
	if err = errors.Join(err, a.Stop()); err != nil {
		return o, err
	}
	text, err := json.Marshal(file)
	if err != nil {
		return o, err
	}
	if o.folder, err = inMemory(dir); err != nil {
		return o, err
	}
	return o, json.Unmarshal(text, &o.list)
}

// inMemory reads a folder.
func inMemory(dir string) (fs.FS, error) {
	all := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f := &fstest.MapFile{Mode: info.Mode()}
		if !d.IsDir() {
			f.Data, err = os.ReadFile(filepath.Join(dir, path))
		}
		all[path] = f
		return err
	})
	return all, err
}

// T is the test that the world belongs to.
func (w *World) T() testing.TB { return w.t }

// Person finds somebody by the part of the e-mail address before the @.
func (w *World) Person(name string) Person {
	w.t.Helper()
	for _, p := range w.People {
		if strings.HasPrefix(p.Email, name+"@") {
			return p
		}
	}
	w.t.Fatalf("nobody is called %s", name)
	return Person{}
}

// System is the system of a customer.
func (w *World) System(customer string) System {
	w.t.Helper()
	for _, s := range w.Systems {
		if s.Customer == customer {
			return s
		}
	}
	w.t.Fatalf("customer %s has no system", customer)
	return System{}
}

// Sweep moves the clock and lets the due sweep look, as it would within half a second.
func (w *World) Sweep(at time.Time) {
	w.t.Helper()
	w.Clock.Set(at)
	if _, err := w.App.Cases.Sweep(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// StartWork runs jobs, sweep and live views as in the running program.
func (w *World) StartWork() {
	w.t.Helper()
	if err := w.App.Start(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// Eventually waits until what is done elsewhere has happened. It fails the test when that takes three minutes: this ends a
// test that hangs, and is no promise. What takes two seconds alone took 25 on two cores with seventeen programs.
func (w *World) Eventually(what string, happened func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !happened() {
		select {
		case <-look.C:
		case <-ctx.Done():
			w.t.Fatalf("did not happen: %s", what)
		}
	}
}

// Rows runs a query that sees every customer's rows, and calls row for each.
func (w *World) Rows(q string, args []any, row func(scan func(...any) error) error) {
	w.t.Helper()
	err := w.App.DB.View(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error { return tx.Query(q, args, row) })
	if err != nil {
		w.t.Fatal(err)
	}
}

// Count is the number that a query gives.
func (w *World) Count(q string, args ...any) (n int64) {
	w.t.Helper()
	w.Rows(q, args, func(scan func(...any) error) error { return scan(&n) })
	return n
}

// Address is where the program listens, HOST:PORT.
func (w *World) Address() string { return w.server.Listener.Addr().String() }
