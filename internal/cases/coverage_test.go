package cases_test

import (
	"context"
	"testing"
	"time"

	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/sla"
)

func TestAPaymentThatIsRecordedLateLetsTheClockRunAgain(t *testing.T) {
	t.Parallel()
	for name, paid := range map[string]string{
		"paid before support was suspended": "2026-11-30T12:00:00-05:00",
		"paid while support was suspended":  "2026-12-01T09:00:00-05:00",
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
				ctx := context.Background()
				w.at("2026-11-30T09:00:00-05:00")
				invoice, err := w.Contract.AddInvoice(ctx, admin(), s.customer, "A-1", day("2026-11-30"))
				if err != nil {
					t.Fatal(err)
				}
				w.at("2026-11-30T18:00:00-05:00")
				c := w.register(s, 3)
				w.at("2026-12-01T00:00:00-05:00")
				w.sweep()
				if !w.get(eva, c.Number).Suspended {
					t.Fatal("an overdue invoice suspends nothing")
				}
				paidAt, err := time.Parse(time.RFC3339, paid)
				if err != nil {
					t.Fatal(err)
				}
				w.at("2026-12-01T10:00:00-05:00")
				if err := w.Contract.RecordPayment(ctx, admin(), s.customer, invoice, paidAt); err != nil {
					t.Fatal(err)
				}
				w.sweep()
				c = w.get(eva, c.Number)
				if k := clockOf(t, c, sla.InitialResponse); c.Suspended || k.State != sla.Running || c.NextPromise == nil || c.NextDue == nil {
					t.Errorf("after the payment: suspended %t, %s, next promise %v, next look %v", c.Suspended, k.State, c.NextPromise, c.NextDue)
				}
			})
		})
	}
}

func TestAnInvoiceThatIsEnteredLateSuspendsFromTheLastReinstatement(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		ctx := context.Background()
		w.at("2026-11-30T18:00:00-05:00")
		c := w.register(s, 3)
		first, err := w.Contract.AddInvoice(ctx, admin(), s.customer, "A-1", day("2026-11-30"))
		if err != nil {
			t.Fatal(err)
		}
		w.at("2026-12-01T09:00:00-05:00")
		w.sweep()
		if err := w.Contract.RecordPayment(ctx, admin(), s.customer, first, w.clk.Now()); err != nil {
			t.Fatal(err)
		}
		w.at("2026-12-01T09:05:00-05:00")
		w.sweep()
		if _, err := w.Contract.AddInvoice(ctx, admin(), s.customer, "A-0", day("2026-11-20")); err != nil {
			t.Fatal(err)
		}
		w.at("2026-12-01T09:10:00-05:00")
		w.sweep()
		if c = w.get(eva, c.Number); !c.Suspended || clockOf(t, c, sla.InitialResponse).State != sla.Paused {
			t.Errorf("suspended %t, clocks %v", c.Suspended, c.Clocks)
		}
	})
}

func TestACaseResolvedWhileSuspendedStillClosesAfterThePayment(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		ctx := context.Background()
		w.at("2026-10-30T18:00:00-04:00")
		c := w.register(s, 3)
		invoice, err := w.Contract.AddInvoice(ctx, admin(), s.customer, "A-1", day("2026-10-30"))
		if err != nil {
			t.Fatal(err)
		}
		w.at("2026-11-02T09:00:00-05:00")
		w.sweep()
		w.change(eva, c.Number, cases.Change{Status: cases.Resolved, Remedy: &cases.Remedy{Kind: "workaround", Text: "See the manual."}})
		w.at("2026-11-03T10:00:00-05:00")
		w.sweep()
		if c = w.get(eva, c.Number); !c.Suspended || c.Status != cases.Resolved {
			t.Fatalf("unpaid it is %s, suspended %t", c.Status, c.Suspended)
		}
		if err := w.Contract.RecordPayment(ctx, admin(), s.customer, invoice, w.clk.Now()); err != nil {
			t.Fatal(err)
		}
		w.at("2026-11-03T12:00:00-05:00")
		w.sweep()
		if w.get(eva, c.Number).Suspended {
			t.Error("still suspended after the payment")
		}
		w.at("2026-11-30T12:00:00-05:00")
		w.sweep()
		if st := w.get(eva, c.Number).Status; st != cases.Closed {
			t.Errorf("weeks after the payment it is %s", st)
		}
	})
}

func TestACaseThatCannotBeSweptHoldsUpNoOther(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), w.engineer()
		ctx := context.Background()
		w.at("2026-11-23T10:00:00-05:00")
		broken, fine := w.register(s, 1), w.register(s, 1)
		w.rows(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE support_case SET facts = '{' WHERE tenant_id = $1 AND id = $2`, s.customer, broken.ID)
			return err
		})
		w.at("2026-11-23T13:00:00-05:00")
		if n, err := w.Sweep(ctx); n != 1 || err == nil {
			t.Errorf("swept %d, %v", n, err)
		}
		if k := clockOf(t, w.get(eva, fine.Number), sla.InitialResponse); k.State != sla.Breached {
			t.Errorf("the other case: %s", k.State)
		}
		notices, err := w.Notices(ctx, eva, 10)
		if err != nil || len(notices) == 0 {
			t.Errorf("notices %v, %v", notices, err)
		}
	})
}

func TestNothingBreachesInTheFirstMomentsOfASuspension(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), w.engineer()
		w.at("2026-11-30T22:00:20-05:00")
		c := w.register(s, 2)
		wantDue(t, clockOf(t, c, sla.InitialResponse), "2026-12-01T00:00:20-05:00")
		if _, err := w.Contract.AddInvoice(context.Background(), admin(), s.customer, "A-1", day("2026-11-30")); err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"2026-11-30T23:59:59-05:00", "2026-12-01T00:00:30-05:00"} {
			w.at(at)
			w.sweep()
		}
		if c = w.get(eva, c.Number); !c.Suspended || clockOf(t, c, sla.InitialResponse).State != sla.Paused {
			t.Errorf("suspended %t, %s", c.Suspended, clockOf(t, c, sla.InitialResponse).State)
		}
	})
}
