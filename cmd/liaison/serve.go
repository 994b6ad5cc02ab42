package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"liaison/internal/app"
	"liaison/internal/clock"
	"liaison/internal/config"
	"liaison/internal/db"
	"liaison/internal/policy"
	"liaison/policies"
)

// configFlag is shared by the commands of an installation.
type configFlag struct {
	Config string `help:"Configuration file (YAML). Without it: the environment (LIAISON_*) and defaults." type:"path" placeholder:"FILE"`
}

func (f configFlag) settings(c *console) (config.Settings, error) {
	return config.Load(f.Config, c.lookup)
}

type serveCommand struct {
	configFlag
}

// Run serves until it is told to stop. It never changes the schema: it refuses one that does not fit.
func (s serveCommand) Run(c *console) error {
	set, err := s.settings(c)
	if err != nil {
		return err
	}
	if err := set.Servable(); err != nil {
		return err
	}
	pack, err := loadPack(set.Policy)
	if err != nil {
		return err
	}
	log := logger(c.err, set.LogFormat, set.LogLevel)
	a, err := app.New(c.ctx, app.Options{Settings: set, Clock: clock.Real{}, Pack: pack, Packs: packFlag{set.Policy}.folders(), Log: log})
	if err != nil {
		return err
	}
	l, err := listen(c.ctx, set.Addr, "addr")
	if err != nil {
		return errors.Join(err, a.Stop())
	}
	admin, err := listen(c.ctx, set.AdminAddr, "admin_addr")
	if err != nil {
		return errors.Join(err, l.Close(), a.Stop())
	}
	ls := app.Listeners{Web: l, Admin: admin}
	if err := openMail(c.ctx, set, &ls); err != nil {
		return errors.Join(err, l.Close(), admin.Close(), a.Stop())
	}
	if err := a.Start(c.ctx); err != nil {
		return errors.Join(err, l.Close(), admin.Close(), a.Stop())
	}
	log.Info("serving", "addr", l.Addr().String(), "admin", admin.Addr().String(), "version", version, "edition", a.Editions.Now().Edition)
	if now := a.Editions.Now(); now.Edition != pack.Edition || now.Digest() != pack.Digest() {
		log.Warn("the pack of the settings is not the one in force, and is not used: publish it under a name of its own with liaison policy publish",
			"policy", set.Policy, "pack", pack.Edition, "in_force", now.Edition)
	}
	go debug.FreeOSMemory() // what reading texts and packs has left behind is twice what the program goes on with
	return a.Serve(c.ctx, ls)
}

// openMail opens the addresses at which mail comes in, where there are any.
func openMail(ctx context.Context, set config.Settings, ls *app.Listeners) (err error) {
	if set.In.Addr != "" {
		if ls.SMTP, err = listen(ctx, set.In.Addr, "mail.in.addr"); err != nil {
			return err
		}
	}
	if set.In.LMTP != "" {
		ls.LMTP, err = listen(ctx, set.In.LMTP, "mail.in.lmtp")
	}
	return err
}

// listen opens an address and says in words what stands in the way.
func listen(ctx context.Context, addr, setting string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program is listening on %s: stop it, or set %s to a free address (port 0 picks one)", addr, setting)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s (%s): %w", addr, setting, err)
	}
	return l, nil
}

// loadPack loads an embedded pack by its name or one of the operator's own by its folder.
func loadPack(name string) (*policy.Pack, error) {
	if _, err := fs.Stat(policies.FS, name); err == nil {
		return policy.Load(policies.FS, name)
	}
	if _, err := os.Stat(filepath.Join(name, "policy.yaml")); err != nil {
		return nil, fmt.Errorf("there is no policy pack %q: name an embedded one (reference-2025-02, example) or a folder with a policy.yaml", name)
	}
	return policy.LoadDir(name, policies.FS)
}

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Apply what is missing. Uses migrate_db where it is set."`
	Status migrateStatus `cmd:"" help:"Show what is applied."`
}

type migrateUp struct{ configFlag }

// Run brings the schema to what this program needs.
func (m migrateUp) Run(c *console) error {
	set, err := m.settings(c)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(set.DataDir, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: make it, or set data_dir to one that may be written: %w", err)
	}
	return withDatabase(c, m.configFlag, func(d *db.DB) error {
		if err := app.Migrate(c.ctx, d); err != nil {
			return err
		}
		_, err := fmt.Fprintln(c.out, "The schema is up to date.")
		return err
	})
}

type migrateStatus struct {
	configFlag
	JSON bool `help:"Print JSON."`
}

// Run lists the steps of the schema.
func (m migrateStatus) Run(c *console) error {
	return withDatabase(c, m.configFlag, func(d *db.DB) error {
		steps, err := d.MigrateStatus(c.ctx)
		if err != nil {
			return err
		}
		if m.JSON {
			return printJSON(c.out, steps)
		}
		for _, s := range steps {
			state := "missing"
			if s.AppliedAt != nil {
				state = "applied"
			}
			if _, err := fmt.Fprintf(c.out, "%5d  %-8s %s\n", s.Version, state, s.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

// withDatabase opens the database as its owner.
func withDatabase(c *console, f configFlag, fn func(*db.DB) error) error {
	set, err := f.settings(c)
	if err != nil {
		return err
	}
	d, err := db.Open(c.ctx, ownerURL(set), db.Options{})
	if err != nil {
		return err
	}
	return errors.Join(fn(d), d.Close())
}

// ownerURL is the address of the role that may change the schema.
func ownerURL(set config.Settings) string {
	if set.MigrateDB != "" {
		return string(set.MigrateDB)
	}
	return string(set.DB)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
