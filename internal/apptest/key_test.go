package apptest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"liaison/internal/db"
	"liaison/internal/errs"
)

// Data that were brought back without their key are refused, and no key is made beside them: somebody could take it for
// theirs.
func TestNoKeyIsMadeBesideDataThatHaveOne(t *testing.T) {
	t.Parallel()
	w := Open(t, db.SQLite)
	key := filepath.Join(w.App.Settings.DataDir, "installation.key")
	right, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	start := func() error {
		a, err := newApp(w.App.Settings.DataDir, string(w.App.Settings.DB), w.Clock, t.Output())
		if err == nil {
			err = a.Stop()
		}
		return err
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	var e *errs.Error
	if err := start(); !errors.As(err, &e) || e.Key != "error.missing_key" {
		t.Errorf("without the key: %v", err)
	}
	if _, err := os.Stat(key); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a key was made that opens nothing")
	}
	if err := os.WriteFile(key, right, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := start(); err != nil {
		t.Errorf("with its key: %v", err)
	}
}
