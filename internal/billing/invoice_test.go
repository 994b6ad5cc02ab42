package billing_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func TestAnInvoiceSuspendsFromTheVendorsMidnightUntilThePaymentThatIsRecorded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, customer := context.Background(), w.customer("nordwind")
		system := w.system(customer, "PRD-01", "standard", "2026-01-01", "2026-12-31")
		v := w.invoice("nordwind", "R-1", "2026-11-10")
		covered := func() bool {
			t.Helper()
			var c contract.Coverage
			err := w.DB.View(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
				c, err = w.Contract.Coverage(tx, customer, system, tx.Now())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return c.Covered
		}
		state := func(want string) {
			t.Helper()
			got, err := w.Invoice(ctx, desk(), v.ID)
			if err != nil || got.State != want {
				t.Errorf("%s, %v; want %s", got.State, err, want)
			}
		}
		w.at("2026-11-10 23:59")
		state(billing.Open)
		if !covered() {
			t.Error("suspended on the last day to pay")
		}
		w.at("2026-11-11 00:00")
		state(billing.Overdue)
		if covered() {
			t.Error("not suspended from the vendor's midnight on")
		}
		found, err := w.Invoices(ctx, desk(), billing.Filter{State: billing.Overdue})
		if err != nil || len(found.Items) != 1 || found.Items[0].ID != v.ID {
			t.Errorf("the list of what is overdue: %+v, %v", found, err)
		}
		_, err = w.Pay(ctx, desk(), v.ID, billing.Payment{At: w.clk.Now(), Amount: 10000, Currency: "USD"}, nil)
		wantKey(t, err, "billing.other_currency")
		_, err = w.Pay(ctx, desk(), v.ID, billing.Payment{At: w.clk.Now(), Amount: 9999, Currency: "EUR"}, nil)
		wantKey(t, err, "billing.other_amount")
		_, err = w.Pay(ctx, desk(), v.ID, billing.Payment{At: w.clk.Now().Add(time.Second)}, nil)
		wantKey(t, err, "contract.paid_in_future")
		_, err = w.Pay(ctx, desk(), v.ID, billing.Payment{At: w.clk.Now(), Expect: `"7"`}, nil)
		wantKey(t, err, "billing.stale")
		if _, err := w.Pay(ctx, desk(), v.ID, billing.Payment{At: w.clk.Now(), Amount: 10000, Currency: "EUR", Expect: v.ETag()}, nil); err != nil {
			t.Fatal(err)
		}
		state(billing.Paid)
		if !covered() {
			t.Error("still suspended after the payment")
		}
		_, err = w.Pay(ctx, desk(), v.ID, billing.Payment{At: w.clk.Now()}, nil)
		wantKey(t, err, "contract.already_paid")
		_, err = w.TakeBack(ctx, desk(), v.ID, "entered twice", "", nil)
		wantKey(t, err, "contract.already_paid")

		wrong := w.invoice("nordwind", "R-2", "2026-11-01")
		if covered() {
			t.Error("an invoice entered late suspends nothing")
		}
		_, err = w.TakeBack(ctx, desk(), wrong.ID, "  ", "", nil)
		wantKey(t, err, "field.required")
		if _, err := w.TakeBack(ctx, desk(), wrong.ID, "another customer's", "", nil); err != nil || !covered() {
			t.Errorf("taken back: %v, covered %v", err, covered())
		}
	})
}

func TestOnlyTheFinanceDeskChangesInvoices(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, customer := context.Background(), w.customer("nordwind")
		v := w.invoice("nordwind", "R-1", "2026-11-10")
		for _, a := range []access.Actor{{}, {Person: id.New(), Role: access.Engineer}, {Person: id.New(), Role: access.Liaison, Customer: customer}, {Person: id.New(), Role: access.SuccessManager}} {
			if _, err := w.Pay(ctx, a, v.ID, billing.Payment{At: w.clk.Now()}, nil); errs.KindOf(err) != errs.Refused && errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%s pays: %v", a.Role, err)
			}
			if _, err := w.Import(ctx, a, []byte("x"), nil); errs.KindOf(err) != errs.Refused && errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%s imports: %v", a.Role, err)
			}
		}
		_, err := w.Invoice(ctx, desk(), id.New())
		wantKey(t, err, "error.not_found")
		_, err = w.Enter(ctx, desk(), billing.Entry{Customer: "nobody", Invoice: contract.Invoice{Number: "R-2", Due: day("2026-11-10")}}, nil)
		wantKey(t, err, "billing.unknown_customer")
		w.customer("belmont")
		_, err = w.Enter(ctx, desk(), billing.Entry{Customer: "belmont", Invoice: contract.Invoice{Number: "R-1", Due: day("2026-11-10")}}, nil)
		wantKey(t, err, "billing.number_of_another")
	})
}

