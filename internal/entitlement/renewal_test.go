package entitlement_test

import (
	"slices"
	"testing"

	"liaison/internal/entitlement"
	"liaison/internal/policy/policytest"
)

func TestARenewalIsOfAllThatIsLicensedOrOfNothing(t *testing.T) {
	t.Parallel()
	pack := policytest.Reference(t)
	runs := entitlement.Running{Products: []string{"mobile"}, Systems: []entitlement.RunningSystem{
		{System: "a", Product: "server", Plan: "premier", Seats: 2}, {System: "b", Product: "server", Plan: "standard"}, {System: "c", Product: "reports", Plan: "standard"}}}
	one := func(system, plan string, seats int) entitlement.RunningSystem {
		return entitlement.RunningSystem{System: system, Plan: plan, Seats: seats}
	}
	all := []entitlement.RunningSystem{one("a", "premier", 2), one("b", "standard", 0), one("c", "standard", 0)}
	for _, c := range []struct {
		name              string
		wanted            entitlement.Renewed
		allowed           bool
		products, systems []string
		changed           int
	}{
		{"everything as it runs", entitlement.Renewed{Products: []string{"mobile"}, Systems: all}, true, nil, nil, 0},
		{"nothing", entitlement.Renewed{}, true, nil, nil, 0},
		{"another plan and no seats", entitlement.Renewed{Products: []string{"mobile"}, Systems: []entitlement.RunningSystem{one("a", "standard", 0), all[1], all[2]}}, true, nil, nil, 1},
		{"without a product that no system runs", entitlement.Renewed{Systems: all}, false, []string{"mobile"}, nil, 0},
		{"without the only system of a product", entitlement.Renewed{Products: []string{"mobile"}, Systems: all[:2]}, false, []string{"reports"}, []string{"c"}, 0},
		{"without one of two systems of a product", entitlement.Renewed{Products: []string{"mobile"}, Systems: []entitlement.RunningSystem{all[0], all[2]}}, false, nil, []string{"b"}, 0},
		{"a product alone", entitlement.Renewed{Products: []string{"mobile"}}, false, []string{"server", "reports"}, []string{"a", "b", "c"}, 0},
		{"a plan that there is not", entitlement.Renewed{Products: []string{"mobile"}, Systems: []entitlement.RunningSystem{one("a", "gold", 2), all[1], all[2]}}, false, nil, []string{"a"}, 1},
		{"what was given back is no longer licensed", entitlement.Renewed{Systems: all[:2], Returned: []string{"c", "mobile"}}, true, nil, nil, 0},
		{"one system given back, another left out", entitlement.Renewed{Products: []string{"mobile"}, Systems: all[:1], Returned: []string{"c"}}, false, nil, []string{"b"}, 0},
	} {
		diff, d := entitlement.CompareRenewal(pack, runs, c.wanted)
		if d.Allowed != c.allowed || !slices.Equal(diff.Products, c.products) || !slices.Equal(diff.Systems, c.systems) || len(diff.Changed) != c.changed {
			t.Errorf("%s: %v, %+v", c.name, d.Allowed, diff)
		}
		if d.Clause != "5.1" || !d.Allowed && d.Code != entitlement.PartialRenewal {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}
