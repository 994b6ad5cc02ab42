package db_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"liaison/internal/db"
)

// A clean stop leaves one file: whoever copies it alone has everything.
func TestAClosedDatabaseIsOneFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "liaison.db")
	d, err := db.Open(context.Background(), "sqlite:"+path, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		var n int
		return tx.Row(`SELECT count(*) FROM setting`, nil, &n)
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its log is left: %v", err)
	}
}

// A View that panics leaves no connection behind that is still in its transaction.
func TestAViewThatPanicsHarmsNoOther(t *testing.T) {
	t.Parallel()
	d, err := db.Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "liaison.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	look := func(tx *db.Tx) error {
		var n int
		return tx.Row(`SELECT count(*) FROM setting`, nil, &n)
	}
	for range 20 {
		func() {
			defer func() { _ = recover() }()
			_ = d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { _ = look(tx); panic("on purpose") })
		}()
		if err := d.View(t.Context(), db.ForSystem("test"), look); err != nil {
			t.Fatal("after a panic: ", err)
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
