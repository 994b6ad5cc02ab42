package contract_test

import (
	"context"
	"testing"
	"time"

	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
)

// put changes the due day of an invoice at an instant.
func (w *world) put(customer id.ID, number, due string, at time.Time) {
	w.t.Helper()
	w.clk.Set(at)
	err := w.DB.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		_, err := w.PutInvoice(tx, seed(), customer, contract.Bill{Invoice: contract.Invoice{Number: number, Due: date(due)}})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAnInvoiceSuspendsNothingFromBeforeItWasKnown(t *testing.T) {
	type span struct{ from, to string } // of a suspension, to exclusive; "": still
	cases := map[string]struct {
		steps [][2]string // when, and the due day that is entered then; "paid" for a payment
		want  []span
	}{
		"in time":                        {[][2]string{{"2026-06-01 09:00", "2026-06-30"}}, []span{{"2026-07-01 00:00", ""}}},
		"entered late":                   {[][2]string{{"2026-07-10 09:00", "2026-06-30"}}, []span{{"2026-07-10 09:00", ""}}},
		"on the first day it is overdue": {[][2]string{{"2026-07-01 00:00", "2026-06-30"}}, []span{{"2026-07-01 00:00", ""}}},
		"moved earlier":                  {[][2]string{{"2026-06-01 09:00", "2026-08-31"}, {"2026-07-10 09:00", "2026-06-30"}}, []span{{"2026-07-10 09:00", ""}}},
		"moved earlier, still ahead":     {[][2]string{{"2026-06-01 09:00", "2026-08-31"}, {"2026-06-10 09:00", "2026-06-30"}}, []span{{"2026-07-01 00:00", ""}}},
		"moved later while it suspends":  {[][2]string{{"2026-06-01 09:00", "2026-06-30"}, {"2026-07-10 09:00", "2026-08-31"}}, []span{{"2026-07-01 00:00", "2026-07-10 09:00"}, {"2026-09-01 00:00", ""}}},
		"moved later before it suspends": {[][2]string{{"2026-06-01 09:00", "2026-06-30"}, {"2026-06-10 09:00", "2026-08-31"}}, []span{{"2026-09-01 00:00", ""}}},
		"late, and paid":                 {[][2]string{{"2026-07-10 09:00", "2026-06-30"}, {"2026-07-12 10:00", "paid"}}, []span{{"2026-07-10 09:00", "2026-07-12 10:00"}}},
		"there and back": {[][2]string{{"2026-06-01 09:00", "2026-06-30"}, {"2026-07-10 09:00", "2026-08-31"}, {"2026-07-20 09:00", "2026-06-30"}},
			[]span{{"2026-07-01 00:00", "2026-07-10 09:00"}, {"2026-07-20 09:00", ""}}},
	}
	onBoth(t, func(t *testing.T, w *world) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				w.clk.Set(newYork("2026-01-02 09:00"))
				number := id.New().String()
				nordwind := w.customer(number)
				system := w.system(nordwind, german("PRD-01"))
				w.term(nordwind, system, "standard", "2026-01-01", "2027-12-31")
				for _, step := range c.steps {
					if step[1] != "paid" {
						w.put(nordwind, number, step[1], newYork(step[0]))
						continue
					}
					w.clk.Set(newYork(step[0]))
					var invoice id.ID
					w.read(nordwind, func(tx *db.Tx) error {
						return tx.Row(`SELECT id FROM invoice WHERE tenant_id = $1`, []any{nordwind}, &invoice)
					})
					if err := w.RecordPayment(context.Background(), seed(), nordwind, invoice, w.clk.Now()); err != nil {
						t.Fatal(err)
					}
				}
				for _, s := range c.want {
					from := newYork(s.from)
					if got := w.coverage(nordwind, system, from.Add(-time.Microsecond)); !got.Covered {
						t.Errorf("before %s: %+v", s.from, got)
					}
					if got := w.coverage(nordwind, system, from); got.Reason != entitlement.InvoiceOverdue || !got.Since.Equal(from) {
						t.Errorf("at %s: %+v", s.from, got)
					}
					if s.to == "" {
						if got := w.coverage(nordwind, system, from.AddDate(0, 6, 0)); got.Covered {
							t.Errorf("unpaid, months after %s: %+v", s.from, got)
						}
						continue
					}
					if got := w.coverage(nordwind, system, newYork(s.to)); !got.Covered || !got.Since.Equal(newYork(s.to)) {
						t.Errorf("at %s: %+v", s.to, got)
					}
				}
			})
		}
	})
}
