package contract_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
)

func (w *world) due() (due []contract.Place) {
	w.t.Helper()
	w.read(id.ID{}, func(tx *db.Tx) (err error) {
		due, err = w.Due(tx, 1000)
		return err
	})
	return due
}

// lookAtDue does what the sweep does, but for the cases: it looks at what is due, and sets the next look.
func (w *world) lookAtDue() (looked []id.ID) {
	w.t.Helper()
	for _, p := range w.due() {
		looked = append(looked, p.System)
		w.rows(func(tx *db.Tx) error {
			st, err := w.CoverAt(tx, p.Customer, p.System, tx.Now())
			if err != nil {
				return err
			}
			return w.LookAgain(tx, p, st.Next)
		})
	}
	return looked
}

func TestASystemIsLookedAtWhenWhatCoversItChangesAndNotBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		w.clk.Set(newYork("2026-03-02 09:00"))
		system := w.system(nordwind, german("PRD-01"))
		w.term(nordwind, system, "standard", "2026-01-01", "2026-06-30")
		w.term(nordwind, system, "premier", "2026-07-01", "2026-12-31")
		for i := range 200 { // many that have nothing to do with it
			w.term(nordwind, w.system(nordwind, german(fmt.Sprint("DEV-", i))), "standard", "2026-01-01", "2027-12-31")
		}
		if got := w.lookAtDue(); len(got) != 201 {
			t.Fatalf("at first %d systems are due", len(got))
		}
		for _, step := range []struct {
			at   string
			want int
		}{{"2026-06-30 23:59", 0}, {"2026-07-01 00:00", 1}, {"2026-07-01 00:01", 0}, {"2026-12-31 23:59", 0}, {"2027-01-01 00:00", 1}} {
			w.clk.Set(newYork(step.at))
			if got := w.lookAtDue(); len(got) != step.want {
				t.Errorf("%s: %d systems are due, want %d", step.at, len(got), step.want)
			}
		}
		w.term(nordwind, system, "elite", "2027-01-01", "2027-12-31")
		if got := w.lookAtDue(); !slices.Equal(got, []id.ID{system}) {
			t.Errorf("after a term was entered: %v", got)
		}
		w.invoice(nordwind, "A-1", "2027-01-31")
		if got := w.lookAtDue(); len(got) != 201 {
			t.Errorf("after an invoice %d systems are due", len(got))
		}
		w.clk.Set(newYork("2027-02-01 00:00"))
		if got := w.due(); len(got) != 201 {
			t.Errorf("when it suspends, %d systems are due", len(got))
		}
	})
}

func TestAWriteThatComesBetweenTheLookAndItsMarkIsNotLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		system := w.system(nordwind, german("PRD-01"))
		read := w.due()
		w.clk.Forward(time.Second)
		w.term(nordwind, system, "elite", "2026-01-01", "2027-12-31")
		w.rows(func(tx *db.Tx) error { return w.LookAgain(tx, read[0], newYork("2027-12-31 00:00")) })
		if got := w.due(); len(got) != 1 {
			t.Errorf("%d systems are due", len(got))
		}
	})
}

func TestAPlanCountsFromItsTermOrFromItsEntry(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		system := w.system(nordwind, german("PRD-01"))
		w.clk.Set(newYork("2026-01-05 09:00"))
		w.term(nordwind, system, "standard", "2026-01-01", "2026-06-30") // four days late
		w.clk.Set(newYork("2026-06-01 09:00"))
		w.term(nordwind, system, "premier", "2026-07-01", "2026-12-31")
		w.term(nordwind, system, "elite", "2025-01-01", "2025-12-31") // over long ago: it counts for nobody
		stands := func(at string) (st contract.Cover) {
			w.read(nordwind, func(tx *db.Tx) (err error) {
				st, err = w.CoverAt(tx, nordwind, system, newYork(at))
				return err
			})
			return st
		}
		if st := stands("2026-06-30 23:59"); st.Last().Plan != "standard" || !st.Plans[0].From.Equal(newYork("2026-01-05 09:00")) || !st.Next.Equal(newYork("2026-07-01 00:00")) {
			t.Errorf("before the new term: %+v", st)
		}
		if st := stands("2026-07-01 00:00"); st.Last().Plan != "premier" || len(st.Plans) != 2 || !st.Plans[1].From.Equal(newYork("2026-07-01 00:00")) {
			t.Errorf("on its first day: %+v", st)
		}
		w.clk.Set(newYork("2026-08-10 15:00"))
		w.rows(func(tx *db.Tx) error {
			_, err := w.PutTerm(tx, seed(), nordwind, system, contract.Term{Plan: "elite", From: date("2026-07-01"), To: date("2026-12-31")})
			return err
		})
		if st := stands("2026-08-10 15:00"); st.Last().Plan != "elite" || !st.Plans[1].From.Equal(newYork("2026-08-10 15:00")) {
			t.Errorf("after a correction: %+v", st)
		}
		w.rows(func(tx *db.Tx) error { return w.Look(tx, nordwind, system) })
		if err := w.DB.Update(context.Background(), db.ForTenant(nordwind), func(tx *db.Tx) error { return w.Look(tx, nordwind, system) }); err != nil {
			t.Errorf("the mark wants a line of its own: %v", err)
		}
	})
}
