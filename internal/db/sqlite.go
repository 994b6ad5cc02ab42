package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"sync"

	"liaison/internal/errs"
)

// sqliteReaders is how many Views read at the same time; SQLite reads are short and bound by the processor.
const sqliteReaders = 8

// sqliteDB is a SQLite file: one writer, some readers.
type sqliteDB struct {
	path    string
	w       *writer
	read    *sql.DB
	readers chan *reader // those that nobody uses; a nil one is opened by whom it falls to
	once    sync.Once    // of close
}

func openSQLite(ctx context.Context, path string, o Options) (*sqliteDB, error) {
	// The file holds password hashes: nobody else reads it. SQLite gives its -wal and -shm the same rights.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		_ = f.Close() // nothing was written
	} else if !os.IsPermission(err) {
		return nil, errs.Because(errs.Unavailable, "error.database_unreachable", err)
	}
	write, err := openKeeping(sqliteDSN(path, "_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	if err := write.PingContext(ctx); err != nil { // sets WAL before the readers come
		_ = write.Close() // err came first
		return nil, err
	}
	read, err := sql.Open("sqlite", sqliteDSN(path, "_pragma=query_only(1)"))
	if err != nil {
		_ = write.Close() // err came first
		return nil, err
	}
	s := &sqliteDB{path: path, w: newWriter(write, o), read: read, readers: make(chan *reader, sqliteReaders)}
	for range sqliteReaders {
		s.readers <- nil
	}
	return s, nil
}

func sqliteDSN(path, more string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)&" + more
}

func (s *sqliteDB) name() Engine { return SQLite }

func (s *sqliteDB) update(ctx context.Context, newTx func() *Tx, fn func(*Tx) error) error {
	return s.w.update(ctx, newTx, fn)
}

func (s *sqliteDB) ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// close may be called again: it then does nothing.
func (s *sqliteDB) close() (err error) {
	s.once.Do(func() { err = s.closeOnce() })
	return err
}

func (s *sqliteDB) closeOnce() error {
	for range sqliteReaders { // waits for the Views in progress
		if r := <-s.readers; r != nil {
			r.close()
		}
	}
	close(s.readers)
	err := s.read.Close()
	// The last connection to go takes the log over into the file, which the readers may not: they are query_only.
	return errors.Join(err, s.w.close())
}
