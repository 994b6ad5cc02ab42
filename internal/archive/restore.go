package archive

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"liaison/internal/blob"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// FilesFolder is where an installation keeps its files, below its data folder.
func FilesFolder(dataDir string) string { return filepath.Join(dataDir, "files") }

// Unpacked is an archive whose members lie checked in a folder of their own, not yet used by anything.
type Unpacked struct {
	Manifest Manifest
	dataDir  string
	temp     string
}

// Unpack reads an archive into a new folder inside dataDir, whose folder of files must be empty. On an error nothing
// of it is left. The caller closes it.
func Unpack(ctx context.Context, path, dataDir string, tell func(Progress)) (_ *Unpacked, err error) {
	defer errs.Wrap(&err, "archive.Unpack(%s)", path)
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, diskError(err)
	}
	if err := mustBeEmpty(FilesFolder(dataDir)); err != nil {
		return nil, err
	}
	u := &Unpacked{dataDir: dataDir}
	if u.temp, err = os.MkdirTemp(dataDir, "restore-"); err != nil {
		return nil, diskError(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, u.Close())
		}
	}()
	store, err := blob.New(u.files(), math.MaxInt64) // what was within the limit once is kept
	if err != nil {
		return nil, err
	}
	u.Manifest, err = read(ctx, path, sink{
		dump: u.spool,
		file: func(file id.ID, r io.Reader) error { return store.PutStored(ctx, file, r) },
	}, tell)
	if err != nil {
		return nil, err
	}
	return u, u.check()
}

func (u *Unpacked) files() string { return filepath.Join(u.temp, "files") }
func (u *Unpacked) dump() string  { return filepath.Join(u.temp, dumpMember) }

// Close removes what was unpacked and not used.
func (u *Unpacked) Close() error { return os.RemoveAll(u.temp) }

func (u *Unpacked) spool(r io.Reader) (err error) {
	f, err := os.OpenFile(u.dump(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return diskError(err)
	}
	_, err = io.Copy(f, r)
	return diskError(errors.Join(err, f.Close()))
}

// check goes through the rows and computes the journal's proof from them.
func (u *Unpacked) check() error {
	f, err := os.Open(u.dump())
	if err != nil {
		return diskError(err)
	}
	defer func() { _ = f.Close() }() // only read
	d, err := inspect(f)
	if err != nil {
		return err
	}
	return sameJournal(u.Manifest, d)
}

func sameJournal(m Manifest, d dumped) error {
	if d.head.Lines != m.Journal.Lines || d.head.Root != m.Journal.Root {
		return errs.New(errs.Invalid, "archive.journal_differs", "have", d.head.Root, "want", m.Journal.Root)
	}
	return nil
}

// Into gives the archive's files to the data folder and its rows to d, an empty database that migrate brings to this
// program's schema first: all of it, or nothing.
func (u *Unpacked) Into(ctx context.Context, d *db.DB, migrate func(context.Context, *db.DB) error) (err error) {
	defer errs.Wrap(&err, "archive.Into")
	if err := mustBeNew(ctx, d); err != nil {
		return err
	}
	if err := migrate(ctx, d); err != nil {
		return err
	}
	if err := u.fits(ctx, d); err != nil {
		return err
	}
	f, err := os.Open(u.dump())
	if err != nil {
		return diskError(err)
	}
	defer func() { _ = f.Close() }() // only read
	plain, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	files := FilesFolder(u.dataDir)
	if err := os.RemoveAll(files); err != nil { // empty folders only: Unpack looked
		return diskError(err)
	}
	if err := os.Rename(u.files(), files); err != nil {
		return diskError(err)
	}
	if err := d.Load(ctx, plain); err != nil {
		return errors.Join(err, os.Rename(files, u.files()))
	}
	return u.note(ctx, d)
}

// mustBeNew refuses a database that was migrated only in part: it is an older installation's, and migrating it is not
// what was asked for.
func mustBeNew(ctx context.Context, d *db.DB) error {
	steps, err := d.MigrateStatus(ctx)
	if err != nil {
		return err
	}
	applied := 0
	for _, s := range steps {
		if s.AppliedAt != nil {
			applied++
		}
	}
	if applied != 0 && applied != len(steps) {
		return errs.New(errs.Conflict, "archive.database_in_use")
	}
	return nil
}

// fits refuses an archive of another schema than d has by now.
func (u *Unpacked) fits(ctx context.Context, d *db.DB) error {
	steps, err := d.MigrateStatus(ctx)
	if err != nil {
		return err
	}
	var want int64
	for _, s := range steps {
		want = max(want, s.Version)
	}
	switch have := u.Manifest.Schema; {
	case have < want:
		return errs.New(errs.Conflict, "archive.schema_older", "have", have, "want", want, "program", u.Manifest.Program)
	case have > want:
		return errs.New(errs.Conflict, "archive.schema_newer", "have", have, "want", want, "program", u.Manifest.Program)
	}
	return nil
}

// restoredSetting keeps what a database was restored from: a later verification compares its journal with it.
const restoredSetting = "restored"

func (u *Unpacked) note(ctx context.Context, d *db.DB) error {
	text, err := json.Marshal(u.Manifest.Journal)
	if err != nil {
		return err
	}
	return d.Update(ctx, db.ForSystem("archive.restored"), func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`,
			restoredSetting, string(text))
	})
}

// mustBeEmpty refuses a folder that holds anything but folders.
func mustBeEmpty(folder string) error {
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return errs.New(errs.Conflict, "archive.files_not_empty", "folder", folder)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return diskError(err)
}
