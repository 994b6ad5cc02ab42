package entitlement_test

import (
	"testing"

	"liaison/internal/entitlement"
	"liaison/internal/policy"
)

func TestOnlyExtendedSupportCoversASystemWithoutAnOrderThatKeepsHelp(t *testing.T) {
	t.Parallel()
	help, patches, full := []string{entitlement.TechnicalAssistance}, []string{policy.CriticalSecurityPatch}, []string{entitlement.ServiceAll}
	for _, c := range []struct {
		on, deployment string
		kept           []string
		begun, want    bool
	}{
		{"2027-01-01", policy.OnPrem, nil, true, true},
		{"2026-12-31", policy.OnPrem, nil, true, false}, // full support still
		{"2027-01-01", policy.OnPrem, nil, false, false},
		{"2027-01-01", policy.Cloud, nil, true, false},
		{"2027-01-01", policy.OnPrem, help, true, false},
		{"2027-01-01", policy.OnPrem, full, true, false},
		{"2027-01-01", policy.OnPrem, patches, true, true},
		{"2029-06-01", policy.OnPrem, nil, true, true}, // after the last window nothing better comes back
	} {
		if got := entitlement.OnlyExtended(pack(t), c.deployment, c.kept, c.begun, day(t, c.on)); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// The pack's hours under extended lifecycle support answer whether somebody is served around the clock; where it has none
// the plan does.
func TestAroundTheClockUnderExtendedSupport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ clock, plan, want, clause string }{
		{"", "elite", entitlement.Accepted, "9.2"},
		{"", "standard", entitlement.NotInPlan, "B"},
		{policy.RegionalClock, "elite", entitlement.NotInExtended, "4.7"},
		{policy.AlwaysOpenID, "standard", entitlement.Accepted, "9.2"},
	} {
		p := *pack(t)
		p.Extended.Targets[0].Clock = c.clock
		s := entitlement.Standing{RegisterFacts: fine(t), Plan: c.plan, Extended: true}
		s.Exception = p.Extended.Scope
		d, _ := entitlement.Ask(&p, entitlement.AskAround, s, instant(t, "2027-02-01T12:00:00-05:00"))
		if d.Code != c.want || d.Clause != c.clause {
			t.Errorf("%+v: %s by %s, %v", c, d.Code, d.Clause, d.Inputs)
		}
		back, at, err := entitlement.Replayed(d.Inputs)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := entitlement.Ask(&p, entitlement.AskAround, back, at); again.Code != d.Code {
			t.Errorf("%+v: asked again it is %s", c, again.Code)
		}
		s.Extended = false
		if d, _ := entitlement.Ask(&p, entitlement.AskAround, s, instant(t, "2027-02-01T12:00:00-05:00")); d.Code == entitlement.NotInExtended {
			t.Errorf("%+v: also beside an order", c)
		}
	}
}
