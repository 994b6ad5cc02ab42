package db

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"

	"liaison/internal/errs"
)

// CheckRole refuses to serve with a PostgreSQL role that row-level security does not bind: a superuser, one that may
// bypass it, the owner of the tables, or a member of such a role.
func (d *DB) CheckRole(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "db.CheckRole")
	p, ok := d.engine.(*postgresDB)
	if !ok {
		return nil
	}
	var role string
	var super, bypass, owner bool
	err = p.pool.QueryRow(ctx, `SELECT current_user,
		bool_or(r.rolsuper), bool_or(r.rolbypassrls),
		bool_or(EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')
			AND c.relnamespace = current_schema()::regnamespace))
		FROM pg_roles r
		WHERE r.rolname = session_user OR pg_has_role(current_user, r.oid, 'MEMBER')`).Scan(&role, &super, &bypass, &owner)
	switch {
	case err != nil:
		return translate(err)
	case super:
		return errs.New(errs.Unavailable, "error.database_role_superuser", "role", role)
	case bypass:
		return errs.New(errs.Unavailable, "error.database_role_bypass", "role", role)
	case owner:
		return errs.New(errs.Unavailable, "error.database_role_owner", "role", role)
	}
	return nil
}

// PrepareDemoRole gives the demo a role that row-level security binds, when address is that of a superuser or owner who
// may make roles, and returns the address to connect with. The role belongs to this database and gets a new password
// each time. An address whose role is bound already comes back as it is. The database must be migrated.
func PrepareDemoRole(ctx context.Context, address string) (app string, err error) {
	defer errs.Wrap(&err, "db.PrepareDemoRole")
	d, err := Open(ctx, address, Options{})
	if err != nil {
		return "", err
	}
	defer func() { _ = d.Close() }() // what it did is committed, or err tells
	p, ok := d.engine.(*postgresDB)
	if !ok || d.CheckRole(ctx) == nil {
		return address, nil
	}
	var name string
	if err := p.pool.QueryRow(ctx, "SELECT current_database()").Scan(&name); err != nil {
		return "", translate(err)
	}
	hash := sha256.Sum256([]byte(name))
	role, password := "liaison_demo_"+hex.EncodeToString(hash[:4]), rand.Text()
	quoted := pgx.Identifier{role}.Sanitize()
	_, err = p.pool.Exec(ctx, fmt.Sprintf(`DO $$ BEGIN
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%s') THEN CREATE ROLE %s IN ROLE liaison_app; END IF;
		ALTER ROLE %[2]s LOGIN PASSWORD '%[3]s';
		END $$`, role, quoted, password))
	if err != nil {
		return "", translate(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", errs.Because(errs.Unavailable, "error.database_url", err)
	}
	u.User = url.UserPassword(role, password)
	return u.String(), nil
}
