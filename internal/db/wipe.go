package db

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"liaison/internal/errs"
)

// Wipe removes everything in a database: the files of SQLite, the schema "public" of PostgreSQL, which the URL's role
// must own. It is for the demo's own worlds and for nothing else.
func Wipe(ctx context.Context, url string) (err error) {
	defer errs.Wrap(&err, "db.Wipe")
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return nil
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return translate(err)
	}
	_, err = conn.Exec(ctx, `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)
	return translate(errors.Join(err, conn.Close(ctx)))
}

// Analyze has PostgreSQL count its tables again, which it otherwise does by itself a while after much was written:
// until then it plans large reads as if the tables were empty. The URL's role must own them. SQLite needs none of it.
func Analyze(ctx context.Context, url string) (err error) {
	defer errs.Wrap(&err, "db.Analyze")
	if strings.HasPrefix(url, "sqlite:") {
		return nil
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return translate(err)
	}
	_, err = conn.Exec(ctx, `ANALYZE`)
	return translate(errors.Join(err, conn.Close(ctx)))
}
