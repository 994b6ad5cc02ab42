package billing_test

import (
	"context"
	"slices"
	"testing"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
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

func TestWhoLosesSupportOnPremisesIsToldInASeriesOnceEach(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		customer, kept := w.customer("nordwind"), w.customer("belmont")
		w.system(customer, "PRD-01", "standard", "2026-01-01", "2027-12-31")
		safe := w.system(kept, "PRD-01", "standard", "2026-01-01", "2027-12-31")
		liaison, signer, other := w.person(customer, access.Liaison, ""), w.person(customer, access.Member, "contract"), w.person(kept, access.Liaison, "contract")
		_, err := w.Contract.AddException(ctx, program(), kept, safe, contract.Exception{Document: "O-1", Scope: contract.ScopeFull, From: day("2026-01-01"), To: day("2028-12-31")})
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		for _, step := range []struct {
			at    string
			mails int
		}{{"2026-07-04 23:59", 0}, {"2026-07-05 00:00", 1}, {"2026-07-06 09:00", 0}, {"2026-11-02 00:00", 1}, {"2026-12-30 12:00", 0}, {"2026-12-31 00:00", 1}, {"2027-01-01 00:00", 0}} {
			w.at(step.at)
			got := w.sweep()
			if len(got[liaison]) != step.mails || len(got[signer]) != step.mails || got[other] != nil {
				t.Errorf("%s: %v, want %d each", step.at, got, step.mails)
			}
			told += len(got[liaison])
			again := &billing.Service{DB: w.DB, Policy: w.Policy, Contract: w.Contract, Jobs: w.mail} // as after a restart
			if n, err := again.Sweep(ctx); n != 0 || err != nil {
				t.Errorf("%s: after a restart %d more, %v", step.at, n, err)
			}
			m := billing.Mail{Template: billing.SupportEnds, Tenant: customer, Person: signer}
			f, ok, err := w.MailFacts(ctx, m)
			if err != nil || ok != (step.at < "2027") || f.Day != day("2026-12-31") || f.Count != 1 {
				t.Errorf("%s: %+v, %v, %v", step.at, f, ok, err)
			}
		}
		if told != 3 {
			t.Errorf("%d mails of three", told)
		}
	})
}

// A mail that has waited for a relay says only what is so when it is sent, to somebody who may still read it.
func TestAMailAboutMoneyIsAskedAgainWhenItIsSent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		customer := w.customer("nordwind")
		payer, member := w.person(customer, access.Member, "billing"), w.person(customer, access.Member, "")
		v := w.invoice("nordwind", "R-1", "2026-11-20")
		sends := func(at, template string, to id.ID, want bool) {
			t.Helper()
			w.at(at)
			_, ok, err := w.MailFacts(context.Background(), billing.Mail{Template: template, Tenant: customer, Person: to, Subject: v.ID})
			if ok != want || err != nil {
				t.Errorf("%s, %s: it is sent: %v, %v", at, template, ok, err)
			}
		}
		sends("2026-11-20 23:59", billing.InvoiceDue, payer, true)
		sends("2026-11-20 23:59", billing.InvoiceDue, member, false)
		sends("2026-11-20 23:59", billing.InvoiceOverdue, payer, false)
		sends("2026-11-21 00:00", billing.InvoiceDue, payer, false)
		sends("2026-11-21 00:00", billing.InvoiceOverdue, payer, true)
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE customer_contact SET ended_at = $3 WHERE tenant_id = $1 AND person_id = $2`, customer, payer, tx.Now())
		})
		sends("2026-11-21 00:01", billing.InvoiceOverdue, payer, false)
	})
}
