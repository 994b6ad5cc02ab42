package cases_test

import (
	"testing"
	"time"

	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// orderExtended orders extended lifecycle support for the shop's system.
func (w *world) orderExtended(s shop, from, to string) {
	w.t.Helper()
	o := contract.ExtendedOrder{Document: "O-7", SKU: w.Policy.Now().Extended.SKUs[0], Term: entitlement.Term{From: day(from), To: day(to)}}
	if _, err := w.Contract.OrderExtended(w.t.Context(), admin(), s.system, o); err != nil {
		w.t.Fatal(err)
	}
}

// Own promises of extended lifecycle support hold for what begins under it, and better ones reach what runs; a promise that
// runs is never made worse (4.7; Clocks 10).
func TestExtendedSupportHasPromisesOfItsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		own := &w.Policy.Now().Extended.Targets
		own[0] = policy.ExtendedTarget{Response: 4 * time.Hour, UpdateDays: 2, Clock: policy.RegionalClock}
		own[2] = policy.ExtendedTarget{Response: 3 * time.Hour}
		w.at("2026-12-30T09:00:00-05:00")
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), w.engineer()
		w.replan(s, "elite", "2028-12-31")
		w.orderExtended(s, "2027-01-01", "2027-12-31")
		w.sweep()
		w.at("2026-12-31T23:30:00-05:00")
		urgent, slow := w.register(s, 1), w.register(s, 3)
		wantDue(t, clockOf(t, urgent, sla.InitialResponse), "2027-01-01T01:30:00-05:00")
		wantDue(t, clockOf(t, slow, sla.InitialResponse), "2027-01-04T13:00:00-05:00")
		if n := w.sweep(); n != 0 {
			t.Errorf("before the window begins the sweep touches %d", n)
		}

		w.at("2027-01-01T00:00:05-05:00") // five seconds late
		if n := w.sweep(); n != 2 {
			t.Errorf("when it begins the sweep touches %d", n)
		}
		if k := clockOf(t, w.get(eva, urgent.Number), sla.InitialResponse); k.Clock != "24x7" || k.Target.Minutes != 120 {
			t.Errorf("a promise that ran is now %d minutes on %s", k.Target.Minutes, k.Clock)
		}
		wantDue(t, clockOf(t, w.get(eva, urgent.Number), sla.InitialResponse), "2027-01-01T01:30:00-05:00")
		wantDue(t, clockOf(t, w.get(eva, slow.Number), sla.InitialResponse), "2027-01-04T12:00:00-05:00")
		lines := w.changesOfPlan(s, slow.Number)
		if len(lines) != 1 || lines[0].Clause != "4.7" || lines[0].Data["extended"] != true || !lines[0].Occurred.Equal(w.at("2027-01-01T00:00:00-05:00")) {
			t.Errorf("the history: %+v", lines)
		}

		w.at("2027-01-01T00:20:00-05:00")
		w.say(eva, urgent.Number, cases.NewMessage{Text: "We are looking."})
		k := clockOf(t, w.get(eva, urgent.Number), sla.StatusUpdate)
		if k.Target.WorkingDays != 2 || k.Clock != "na:US" || k.Clause != "4.7" {
			t.Errorf("the next promise: %d days on %s by %s", k.Target.WorkingDays, k.Clock, k.Clause)
		}
		later := w.register(s, 1)
		k = clockOf(t, later, sla.InitialResponse)
		if wantDue(t, k, "2027-01-04T13:00:00-05:00"); k.Clock != "na:US" || k.Clause != "4.7" {
			t.Errorf("registered under it: on %s by %s", k.Clock, k.Clause)
		}
		promised, err := w.Promise(t.Context(), s.liaison, s.system, "production", "", "", 1)
		if err != nil || !promised.ReplyBy.Equal(k.DueAt) || promised.Clause != "4.7" {
			t.Errorf("the promise before it is sent: %+v, %v", promised, err)
		}
		for range 2 {
			if n := w.sweep(); n != 0 {
				t.Errorf("once it is known the sweep touches %d", n)
			}
		}
		replayAll(t, w, urgent.Number)
		replayAll(t, w, slow.Number)
	})
}

// An order that keeps help beside it takes a system back to the terms of its plan, also when it comes later.
func TestAnOrderThatKeepsHelpGoesBeforeExtendedSupport(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Policy.Now().Extended.Targets[0] = policy.ExtendedTarget{Response: 4 * time.Hour, Clock: policy.RegionalClock}
		w.at("2027-02-01T09:00:00-05:00")
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), w.engineer()
		w.replan(s, "elite", "2028-12-31")
		w.orderExtended(s, "2027-01-01", "2027-12-31")
		w.sweep()
		w.at("2027-02-05T21:00:00-05:00") // a Friday
		c := w.register(s, 1)
		wantDue(t, clockOf(t, c, sla.InitialResponse), "2027-02-08T13:00:00-05:00")
		w.at("2027-02-06T10:00:00-05:00")
		e := contract.Exception{Document: "O-9", Scope: contract.ScopeFull, From: day("2027-01-01"), To: day("2027-12-31")}
		if _, err := w.Contract.AddException(t.Context(), admin(), s.customer, s.system, e); err != nil {
			t.Fatal(err)
		}
		w.at("2027-02-06T10:00:01-05:00")
		w.sweep()
		k := clockOf(t, w.get(eva, c.Number), sla.InitialResponse)
		if wantDue(t, k, "2027-02-06T12:00:00-05:00"); k.Clock != "24x7" {
			t.Errorf("it goes on by %s", k.Clock)
		}
		if lines := w.changesOfPlan(s, c.Number); len(lines) != 1 || lines[0].Data["extended"] != false {
			t.Errorf("the history: %+v", lines)
		}
		replayAll(t, w, c.Number)
	})
}
