package db

import "context"

// Protect puts the walls up again, without the rest of Migrate.
func (d *DB) Protect(ctx context.Context) error { return d.protect(ctx) }
