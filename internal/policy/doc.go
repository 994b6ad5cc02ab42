// Package policy is the vendor's support policy as values: plans, priorities, clocks, calendars, centres, dates
// and the clauses they rest on. A pack is a folder of strict YAML (policy.yaml, clauses.<lang>.yaml,
// holidays.yaml, calendars/*.yaml, facts.yaml, readings.yaml, links.yaml), read by Load once and never changed afterwards; a Pack may be shared by any
// number of goroutines. Nothing of the policy is a constant in code: another vendor is another pack.
//
// A pack with `base: NAME` lies over that pack: mappings are merged key by key, everything else is replaced.
package policy
