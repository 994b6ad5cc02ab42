package billing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"liaison/internal/billing"
	"liaison/internal/db"
	"liaison/internal/errs"
)

// A file of many rows is whole: one wrong row at its end, and nothing of it is taken over; a fault after the last row, and
// nothing is there; the same file again, and everything is, and once.
func TestAFileOfManyRowsIsTakenOverAsAWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, fault := context.Background(), errors.New("the disk is gone")
		w.customer("nordwind")
		const rows = 1010
		var b strings.Builder
		b.WriteString(head)
		for i := range rows {
			fmt.Fprintf(&b, "nordwind,L-%d,,2026-11-01,100.00,EUR,\n", i)
		}
		file := b.String()
		there := func() (n int) {
			t.Helper()
			err := w.DB.View(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
				return tx.Row(`SELECT count(*) FROM invoice i WHERE EXISTS (SELECT 1 FROM customer c WHERE c.id = i.tenant_id)`, nil, &n)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		_, err := w.Import(ctx, desk(), []byte(file+"nobody,X-1,,2026-11-01,1.00,EUR,\n"), nil)
		if e := errs.As(err); err == nil || len(e.Fields) != 1 || e.Fields[0].Name != fmt.Sprintf("line %d, customer", rows+2) || there() != 0 {
			t.Fatalf("%d invoices, %v", there(), err)
		}
		if _, err := w.Import(ctx, desk(), []byte(file), func(*db.Tx, billing.Imported) error { return fault }); !errors.Is(err, fault) || there() != 0 {
			t.Fatalf("%d invoices, %v", there(), err)
		}
		done, err := w.Import(ctx, desk(), []byte(file), nil)
		if err != nil || done != (billing.Imported{Added: rows}) || there() != rows {
			t.Errorf("%+v, %v, %d invoices", done, err, there())
		}
		if done, err = w.Import(ctx, desk(), []byte(file), nil); err != nil || done != (billing.Imported{Unchanged: rows}) || there() != rows {
			t.Errorf("again: %+v, %v, %d invoices", done, err, there())
		}
	})
}
