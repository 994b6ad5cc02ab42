package cases_test

import (
	"slices"
	"testing"
	"time"

	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// replan corrects the running term of a shop.
func (w *world) replan(s shop, plan, to string) {
	w.t.Helper()
	err := w.DB.Update(w.t.Context(), db.ForTenant(s.customer), func(tx *db.Tx) error {
		_, err := w.Contract.PutTerm(tx, admin(), s.customer, s.system, contract.Term{Plan: plan, From: day("2026-01-01"), To: day(to)})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// changesOfPlan are the lines of a case about its plan.
func (w *world) changesOfPlan(s shop, number string) (out []cases.Item) {
	w.t.Helper()
	line, err := w.Timeline(w.t.Context(), s.liaison, number, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, it := range line.Items {
		if it.Kind == "plan.changed" {
			out = append(out, it)
		}
	}
	return out
}

// A P1 of Saturday evening: on the regional calendar until the better plan begins, then around the clock (RA-08, RA-09).
func TestABetterPlanCountsFromTheFirstDayOfItsTerm(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-20T09:00:00-05:00")
		w.replan(s, "standard", "2026-11-20")
		if _, err := w.Contract.AddSubscription(t.Context(), admin(), s.customer, s.system, contract.Term{Plan: "elite", From: day("2026-11-21"), To: day("2027-12-31")}); err != nil {
			t.Fatal(err)
		}
		w.at("2026-11-20T18:30:00-05:00")
		c, other := w.register(s, 1), w.register(s, 1)
		w.say(eva, other.Number, cases.NewMessage{Text: "On it."})
		wantDue(t, clockOf(t, c, sla.InitialResponse), "2026-11-23T10:30:00-05:00")
		w.sweep()
		if n := w.sweep(); n != 0 {
			t.Errorf("before the term begins the sweep touches %d", n)
		}
		w.at("2026-11-21T00:00:05-05:00") // five seconds late
		if n := w.sweep(); n != 2 {
			t.Errorf("when the term begins the sweep touches %d", n)
		}
		c = w.get(eva, c.Number)
		k := clockOf(t, c, sla.InitialResponse)
		if wantDue(t, k, "2026-11-21T02:00:00-05:00"); c.Plan != "elite" || k.Clock != "24x7" {
			t.Errorf("plan %s, clock %s", c.Plan, k.Clock)
		}
		wantDue(t, clockOf(t, w.get(eva, other.Number), sla.StatusUpdate), "2026-11-22T00:00:00-05:00")
		lines := w.changesOfPlan(s, c.Number)
		if len(lines) != 1 || lines[0].Clause != "A" || lines[0].Data["from"] != "standard" || lines[0].Data["to"] != "elite" || !lines[0].Occurred.Equal(w.at("2026-11-21T00:00:00-05:00")) {
			t.Errorf("the history: %+v", lines)
		}
		w.at("2026-11-21T00:00:06-05:00")
		x, err := w.Explain(t.Context(), admin(), c.Number)
		if err != nil || x.Clocks[0].Ledger[0].Reason != sla.Restarted || x.Clocks[0].Ledger[0].Clause != "A" {
			t.Errorf("the ledger: %+v, %v", x.Clocks, err)
		}
		later := w.register(s, 1) // registered under the new plan, it never changes
		for range 2 {
			if n := w.sweep(); n != 0 {
				t.Errorf("once it is known the sweep touches %d", n)
			}
		}
		if got := len(w.changesOfPlan(s, later.Number)); got != 0 {
			t.Errorf("a case of the new plan tells of %d changes", got)
		}
		if q, err := w.Queue(t.Context(), eva, cases.Filter{}); err != nil || len(q.Items) != 3 || q.Items[0].Plan != "elite" {
			t.Errorf("the queue: %+v, %v", q.Items, err)
		}
		replayAll(t, w, c.Number)
	})
}

func TestAWorsePlanMovesNoPromiseThatRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), w.engineer()
		w.at("2026-11-20T18:30:00-05:00")
		c := w.register(s, 1)
		wantDue(t, clockOf(t, c, sla.InitialResponse), "2026-11-20T20:30:00-05:00")
		w.at("2026-11-20T19:00:00-05:00")
		w.replan(s, "standard", "2027-12-31")
		w.sweep()
		c = w.get(eva, c.Number)
		if wantDue(t, clockOf(t, c, sla.InitialResponse), "2026-11-20T20:30:00-05:00"); c.Plan != "standard" {
			t.Errorf("plan %s", c.Plan)
		}
		w.at("2026-11-20T19:30:00-05:00")
		w.say(eva, c.Number, cases.NewMessage{Text: "We are looking."})
		if k := clockOf(t, w.get(eva, c.Number), sla.StatusUpdate); k.Clock != "na:US" {
			t.Errorf("the next promise is on %s", k.Clock)
		}
		if order := w.planOrder(c.ID); order != 3 {
			t.Errorf("plan order %d", order)
		}
	})
}

