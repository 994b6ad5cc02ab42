// Package policytest gives tests the packs that are shipped.
package policytest

import (
	"testing"

	"liaison/internal/policy"
	"liaison/policies"
)

// Reference is the reference pack.
func Reference(tb testing.TB) *policy.Pack {
	tb.Helper()
	p, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		tb.Fatal(err)
	}
	return p
}
