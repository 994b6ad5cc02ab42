package contract_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func els(from, to string) contract.ExtendedOrder {
	return contract.ExtendedOrder{Document: "O-7", SKU: "Technical Support Extended (ELS)", Term: entitlement.Term{From: date(from), To: date(to)}}
}

func TestWhoLosesSupportIsListedUntilAnOrderKeepsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		w.clk.Set(newYork("2026-11-23 10:00"))
		cloud := german("CLOUD")
		cloud.Deployment = contract.Cloud
		systems := map[string]id.ID{}
		for _, name := range []string{"A", "B", "C", "D", "E"} {
			systems[name] = w.system(nordwind, german(name))
			if name != "E" { // never subscribed: nothing to lose
				w.term(nordwind, systems[name], "standard", "2026-01-01", "2028-12-31")
			}
		}
		w.term(nordwind, w.system(nordwind, cloud), "elite", "2026-01-01", "2028-12-31")
		for name, scope := range map[string]string{"B": "technical_assistance bug_fix", "C": "critical_security_patch"} {
			e := contract.Exception{Document: "O-1", Scope: scope, From: date("2026-06-01"), To: date("2027-12-31")}
			if _, err := w.AddException(ctx, seed(), nordwind, systems[name], e); err != nil {
				t.Fatal(err)
			}
		}
		list := func() string {
			t.Helper()
			var names []string
			cursor := ""
			for first := true; first || cursor != ""; first = false { // one by one: cursors lead through the whole list
				page, err := w.LosingSupport(ctx, engineer(), cursor, 1)
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range page.Items {
					names = append(names, l.Name)
				}
				cursor = page.Next
			}
			return strings.Join(names, " ")
		}
		if got := list(); got != "A C D" {
			t.Errorf("%s lose support, want A C D", got)
		}
		if _, err := w.OrderExtended(ctx, seed(), systems["D"], els("2027-01-01", "2027-12-31")); err != nil {
			t.Fatal(err)
		}
		if got := list(); got != "A C" {
			t.Errorf("after the order %s lose support, want A C", got)
		}
		w.clk.Set(newYork("2028-02-01 10:00"))
		if got := list(); got != "A B C D" {
			t.Errorf("after the windows %s have none, want A B C D", got)
		}
		if _, err := w.LosingSupport(ctx, liaisonOf(nordwind, id.New()), "", 0); errs.KindOf(err) != errs.Refused {
			t.Errorf("a liaison reads it: %v", err)
		}
	})
}

func TestExtendedSupportIsOrderedWithinItsWindows(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		system := w.system(nordwind, german("A"))
		order := func(o contract.ExtendedOrder) string {
			t.Helper()
			_, err := w.OrderExtended(ctx, seed(), system, o)
			var e *errs.Error
			if !errors.As(err, &e) {
				return "ordered"
			}
			var wrong []string // the values that are wrong, each with what is wrong with it
			for _, f := range e.Fields {
				wrong = append(wrong, f.Name+":"+f.Key)
			}
			return strings.Join(wrong, " ")
		}
		wrong := els("2027-01-01", "2027-12-31")
		wrong.SKU = "Extended"
		for _, c := range []struct {
			o    contract.ExtendedOrder
			want string
		}{
			{els("2026-12-31", "2027-12-30"), "from:extended.starts_before"},
			{els("2027-01-01", "2029-01-31"), "to:extended.ends_after to:extended.longer_than"},
			{wrong, "sku:extended.not_the_sku_of_extended_support"},
			{els("2027-01-01", "2027-06-30"), "ordered"},
			{els("2027-06-30", "2027-12-31"), "from:extended.overlaps_earlier_window"},
			{els("2028-01-01", "2028-12-31"), "ordered"}, // windows need not meet
			{els("2027-12-31", "2027-01-01"), "to:contract.ends_before_start"},
		} {
			if got := order(c.o); got != c.want {
				t.Errorf("%s to %s: %s, want %s", c.o.From, c.o.To, got, c.want)
			}
		}
		exception := contract.Exception{Document: "O-8", Scope: "bug_fix", From: date("2027-01-01"), To: date("2027-06-30")}
		if _, err := w.AddException(ctx, seed(), nordwind, system, exception); err != nil {
			t.Fatal(err)
		}
		of := els("2027-07-01", "2027-07-31")
		of.Document = exception.Document // a file finds both by it
		_, err := w.OrderExtended(ctx, seed(), system, of)
		wantKind(t, err, errs.Conflict, "books.exception_exists")
		if _, err := w.OrderExtended(ctx, engineer(), system, els("2027-07-01", "2027-07-31")); errs.KindOf(err) != errs.Refused {
			t.Errorf("an engineer orders: %v", err)
		}
		if _, err := w.OrderExtended(ctx, seed(), id.New(), els("2027-07-01", "2027-07-31")); errs.KindOf(err) != errs.NotFound {
			t.Errorf("for a system that is not there: %v", err)
		}
	})
}

