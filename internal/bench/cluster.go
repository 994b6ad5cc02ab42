package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// cluster is a PostgreSQL server of the run's own, behind a socket in its folder. It commits durably, as a server in
// production does: that is what is measured.
type cluster struct {
	bin, dir string
	who      *syscall.SysProcAttr // PostgreSQL refuses root
}

const (
	database = "liaison"
	appRole  = "liaison_bench" // bound by row-level security, as in production
)

// startCluster makes and starts a server; one that is there already is started as it is. Everything but the memory is at PostgreSQL's defaults.
func startCluster(ctx context.Context, dir string) (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: bin, dir: dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if c.who, err = unprivileged(dir); err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	steps := [][]string{
		{"initdb", "-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "--encoding=UTF8", "--no-instructions"},
		{"pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", "-k " + dir +
			" -c listen_addresses= -c fsync=on -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=256MB", "start"},
		{"createdb", "-h", dir, "-U", "postgres", database},
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err == nil {
		steps = steps[1:2]
	}
	for _, step := range steps {
		if _, err := c.tool(ctx, step[0], step[1:]...); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *cluster) url(name string) string {
	return "postgres://" + name + "@/" + database + "?host=" + url.QueryEscape(c.dir)
}

// application makes the role that the program connects with.
func (c *cluster) application(ctx context.Context) error {
	_, err := c.query(ctx, "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '"+appRole+
		"') THEN CREATE ROLE "+appRole+" LOGIN IN ROLE liaison_app; END IF; END $$")
	return err
}

// size is how many bytes the database takes, after a vacuum: dead rows are given to later ones.
func (c *cluster) size(ctx context.Context) (int64, error) {
	if _, err := c.query(ctx, "VACUUM ANALYZE"); err != nil {
		return 0, err
	}
	out, err := c.query(ctx, "SELECT pg_database_size(current_database())")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(out, 10, 64)
}

func (c *cluster) query(ctx context.Context, q string) (string, error) {
	return c.tool(ctx, "psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", c.dir, "-U", "postgres", "-d", database, "-c", q)
}

func (c *cluster) stop() error {
	_, err := c.tool(context.Background(), "pg_ctl", "-D", filepath.Join(c.dir, "data"), "-m", "fast", "-w", "stop")
	return err
}

// tool runs one of PostgreSQL's programs. Its output goes to a file: the server that pg_ctl leaves behind would hold a
// pipe open for ever.
func (c *cluster) tool(ctx context.Context, name string, args ...string) (string, error) {
	out, err := os.CreateTemp(filepath.Dir(c.dir), "tool-")
	if err != nil {
		return "", err
	}
	defer func() { _ = errors.Join(out.Close(), os.Remove(out.Name())) }() // nothing reads it again
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...)   //nolint:gosec // PostgreSQL's own programs, from the folder they were found in
	cmd.Dir, cmd.SysProcAttr, cmd.Stdout, cmd.Stderr = c.dir, c.who, out, out
	err = cmd.Run()
	said, readErr := os.ReadFile(out.Name())
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, said)
	}
	return strings.TrimSpace(string(said)), readErr
}

// binaries is the folder of PostgreSQL's programs: where Debian keeps the newest version, or on the path.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	p, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("no initdb on this machine: install PostgreSQL, or measure with -engines sqlite")
	}
	return filepath.Dir(p), nil
}

// unprivileged says as whom the server runs, and gives dir to that user.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, os.Chown(dir, uid, gid)
}
