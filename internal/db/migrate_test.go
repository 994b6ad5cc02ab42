package db_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
)

// eachEmpty runs fn with the owner's address of an empty database on every engine.
func eachEmpty(t *testing.T, fn func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, dbtest.SQLiteURL(t)) })
	if !dbtest.WithoutPostgres() {
		t.Run("postgres", func(t *testing.T) { t.Parallel(); fn(t, dbtest.PostgresURL(t)) })
	}
}

func TestTheSchemaMustFitTheProgram(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, db.Options{})
		if err := d.CheckSchema(t.Context()); errs.As(err).Key != "error.schema_older" || errs.KindOf(err) != errs.Unavailable {
			t.Errorf("empty: %v", err)
		}
		for range 2 { // migrating again changes nothing
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := d.CheckSchema(t.Context()); err != nil {
				t.Errorf("migrated: %v", err)
			}
		}
		inSystem(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)")
			return err
		})
		for what, err := range map[string]error{"check": d.CheckSchema(t.Context()), "migrate": d.Migrate(t.Context())} {
			if e := errs.As(err); e.Key != "error.schema_newer" || e.Args["have"] != "99999" {
				t.Errorf("%s on a newer schema: %v", what, err)
			}
		}
	})
}

func TestAStepThatIsMissingBetweenOthersIsSeenAndMadeUpFor(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, db.Options{})
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		inSystem(t, d, func(tx *db.Tx) error { // as if the step had come with another line of work
			_, err := tx.Exec("ALTER TABLE directory_token DROP COLUMN last_used_at")
			if err == nil {
				_, err = tx.Exec("DELETE FROM goose_db_version WHERE version_id = 211")
			}
			return err
		})
		if err := d.CheckSchema(t.Context()); errs.As(err).Key != "error.schema_older" || errs.As(err).Args["want"] != "211" {
			t.Errorf("with a step missing: %v", err)
		}
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := d.CheckSchema(t.Context()); err != nil {
			t.Errorf("made up for: %v", err)
		}
	})
}

func TestTheStatusNamesEveryStep(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, db.Options{})
		pending, err := d.MigrateStatus(t.Context())
		if err != nil || len(pending) < 2 || pending[0].Name != "00001_schema.sql" || pending[0].AppliedAt != nil {
			t.Fatal(pending, err)
		}
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		done, err := d.MigrateStatus(t.Context())
		if err != nil || len(done) != len(pending) {
			t.Fatal(done, err)
		}
		for _, m := range done {
			if m.AppliedAt == nil {
				t.Errorf("%s is pending", m.Name)
			}
		}
	})
}

func TestADatabaseThatSortsByALanguageIsRefused(t *testing.T) {
	t.Parallel()
	if dbtest.WithoutPostgres() {
		return
	}
	d := dbtest.Open(t, dbtest.PostgresURL(t), db.Options{})
	inSystem(t, d, func(tx *db.Tx) error { // as if it had been made so
		_, err := tx.Exec("UPDATE pg_database SET datcollate = 'en_US.UTF-8' WHERE datname = current_database()")
		return err
	})
	for what, err := range map[string]error{"check": d.CheckSchema(t.Context()), "migrate": d.Migrate(t.Context())} {
		if e := errs.As(err); e.Key != "error.database_collation" || e.Args["collation"] != "en_US.UTF-8" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTheJournalTakesNoChange(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, db.Options{}) // as the owner, on PostgreSQL as a superuser
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		inSystem(t, d, func(tx *db.Tx) error {
			return tx.Buffer(`INSERT INTO journal (at, occurred_at, actor_kind, subject_kind, kind, visibility, data)
				VALUES ($1, $1, 'system', 'installation', 'started', 'system', '{}')`, tx.Now())
		})
		for _, q := range []string{"UPDATE journal SET kind = 'stopped'", "DELETE FROM journal", "TRUNCATE journal"} {
			if q == "TRUNCATE journal" && d.Engine() == db.SQLite {
				continue // there is no such statement
			}
			err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { _, err := tx.Exec(q); return err })
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}

func TestFailuresOfTheEngineSayWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(broken, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for url, key := range map[string]string{
		"mysql://x": "error.database_url",
		"sqlite:" + filepath.Join(dir, "none", "x.db"): "error.database_unreachable",
		"sqlite:" + broken:                    "error.database_unreachable",
		"postgres://nobody@/none?host=" + dir: "error.database_unreachable",
	} {
		if _, err := db.Open(t.Context(), url, db.Options{}); errs.As(err).Key != key || errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%s: %v, want %s", url, err, key)
		}
	}
}

func TestAWriteThatIsNotAllowedSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			_, err := tx.Exec("INSERT INTO setting (name, value) VALUES ('x', 'y')")
			return err
		})
		if e := errs.As(err); e.Key != "error.database_readonly" || e.Kind != errs.Unavailable {
			t.Error(err)
		}
	})
}

func TestALockedFileSaysSo(t *testing.T) {
	t.Parallel()
	url := dbtest.SQLiteURL(t)
	holder := dbtest.Open(t, url, db.Options{})
	if err := holder.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := dbtest.Open(t, url, db.Options{})
	if _, err := other.Pools().SQLite.Exec("PRAGMA busy_timeout = 0"); err != nil { // not to wait
		t.Fatal(err)
	}
	inSystem(t, holder, func(*db.Tx) error {
		err := other.Update(t.Context(), db.ForSystem("test"), func(*db.Tx) error { return nil })
		if e := errs.As(err); e.Key != "error.database_locked" || e.Kind != errs.Unavailable {
			t.Error(err)
		}
		return nil
	})
}
