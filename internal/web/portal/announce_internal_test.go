package portal

import (
	"testing"

	"liaison/internal/contract"
	"liaison/internal/policy"
	"liaison/policies"
)

// A change of the hours of a country concerns its systems, its parts, and the countries that keep its days off.
func TestAChangeOfHoursConcernsWhoKeepsThem(t *testing.T) {
	t.Parallel()
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	p := &portal{Options: Options{Policy: pack}}
	for _, c := range []struct {
		country, path string
		want          bool
	}{
		{"DE", "own_days/DE/2026-12-24", true},
		{"DE", "own_week/DE/fri", true},
		{"DE", "own_zone/FR", false},
		{"DE", "own_days/FR/2026-12-24", false},
		{"CA", "own_days/US/2026-12-24", true},
		{"CA", "holidays/US/2026-12-24", true},
		{"DE", "own_days/US/2026-12-24", false},
	} {
		if got := p.reachOf([]contract.System{{Country: c.country}}).concerns(policy.Change{Path: c.path}); got != c.want {
			t.Errorf("%s, %s: %v", c.country, c.path, got)
		}
	}
}