func TestOfFiftyPaymentsAtOnceOneWins(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.customer("nordwind")
		v := w.invoice("nordwind", "R-1", "2026-11-10")
		var won, told atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				_, err := w.Pay(ctx, desk(), v.ID, billing.Payment{At: w.clk.Now()}, nil)
				switch {
				case err == nil:
					won.Add(1)
				case errs.As(err).Key == "contract.already_paid":
					told.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || told.Load() != 49 {
			t.Errorf("%d won, %d were told that it is paid", won.Load(), told.Load())
		}
	})
}

const head = "customer,number,issued,due,amount,currency,paidAt\n"

func TestAFileWithWrongRowsNamesEachCellAndChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.customer("nordwind")
		w.customer("belmont")
		w.invoice("belmont", "B-1", "2026-11-10")
		paid := w.invoice("nordwind", "N-0", "2026-11-10")
		if _, err := w.Pay(ctx, desk(), paid.ID, billing.Payment{At: w.clk.Now().Add(-time.Hour)}, nil); err != nil {
			t.Fatal(err)
		}
		file := head +
			"nordwind,N-1,2026-10-01,2026-11-01,100.00,EUR,\n" + // 2: fine
			"nordwind,N-2,,2026-11-01,100.00,UDS,\n" + // 3: no such currency
			"nordwind,N-3,,2026-11-01,-5,EUR,\n" + // 4: negative
			"nordwind,B-1,,2026-11-01,100.00,EUR,\n" + // 5: another customer's
			"nordwind,N-0,,2026-11-10,100.00,EUR," + w.clk.Now().Format(time.RFC3339) + "\n" + // 6: paid twice
			"nowhere,N-5,,2026-11-01,100.00,EUR,\n" + // 7: nobody's
			"nordwind,N-1,,2026-11-01,100.00,EUR,\n" + // 8: stands there twice
			"nordwind,N-6,2026-11-02,2026-11-01,1.005,EUR,2099-01-01T00:00:00Z\n" + // 9: three cells
			"nordwind,N-7,,soon,100.00,EUR,\n" + // 10: no day
			"nordwind,N-8\n" + // 11: cells are missing
			"nordwind,N-0,,2026-11-10,100.00,USD,\n" // 12: another currency than recorded
		_, err := w.Import(ctx, desk(), []byte(file), nil)
		var got []string
		for _, f := range errs.As(err).Fields {
			got = append(got, f.Name+": "+f.Key)
		}
		want := []string{
			"line 3, currency: billing.unknown_currency", "line 4, amount: contract.amount_positive", "line 5, number: billing.number_of_another",
			"line 6, paidAt: contract.already_paid", "line 7, customer: billing.unknown_customer", "line 8, number: billing.twice_in_file",
			"line 9, amount: billing.too_fine", "line 9, due: contract.due_before_issued", "line 9, paidAt: contract.paid_in_future",
			"line 10, due: rights.field_day", "line 11: billing.cells", "line 12, currency: billing.currency_changed", "line 12, number: billing.twice_in_file",
		}
		slices.Sort(got)
		slices.Sort(want)
		if errs.KindOf(err) != errs.Invalid || !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		found, err := w.Invoices(ctx, desk(), billing.Filter{})
		if err != nil || len(found.Items) != 2 {
			t.Errorf("there are %d invoices now, %v", len(found.Items), err)
		}
		for _, broken := range []string{"", "customer\n", head, head + "\"nordwind,N-1\n", "\xff\xfe", "customer,number,due,amount,currency,colour\n"} {
			if _, err := w.Import(ctx, desk(), []byte(broken), nil); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%q: %v", broken, err)
			}
		}
	})
}

