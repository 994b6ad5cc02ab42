package liaisons_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

func errsDecision(err error) string {
	if d := errs.As(err).Decision; d != nil {
		return d.Code
	}
	return ""
}

func TestWhatCountsAsAChangeAndWhatDoesNot(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		ctx := context.Background()
		a, b := w.liaison("a"), w.liaison("b")
		by := w.actor(a)
		w.wantUsed("first designations", 0)

		two := w.ask(by, liaisons.Item{System: w.system, Old: b, Name: "N", Email: "c@nordwind.example"},
			liaisons.Item{System: w.system, Old: a, New: w.person("d", access.Liaison)})
		w.wantUsed("one request with two swaps", 1)
		if err := w.Withdraw(ctx, w.actor(w.person("e", access.Liaison)), id.ID{}, two); err != nil { // what is done stays
			t.Fatal(err)
		}
		w.wantUsed("withdrawing what waited of it", 1)

		f := w.liaison("f")
		by = w.actor(f)
		waits := w.ask(by, liaisons.Item{System: w.system, Old: b, Name: "N", Email: "c@nordwind.example"})
		w.wantUsed("a request that waits", 2)
		if err := w.Withdraw(ctx, by, id.ID{}, waits); err != nil {
			t.Fatal(err)
		}
		w.wantUsed("withdrawing it", 1)
		w.ask(by, liaisons.Item{System: w.system, Old: b, Name: "N", Email: "c@nordwind.example"})
		if err := w.Decline(ctx, w.link()); err != nil {
			t.Fatal(err)
		}
		w.wantUsed("declining it", 1)
		w.ask(by, liaisons.Item{System: w.system, Old: b, Name: "N", Email: "c@nordwind.example"})
		w.clk.Forward(15 * 24 * time.Hour)
		w.wantUsed("letting it expire", 1)

		w.ask(by, liaisons.Item{System: w.system, Old: b})
		w.wantUsed("a removal", 1)
		g := w.person("g", access.Liaison)
		w.ask(by, liaisons.Item{System: w.system, New: g})
		w.wantUsed("filling the vacated seat", 2)
		w.liaison("h")
		w.wantUsed("filling a seat in which nobody was", 2)
		w.ask(by, liaisons.Item{System: w.system, Old: g}, liaisons.Item{System: w.system, New: w.person("i", access.Liaison)})
		w.wantUsed("leaving and filling a seat in one request", 3)
	})
}

// sixUsed has used the year's changes and gives the last of the swapped liaisons.
func (w *world) sixUsed() (by access.Actor, last id.ID) {
	w.t.Helper()
	first := w.liaison("first")
	last = w.liaison("s0")
	for i := 1; i <= 6; i++ {
		next := w.person(fmt.Sprintf("s%d", i), access.Liaison)
		w.ask(w.actor(first), liaisons.Item{System: w.system, Old: last, New: next})
		last = next
	}
	return w.actor(first), last
}

func TestTheSeventhChangeIsRefusedAndStaffMayOverrideWithAReason(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		by, last := w.sixUsed()
		seventh := liaisons.Item{System: w.system, Old: last, New: w.person("seventh", access.Liaison)}
		_, err := w.try(by, seventh)
		d := wantRefusal(t, err, "change_quota_used")
		if d.Requirement != "R1.1-06" || d.Inputs["next"] != "2027-01-15" || d.Inputs["used"] != 6 {
			t.Errorf("the refusal says %+v", d)
		}
		if n := w.column(`SELECT count(*) FROM journal WHERE kind = 'liaison.change_refused' AND clause = '1.1'`); n != "1" {
			t.Errorf("%s refusals in the journal", n)
		}
		_, err = w.Request(ctx, by, liaisons.Request{Items: []liaisons.Item{seventh}, Override: "I want it"})
		wantKey(t, err, "error.forbidden")
		_, err = w.Request(ctx, manager(), liaisons.Request{Customer: w.customer, Items: []liaisons.Item{seventh}, Override: "  "})
		wantRefusal(t, err, "change_quota_used")
		if _, err = w.Request(ctx, manager(), liaisons.Request{Customer: w.customer, Items: []liaisons.Item{seventh}, Override: "The person died."}); err != nil {
			t.Fatal(err)
		}
		if o := w.overview(); o.Quota.Used != 7 || o.Quota.Left() != 0 || o.Changes[0].OverrideReason != "The person died." || !o.Changes[0].Counts {
			t.Errorf("the override is not shown: %+v", o.Changes[0])
		}
		if data := w.column(`SELECT data FROM journal WHERE kind = 'liaison.change_requested' ORDER BY seq DESC LIMIT 1`); strings.Contains(data, "died") {
			t.Errorf("the journal holds the reason: %s", data)
		}
		w.ask(by, liaisons.Item{System: w.system, Old: seventh.New}) // a removal counts nothing
		_, err = w.try(by, liaisons.Item{System: w.system, New: w.person("eighth", access.Liaison)})
		wantRefusal(t, err, "change_quota_used")
	})
}

