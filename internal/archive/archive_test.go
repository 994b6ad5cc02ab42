package archive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"liaison/internal/archive"
	"liaison/internal/blob"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/search"
)

// empties gives an empty, unmigrated database of each engine.
func empties(t *testing.T) map[string]*db.DB {
	t.Helper()
	all := map[string]*db.DB{"sqlite": dbtest.Open(t, dbtest.SQLiteURL(t), db.Options{})}
	if !dbtest.WithoutPostgres() {
		all["postgres"] = dbtest.Open(t, dbtest.PostgresURL(t), db.Options{})
	}
	return all
}

func keyOf(t *testing.T, err error) string {
	t.Helper()
	var e *errs.Error
	if !errors.As(err, &e) {
		t.Fatalf("not refused as it should be: %v", err)
	}
	return e.Key
}

func TestWhatIsBackedUpComesBackOnEitherEngine(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		before := w.verify()
		if len(before.Problems)+len(before.Notes) != 0 || before.Files != 2 || before.Journal.Lines != 3 {
			t.Fatalf("the world itself is not in order: %+v", before)
		}
		path, m := w.backup()
		if m.Files != 2 || m.Rows["support_case"] != 1 || m.KeyID != w.keys.ID() || m.Journal.Root != before.Journal.Root {
			t.Errorf("manifest %+v", m)
		}
		for engine, d := range empties(t) {
			copied, err := w.restore(path, d)
			w.must(err)
			after := copied.verify()
			if len(after.Problems) != 0 || after.Files != 2 || after.Journal.Root != before.Journal.Root {
				t.Errorf("restored to %s: %+v", engine, after)
			}
			for _, query := range []string{"cubes", "报表", "suspicious", caseNumber} {
				if got := copied.found(query); got != 1 {
					t.Errorf("restored to %s, %q finds %d cases", engine, query, got)
				}
			}
			if again, _ := copied.backup(); mustVerify(t, again).Journal.Root != before.Journal.Root {
				t.Errorf("the archive of the copy on %s has another root", engine)
			}
			if left, _ := filepath.Glob(filepath.Join(copied.dir, "restore-*")); len(left) != 0 {
				t.Errorf("left on %s: %v", engine, left)
			}
		}
	})
}

func (w *world) found(query string) int {
	w.t.Helper()
	n := 0
	w.must(w.db.View(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		found, err := search.Cases(tx, search.Query{Text: query, Internal: true, Limit: 10})
		n = len(found.Hits)
		return err
	}))
	return n
}

func mustVerify(t *testing.T, path string) archive.Report {
	t.Helper()
	r, err := archive.VerifyFile(context.Background(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) != 0 {
		t.Errorf("problems of a fresh archive: %+v", r.Problems)
	}
	return r
}

func TestVerifyingFindsWhatHappenedToFiles(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		stored := w.path(w.attached)
		text, err := os.ReadFile(stored)
		w.must(err)
		orphan := id.New()
		w.must(w.files.PutStored(context.Background(), orphan, strings.NewReader("left by a crash")))
		if r := w.verify(); len(r.Problems) != 0 || !reflect.DeepEqual(r.Notes, []archive.Finding{{Key: "verify.orphan", Args: map[string]any{"file": orphan.String()}}}) {
			t.Errorf("a file without a row: %+v", r)
		}
		flipped := append([]byte{}, text...)
		flipped[len(flipped)/2] ^= 1
		for want, now := range map[string][]byte{"verify.file_damaged": flipped, "verify.file_missing": nil} {
			if now == nil {
				w.must(os.Remove(stored))
			} else {
				w.must(os.WriteFile(stored, now, 0o600))
			}
			if r := w.verify(); len(r.Problems) != 1 || r.Problems[0].Key != want || r.Problems[0].Args["file"] != w.attached.String() {
				t.Errorf("want %s: %+v", want, r.Problems)
			}
			w.must(os.WriteFile(stored, text, 0o600))
		}
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE attachment SET size = size + 1 WHERE tenant_id = $1`, w.customer)
		})
		if r := w.verify(); len(r.Problems) != 1 || r.Problems[0].Key != "verify.file_differs" {
			t.Errorf("another size: %+v", r.Problems)
		}
	})
}

// path is where a stored file lies.
func (w *world) path(file id.ID) string {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(archive.FilesFolder(w.dir), "objects", "*", file.String()))
	if err != nil || len(found) != 1 {
		w.t.Fatalf("stored file %s: %v, %v", file, found, err)
	}
	return found[0]
}

func TestVerifyingSaysWhichKeyIsMissingOrWrong(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		right := w.keys
		w.keys = nil
		if r := w.verify(); len(r.Problems) != 1 || r.Problems[0].Key != "verify.no_key" {
			t.Errorf("without a key: %+v", r.Problems)
		}
		w.keys = w.must2(blob.OpenKeyring(filepath.Join(t.TempDir(), "another.key")))
		if r := w.verify(); len(r.Problems) != 1 || r.Problems[0].Key != "verify.other_key" || r.Problems[0].Args["want"] != right.ID() {
			t.Errorf("with another key: %+v", r.Problems)
		}
	})
}

func TestABackupNamesTheFilesThatAreMissing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.must(os.Remove(w.path(w.attached)))
		path, m := w.backup()
		if !reflect.DeepEqual(m.Missing, []string{w.attached.String()}) || m.Files != 1 {
			t.Errorf("missing %v of %d", m.Missing, m.Files)
		}
		r, err := archive.VerifyFile(context.Background(), path, nil)
		w.must(err)
		if len(r.Problems) != 1 || r.Problems[0].Key != "verify.file_missing" {
			t.Errorf("problems %+v", r.Problems)
		}
	})
}

func TestNothingIsOverwritten(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		path, _ := w.backup()
		_, err := archive.Source{DB: w.db, Files: w.files, Program: "test"}.Backup(context.Background(), path)
		if got := keyOf(t, err); got != "error.backup_exists" {
			t.Errorf("a second backup: %s", got)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".liaison-*")); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
		if _, err := archive.Unpack(context.Background(), path, w.dir, nil); keyOf(t, err) != "archive.files_not_empty" {
			t.Errorf("into a folder with files: %v", err)
		}
		for engine, d := range empties(t) {
			_, err := w.restore(path, d)
			w.must(err)
			again, err := w.restore(path, d)
			if got := keyOf(t, err); got != "error.restore_not_empty" {
				t.Errorf("into a database with rows on %s: %s", engine, got)
			}
			if left, _ := os.ReadDir(again.dir); len(left) != 0 {
				t.Errorf("a refused restore to %s left %v", engine, left)
			}
		}
	})
}
