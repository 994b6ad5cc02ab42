package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"liaison/internal/app"
	"liaison/internal/clock"
	"liaison/internal/config"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Options are the flags of `liaison demo`.
type Options struct {
	Listener net.Listener // where pages and REST answer
	SMTP     net.Listener // where mail comes in; nil takes none
	Dir      string       // the world's folder; foreign files in it are left alone
	DB       string       // sqlite:FILE or postgres://...; "" is a file in Dir
	Pack     *policy.Pack
	Packs    fs.FS     // as in app.Options
	At       time.Time // the clock starts here; zero: the machine's time
	Speed    float64   // clock seconds per second
	Cases    int       // further seeded cases
	Fresh    bool      // begin a new world
	Log      *slog.Logger
	Out, Err io.Writer
}

// noteEvery is how often the clock is noted down, ahead of what it will show until the next time, so that it does not go
// back after a kill.
const noteEvery = 2 * time.Second

// maxUpload is the largest attachment in the demo, in bytes.
const maxUpload = 1 << 30

// demo is one run.
type demo struct {
	Options
	settings config.Settings
	secrets  secrets
}

// Run opens the folder's world, or makes it, and serves it until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	defer errs.Wrap(&err, "demo.Run")
	d := &demo{Options: o}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	lock, err := lockDir(o.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }() // the end of the process would do it too
	if err := d.database(ctx); err != nil {
		return err
	}
	st, err := d.world(ctx)
	if err != nil {
		return err
	}
	start := d.begin(st)
	a, err := app.New(ctx, d.options(clock.NewRunning(start, o.Speed)))
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Stop()) //nolint:contextcheck // stopping has a time of its own: ctx may have ended
	}
	noted := make(chan struct{})
	go func() {
		defer close(noted)
		d.noteClock(ctx, a)
	}()
	if err := d.announce(a, st); err != nil {
		return errors.Join(err, a.Stop()) //nolint:contextcheck // stopping has a time of its own: ctx may have ended
	}
	err = a.Serve(ctx, app.Listeners{Web: o.Listener, SMTP: o.SMTP})
	<-noted
	return err
}

func (d *demo) options(c clock.Clock) app.Options {
	return app.Options{Settings: d.settings, Clock: c, Pack: d.Pack, Packs: d.Packs, Log: d.Log, Demo: true}
}

// database settles where the world is kept, with a schema that fits; a world that was cut while it was being seeded,
// and any world with Fresh, is removed first.
func (d *demo) database(ctx context.Context) error {
	url := d.DB
	if url == "" {
		url = "sqlite:" + filepath.Join(d.Dir, "liaison.db")
	}
	d.settings = config.Default()
	d.settings.DataDir, d.settings.MaxUpload = d.Dir, maxUpload
	d.settings.URL = "http://" + d.Listener.Addr().String()
	d.settings.DB = config.Secret(url)
	if d.Fresh {
		if err := d.wipe(ctx); err != nil {
			return err
		}
	}
	for {
		st, err := d.migrated(ctx)
		if err != nil || st.seeded || !st.begun {
			return err
		}
		if err := d.wipe(ctx); err != nil {
			return err
		}
	}
}

// migrated brings the schema up to date and reads what is there. On PostgreSQL the program itself goes on with a role
// that may not get round row-level security.
func (d *demo) migrated(ctx context.Context) (st state, err error) {
	url := string(d.settings.DB)
	if d.DB != "" {
		url = d.DB
	}
	owner, err := db.Open(ctx, url, db.Options{Log: d.Log})
	if err != nil {
		return st, err
	}
	defer func() { err = errors.Join(err, owner.Close()) }()
	if err := app.Migrate(ctx, owner); err != nil {
		return st, err
	}
	if owner.Engine() == db.Postgres {
		appURL, err := db.PrepareDemoRole(ctx, url)
		if err != nil {
			return st, err
		}
		d.settings.DB = config.Secret(appURL)
	}
	return readState(ctx, owner)
}

// wipe removes the world: its rows and its files. The folder's key goes too, and with it every password and token.
func (d *demo) wipe(ctx context.Context) error {
	url := string(d.settings.DB)
	if d.DB != "" {
		url = d.DB
	}
	if err := db.Wipe(ctx, url); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(filepath.Join(d.Dir, "files")), removeIfThere(filepath.Join(d.Dir, "installation.key")),
		removeIfThere(filepath.Join(d.Dir, FileName)))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// world gives the world of the folder; the first run makes it.
