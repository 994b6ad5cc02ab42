package db

import (
	"context"
	"fmt"

	"liaison/internal/errs"
)

// Damage is something that the engine finds wrong with what it stores.
type Damage struct {
	Table string // "" where it is not of one table
	What  string // in the engine's words, or how many rows refer to which table
}

// Integrity asks for rows that refer to rows that are not there, on both engines, and on SQLite for a damaged file.
// It reads everything.
func (d *DB) Integrity(ctx context.Context) (found []Damage, err error) {
	defer errs.Wrap(&err, "db.Integrity")
	err = d.View(ctx, ForSystem("integrity"), func(tx *Tx) error {
		found = nil
		if tx.Engine() == SQLite {
			return integrityOfSQLite(tx, &found)
		}
		return referencesOfPostgres(tx, &found)
	})
	return found, err
}

func integrityOfSQLite(tx *Tx, found *[]Damage) error {
	err := tx.Query(`SELECT integrity_check FROM pragma_integrity_check`, nil, func(scan func(...any) error) error {
		var said string
		err := scan(&said)
		if said != "ok" {
			*found = append(*found, Damage{What: said})
		}
		return err
	})
	if err != nil {
		return err
	}
	return tx.Query(`SELECT "table", "parent", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2`, nil,
		func(scan func(...any) error) error {
			var table, parent string
			var n int64
			err := scan(&table, &parent, &n)
			*found = append(*found, lost(table, parent, n))
			return err
		})
}

func lost(table, parent string, n int64) Damage {
	return Damage{Table: table, What: fmt.Sprintf("%d rows without their row in %s", n, parent)}
}

// referencesOfPostgres checks every foreign key by itself: a constraint may have been switched off while rows changed.
func referencesOfPostgres(tx *Tx, found *[]Damage) error {
	type reference struct{ table, parent, q string }
	var all []reference
	err := tx.Query(`SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,
			format('SELECT count(*) FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)', c.conrelid::regclass,
				string_agg(format('c.%I IS NOT NULL', a.attname), ' AND '), c.confrelid::regclass,
				string_agg(format('p.%I = c.%I', b.attname, a.attname), ' AND '))
		FROM pg_constraint c
		CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k(own, other)
		JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
		JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.other
		WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace
		GROUP BY c.oid, c.conrelid, c.confrelid ORDER BY 1, 2`, nil, func(scan func(...any) error) error {
		all = append(all, reference{})
		r := &all[len(all)-1]
		return scan(&r.table, &r.parent, &r.q)
	})
	if err != nil {
		return err
	}
	for _, r := range all {
		var n int64
		if err := tx.Row(r.q, nil, &n); err != nil {
			return err
		}
		if n > 0 {
			*found = append(*found, lost(r.table, r.parent, n))
		}
	}
	return nil
}
