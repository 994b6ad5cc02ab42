// Package almanac keeps the days on which support centres are closed or work other hours than usual. The lists
// themselves belong to the policy pack; this slice keeps what surrounds them: edits that are collected in a draft until
// they are published as a new edition, proposals taken from files, the yearly review, and feeds.
//
// It owns the tables calendar_edit and calendar_review. A day is edited in the calendar's own zone, and only before it
// begins: what has passed stays as it was counted (semantics, Clocks 12).
package almanac
