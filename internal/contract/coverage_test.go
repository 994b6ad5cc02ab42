package contract_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func (w *world) coverage(customer, system id.ID, at time.Time) (c contract.Coverage) {
	w.t.Helper()
	w.read(customer, func(tx *db.Tx) (err error) {
		c, err = w.Coverage(tx, customer, system, at)
		return err
	})
	return c
}

// stray are the systems whose open cases say something else than what covers them.
func (w *world) stray(at time.Time) (all []id.ID) {
	w.t.Helper()
	w.read(id.ID{}, func(tx *db.Tx) error {
		places, err := w.Stray(tx, at, 100)
		for _, p := range places {
			all = append(all, p.System)
		}
		return err
	})
	return all
}

func TestPaymentReinstatesFromItsInstant(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		system := w.system(nordwind, german("PRD-01"))
		w.term(nordwind, system, "standard", "2026-03-15", "2027-03-14")
		first, second := w.invoice(nordwind, "A-1", "2026-11-30"), w.invoice(nordwind, "A-2", "2026-12-01")
		overdue := newYork("2026-12-01 00:00")

		if c := w.coverage(nordwind, system, overdue.Add(-time.Microsecond)); !c.Covered || !c.Since.Equal(newYork("2026-03-15 00:00")) {
			t.Errorf("on the due day: %+v", c)
		}
		want := contract.Coverage{Reason: entitlement.InvoiceOverdue, Since: overdue}
		if c := w.coverage(nordwind, system, overdue); c != want {
			t.Errorf("on the day after the due day: %+v, want %+v", c, want)
		}
		w.clk.Set(newYork("2026-12-03 12:00"))
		if err := w.RecordPayment(ctx, seed(), nordwind, first, newYork("2026-12-03 11:00")); err != nil {
			t.Fatal(err)
		}
		if c := w.coverage(nordwind, system, w.clk.Now()); c != want {
			t.Errorf("with another invoice overdue: %+v, want %+v", c, want)
		}
		if err := w.RecordPayment(ctx, seed(), nordwind, second, newYork("2026-12-03 11:30")); err != nil {
			t.Fatal(err)
		}
		want = contract.Coverage{Covered: true, Since: newYork("2026-12-03 11:30")}
		if c := w.coverage(nordwind, system, w.clk.Now()); c != want {
			t.Errorf("after all payments: %+v, want %+v", c, want)
		}
		if c := w.coverage(nordwind, system, newYork("2026-12-03 11:29")); c.Covered {
			t.Errorf("before the last payment: %+v", c)
		}
	})
}

func TestPaymentIsRecordedOnceAndNotAhead(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind, other := context.Background(), w.customer("nordwind"), w.customer("other")
		invoice := w.invoice(nordwind, "A-1", "2026-11-30")
		now := w.clk.Now()
		wantKind(t, w.RecordPayment(ctx, seed(), other, invoice, now), errs.NotFound, "error.not_found")
		wantKind(t, w.RecordPayment(ctx, seed(), nordwind, invoice, now.Add(time.Second)), errs.Invalid, "error.invalid")
		if err := w.RecordPayment(ctx, seed(), nordwind, invoice, now); err != nil {
			t.Fatal(err)
		}
		wantKind(t, w.RecordPayment(ctx, seed(), nordwind, invoice, now), errs.Conflict, "contract.already_paid")
		_, err := w.AddInvoice(ctx, seed(), nordwind, "A-1", date("2026-12-31"))
		wantKind(t, err, errs.Conflict, "contract.invoice_exists")
		w.invoice(other, "A-1", "2026-12-31")
	})
}

func TestGraceDaysPutSuspensionOff(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		lenient := *w.Policy.Now()
		lenient.SuspensionGraceDays = 10
		w.Policy = &lenient
		nordwind := w.customer("nordwind")
		system := w.system(nordwind, german("PRD-01"))
		w.term(nordwind, system, "standard", "2026-01-01", "2026-12-31")
		w.invoice(nordwind, "A-1", "2026-06-30")
		w.openCase(nordwind, system, w.person(nordwind, access.Liaison), false)
		suspended := newYork("2026-07-11 00:00")
		for at, want := range map[time.Time]int{suspended.Add(-time.Microsecond): 0, suspended: 1} {
			if c := w.coverage(nordwind, system, at); c.Covered != (want == 0) {
				t.Errorf("%s: %+v", at, c)
			}
			if got := w.stray(at); len(got) != want {
				t.Errorf("%s: %v changed, want %d", at, got, want)
			}
		}
	})
}

