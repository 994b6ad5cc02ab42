package billing_test

import (
	"context"
	"slices"
	"testing"

	"liaison/internal/access"
	"liaison/internal/billing"
)

func TestRemindersGoOnceToLiaisonsAndBillingAndStopWithThePayment(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, customer := context.Background(), w.customer("nordwind")
		liaison, payer, member := w.person(customer, access.Liaison, ""), w.person(customer, access.Member, "billing"), w.person(customer, access.Member, "")
		stranger := w.person(w.customer("belmont"), access.Liaison, "billing")
		v := w.invoice("nordwind", "R-1", "2026-11-20")
		step := func(at string, want ...string) {
			t.Helper()
			w.at(at)
			got := w.sweep()
			if !slices.Equal(got[liaison], want) || !slices.Equal(got[payer], want) || got[member] != nil || got[stranger] != nil {
				t.Errorf("%s: %v, want %v", at, got, want)
			}
		}
		step("2026-11-12 23:59")
		step("2026-11-13 00:00", billing.InvoiceDue)
		step("2026-11-19 12:00")
		step("2026-11-20 00:00", billing.InvoiceDue)
		step("2026-11-20 23:59")
		step("2026-11-21 00:00", billing.InvoiceOverdue)
		step("2026-12-24 00:00")
		m := billing.Mail{Template: billing.InvoiceOverdue, Tenant: customer, Person: payer, Subject: v.ID}
		f, ok, err := w.MailFacts(ctx, m)
		if err != nil || !ok || f.Number != "R-1" || f.Amount != "100.00 EUR" || f.Day != day("2026-11-20") || f.Path != "/account/support" {
			t.Errorf("%+v, %v, %v", f, ok, err)
		}
		m.Person = stranger
		if _, ok, err := w.MailFacts(ctx, m); ok || err != nil {
			t.Errorf("somebody of another customer gets it: %v, %v", ok, err)
		}

		paid := w.invoice("nordwind", "R-2", "2027-02-10")
		if _, err := w.Pay(ctx, desk(), paid.ID, billing.Payment{At: w.clk.Now()}, nil); err != nil {
			t.Fatal(err)
		}
		step("2027-02-20 00:00")
		m = billing.Mail{Template: billing.InvoiceDue, Tenant: customer, Person: payer, Subject: paid.ID}
		if _, ok, err := w.MailFacts(ctx, m); ok || err != nil {
			t.Errorf("a mail that waited goes out after the payment: %v, %v", ok, err)
		}
	})
}

func TestAClockThatJumpsSendsOneMailAndNotAllThatWereMissed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		customer := w.customer("nordwind")
		liaison := w.person(customer, access.Liaison, "")
		w.invoice("nordwind", "R-1", "2026-11-20")
		w.at("2027-01-15 09:00")
		if got := w.sweep(); !slices.Equal(got[liaison], []string{billing.InvoiceOverdue}) {
			t.Errorf("%v", got)
		}
	})
}
