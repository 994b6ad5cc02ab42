// Package db is the one door to the database. It runs the same SQL text on SQLite and on PostgreSQL, and it is the
// only package that imports database/sql and the drivers.
//
// Work is done in View (reads) and Update (writes). Both take a Scope that says whose rows may be seen: one
// customer's, or all of them for a named staff member or a named part of the program. In a customer's scope every
// statement on a table with a tenant_id names it; with Options.Checks a statement that does not is refused before it
// runs, and on PostgreSQL row-level security stands behind that on every connection.
//
// On SQLite concurrent Updates share one transaction and its fsync (writer.go). On PostgreSQL each Update is one
// transaction whose beginning travels with its first statement and whose buffered writes travel with its COMMIT
// (postgres.go); it runs again when the engine asks for that, so its function must have no effects outside of it.
// What must happen after the rows are safe is given to Tx.AfterCommit. Who brings very many rows has them gathered
// (Tx.Gather, gather.go).
//
// A statement that fails ends its transaction on both engines, because it does on PostgreSQL: expect a conflict with
// ON CONFLICT, or look at IsUnique outside of Update.
//
// Instants are BIGINT microseconds of UTC, ids are 16 bytes (uuid on PostgreSQL), JSON is TEXT.
package db
