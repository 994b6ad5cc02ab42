// Package disktest is a disk between SQLite and the machine's, for tests: it writes down what is written, synced,
// cut and deleted, so that a power cut can be played at any point, and it fails when a test says so. It wraps the
// file layer of the SQLite driver in the test's own process; nothing else notices.
package disktest
