package cases_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

func clockOf(t *testing.T, c *cases.Case, kind sla.Deadline) sla.Clock {
	t.Helper()
	i := slices.IndexFunc(c.Clocks, func(k sla.Clock) bool { return k.Deadline == kind })
	if i < 0 {
		t.Fatalf("case %s has no clock %s", c.Number, kind)
	}
	return c.Clocks[i]
}

func wantDue(t *testing.T, k sla.Clock, want string) {
	t.Helper()
	due, err := time.Parse(time.RFC3339, want)
	if err != nil {
		t.Fatal(err)
	}
	if !k.DueAt.Equal(due) {
		t.Errorf("%s is due %s, want %s", k.Deadline, k.DueAt, due)
	}
}

func TestACaseFromFilingToClose(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-23T10:00:00-05:00")
		c := w.register(s, 3)
		if !cases.ValidNumber(c.Number) || c.Status != cases.Open || c.Edition != "2025-02" || !c.Decision.Allowed {
			t.Fatalf("registered as %+v", c)
		}
		wantDue(t, clockOf(t, c, sla.InitialResponse), "2026-11-23T14:00:00-05:00")

		w.at("2026-11-23T11:00:00-05:00")
		me := "me"
		w.change(eva, c.Number, cases.Change{Assignee: &me})
		w.say(eva, c.Number, cases.NewMessage{Text: "Which driver do you use?", Question: true})
		c = w.get(s.liaison, c.Number)
		if k := clockOf(t, c, sla.InitialResponse); k.State != sla.Met || c.Status != cases.WaitingCustomer {
			t.Fatalf("after the question: %s, case %s", k.State, c.Status)
		}
		if k := clockOf(t, c, sla.StatusUpdate); k.State != sla.Paused || c.NextPromise != nil {
			t.Errorf("while waiting the update is %s, next promise %v", k.State, c.NextPromise)
		}

		w.at("2026-11-24T15:00:00-05:00")
		w.say(s.liaison, c.Number, cases.NewMessage{Text: "The bundled one."})
		c = w.get(eva, c.Number)
		if c.Status != cases.Open {
			t.Errorf("the answer leaves the case %s", c.Status)
		}
		wantDue(t, clockOf(t, c, sla.StatusUpdate), "2026-11-30T15:00:00-05:00") // three working days, Thanksgiving between

		w.at("2026-11-25T09:00:00-05:00")
		c = w.change(eva, c.Number, cases.Change{Status: cases.Resolved, Remedy: &cases.Remedy{Kind: "workaround", Text: "Use the other driver."}})
		w.at("2026-11-25T10:00:00-05:00")
		c = w.change(s.liaison, c.Number, cases.Change{Status: cases.Closed})
		if c.Status != cases.Closed || c.ClosedAt == nil || c.Remedy == nil || c.NextPromise != nil || c.NextDue != nil {
			t.Errorf("closed as %+v", c)
		}
		for template, want := range map[string]int{"acknowledgement": 1, "question": 1, "resolved": 1} {
			if got := w.mail.count(template); got != want {
				t.Errorf("%d mails of kind %s, want %d", got, template, want)
			}
		}
	})
}

func TestOverAWeekendTheClockStands(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"})
		w.at("2026-11-20T18:55:00-05:00") // a Friday, five minutes before the centre closes
		c := w.register(s, 2)
		wantDue(t, clockOf(t, c, sla.InitialResponse), "2026-11-23T10:55:00-05:00")
		elite := w.shop(shopSpec{key: "elite", country: "US", plan: "elite"})
		if k := clockOf(t, w.register(elite, 2), sla.InitialResponse); k.Clock != "24x7" {
			t.Errorf("an elite production P2 runs on %s", k.Clock)
		} else {
			wantDue(t, k, "2026-11-20T20:55:00-05:00")
		}
	})
}

func TestWarningsAndABreachAreRecordedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-23T10:00:00-05:00")
		c := w.register(s, 1)
		me := "me"
		w.change(eva, c.Number, cases.Change{Assignee: &me})
		kinds := func() (out []string) {
			tl, err := w.Timeline(context.Background(), eva, c.Number, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range tl.Items {
				if it.Kind == "clock.warning" || it.Kind == "clock.breached" {
					out = append(out, it.Kind)
				}
			}
			return out
		}
		for _, step := range []struct {
			at    string
			swept int
			lines int
		}{
			{"2026-11-23T10:59:59-05:00", 0, 0}, {"2026-11-23T11:00:00-05:00", 1, 1}, {"2026-11-23T11:30:00-05:00", 1, 2},
			{"2026-11-23T12:00:01-05:00", 1, 3}, {"2026-11-23T12:30:00-05:00", 0, 3},
		} {
			w.at(step.at)
			if n := w.sweep(); n != step.swept {
				t.Errorf("%s: swept %d, want %d", step.at, n, step.swept)
			}
			if got := kinds(); len(got) != step.lines {
				t.Errorf("%s: lines %v, want %d", step.at, got, step.lines)
			}
		}
		w.say(eva, c.Number, cases.NewMessage{Text: "We are on it."})
		if k := clockOf(t, w.get(eva, c.Number), sla.InitialResponse); k.State != sla.Breached || k.MetAt.IsZero() {
			t.Errorf("a late answer makes it %s, given %s", k.State, k.MetAt)
		}
		if n := w.mail.count("breach"); n != 1 {
			t.Errorf("%d breach mails, want 1", n)
		}
		notices, err := w.Notices(context.Background(), eva, 50)
		if err != nil || len(notices) == 0 {
			t.Errorf("notices %v, %v", notices, err)
		}
	})
}

