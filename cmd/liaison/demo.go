package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"liaison/internal/demo"
)

type demoCommand struct {
	Addr   string  `default:"127.0.0.1:8080" help:"Where pages and REST answer; port 0 picks a free one." placeholder:"HOST:PORT"`
	SMTP   string  `default:"127.0.0.1:2525" help:"Where mail comes in by SMTP; port 0 picks a free one." placeholder:"HOST:PORT"`
	Data   string  `help:"Folder of the world, kept between runs. Default: a folder in the user's cache." type:"path" placeholder:"DIR"`
	DB     string  `help:"sqlite:FILE or postgres://... Default: a file in the folder." placeholder:"URL"`
	Policy string  `default:"example" help:"Policy pack: an embedded name or a folder."`
	At     string  `help:"The clock starts at this instant (RFC 3339)." placeholder:"INSTANT"`
	Speed  float64 `default:"1" help:"Clock seconds per second."`
	Cases  int     `help:"Further seeded cases."`
	Fresh  bool    `help:"Begin a new world in the folder."`
	Debug  bool    `help:"Log every request."`
}

// Validate refuses what the flags cannot mean, as wrong usage.
func (d demoCommand) Validate() error {
	if _, err := time.Parse(time.RFC3339, d.At); d.At != "" && err != nil {
		return fmt.Errorf("--at wants an instant such as 2026-11-23T10:00:00-05:00, not %q", d.At)
	}
	if d.Speed <= 0 || d.Cases < 0 {
		return errors.New("--speed must be above 0 and --cases not below 0")
	}
	for flag, addr := range map[string]string{"--addr": d.Addr, "--smtp": d.SMTP} {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("%s wants HOST:PORT, not %q", flag, addr)
		}
	}
	return nil
}

// Run opens the example world and serves it.
func (d demoCommand) Run(c *console) error {
	o := demo.Options{Dir: d.Data, DB: d.DB, Speed: d.Speed, Cases: d.Cases, Fresh: d.Fresh, Out: c.out, Err: c.err}
	var err error
	if o.Dir == "" {
		if o.Dir, err = cacheFolder(); err != nil {
			return err
		}
	}
	if d.At != "" {
		if o.At, err = time.Parse(time.RFC3339, d.At); err != nil {
			return err // Validate has looked
		}
	}
	if o.Pack, err = loadPack(d.Policy); err != nil {
		return err
	}
	o.Packs = packFlag{d.Policy}.folders()
	if o.Listener, err = listen(c.ctx, d.Addr, "--addr"); err != nil {
		return err
	}
	if o.SMTP, err = listen(c.ctx, d.SMTP, "--smtp"); err != nil {
		return err
	}
	level := slog.LevelWarn
	if d.Debug {
		level = slog.LevelDebug
	}
	o.Log = logger(c.err, "text", level)
	return demo.Run(c.ctx, o)
}

func cacheFolder() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no cache folder for this user; name a folder with --data: %w", err)
	}
	return filepath.Join(base, "liaison", "demo"), nil
}
