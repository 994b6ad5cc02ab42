package entitlement_test

import (
	"testing"
	"time"

	"liaison/internal/entitlement"
)

func TestSuspensionsFollowFromInvoices(t *testing.T) {
	t.Parallel()
	p := pack(t)
	invoice := func(due, paid string) entitlement.Invoice {
		inv := entitlement.Invoice{Due: day(t, due)}
		if paid != "" {
			at := instant(t, paid)
			inv.Paid = &at
		}
		return inv
	}
	type span struct{ from, to string }
	for _, c := range []struct {
		name     string
		invoices []entitlement.Invoice
		want     []span
	}{
		{"none", nil, nil},
		{"paid in time", []entitlement.Invoice{invoice("2026-11-30", "2026-11-30T23:00:00-05:00")}, nil},
		{"paid at the instant it would begin", []entitlement.Invoice{invoice("2026-11-30", "2026-12-01T00:00:00-05:00")}, nil},
		{"still unpaid", []entitlement.Invoice{invoice("2026-11-30", "")}, []span{{"2026-12-01T00:00:00-05:00", ""}}},
		{"paid late", []entitlement.Invoice{invoice("2026-11-30", "2026-12-03T15:04:05.000001-05:00")},
			[]span{{"2026-12-01T00:00:00-05:00", "2026-12-03T15:04:05.000001-05:00"}}},
		{"back only when none is left",
			[]entitlement.Invoice{invoice("2026-12-02", "2026-12-09T12:00:00-05:00"), invoice("2026-11-30", "2026-12-04T12:00:00-05:00")},
			[]span{{"2026-12-01T00:00:00-05:00", "2026-12-09T12:00:00-05:00"}}},
		{"a short one inside a long one",
			[]entitlement.Invoice{invoice("2026-11-30", ""), invoice("2026-12-02", "2026-12-09T12:00:00-05:00")},
			[]span{{"2026-12-01T00:00:00-05:00", ""}}},
		{"two apart",
			[]entitlement.Invoice{invoice("2026-12-30", ""), invoice("2026-11-30", "2026-12-04T12:00:00-05:00")},
			[]span{{"2026-12-01T00:00:00-05:00", "2026-12-04T12:00:00-05:00"}, {"2026-12-31T00:00:00-05:00", ""}}},
		{"across the change of summer time", []entitlement.Invoice{invoice("2026-03-07", "")}, []span{{"2026-03-08T00:00:00-05:00", ""}}},
	} {
		got := entitlement.Suspensions(p, c.invoices)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", c.name, got)
			continue
		}
		for i, w := range c.want {
			sameEnd := got[i].To == nil && w.to == "" || got[i].To != nil && w.to != "" && got[i].To.Equal(instant(t, w.to))
			if !got[i].From.Equal(instant(t, w.from)) || !sameEnd {
				t.Errorf("%s: %v to %v, want %v", c.name, got[i].From, got[i].To, w)
			}
		}
	}
}

func TestSupportIsBackAtTheInstantOfPayment(t *testing.T) {
	t.Parallel()
	p := pack(t)
	paid := instant(t, "2026-12-03T15:00:00-05:00")
	invoices := []entitlement.Invoice{{Due: day(t, "2026-11-30"), Paid: &paid}}
	begins := instant(t, "2026-12-01T00:00:00-05:00")
	for _, c := range []struct {
		at        time.Time
		suspended bool
	}{{begins.Add(-time.Microsecond), false}, {begins, true}, {paid.Add(-time.Microsecond), true}, {paid, false}} {
		since, suspended := entitlement.SuspendedSince(p, invoices, c.at)
		if suspended != c.suspended || suspended && !since.Equal(begins) {
			t.Errorf("at %s: since %s, %v", c.at, since, suspended)
		}
	}
}
