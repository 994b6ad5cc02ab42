// Package examples runs worked examples of a policy against a policy pack: facts in, what the policy's rules must
// answer, and the requirement they stand for. An operator tests an own pack with them.
//
// Nothing is skipped: a kind that no rule of this program answers yet, and an input that the kind does not know, are
// failures.
package examples