// Under extended lifecycle support a system has the seats that the pack gives it, and those that were bought; nobody is
// removed. An order that keeps help brings those of the plan back.
func TestExtendedSupportHasItsOwnSeats(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		w.Policy.Now().Extended.Seats = 1
		w.clk.Set(newYork("2026-12-01 10:00"))
		system := w.system(nordwind, german("A"))
		w.term(nordwind, system, "standard", "2026-01-01", "2028-12-31")
		for range 2 {
			if err := w.Designate(ctx, seed(), nordwind, w.person(nordwind, access.Liaison), system); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.OrderExtended(ctx, seed(), system, els("2027-01-01", "2027-12-31")); err != nil {
			t.Fatal(err)
		}
		seats := func(at string, ofPlan, extra, over int, extended bool) {
			t.Helper()
			w.clk.Set(newYork(at))
			var s contract.Seats
			w.read(nordwind, func(tx *db.Tx) (err error) { //nolint:contextcheck // the test's own
				s, err = w.SeatsOfSystem(tx, nordwind, system)
				return err
			})
			if s.OfPlan != ofPlan || s.Extra != extra || s.Over() != over || s.Taken != 2 || s.Extended != extended {
				t.Errorf("%s: %+v, over %d", at, s, s.Over())
			}
			if standing, err := w.Standings(ctx, liaisonOf(nordwind, id.New()), contract.StandingQuery{System: system}); err != nil || standing[0].Extended != extended {
				t.Errorf("%s: the standing says %+v, %v", at, standing, err)
			}
		}
		seats("2026-12-31 23:59", 2, 0, 0, false)
		seats("2027-01-01 00:00", 1, 0, 1, true)
		var refused *errs.Error
		err := w.Designate(ctx, seed(), nordwind, w.person(nordwind, access.Liaison), system)
		if !errors.As(err, &refused) || refused.Decision == nil || refused.Decision.Code != entitlement.NoFreeSeat || refused.Decision.Inputs["extended"] != true {
			t.Errorf("a third liaison: %v", err)
		}
		if _, err := w.AddExtraSeats(ctx, seed(), nordwind, system, 2, date("2027-02-01")); err != nil {
			t.Fatal(err)
		}
		seats("2027-02-01 00:00", 1, 2, 0, true)
		if err := w.Designate(ctx, seed(), nordwind, w.person(nordwind, access.Liaison), system); err != nil {
			t.Errorf("a bought seat: %v", err)
		}
		if err := w.EndDesignation(ctx, seed(), nordwind, w.person(nordwind, access.Liaison), system); err == nil {
			t.Error("somebody who is none left a seat")
		}
	})
}

// A system turns where a window begins, and back where an order keeps help, each at its own instant; what was entered late
// counts from its entry.
func TestASystemTurnsToExtendedSupportAndBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		w.clk.Set(newYork("2026-12-01 10:00"))
		system := w.system(nordwind, german("A"))
		w.term(nordwind, system, "elite", "2026-01-01", "2028-12-31")
		if _, err := w.OrderExtended(ctx, seed(), system, els("2027-01-01", "2027-06-30")); err != nil {
			t.Fatal(err)
		}
		w.clk.Set(newYork("2027-03-01 10:00"))
		e := contract.Exception{Document: "O-1", Scope: contract.ScopeFull, From: date("2027-02-01"), To: date("2027-04-30")}
		if _, err := w.AddException(ctx, seed(), nordwind, system, e); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			at, next string
			last     contract.PlanFrom
		}{
			{"2026-12-31 23:59", "2027-01-01 00:00", contract.PlanFrom{Plan: "elite"}},
			{"2027-01-01 00:00", "2027-03-01 10:00", contract.PlanFrom{Plan: "elite", Extended: true, From: newYork("2027-01-01 00:00")}},
			{"2027-03-01 10:00", "2027-05-01 00:00", contract.PlanFrom{Plan: "elite", From: newYork("2027-03-01 10:00")}},
			{"2027-05-01 00:00", "2029-01-01 00:00", contract.PlanFrom{Plan: "elite", Extended: true, From: newYork("2027-05-01 00:00")}},
		} {
			w.read(nordwind, func(tx *db.Tx) error {
				st, err := w.CoverAt(tx, nordwind, system, newYork(c.at))
				last := st.Last()
				if err != nil || last.Plan != c.last.Plan || last.Extended != c.last.Extended || !c.last.From.IsZero() && !last.From.Equal(c.last.From) || !st.Next.Equal(newYork(c.next)) {
					t.Errorf("%s: %+v, next %v, %v", c.at, last, st.Next, err)
				}
				return nil
			})
		}
	})
}
