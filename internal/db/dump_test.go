package db_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
)

// fill puts rows of every type into a database.
func fill(t *testing.T, d *db.DB) {
	t.Helper()
	a, _ := addCustomer(t, d, "a")
	addCustomer(t, d, "王")
	addPerson(t, d, a, "x@y")
	inSystem(t, d, func(tx *db.Tx) error {
		if _, err := tx.NextCaseSequence(); err != nil {
			return err
		}
		return tx.Buffer(`INSERT INTO journal (at, occurred_at, tenant_id, actor_kind, subject_kind, kind, visibility, data)
			VALUES ($1, $1, $2, 'system', 'installation', 'started', 'system', '{"a":1}')`, tx.Now(), a)
	})
}

// empty are fresh databases to load into: on PostgreSQL as the owner, who may set sequences.
func empty(t *testing.T) []*db.DB {
	t.Helper()
	all := []*db.DB{dbtest.SQLite(t, clock.NewStepping(dbtest.Start()))}
	if !dbtest.WithoutPostgres() {
		owner, _ := dbtest.PostgresURLs(t)
		all = append(all, dbtest.Open(t, owner, db.Options{Checks: true}))
	}
	return all
}

func dump(t *testing.T, d *db.DB) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Dump(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestADumpLoadedOnEitherEngineDumpsTheSame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		fill(t, d)
		want := dump(t, d)
		for _, to := range empty(t) {
			if err := to.Load(t.Context(), strings.NewReader(want)); err != nil {
				t.Fatalf("%s: %v", to.Engine(), err)
			}
			if got := dump(t, to); got != want {
				t.Errorf("%s:\n%s\nwant\n%s", to.Engine(), got, want)
			}
			inSystem(t, to, func(tx *db.Tx) error {
				n, err := tx.NextCaseSequence()
				if n != 2 {
					t.Errorf("%s: the next case is %d", to.Engine(), n)
				}
				return err
			})
			fillJournal := `INSERT INTO journal (at, occurred_at, actor_kind, subject_kind, kind, visibility, data)
				VALUES (1, 1, 'system', 'installation', 'stopped', 'system', '{}')`
			inSystem(t, to, func(tx *db.Tx) error { return tx.Buffer(fillJournal) })
			if n := count(t, to, db.ForSystem("test"), "SELECT max(seq) FROM journal"); n != 2 {
				t.Errorf("%s: the next line is %d", to.Engine(), n)
			}
			err := to.Load(t.Context(), strings.NewReader(want))
			if e := errs.As(err); e.Key != "error.restore_not_empty" || e.Args["table"] != "customer" {
				t.Errorf("into a full database: %v", err)
			}
		}
	})
}

func TestADamagedDumpRestoresNothing(t *testing.T) {
	t.Parallel()
	from := dbtest.SQLite(t, clock.NewStepping(dbtest.Start()))
	fill(t, from)
	whole := dump(t, from)
	lines := strings.SplitAfter(whole, "\n")
	without := func(i int) string { return strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "") }
	for _, to := range empty(t) {
		for what, text := range map[string]string{
			"empty": "", "cut in a line": whole[:len(whole)/2], "without its end": strings.Join(lines[:len(lines)-2], ""),
			"without a row": without(len(lines) - 3), "not a dump": "GIF89a", "another header": strings.Replace(whole, "liaisonDump", "liaisonDumb", 1),
			"an unknown column": strings.Replace(whole, `"email_norm"`, `"email_form"`, 1),
		} {
			err := to.Load(t.Context(), strings.NewReader(text))
			if e := errs.As(err); e.Key != "error.restore_damaged" || e.Kind != errs.Invalid {
				t.Errorf("%s: %s: %v", to.Engine(), what, err)
			}
			if n := count(t, to, db.ForSystem("test"), "SELECT count(*) FROM customer"); n != 0 {
				t.Errorf("%s: %s: %d customers", to.Engine(), what, n)
			}
		}
		other := strings.Replace(whole, `"schema":`, `"schema":9`, 1)
		first, _, _ := strings.Cut(other, " ")
		other = strings.Replace(other, first, "XX", 1)
		length := len(strings.SplitN(other, "\n", 2)[0]) - len("XX ")
		other = strings.Replace(other, "XX", strconv.Itoa(length), 1)
		if err := to.Load(t.Context(), strings.NewReader(other)); errs.As(err).Key != "error.schema_newer" {
			t.Errorf("%s: of another schema: %v", to.Engine(), err)
		}
	}
}

func TestABackupIsACompleteDatabaseThatOnlyItsOwnerReads(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, clock.NewStepping(dbtest.Start()))
	fill(t, d)
	dst := filepath.Join(t.TempDir(), "it's a backup.db")
	if err := d.Backup(t.Context(), dst); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dst)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	copied := dbtest.Open(t, "sqlite:"+dst, db.Options{})
	if got, want := dump(t, copied), dump(t, d); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if err := d.Backup(t.Context(), dst); errs.As(err).Key != "error.backup_exists" {
		t.Error(err)
	}
	if dbtest.WithoutPostgres() {
		return
	}
	if err := dbtest.Postgres(t, clock.Real{}).Backup(t.Context(), dst+"2"); errs.As(err).Key != "error.backup_engine" {
		t.Error(err)
	}
}
