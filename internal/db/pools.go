package db

import (
	"database/sql"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Pools are an engine's own connections; one of the two is set.
type Pools struct {
	SQLite   *sql.DB // the only write connection: whoever holds it keeps every Update waiting
	Postgres *pgxpool.Pool
}

// Pools gives the job queue its connections. Nobody else uses them: they know no scope.
func (d *DB) Pools() Pools {
	switch e := d.engine.(type) {
	case *sqliteDB:
		return Pools{SQLite: e.w.pool}
	case *postgresDB:
		return Pools{Postgres: e.pool}
	}
	return Pools{}
}
