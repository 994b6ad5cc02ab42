// Package jobs is the durable queue for work that needs retries: mail, later web hooks and imports. A job is enqueued
// in the transaction that causes it, so it exists exactly when its cause does, and is run at least once after the
// commit: a handler must bear to be run again, and writes through db.Update, by itself.
//
// The queue is River's, on both engines; db.Pools lends it the connections. Its instants are the machine's, not the
// program's clock: what is due at a time of the clock comes from the sweep, not from here.
package jobs
