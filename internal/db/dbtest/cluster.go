package dbtest

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
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"liaison/internal/db"
)

// cluster is the PostgreSQL server of this test process: started by the first test that needs it, shared by all.
var cluster = sync.OnceValues(start)

// server is a running throw-away PostgreSQL server with a migrated database to copy from.
type server struct {
	admin    string // superuser URL of the database postgres
	mu       sync.Mutex
	n        int
	free     []string // databases that a test has given back, empty
	keepOpen *os.File // the guard ends the server when this closes, however the process ends
}

const (
	template = "liaison_template"
	appRole  = "liaison_test"
)

// PostgresURL is the superuser URL of an empty database of the test's own.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return running(t).create(t, "template0")
}

// PostgresURLs are the URLs of a migrated database of the test's own: the owner's, and the one of the application.
func PostgresURLs(t testing.TB) (owner, app string) {
	t.Helper()
	owner = running(t).create(t, template)
	return owner, withUser(owner, appRole)
}

func running(t testing.TB) *server {
	t.Helper()
	s, err := cluster()
	if err != nil {
		t.Fatalf("PostgreSQL does not start: %v", err)
	}
	return s
}

func withUser(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // made here
	}
	u.User = url.User(name)
	return u.String()
}

// create copies a database and drops the copy at the end of the test.
func (s *server) create(t testing.TB, from string) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock() // a template is copied by one at a time
	s.n++
	name := "t" + strconv.Itoa(s.n)
	if err := s.copy(name, from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return database(s.admin, name)
}

// borrow gives the test an empty migrated database, and takes it back empty.
func (s *server) borrow(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var name string
	if last := len(s.free) - 1; last >= 0 {
		name, s.free = s.free[last], s.free[:last]
	} else {
		s.n++
		name = "t" + strconv.Itoa(s.n)
		if err := s.copy(name, template); err != nil {
			t.Fatal(err)
		}
	}
	address := database(s.admin, name)
	t.Cleanup(func() {
		if err := execute(address, emptied); err != nil {
			t.Error(err)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.free = append(s.free, name)
	})
	return address
}

// emptied takes every row out, with triggers and references asleep, and lets sequences begin anew. Small tables are
// cheaper to delete from than to truncate.
const emptied = `SET session_replication_role = replica; DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT c.oid::regclass AS name, pg_relation_size(c.oid) AS size FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'goose_db_version' AND pg_relation_size(c.oid) > 0
  LOOP
    IF one.size > 1000000 THEN EXECUTE format('TRUNCATE %s CASCADE', one.name); ELSE EXECUTE format('DELETE FROM %s', one.name); END IF;
  END LOOP;
  FOR one IN SELECT c.oid::regclass AS name, q.seqstart AS first FROM pg_class c JOIN pg_sequence q ON q.seqrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace
  LOOP
    PERFORM setval(one.name, one.first, false);
  END LOOP;
END $$`

func database(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // made here
	}
	u.Path = "/" + name
	return u.String()
}

// copy makes a database of a template, file by file: the other way, block by block through the log, takes five times as
// long for databases as small as ours.
func (s *server) copy(name, from string) error {
	return s.run("CREATE DATABASE " + name + " TEMPLATE " + from + " STRATEGY file_copy")
}

func (s *server) run(q string) error { return execute(s.admin, q) }

func execute(address, q string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, q)
	return err
}

// start makes the server in a directory of its own, behind a socket there, so that no port is needed.
func start() (s *server, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "liaison-pg-")
	if err != nil {
		return nil, err
	}
	who, err := unprivileged(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s = &server{}
	if err := s.guard(bin, dir, who); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	data := filepath.Join(dir, "data")
	for _, c := range [][]string{
		{"initdb", "-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "--encoding=UTF8", "--no-sync", "--no-instructions"},
		{"pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", "-k " + dir + " -c listen_addresses= -c max_connections=300" +
			" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB -c autovacuum=off", "start"},
	} {
		cmd := exec.Command(filepath.Join(bin, c[0]), c[1:]...)
		cmd.Dir, cmd.SysProcAttr = dir, who
		if out, err := cmd.CombinedOutput(); err != nil && c[0] == "initdb" {
			return nil, fmt.Errorf("%s: %w: %s", c[0], err, out)
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", c[0], err)
		}
	}
	s.admin = "postgres://postgres@/postgres?host=" + url.QueryEscape(dir)
	return s, s.prepare()
}

// guard starts a shell that waits until this process is gone and then ends the server and removes its directory. A
// process that is killed leaves nothing behind either.
func (s *server) guard(bin, dir string, who *syscall.SysProcAttr) error {
	end, open, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = end.Close() }() // the shell has its own
	s.keepOpen = open
	script := `read -r never; "$0/pg_ctl" -D "$1/data" -m immediate -w stop; cd /; rm -rf "$1"`
	cmd := exec.Command("/bin/sh", "-c", script, bin, dir)
	cmd.Stdin, cmd.Dir = end, dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // an interrupt of the test must not reach it
	if who != nil {
		cmd.SysProcAttr.Credential = who.Credential
	}
	return cmd.Start()
}

// prepare makes the migrated template and the login role of the application.
func (s *server) prepare() error {
	ctx := context.Background()
	if err := s.run("CREATE DATABASE " + template); err != nil {
		return err
	}
	d, err := db.Open(ctx, database(s.admin, template), db.Options{})
	if err != nil {
		return err
	}
	if err := errors.Join(d.Migrate(ctx), d.Close()); err != nil {
		return err
	}
	return s.run("CREATE ROLE " + appRole + " LOGIN IN ROLE liaison_app")
}

// binaries is the folder of initdb and pg_ctl: on the path, or where Debian keeps the newest version.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("no initdb on this machine: install PostgreSQL, or set ENGINES=sqlite")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// unprivileged says as whom the server runs: PostgreSQL refuses root. It gives dir to that user.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
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
