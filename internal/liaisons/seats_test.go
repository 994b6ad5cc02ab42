package liaisons_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

// inParallel makes requests at the same time and gives the errors of those that failed.
func inParallel(n int, do func(i int) error) (won int, failed []error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range n {
		wg.Go(func() {
			err := do(i)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else {
				failed = append(failed, err)
			}
		})
	}
	wg.Wait()
	return won, failed
}

func TestFiftyAtOnceForOneSeatOneWinsAndTheOthersLearnWhy(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		first := w.liaison("first")
		known := make([]id.ID, 25)
		for i := range known {
			known[i] = w.person(fmt.Sprintf("p%d", i), access.Liaison)
		}
		won, failed := inParallel(50, func(i int) error {
			it := liaisons.Item{System: w.system, Name: "N", Email: fmt.Sprintf("new%d@nordwind.example", i)}
			if i < len(known) {
				it = liaisons.Item{System: w.system, New: known[i]}
			}
			_, err := w.try(w.actor(first), it)
			return err
		})
		if won != 1 {
			t.Errorf("%d of 50 got the one free seat", won)
		}
		for _, err := range failed {
			if d := wantRefusal(t, err, "no_free_seat"); d.Requirement != "R1.1-04" || d.Inputs["seats"] != 2 {
				t.Errorf("the refusal says %+v", d)
			}
		}
		if s := w.overview().Systems[0]; s.Taken+s.Promised != 2 || s.Free() != 0 {
			t.Errorf("%d liaisons and %d invitations in 2 seats", s.Taken, s.Promised)
		}
	})
}

func TestTenSixthChangesAtOnceOneIsAllowed(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		first := w.liaison("first")
		who := w.person("p0", access.Liaison)
		w.ask(w.actor(first), liaisons.Item{System: w.system, New: who})
		for i := 1; i <= 5; i++ {
			next := w.person(fmt.Sprintf("p%d", i), access.Liaison)
			w.ask(w.actor(first), liaisons.Item{System: w.system, Old: who, New: next})
			who = next
		}
		w.wantUsed("five swaps", 5)
		others := make([]id.ID, 10)
		for i := range others {
			others[i] = w.person(fmt.Sprintf("o%d", i), access.Liaison)
		}
		won, failed := inParallel(10, func(i int) error {
			old := who
			if i%2 == 1 {
				old = first
			}
			_, err := w.try(w.actor(first), liaisons.Item{System: w.system, Old: old, Name: "N", Email: fmt.Sprintf("n%d@nordwind.example", i)})
			return err
		})
		if won != 1 {
			t.Errorf("%d of 10 sixth changes were allowed", won)
		}
		told := 0
		for _, err := range failed {
			if d := errsDecision(err); d == "change_quota_used" {
				told++
			} else {
				wantKey(t, err, "liaisons.already_asked") // a successor of the same person was asked for first
			}
		}
		if told == 0 {
			t.Error("nobody was told that the year's changes are used")
		}
		w.wantUsed("ten parallel sixth changes", 6)
	})
}

func TestAnExtraSeatThatEndsBlocksNewLiaisonsAndRemovesNobody(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		first := w.liaison("first")
		w.liaison("second")
		_, err := w.try(w.actor(first), liaisons.Item{System: w.system, New: w.person("third", access.Liaison)})
		wantRefusal(t, err, "no_free_seat")
		if _, err := w.Contract.AddExtraSeats(context.Background(), program(), w.customer, w.system, 2, date("2026-03-01")); err != nil {
			t.Fatal(err)
		}
		w.liaison("fourth")
		if s := w.overview().Systems[0]; s.Total() != 4 || s.Free() != 1 || s.NextEnd != date("2027-02-28") {
			t.Errorf("seats are %+v", s.Seats)
		}
		w.wantUsed("filling a bought seat", 0)
		w.ask(w.actor(first), liaisons.Item{System: w.system, Name: "N", Email: "late@nordwind.example"})
		token := w.link()
		w.clk.Set(time.Date(2027, 2, 27, 12, 0, 0, 0, time.UTC))
		w.ask(w.actor(first), liaisons.Item{System: w.system, Name: "N", Email: "later@nordwind.example"}) // the first invitation has expired
		wantKey(t, w.accept(token), "liaisons.bad_link")
		token = w.link()
		w.clk.Set(time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC)) // 00:00 in the vendor's zone of the day after
		s := w.overview().Systems[0]
		if s.Total() != 2 || s.Over() != 1 || len(s.Liaisons) != 3 {
			t.Errorf("seats are %+v with %d liaisons, want 2 with 3", s.Seats, len(s.Liaisons))
		}
		wantRefusal(t, w.accept(token), "no_free_seat")
		_, err = w.try(w.actor(first), liaisons.Item{System: w.system, Name: "N", Email: "latest@nordwind.example"})
		wantRefusal(t, err, "no_free_seat")
		if err := w.Decline(context.Background(), token); err != nil {
			t.Fatal(err)
		}
		w.ask(w.actor(first), liaisons.Item{System: w.system, Old: s.Liaisons[2].Person}) // down to the seats: none is vacated
		w.ask(w.actor(first), liaisons.Item{System: w.system, Old: s.Liaisons[1].Person})
		w.ask(w.actor(first), liaisons.Item{System: w.system, New: w.person("fifth", access.Liaison)})
		w.wantUsed("filling the one seat that was left", 1)
	})
}

// A double click or a retry buys once; who buys as many again says so.
func TestSeatsThatAreSentTwiceAreBoughtOnce(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		enter := func(seats int, from string, further bool) error {
			return w.DB.Update(context.Background(), db.ForTenant(w.customer), func(tx *db.Tx) error {
				_, err := w.Contract.EnterSeats(tx, access.Actor{System: true}, w.customer, w.system, seats, date(from), further)
				return err
			})
		}
		if err := enter(2, "2026-03-01", false); err != nil {
			t.Fatal(err)
		}
		wantKey(t, enter(2, "2026-03-01", false), "books.seats_exist")
		for _, err := range []error{enter(2, "2026-03-01", true), enter(1, "2026-03-01", false), enter(2, "2026-03-02", false)} {
			if err != nil {
				t.Error(err)
			}
		}
		if n := w.column(`SELECT sum(seats) FROM extra_seat`); n != "7" {
			t.Errorf("%s seats are bought, want 7", n)
		}
	})
}

func TestOnlyWholeSeatsAreBought(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		for _, seats := range []int{0, -1, 1001} {
			_, err := w.Contract.AddExtraSeats(ctx, program(), w.customer, w.system, seats, date("2026-03-01"))
			wantKey(t, err, "contract.seats_between")
		}
		_, err := w.Contract.AddExtraSeats(ctx, program(), w.newCustomer("other"), w.system, 1, date("2026-03-01"))
		wantKey(t, err, "error.not_found")
		_, err = w.Contract.AddExtraSeats(ctx, w.actor(id.New()), w.customer, w.system, 1, date("2026-03-01"))
		wantKey(t, err, "error.forbidden")
	})
}
