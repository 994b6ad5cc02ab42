package entitlement_test

import (
	"testing"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/policy"
)

func TestATermIsLimitedFromTheEndOfSupportOnPremises(t *testing.T) {
	p := pack(t)
	for _, c := range []struct {
		deployment, from, to string
		full                 []string // from and to of exceptions of the full scope
		want                 string   // "": never
	}{
		{policy.OnPrem, "2026-03-01", "2026-12-31", nil, ""},
		{policy.OnPrem, "2026-03-01", "2027-02-28", nil, "2027-01-01"},
		{policy.OnPrem, "2029-11-29", "2030-11-28", nil, "2029-11-29"},
		{policy.Cloud, "2029-11-29", "2030-11-28", nil, ""},
		{policy.OnPrem, "2026-03-01", "2027-02-28", []string{"2027-01-01", "2027-02-28"}, ""},
		{policy.OnPrem, "2026-03-01", "2027-12-31", []string{"2027-07-01", "2027-09-30", "2026-01-01", "2027-06-30"}, "2027-10-01"},
		{policy.OnPrem, "2026-03-01", "2027-12-31", []string{"2027-07-01", "2027-12-31"}, "2027-01-01"},
	} {
		var full []entitlement.Term
		for i := 0; i < len(c.full); i += 2 {
			full = append(full, entitlement.Term{From: day(t, c.full[i]), To: day(t, c.full[i+1])})
		}
		want := calendar.Date{}
		if c.want != "" {
			want = day(t, c.want)
		}
		if got := entitlement.LimitedFrom(p, c.deployment, full, entitlement.Term{From: day(t, c.from), To: day(t, c.to)}); got != want {
			t.Errorf("%s to %s, %s, beside %v: limited from %s, want %q", c.from, c.to, c.deployment, c.full, got, c.want)
		}
	}
}
