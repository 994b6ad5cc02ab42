package billing_test

import (
	"context"
	"testing"
	"time"

	"liaison/internal/billing"
	"liaison/internal/contract"
	"liaison/internal/db"
)

func TestAnInvoiceTakenBackStopsNoFileAndFreesItsNumber(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, belmont := context.Background(), w.customer("belmont")
		w.customer("nordwind")
		v := w.invoice("nordwind", "N-1", "2026-11-10")
		paid := w.invoice("nordwind", "N-2", "2026-11-10")
		if _, err := w.Pay(ctx, desk(), paid.ID, billing.Payment{At: w.clk.Now()}, nil); err != nil {
			t.Fatal(err)
		}
		put := func() error {
			return w.DB.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
				_, err := w.Contract.PutInvoice(tx, program(), belmont, contract.Bill{Invoice: contract.Invoice{Number: "N-1", Due: day("2026-11-10")}})
				return err
			})
		}
		wantKey(t, put(), "billing.number_of_another")
		if _, err := w.TakeBack(ctx, desk(), v.ID, "another customer's", "", nil); err != nil {
			t.Fatal(err)
		}
		same := head + "nordwind,N-1,,2026-11-10,100.00,EUR,\nnordwind,N-2,,2026-11-10,100.00,EUR," + w.clk.Now().Format(time.RFC3339Nano) + "\n"
		if done, err := w.Import(ctx, desk(), []byte(same), nil); err != nil || done != (billing.Imported{Unchanged: 2}) {
			t.Errorf("%+v, %v", done, err)
		}
		if err := put(); err != nil {
			t.Errorf("the number that was taken back, for another customer: %v", err)
		}
		_, err := w.Enter(ctx, desk(), billing.Entry{Customer: "nordwind", Invoice: contract.Invoice{Number: "N-1", Due: day("2026-11-10")}}, nil)
		wantKey(t, err, "billing.number_of_another")

		again := w.invoice("belmont", "B-1", "2026-11-10")
		if _, err := w.TakeBack(ctx, desk(), again.ID, "wrong amount", "", nil); err != nil {
			t.Fatal(err)
		}
		right := []byte(head + "belmont,B-1,,2026-11-20,120.00,USD,\n") // comes under the number of the wrong one, and once
		for _, want := range []billing.Imported{{Added: 1}, {Unchanged: 1}} {
			if done, err := w.Import(ctx, desk(), right, nil); err != nil || done != want {
				t.Errorf("the right one: %+v, %v, want %+v", done, err, want)
			}
		}
		if done, err := w.Import(ctx, desk(), []byte(head+"belmont,B-1,,2026-11-21,100.00,USD,\n"), nil); err != nil || done != (billing.Imported{Changed: 1}) {
			t.Errorf("the new one of the number: %+v, %v", done, err)
		}
	})
}