func TestAFileIsTakenOverOnceHoweverOftenItComes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.customer("nordwind")
		w.customer("belmont")
		at := w.clk.Now().Add(-time.Hour).Format(time.RFC3339)
		file := "customer;number;due;amount;currency;paidAt\nnordwind;N-1;2026-11-01;100.00;EUR;\nbelmont;B-1;2026-11-02;99;JPY;" + at + "\n"
		for i, want := range []billing.Imported{{Added: 2, Paid: 1}, {Unchanged: 2}} {
			if done, err := w.Import(ctx, desk(), []byte(file), nil); err != nil || done != want {
				t.Errorf("time %d: %+v, %v", i+1, done, err)
			}
		}
		later := head + "nordwind,N-1,2026-10-01,2026-12-01,120.00,EUR,\nnordwind,N-2,,2026-12-01,1,EUR,\n"
		if done, err := w.Import(ctx, desk(), []byte(later), nil); err != nil || done != (billing.Imported{Added: 1, Changed: 1}) {
			t.Errorf("changed: %+v, %v", done, err)
		}
		found, err := w.Invoices(ctx, desk(), billing.Filter{Customer: "nordwind", Number: "N-1"})
		if err != nil || len(found.Items) != 1 || found.Items[0].Due != day("2026-12-01") || billing.Readable(found.Items[0].Amount, found.Items[0].Currency) != "120.00 EUR" {
			t.Errorf("%+v, %v", found, err)
		}
		seen := 0
		for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
			page, err := w.Invoices(ctx, desk(), billing.Filter{Cursor: cursor, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			seen, cursor = seen+len(page.Items), page.Next
		}
		if seen != 3 {
			t.Errorf("page by page there are %d", seen)
		}
	})
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1234.50 EUR": 123450, "7 JPY": 7, "0.001 KWD": 1, "12 USD": 1200, "0.10 USD": 10} {
		number, code, _ := strings.Cut(text, " ")
		got, bad := billing.ParseAmount(number, code)
		if got != want || bad != nil {
			t.Errorf("%s: %d, %v", text, got, bad)
		}
		if again, _ := billing.ParseAmount(billing.FormatAmount(got, code), code); again != want {
			t.Errorf("%s is written as %s", text, billing.FormatAmount(got, code))
		}
	}
	for text, field := range map[string]string{"1 eur": "currency", "1 XYZ": "currency", "1 XTS": "currency", "1 XAU": "currency", "1 ": "currency", "-1 EUR": "amount", "0 EUR": "amount", "0.00 EUR": "amount",
		"1,5 EUR": "amount", "1.005 EUR": "amount", "1.5 JPY": "amount", "1e3 EUR": "amount", "9999999999999 EUR": "amount", " EUR": "amount"} {
		number, code, _ := strings.Cut(text, " ")
		if _, bad := billing.ParseAmount(number, code); len(bad) != 1 || bad[0].Name != field {
			t.Errorf("%q: %v", text, bad)
		}
	}
}

// A fault at the very end of a file, as late as the answer's own row, leaves neither an invoice nor a payment nor a line.
func TestAFaultAtTheEndOfAFileLeavesNothingHalfDone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, fault := context.Background(), errors.New("the disk is gone")
		w.customer("nordwind")
		v := w.invoice("nordwind", "N-1", "2026-11-01")
		lines := func() (n int64) {
			err := w.DB.View(ctx, db.ForSystem("test"), func(tx *db.Tx) error { return tx.Row(`SELECT count(*) FROM journal`, nil, &n) })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before, file := lines(), head
		for i := range 200 {
			file += fmt.Sprintf("nordwind,F-%d,,2026-11-01,100.00,EUR,\n", i)
		}
		file += "nordwind,N-1,,2026-11-01,100.00,EUR," + w.clk.Now().Format(time.RFC3339) + "\n"
		if _, err := w.Import(ctx, desk(), []byte(file), func(*db.Tx, billing.Imported) error { return fault }); !errors.Is(err, fault) {
			t.Fatal(err)
		}
		found, err := w.Invoices(ctx, desk(), billing.Filter{})
		if err != nil || len(found.Items) != 1 || found.Items[0].ID != v.ID || found.Items[0].State != billing.Open || lines() != before {
			t.Errorf("%d invoices, %d lines more, %v", len(found.Items), lines()-before, err)
		}
		if done, err := w.Import(ctx, desk(), []byte(file), nil); err != nil || done.Added != 200 || done.Paid != 1 {
			t.Errorf("afterwards: %+v, %v", done, err)
		}
	})
}
