package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"

	"liaison/internal/errs"
)

// Backup copies a SQLite database, as it is at one instant, into a new file. Readers and writers go on meanwhile. It is
// refused on PostgreSQL and when there is a file already.
func (d *DB) Backup(ctx context.Context, dst string) (err error) {
	defer errs.Wrap(&err, "db.Backup(%s)", dst)
	s, ok := d.engine.(*sqliteDB)
	if !ok {
		return errs.New(errs.Conflict, "error.backup_engine")
	}
	f, err := os.OpenFile(dst, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // before SQLite makes it for all to read
	if errors.Is(err, fs.ErrExist) {
		return errs.Because(errs.Conflict, "error.backup_exists", err)
	} else if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // SQLite writes it; here it is only synced
	if err := s.copyInto(ctx, dst); err != nil {
		_ = os.Remove(dst) // best effort: err is what is told
		return translate(err)
	}
	return f.Sync()
}

func (s *sqliteDB) copyInto(ctx context.Context, dst string) error {
	one, err := sql.Open("sqlite", sqliteDSN(s.path, "_txlock=deferred"))
	if err != nil {
		return err
	}
	defer func() { _ = one.Close() }() // only read
	_, err = one.ExecContext(ctx, "VACUUM INTO $1", dst)
	return err
}
