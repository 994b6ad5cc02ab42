package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// What Options.Checks refuses. The errors name the statement.
var (
	ErrNoTenant  = errors.New("db: a statement in a customer's scope does not name the customer")
	ErrNoJournal = errors.New("db: a change without a journal line")
)

// checker is the statement hook of Options.Checks. It is a wall against mistakes, not against attackers: it reads the
// text as far as this program's statements go. On PostgreSQL row-level security stands behind it.
type checker struct {
	d       *DB
	ran     atomic.Int64
	mu      sync.Mutex
	tenants map[string]bool // tables with a tenant_id
	known   map[string]*statement
}

func newChecker(d *DB) *checker { return &checker{d: d, known: map[string]*statement{}} }

// load reads which tables hold rows of customers, once there are any.
func (c *checker) load(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.tenants) > 0 {
		return nil
	}
	all, err := c.d.engine.tables(ctx)
	if err != nil {
		return translate(err)
	}
	c.tenants = map[string]bool{}
	for name, t := range all {
		if t.tenant {
			c.tenants[name] = true
		}
	}
	return nil
}

func (c *checker) read(q string) *statement {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.known[q]
	if s == nil {
		s = parse(q, func(table string) bool { return c.tenants[table] })
		c.known[q] = s
	}
	return s
}

// statement is asked before q runs.
func (c *checker) statement(tx *Tx, q string, args []any) error {
	c.ran.Add(1)
	s := c.read(q)
	if s.writes != "" && tx.changed == "" && needsLine(s) {
		tx.changed = q
	}
	if tx.scope.kind != tenantScope {
		return nil
	}
	if s.problem != "" {
		return fmt.Errorf("%w: %s: %s", ErrNoTenant, s.problem, q)
	}
	if t := s.unheld(); t != "" {
		return fmt.Errorf("%w: %s is not held to tenant_id = $n by a condition that always applies: %s", ErrNoTenant, t, q)
	}
	for _, n := range s.params {
		if n > len(args) {
			continue // the engine says so
		}
		if b, ok := args[n-1].([]byte); !ok || !bytes.Equal(b, tx.scope.tenant[:]) {
			return fmt.Errorf("%w: $%d is not the customer of the scope: %s", ErrNoTenant, n, q)
		}
	}
	return nil
}

// Statements is how many statements have run since the database was opened, buffered ones included. It is counted with
// Options.Checks only.
func (d *DB) Statements() int64 {
	if d.checks == nil {
		return 0
	}
	return d.checks.ran.Load()
}

// needsLine says whether a change must be told in the journal.
func needsLine(s *statement) bool {
	switch s.writes {
	case "journal": // itself
		return false
	case "draft", "idempotency", "notice", "notice_read", "notice_mark", "demo_mail", "outbound_mail", "mail_line", "digest_line", "undo", "pending_upload": // traces of work on the way; the work they belong to has its line
		return false
	case "setting", "counter", "goose_db_version": // of the installation; its migrations and seeds are recorded elsewhere
		return false
	case "session": // that somebody is still there is no event; signing in and out are
		return !only(s.set, "seen_at", "expires_at")
	case "directory_token": // that a directory has called is no event; what it says is
		return !only(s.set, "last_used_at")
	case "support_case": // what the sweep looks for follows from lines that are there
		return !only(s.set, "next_due", "next_promise")
	case "system":
		return !only(s.set, "look_at")
	}
	// jobs and search rows are derived from what is recorded
	return !strings.HasPrefix(s.writes, "river_") && !strings.HasPrefix(s.writes, "search")
}

// only reports whether an UPDATE assigns some of the columns and no other.
func only(set []string, columns ...string) bool {
	return len(set) > 0 && !slices.ContainsFunc(set, func(c string) bool { return !slices.Contains(columns, c) })
}

// mustJournal makes an Update fail that has changed something and told the journal nothing.
func (d *DB) mustJournal(fn func(*Tx) error) func(*Tx) error {
	if d.checks == nil {
		return fn
	}
	return func(tx *Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if tx.changed != "" && !tx.journaled {
			return fmt.Errorf("%w: %s", ErrNoJournal, tx.changed)
		}
		return nil
	}
}
