package contract_test

import (
	"context"
	"testing"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/db"
)

// Seats that came with extended lifecycle support were bought: who fills one of them makes no change. They go when an order
// keeps help again, and nobody is counted twice.
func TestSeatsThatCameWithExtendedSupportAreAddedSeats(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		w.Policy.Now().Extended.AddedSeats = 2
		w.clk.Set(newYork("2026-12-01 10:00"))
		system := w.system(nordwind, german("A"))
		w.term(nordwind, system, "standard", "2026-01-01", "2028-12-31")
		if _, err := w.OrderExtended(ctx, seed(), system, els("2027-01-01", "2027-12-31")); err != nil {
			t.Fatal(err)
		}
		designate := func() {
			t.Helper()
			if err := w.Designate(ctx, seed(), nordwind, w.person(nordwind, access.Liaison), system); err != nil { //nolint:contextcheck // people of the test are made without one
				t.Fatal(err)
			}
		}
		added := func(at string, want, free int) {
			t.Helper()
			w.clk.Set(newYork(at))
			w.read(nordwind, func(tx *db.Tx) error {
				got, err := w.AddedSeats(tx, nordwind, system)
				if err != nil {
					return err
				}
				seats, err := w.SeatsOfSystem(tx, nordwind, system)
				if got != want || seats.Free() != free {
					t.Errorf("%s: %d added and %d free, want %d and %d", at, got, seats.Free(), want, free)
				}
				return err
			})
		}
		designate()
		designate()
		added("2026-12-31 23:59", 0, 0)
		added("2027-01-01 00:00", 2, 2)
		designate()
		added("2027-01-02 10:00", 1, 1)
		e := contract.Exception{Document: "O-1", Scope: contract.ScopeFull, From: date("2027-02-01"), To: date("2027-02-28")}
		if _, err := w.AddException(ctx, seed(), nordwind, system, e); err != nil {
			t.Fatal(err)
		}
		added("2027-02-01 00:00", 0, 0)
		added("2027-03-01 00:00", 2, 1) // the third liaison stayed; there is one seat, whatever it is called
	})
}
