package db

import (
	"context"

	"liaison/internal/errs"
)

// table is what the catalogue of the engine says about a table.
type table struct {
	exists bool
	tenant bool // has a tenant_id
}

func (s *sqliteDB) tables(ctx context.Context) (map[string]table, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT m.name,
		EXISTS (SELECT 1 FROM pragma_table_info(m.name) p WHERE p.name = 'tenant_id')
		FROM sqlite_master m WHERE m.type = 'table'`)
	if err != nil {
		return nil, err
	}
	all := map[string]table{}
	err = each(rows, func(scan func(dest ...any) error) error { return addTable(all, scan) })
	return all, err
}

func (p *postgresDB) tables(ctx context.Context) (map[string]table, error) {
	rows, err := p.pool.Query(ctx, `SELECT c.relname,
		EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
		FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]table{}
	for rows.Next() {
		if err := addTable(all, rows.Scan); err != nil {
			return nil, err
		}
	}
	return all, rows.Err()
}

func addTable(all map[string]table, scan func(dest ...any) error) error {
	var name string
	t := table{exists: true}
	if err := scan(&name, &t.tenant); err != nil {
		return err
	}
	all[name] = t
	return nil
}

// checkCollation refuses a PostgreSQL database that does not store UTF-8 or sorts by a language: pages that follow a
// key would skip rows.
func (d *DB) checkCollation(ctx context.Context) error {
	p, ok := d.engine.(*postgresDB)
	if !ok {
		return nil
	}
	var collation, encoding string
	err := p.pool.QueryRow(ctx, `SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database
		WHERE datname = current_database()`).Scan(&collation, &encoding)
	if err != nil {
		return translate(err)
	}
	switch collation {
	case "C", "POSIX", "C.UTF-8", "C.utf8":
		if encoding == "UTF8" {
			return nil
		}
	}
	return errs.New(errs.Unavailable, "error.database_collation", "collation", collation, "encoding", encoding)
}

// protect runs protect.sql.
func (d *DB) protect(ctx context.Context) error {
	p, ok := d.engine.(*postgresDB)
	if !ok {
		return nil
	}
	text, err := migrationFiles.ReadFile("migrations/protect.sql")
	if err != nil {
		return err
	}
	_, err = p.pool.Exec(ctx, string(text))
	return translate(err)
}

// CommitOrder names the journal's column whose order is the order of commits, and the position from which lines may
// still be missing because an older transaction is running.
func (tx *Tx) CommitOrder() (column string, end int64, err error) {
	if tx.Engine() == SQLite { // one writer: what is seen is complete
		err = tx.Row("SELECT coalesce(max(seq), 0) + 1 FROM journal", nil, &end)
		return "seq", end, err
	}
	err = tx.Row("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", nil, &end)
	return "pos", end, err
}