func (w *world) planOrder(c id.ID) (order int) {
	w.t.Helper()
	err := w.DB.View(w.t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Row(`SELECT plan_order FROM support_case WHERE id = $1`, []any{c}, &order)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return order
}

// What is entered late counts from its entry: what had run by then is not counted anew.
func TestAPlanThatIsEnteredLateCountsFromItsEntry(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-20T18:30:00-05:00")
		c := w.register(s, 1)
		w.at("2026-11-21T10:00:00-05:00")
		w.replan(s, "elite", "2027-12-31")
		w.at("2026-11-21T10:00:01-05:00")
		w.sweep()
		wantDue(t, clockOf(t, w.get(eva, c.Number), sla.InitialResponse), "2026-11-21T12:00:00-05:00")
		w.replan(s, "standard", "2027-12-31") // a correction of the correction
		w.sweep()
		wantDue(t, clockOf(t, w.get(eva, c.Number), sla.InitialResponse), "2026-11-21T12:00:00-05:00")
		if lines := w.changesOfPlan(s, c.Number); len(lines) != 2 {
			t.Errorf("%d lines", len(lines))
		}
	})
}

// Where the program was down, each plan is told with its own instant; what was closed meanwhile is told when it is opened
// again.
func TestPlansOfTheTimeAwayAreToldInTheirOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		c, closed := w.register(s, 3), w.register(s, 3)
		w.change(s.liaison, closed.Number, cases.Change{Status: cases.Closed})
		w.sweep()
		w.replan(s, "standard", "2026-11-16")
		for from, plan := range map[string]string{"2026-11-17": "premier", "2026-11-18": "elite"} {
			to := map[string]string{"premier": "2026-11-17", "elite": "2027-12-31"}[plan]
			if _, err := w.Contract.AddSubscription(t.Context(), admin(), s.customer, s.system, contract.Term{Plan: plan, From: day(from), To: day(to)}); err != nil {
				t.Fatal(err)
			}
		}
		w.at("2026-11-19T09:00:00-05:00")
		w.sweep()
		lines := w.changesOfPlan(s, c.Number)
		if len(lines) != 2 || lines[0].Data["to"] != "premier" || lines[1].Data["to"] != "elite" {
			t.Errorf("the history: %+v", lines)
		}
		w.change(s.liaison, closed.Number, cases.Change{Status: cases.Open})
		w.sweep()
		if got := w.get(eva, closed.Number); got.Plan != "elite" {
			t.Errorf("opened again it is on %s", got.Plan)
		}
	})
}

// The queue is ordered by SQL; the worked examples prove policy.QueueKey. They are one order.
func TestTheQueueIsInTheOrderOfTheRule(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		eva := w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		for i, plan := range []string{"standard", "elite", "extended"} {
			s := w.shop(shopSpec{key: "shop-" + plan, country: "US", plan: plan})
			for n := range 5 {
				w.clk.Forward(7 * time.Minute)
				c := w.register(s, 1+(n+i)%4)
				if n == 2 {
					w.say(eva, c.Number, cases.NewMessage{Text: "Which version?", Question: true}) // nothing is due
				}
			}
		}
		q, err := w.Queue(t.Context(), eva, cases.Filter{Limit: 100})
		if err != nil || len(q.Items) != 15 {
			t.Fatal(len(q.Items), err)
		}
		key := func(c cases.Case) policy.QueueKey {
			k := policy.QueueKey{Priority: c.Priority, PlanOrder: w.Policy.Now().PlanOrder(c.Plan), Filed: c.ReceivedAt, Due: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
			if c.NextPromise != nil {
				k.Due = *c.NextPromise
			}
			return k
		}
		if !slices.IsSortedFunc(q.Items, func(a, b cases.Case) int { return key(a).Compare(key(b)) }) {
			for _, c := range q.Items {
				t.Errorf("P%d %s due %v filed %v", c.Priority, c.Plan, c.NextPromise, c.ReceivedAt)
			}
		}
	})
}