func (d *demo) world(ctx context.Context) (st state, err error) {
	steps := clock.NewStepping(d.first())
	a, err := app.New(ctx, d.options(steps))
	if err != nil {
		return st, err
	}
	defer func() { err = errors.Join(err, a.Stop()) }() //nolint:contextcheck // stopping has a time of its own: ctx may have ended
	root, err := a.Keys.Secret("demo")
	if err != nil {
		return st, err
	}
	d.secrets = secrets{root}
	if st, err = readState(ctx, a.DB); err != nil {
		return st, err
	}
	if !st.seeded {
		fmt.Fprintln(d.Err, "Making the example world. This happens once for a folder.")
		if st, err = d.seedWorld(ctx, a, steps); err != nil {
			return st, err
		}
	}
	if err := d.extraCases(ctx, a, steps, st); err != nil || d.DB == "" {
		return st, err
	}
	return st, db.Analyze(ctx, d.DB)
}

func (d *demo) seedWorld(ctx context.Context, a *app.App, steps *clock.Stepping) (st state, err error) {
	if err := writeSetting(ctx, a.DB, settingBegun, "yes"); err != nil {
		return st, err
	}
	s := &seeder{app: a, clk: steps, first: d.first(), secrets: d.secrets}
	if err := s.seed(ctx); err != nil {
		return st, err
	}
	world, err := json.Marshal(s.list())
	if err != nil {
		return st, err
	}
	if err := writeSetting(ctx, a.DB, settingWorld, string(world)); err != nil {
		return st, err
	}
	return readState(ctx, a.DB)
}

// first is the first instant of a new world.
func (d *demo) first() time.Time {
	if d.At.IsZero() {
		return clock.Real{}.Now()
	}
	return d.At
}

// begin is where the clock starts: where it was asked to, but never before what was shown already.
func (d *demo) begin(st state) time.Time {
	start := d.first()
	if !start.Before(st.shown) {
		return start
	}
	if !d.At.IsZero() {
		fmt.Fprintf(d.Err, "The clock of this world is at %s already and does not go back; --fresh begins a new world.\n",
			st.shown.In(d.Pack.Vendor.Zone).Format(time.RFC3339))
	}
	return st.shown
}

// noteClock keeps how far the clock has come until ctx ends; then, if the database is still open, where it stopped.
func (d *demo) noteClock(ctx context.Context, a *app.App) {
	ahead := time.Duration(1.25 * d.Speed * float64(noteEvery)) // a note may be late
	tick := time.NewTicker(noteEvery)
	defer tick.Stop()
	for {
		err := writeSetting(ctx, a.DB, settingClock, a.Clock.Now().Add(ahead).Format(time.RFC3339Nano))
		if err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "the demo's clock could not be noted", "error", err)
		}
		select {
		case <-ctx.Done():
			err := writeSetting(context.WithoutCancel(ctx), a.DB, settingClock, a.Clock.Now().Format(time.RFC3339Nano))
			if err != nil && !errors.Is(err, db.ErrClosed) {
				a.Log.WarnContext(ctx, "the demo's clock could not be noted", "error", err)
			}
			return
		case <-tick.C:
		}
	}
}

// announce says where the demo is and who can sign in, in demo.json and on the terminal.
func (d *demo) announce(a *app.App, st state) error {
	f := File{URL: d.settings.URL, Now: a.Clock.Now().In(d.Pack.Vendor.Zone).Truncate(time.Second), Policy: d.packName(), PID: os.Getpid(),
		People: st.world.withSecrets(d.secrets), Systems: st.world.Systems, Inboxes: []listedInbox{}}
	if d.SMTP != nil {
		f.SMTP = d.SMTP.Addr().String()
	}
	for _, c := range d.Pack.Centres {
		f.Inboxes = append(f.Inboxes, listedInbox{Address: c.Email, Centre: c.Key})
	}
	if err := f.write(d.Dir); err != nil {
		return err
	}
	d.print(f)
	return nil
}

// packName is the pack whose policy holds; the demo's own pack only puts other names and addresses over it.
func (d *demo) packName() string {
	if d.Pack.Base != "" {
		return d.Pack.Base
	}
	return d.Pack.Name
}

// mailLine says how to write to the demo.
func (d *demo) mailLine(f File) string {
	if f.SMTP == "" || len(f.Inboxes) == 0 {
		return ""
	}
	return fmt.Sprintf("Write to it by SMTP at %s, for example to %s\n", f.SMTP, f.Inboxes[0].Address)
}

func (d *demo) print(f File) {
	fmt.Fprintf(d.Out, "\nThe support centre is open at %s\nIts clock shows %s. Mail stays inside: %s/demo/mail\n%s\nSign in as, for example:\n",
		f.URL, f.Now.Format("Mon 2 Jan 2006 15:04 MST"), f.URL, d.mailLine(f))
	shown := map[string]bool{}
	for _, p := range f.People {
		special := strings.Join(p.Notes, " ")
		if key := p.Role + special + p.Language; !shown[key] {
			shown[key] = true
			fmt.Fprintf(d.Out, "  %-20s %-40s %s  %s\n", p.Role, p.Email, p.Password, special)
		}
	}
	fmt.Fprintf(d.Out, "\nEverybody is listed in %s\n", filepath.Join(d.Dir, FileName))
}