func TestASeatFilledInTheNextContractYearCountsThere(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		by, last := w.sixUsed()
		w.ask(by, liaisons.Item{System: w.system, Old: last})
		w.clk.Set(time.Date(2027, 1, 15, 4, 59, 0, 0, time.UTC)) // a minute before the contract year ends in the vendor's zone
		w.wantUsed("the last minute of the year", 6)
		_, err := w.try(by, liaisons.Item{System: w.system, Name: "N", Email: "x@nordwind.example"})
		wantRefusal(t, err, "change_quota_used")
		w.clk.Forward(time.Minute)
		w.wantUsed("the year's end", 0)
		w.ask(by, liaisons.Item{System: w.system, Name: "N", Email: "x@nordwind.example"})
		if err := w.accept(w.link()); err != nil {
			t.Fatal(err)
		}
		w.wantUsed("filling the seat of the year before", 1)
	})
}

func TestAnInvitationAcceptedInTheNextYearCountsThere(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		a, b := w.liaison("a"), w.liaison("b")
		w.clk.Set(time.Date(2027, 1, 10, 12, 0, 0, 0, time.UTC))
		w.ask(w.actor(a), liaisons.Item{System: w.system, Old: b, Name: "N", Email: "x@nordwind.example"})
		w.wantUsed("asking in the old year", 1)
		w.clk.Set(time.Date(2027, 1, 16, 12, 0, 0, 0, time.UTC))
		w.wantUsed("the year's end", 0)
		if err := w.accept(w.link()); err != nil {
			t.Fatal(err)
		}
		w.wantUsed("accepting in the new year", 1)
	})
}

// The product and the worked examples ask one function which seat is filled first.
func TestABoughtSeatIsFilledBeforeOneThatSomebodyHasLeft(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		a, b := w.liaison("a"), w.liaison("b")
		by := w.actor(a)
		w.clk.Forward(30 * 24 * time.Hour)
		w.ask(by, liaisons.Item{System: w.system, Old: b})
		w.clk.Forward(time.Hour)
		if _, err := w.Contract.AddExtraSeats(ctx, program(), w.customer, w.system, 1, w.day()); err != nil {
			t.Fatal(err)
		}
		w.clk.Forward(time.Hour)
		waits := w.ask(by, liaisons.Item{System: w.system, Name: "N", Email: "n@nordwind.example"})
		w.wantUsed("inviting somebody to the bought seat", 0)
		if err := w.Withdraw(ctx, by, id.ID{}, waits); err != nil {
			t.Fatal(err)
		}
		w.ask(by, liaisons.Item{System: w.system, New: w.person("c", access.Liaison)})
		w.wantUsed("filling the bought seat", 0)
		w.ask(by, liaisons.Item{System: w.system, New: w.person("d", access.Liaison)})
		w.wantUsed("filling the seat that was left", 1)
		_, err := w.try(by, liaisons.Item{System: w.system, New: w.person("e", access.Liaison)})
		wantRefusal(t, err, "no_free_seat")
	})
}

func (w *world) day() calendar.Date {
	return calendar.DateOf(w.clk.Now(), w.Policy.Now().Vendor.Zone)
}

// upgrade gives the system another plan from tomorrow.
func (w *world) upgrade(plan string) {
	w.t.Helper()
	w.rows(func(tx *db.Tx) error {
		_, err := w.Contract.PutTerm(tx, program(), w.customer, w.system, contract.Term{Plan: "standard", From: date("2026-01-15"), To: w.day()})
		if err == nil {
			_, err = w.Contract.PutTerm(tx, program(), w.customer, w.system, contract.Term{Plan: plan, From: w.day().AddDays(1), To: date("2028-01-14")})
		}
		return err
	})
}

func TestASeatOfALargerPlanIsFilledBeforeOneThatSomebodyHasLeft(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		w.clk.Forward(30 * 24 * time.Hour)
		a, b := w.liaison("a"), w.liaison("b")
		w.ask(w.actor(a), liaisons.Item{System: w.system, Old: b})
		w.upgrade("extended") // two seats more, tomorrow
		w.clk.Forward(24 * time.Hour)
		for _, step := range []struct {
			name string
			used int
		}{{"c", 0}, {"d", 0}, {"e", 1}} {
			w.ask(w.actor(a), liaisons.Item{System: w.system, New: w.person(step.name, access.Liaison)})
			w.wantUsed("designating "+step.name, step.used)
		}
	})
}
