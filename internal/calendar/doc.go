// Package calendar counts open time: the hours in which a support centre works, in its own zone, with holidays,
// single changed days and changes of summer time. It is pure: no clock, no input or output, and a Calendar never
// changes after New, so any number of goroutines may share one.
//
// A calendar is a week of windows in local wall time, rebuilt for every local date. A date override wins over the
// week and over a holiday. An open interval is half-open, [open, close), and a window belongs to the date on which
// it opens: a holiday closes the windows that open on it. Where summer time begins, a wall time that does not
// exist means the next instant that does; where it ends and a wall time comes twice, a window opens at the first
// and closes at the last. All arithmetic is on UTC instants in whole microseconds (semantics, Clocks 2).
package calendar
