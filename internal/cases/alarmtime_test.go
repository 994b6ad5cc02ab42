package cases_test

import (
	"context"
	"testing"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/id"
)

// Clocks 17: a warning is recorded when it is due, and its mail reaches the owner when they work.
func TestAWarningReachesItsRecipientInWorkingTime(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		eva, me := w.engineer(), "me" // of North America: from 09:00 to 19:00 in New York
		plain := w.shop(shopSpec{key: "huadong", country: "CN", plan: "standard"})
		around := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"})
		w.at("2026-11-16T20:00:00-05:00") // Tuesday morning in China
		night := w.register(plain, 3)
		w.change(eva, night.Number, cases.Change{Assignee: &me})
		urgent := w.register(around, 1)
		w.change(eva, urgent.Number, cases.Change{Assignee: &me})
		w.at("2026-11-16T21:01:00-05:00")
		w.sweep()
		if n := w.mail.count("warning"); n != 1 { // half of the two hours of the one that is worked on around the clock
			t.Errorf("%d mails for who is on call", n)
		}
		w.at("2026-11-17T01:00:00-05:00")
		w.sweep()
		lines := 0
		for _, it := range w.history(eva, night.Number) {
			if it.Kind == "clock.warning" || it.Kind == "clock.breached" {
				lines++
			}
		}
		before := w.mail.count("breach")
		if lines != 3 || before != 1 {
			t.Errorf("%d lines about the case of the night, %d mails about breaches", lines, before)
		}
		w.at("2026-11-17T08:59:00-05:00")
		w.sweep()
		if n := w.mail.count("breach"); n != before {
			t.Errorf("%d mails before the office opens", n-before)
		}
		w.at("2026-11-17T09:00:00-05:00")
		w.sweep()
		w.sweep()
		if n := w.mail.count("breach"); n != before+1 {
			t.Errorf("%d mails when it opens, want 1", n-before)
		}
	})
}

// What was answered during the night is told to nobody in the morning; what somebody else has now is told to them.
func TestAMailThatWaitedForTheMorningIsAskedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		eva, max, me := w.engineer(), w.person(id.ID{}, access.Engineer, "Max"), "me"
		s := w.shop(shopSpec{key: "huadong", country: "CN", plan: "standard"})
		w.at("2026-11-16T20:00:00-05:00") // Tuesday morning in China
		answered, handed, given, kept := w.register(s, 3), w.register(s, 3), w.register(s, 3), w.register(s, 3)
		for _, c := range []*cases.Case{answered, handed, given, kept} {
			w.change(eva, c.Number, cases.Change{Assignee: &me})
		}
		w.at("2026-11-17T01:00:00-05:00")
		w.sweep()
		w.say(eva, answered.Number, cases.NewMessage{Text: "We have found it."})
		nobody := ""
		w.change(max, handed.Number, cases.Change{Assignee: &me})
		w.change(max, given.Number, cases.Change{Assignee: &nobody})
		w.at("2026-11-17T09:00:00-05:00")
		w.sweep()
		got := map[id.ID][]id.ID{}
		w.mail.mu.Lock()
		defer w.mail.mu.Unlock()
		for _, m := range w.mail.jobs {
			if m.Template == "breach" {
				got[m.Case] = append(got[m.Case], m.Person)
			}
		}
		if len(got[answered.ID]) != 0 || len(got[given.ID]) != 0 || len(got[handed.ID]) != 1 || got[handed.ID][0] != max.Person || len(got[kept.ID]) != 1 || got[kept.ID][0] != eva.Person {
			t.Errorf("answered %v, given back %v, handed over %v, kept %v", got[answered.ID], got[given.ID], got[handed.ID], got[kept.ID])
		}
	})
}

// A mail is asked again when it is sent: may its reader still have it, and is it still so?
func TestAMailAboutACaseIsAskedAgainWhenItIsSent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, me := context.Background(), "me"
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		other := w.colleague(s, "Otto")
		at := w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 1)
		w.change(eva, c.Number, cases.Change{Assignee: &me})
		sends := func(what, template string, to access.Actor, want bool) {
			t.Helper()
			_, ok, err := w.MailFacts(ctx, cases.Mail{Template: template, Tenant: s.customer, Case: c.ID, Person: to.Person, Event: id.New(), At: at.UnixMicro(), Clock: "initial_response"})
			if ok != want || err != nil {
				t.Errorf("%s: it is sent: %v, %v", what, ok, err)
			}
		}
		urgent := func(what, kind string, want bool) {
			t.Helper()
			_, ok, err := w.AlarmCase(ctx, cases.Alarm{Kind: kind, Tenant: s.customer, Case: c.ID, At: at.UnixMicro(), Clock: "initial_response"})
			if ok != want || err != nil {
				t.Errorf("%s, to those on duty: it is sent: %v, %v", what, ok, err)
			}
		}
		sends("owed", "warning", eva, true)
		sends("not theirs", "warning", other, false)
		urgent("owed", "warning", true)
		urgent("urgent", cases.Urgent, true)
		w.at("2026-11-16T10:30:00-05:00")
		question := w.say(eva, c.Number, cases.NewMessage{Text: "Which version?", Question: true})
		sends("answered", "warning", eva, false)
		sends("answered", "breach", eva, false)
		urgent("answered", "breach", false)
		sends("asked after it", "reminder", s.liaison, false)
		at = question.At
		sends("the question is open", "reminder", s.liaison, true)
		w.at("2026-11-16T11:00:00-05:00")
		w.say(s.liaison, c.Number, cases.NewMessage{Text: "2025"})
		sends("the customer has answered", "reminder", s.liaison, false)
		sends("open", "resolved", s.liaison, false)
		w.change(eva, c.Number, cases.Change{Status: cases.Resolved, Remedy: &cases.Remedy{Kind: "workaround", Text: "See the manual."}})
		sends("resolved", "resolved", s.liaison, true)
		urgent("resolved", cases.Urgent, false)
		sends("a colleague of the system", "answer", other, true)
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE access_grant SET sees = 'own' WHERE tenant_id = $1 AND person_id = $2`, s.customer, other.Person)
		})
		sends("a colleague who sees their own only", "answer", other, false)
		hears := func(what string, to access.Actor, want bool) {
			t.Helper()
			if ok, err := w.MayHear(ctx, to.Person, c.Number); ok != want || err != nil {
				t.Errorf("%s: they hear of it: %v, %v", what, ok, err)
			}
		}
		hears("the case's own liaison", s.liaison, true)
		hears("a colleague who sees their own only", other, false)
		hears("a member", s.member, false)
		hears("staff", eva, true)
		hears("another customer", w.shop(shopSpec{key: "belmont", country: "US", plan: "standard"}).liaison, false)
		sends("still staff for cases", "answer", eva, true)
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE person SET staff_role = 'order_desk' WHERE id = $1`, eva.Person)
		})
		sends("another desk", "answer", eva, false)
	})
}