func TestSuspensionStopsTheClockAndPaymentLetsItGoOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		ctx := context.Background()
		w.at("2026-11-30T18:00:00-05:00")
		c := w.register(s, 3)
		invoice, err := w.Contract.AddInvoice(ctx, admin(), s.customer, "A-1", day("2026-11-30"))
		if err != nil {
			t.Fatal(err)
		}
		w.at("2026-12-01T00:00:00-05:00")
		w.sweep()
		if c = w.get(eva, c.Number); !c.Suspended || clockOf(t, c, sla.InitialResponse).State != sla.Paused {
			t.Fatalf("suspended %t, clocks %v", c.Suspended, c.Clocks)
		}
		_, err = w.Register(ctx, s.liaison, form(s.system, 3))
		wantRefusal(t, err, "invoice_overdue", "5.2")
		w.at("2026-12-03T11:00:00-05:00")
		if err := w.Contract.RecordPayment(ctx, admin(), s.customer, invoice, w.clk.Now()); err != nil {
			t.Fatal(err)
		}
		w.sweep()
		c = w.get(eva, c.Number)
		if c.Suspended {
			t.Error("still suspended after the payment")
		}
		wantDue(t, clockOf(t, c, sla.InitialResponse), "2026-12-03T14:00:00-05:00") // worked example IN-001
	})
}

func TestAResolvedCaseClosesAfterSevenWorkingDays(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-02T10:00:00-05:00")
		c := w.register(s, 4)
		w.change(eva, c.Number, cases.Change{Status: cases.Resolved, Remedy: &cases.Remedy{Kind: "workaround", Text: "See the manual."}})
		w.at("2026-11-11T09:59:00-05:00")
		w.sweep()
		if st := w.get(eva, c.Number).Status; st != cases.Resolved {
			t.Errorf("before the time it is %s", st)
		}
		w.at("2026-11-11T10:00:00-05:00")
		w.sweep()
		if st := w.get(eva, c.Number).Status; st != cases.Closed {
			t.Errorf("after seven working days it is %s", st)
		}
		w.at("2026-11-25T12:00:00-05:00")
		if st := w.change(s.liaison, c.Number, cases.Change{Status: cases.Open}).Status; st != cases.Open {
			t.Errorf("reopened on day 14 as %s", st)
		}
		w.change(s.liaison, c.Number, cases.Change{Status: cases.Closed})
		w.at("2026-12-10T12:00:00-05:00")
		_, err := w.Change(context.Background(), s.liaison, c.Number, "*", cases.Change{Status: cases.Open})
		wantRefusal(t, err, "reopen_period_over", "3.4")
	})
}

func TestAnotherCustomersCaseIsAsMissingAsNone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		a, b := w.shop(shopSpec{key: "a", country: "US", plan: "elite"}), w.shop(shopSpec{key: "b", country: "US", plan: "elite"})
		c := w.register(a, 3)
		ctx := context.Background()
		for name, number := range map[string]string{"foreign": c.Number, "never": cases.FormatNumber(999_999_999), "wrong digit": c.Number + "1"} {
			_, get := w.Get(ctx, b.liaison, number)
			_, clocks := w.Clocks(ctx, b.liaison, number)
			_, timeline := w.Timeline(ctx, b.liaison, number, "", 0)
			_, post := w.PostMessage(ctx, b.liaison, number, cases.NewMessage{Text: "x"})
			_, change := w.Change(ctx, b.liaison, number, "*", cases.Change{Status: cases.Closed})
			_, _, file := w.Download(ctx, b.liaison, number, id.New())
			for what, err := range map[string]error{"get": get, "clocks": clocks, "timeline": timeline, "post": post, "change": change, "file": file} {
				if errs.KindOf(err) != errs.NotFound {
					t.Errorf("%s of the %s case: %v", what, name, err)
				}
			}
		}
		_, err := w.Register(ctx, b.liaison, form(a.system, 3))
		if errs.KindOf(err) != errs.NotFound {
			t.Errorf("registering on a foreign system: %v", err)
		}
		p, err := w.List(ctx, b.liaison, cases.Filter{Query: "Reports"})
		if err != nil || len(p.Items) != 0 {
			t.Errorf("b finds %d cases, %v", len(p.Items), err)
		}
	})
}
