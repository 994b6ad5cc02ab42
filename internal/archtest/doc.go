// Package archtest holds the house rules that a compiler does not know, as tests over the source tree: who may
// import whom, where the clock and the database may be touched, how long a file may grow, what may not be written.
// Each failure names the place, the rule and the reason. Each rule is also tried on a small bad sample, since a
// check that cannot fail is worse than none.
package archtest
