package billing_test

import (
	"context"
	"testing"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/policy"
	"liaison/policies"
)

// The second pack grants 14 days of grace: the mail names the day after them.
func TestAReminderNamesTheDayFromWhichSupportIsSuspended(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, customer := context.Background(), w.customer("nordwind")
		m := billing.Mail{Template: billing.InvoiceDue, Tenant: customer, Person: w.person(customer, access.Liaison, "")}
		m.Subject = w.invoice("nordwind", "R-1", "2026-11-20").ID
		stops := func(want string) {
			t.Helper()
			if f, ok, err := w.MailFacts(ctx, m); err != nil || !ok || f.Stops != day(want) {
				t.Errorf("%+v, %v, %v; want %s", f, ok, err, want)
			}
		}
		stops("2026-11-21")
		second, err := policy.Load(policies.FS, "harbour-2026")
		if err != nil {
			t.Fatal(err)
		}
		w.Policy = second
		stops("2026-12-05")
	})
}