func TestOpenCasesWithTheWrongFlagOrPlanAreFound(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind, other := w.customer("nordwind"), w.customer("other")
		liaison, stranger := w.person(nordwind, access.Liaison), w.person(other, access.Liaison)
		ended, running := w.system(nordwind, german("PRD-01")), w.system(nordwind, german("PRD-02"))
		foreign := w.system(other, german("PRD-01"))
		w.term(nordwind, ended, "standard", "2026-01-01", "2026-06-30")
		w.term(nordwind, running, "standard", "2026-01-01", "2026-12-31")
		w.term(other, foreign, "standard", "2026-01-01", "2026-12-31")
		for _, c := range []struct{ customer, system, liaison id.ID }{{nordwind, ended, liaison}, {nordwind, ended, liaison}, {nordwind, running, liaison}, {other, foreign, stranger}} {
			w.openCase(c.customer, c.system, c.liaison, false)
		}
		w.rows(func(tx *db.Tx) error { return insertCase(tx, other, id.New(), foreign, stranger, true, false) }) // closed: nobody looks

		if got := w.stray(newYork("2026-06-30 23:59")); len(got) != 0 {
			t.Errorf("while all are covered: %v", got)
		}
		if got := w.stray(newYork("2026-07-01 00:00")); len(got) != 1 || got[0] != ended {
			t.Errorf("after the end of the term: %v, want %v", got, ended)
		}
		w.rows(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE support_case SET suspended = TRUE WHERE tenant_id = $1 AND system_id = $2`, nordwind, ended)
			return err
		})
		if got := w.stray(newYork("2026-07-01 00:00")); len(got) != 0 {
			t.Errorf("after the flags are set: %v", got)
		}
		w.term(nordwind, ended, "standard", "2026-07-10", "2026-12-31")
		if got := w.stray(newYork("2026-07-10 00:00")); len(got) != 1 || got[0] != ended {
			t.Errorf("after the renewal: %v, want %v", got, ended)
		}
		w.invoice(other, "A-1", "2026-07-01")
		if got := w.stray(newYork("2026-07-02 00:00")); len(got) != 1 || got[0] != foreign {
			t.Errorf("after the other customer's due day: %v", got)
		}
		w.term(nordwind, running, "premier", "2027-01-01", "2027-12-31")
		if got := w.stray(newYork("2027-01-01 00:00")); !slices.Contains(got, running) {
			t.Errorf("after the beginning of another plan: %v", got)
		}
	})
}

// TestCoverageIsWhatADayByDayReadingSays compares coverage with a slow reading of random terms and invoices, hour by hour.
func TestCoverageIsWhatADayByDayReadingSays(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		random := rand.New(rand.NewPCG(5, 2))
		begin := newYork("2026-02-20 00:00")
		w.clk.Set(begin.AddDate(0, 2, 0))
		for n := range 5 {
			customer := w.customer(fmt.Sprint("c", n))
			system := w.system(customer, german("PRD-01"))
			o := &oracle{begin: begin}
			for first := random.IntN(15); first < 40; {
				last := first + random.IntN(12)
				w.term(customer, system, "standard", o.day(first), o.day(last))
				o.terms = append(o.terms, [2]int{first, last})
				first = last + 1 + random.IntN(4)
			}
			for i := range random.IntN(4) {
				due := random.IntN(35)
				o.due = append(o.due, due)
				o.paid = append(o.paid, begin.Add(time.Duration(random.IntN(45*24))*time.Hour))
				invoice := w.invoice(customer, fmt.Sprint("A-", i), o.day(due))
				if err := w.RecordPayment(context.Background(), seed(), customer, invoice, o.paid[i]); err != nil {
					t.Fatal(err)
				}
			}
			w.compare(customer, system, o)
		}
	})
}

func (w *world) compare(customer, system id.ID, o *oracle) {
	w.t.Helper()
	w.read(customer, func(tx *db.Tx) error {
		since, was := time.Time{}, false
		for at := o.begin; at.Before(o.begin.AddDate(0, 0, 50)); at = at.Add(time.Hour) {
			reason := o.reason(at)
			if covered := reason == ""; covered != was {
				since, was = at, covered
			}
			c, err := w.Coverage(tx, customer, system, at)
			if err != nil {
				return err
			}
			if c.Reason != reason || c.Covered != (reason == "") || (since.After(o.begin) && !c.Since.Equal(since)) {
				w.t.Fatalf("%s: %+v, want %q since %s; %+v", at, c, reason, since, o)
			}
		}
		return nil
	})
}

// oracle knows terms and invoices as days after begin.
type oracle struct {
	begin time.Time
	terms [][2]int
	due   []int
	paid  []time.Time
}

func (o *oracle) start(n int) time.Time {
	local := o.begin.In(newYorkZone())
	return time.Date(local.Year(), local.Month(), local.Day()+n, 0, 0, 0, 0, newYorkZone())
}

func (o *oracle) day(n int) string { return o.start(n).Format(time.DateOnly) }

func (o *oracle) reason(at time.Time) string {
	covered := false
	for _, t := range o.terms {
		covered = covered || (!at.Before(o.start(t[0])) && at.Before(o.start(t[1]+1)))
	}
	if !covered {
		return entitlement.SubscriptionNone
	}
	for i, due := range o.due {
		if !at.Before(o.start(due+1)) && at.Before(o.paid[i]) {
			return entitlement.InvoiceOverdue
		}
	}
	return ""
}
