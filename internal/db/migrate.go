package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"liaison/internal/errs"
)

//go:embed migrations
var migrationFiles embed.FS

// Migration is one numbered step of the schema.
type Migration struct {
	Version   int64
	Name      string     // file name
	AppliedAt *time.Time // nil: not yet
}

// Migrate brings the schema up to date. On PostgreSQL it needs the owner's role; it puts every customer's table under
// row-level security and gives the group liaison_app its rights.
func (d *DB) Migrate(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "db.Migrate")
	return d.withProvider(func(p *goose.Provider) error {
		if err := d.checkCollation(ctx); err != nil {
			return err
		}
		if err := d.refuseNewer(ctx); err != nil {
			return err
		}
		if _, err := p.Up(ctx); err != nil {
			return translate(err)
		}
		return d.protect(ctx)
	})
}

// MigrateStatus lists the steps in their order.
func (d *DB) MigrateStatus(ctx context.Context) (steps []Migration, err error) {
	defer errs.Wrap(&err, "db.MigrateStatus")
	err = d.withProvider(func(p *goose.Provider) error {
		all, err := p.Status(ctx)
		if err != nil {
			return translate(err)
		}
		for _, s := range all {
			m := Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path)}
			if s.State == goose.StateApplied {
				at := s.AppliedAt.UTC()
				m.AppliedAt = &at
			}
			steps = append(steps, m)
		}
		return nil
	})
	return steps, err
}

// CheckSchema refuses a database that has not exactly the steps of this program, or that sorts text differently.
func (d *DB) CheckSchema(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "db.CheckSchema")
	if err := d.checkCollation(ctx); err != nil {
		return err
	}
	have, want, err := d.versions(ctx)
	if err != nil {
		return err
	}
	if err := newer(have, want); err != nil {
		return err
	}
	missing := without(want, have)
	if len(missing) == 0 {
		return nil
	}
	// A step may be missing between others: two lines of work were brought together.
	return errs.New(errs.Unavailable, "error.schema_older", "have", number(last(have)), "want", number(last(missing)))
}

func (d *DB) refuseNewer(ctx context.Context) error {
	have, want, err := d.versions(ctx)
	if err != nil {
		return err
	}
	return newer(have, want)
}

// newer refuses a database with steps that the program does not know.
func newer(have, want []int64) error {
	unknown := without(have, want)
	if len(unknown) == 0 {
		return nil
	}
	return errs.New(errs.Unavailable, "error.schema_newer", "have", number(last(unknown)), "want", number(last(want)))
}

func number(v int64) string { return strconv.FormatInt(v, 10) }

// last is the last of some steps, 0 for none.
func last(steps []int64) int64 { return slices.Max(append([]int64{0}, steps...)) }

// without is what is in all and not in some.
func without(all, some []int64) (rest []int64) {
	for _, v := range all {
		if !slices.Contains(some, v) {
			rest = append(rest, v)
		}
	}
	return rest
}

// versions reads the steps that the database has and those that the program wants, without making goose's table: the
// application's role may not.
func (d *DB) versions(ctx context.Context) (have, want []int64, err error) {
	files, err := migrations(d.Engine())
	if err != nil {
		return nil, nil, err
	}
	for name := range files {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return nil, nil, err
		}
		want = append(want, v)
	}
	tables, err := d.engine.tables(ctx)
	if err != nil || !tables["goose_db_version"].exists {
		return nil, want, translate(err)
	}
	err = d.View(ctx, ForSystem("schema"), func(tx *Tx) error {
		have = nil
		return tx.Query("SELECT DISTINCT version_id FROM goose_db_version WHERE is_applied AND version_id > 0", nil, func(scan func(...any) error) error {
			have = append(have, 0)
			return scan(&have[len(have)-1])
		})
	})
	return have, want, err
}

func (d *DB) withProvider(fn func(*goose.Provider) error) error {
	files, err := migrations(d.Engine())
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true)}
	var pool *sql.DB
	dialect := goose.DialectSQLite3
	switch e := d.engine.(type) {
	case *sqliteDB:
		if pool, err = sql.Open("sqlite", sqliteDSN(e.path, "_txlock=immediate")); err != nil {
			return err
		}
	case *postgresDB:
		dialect = goose.DialectPostgres
		// The owner is held by row-level security too: without a scope a step would change no row, and be noted as done.
		pool = stdlib.OpenDB(*e.pool.Config().ConnConfig, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, "SELECT set_config('app.scope', $1, false)", string(systemScope))
			return err
		}))
		one, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(one))
	}
	defer func() { _ = pool.Close() }() // what goose did is committed, or err tells
	p, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return err
	}
	return fn(p)
}

// migrations is the folder goose reads for an engine: the files of common, in the engine's words, and the engine's
// own. A number may be used once.
func migrations(e Engine) (fstest.MapFS, error) {
	files := fstest.MapFS{}
	for _, dir := range []string{"common", string(e)} {
		names, err := fs.Glob(migrationFiles, "migrations/"+dir+"/*.sql")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, err := migrationFiles.ReadFile(name)
			if err != nil {
				return nil, err
			}
			if dir == "common" && e == SQLite {
				text = []byte(sqliteWords(string(text)))
			}
			if files[path.Base(name)] != nil {
				return nil, errors.New("db: two migrations are called " + path.Base(name))
			}
			files[path.Base(name)] = &fstest.MapFile{Data: text}
		}
	}
	return files, nil
}

// sqliteWords says a common migration in SQLite's words.
func sqliteWords(text string) string {
	text = strings.ReplaceAll(text, "BIGINT PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY", "INTEGER PRIMARY KEY AUTOINCREMENT")
	return regexp.MustCompile(`\b(UUID|BYTEA)\b`).ReplaceAllString(text, "BLOB")
}
