// Package almanac keeps the days on which support centres are closed or work other hours than usual: it gives them out
// as feeds, and keeps their yearly care.
package almanac
