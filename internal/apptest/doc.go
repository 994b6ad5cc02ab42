// Package apptest tries the whole program: every route with every role, stories on a stepping clock, hostile input, and
// a child process that is killed. It stands on the demo's world, which is made once per engine and copied for each test.
package apptest
