package cases_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"liaison/internal/cases"
	"liaison/internal/errs"
)

func TestAPriorityIsLoweredForNoContactAfterTwoReminders(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 2)
		lower := func(in cases.Change) error {
			in.Code = cases.NoContact
			_, err := w.Change(context.Background(), eva, c.Number, "*", in)
			return err
		}
		refused := func(when string, err error, code string, reminders int) {
			t.Helper()
			e := errs.As(err)
			if e == nil || e.Kind != errs.Conflict || e.Decision == nil || e.Decision.Code != code || e.Decision.Clause != "3.3" ||
				e.Decision.Requirement != "R3.3-05" || e.Decision.Inputs["reminders"] != reminders {
				t.Errorf("%s: %v, %+v", when, err, e)
			}
		}
		refused("before anything was asked", lower(cases.Change{Priority: 3}), "no_question_open", 0)
		w.at("2026-11-16T11:00:00-05:00")
		w.say(eva, c.Number, cases.NewMessage{Text: "Which driver do you use?", Question: true})
		refused("just asked", lower(cases.Change{Priority: 3}), "reminders_outstanding", 0)
		w.at("2026-11-17T11:30:00-05:00")
		w.sweep()
		refused("after one reminder", lower(cases.Change{Priority: 3}), "reminders_outstanding", 1)
		w.at("2026-11-18T11:30:00-05:00")
		w.sweep()
		for name, in := range map[string]cases.Change{"raised": {Priority: 1}, "the same": {Priority: 2}, "no priority": {Status: cases.Open}} {
			if err := lower(in); errs.KindOf(err) != errs.Invalid || errs.As(err).Fields[0].Key != "case.no_contact_lowers" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Change(context.Background(), eva, c.Number, "*", cases.Change{Priority: 3, Code: "bored"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a code that is none: %v", err)
		}
		if err := lower(cases.Change{Priority: 3}); err != nil {
			t.Fatal(err)
		}
		if c = w.get(eva, c.Number); c.Priority != 3 || c.Status != cases.WaitingCustomer || w.mail.count("no_contact") != 1 || w.mail.count("status") != 0 {
			t.Errorf("lowered: P%d, %s, %d mails", c.Priority, c.Status, w.mail.count("no_contact"))
		}
		if c.Spent.Support != time.Hour || c.Spent.Customer != 48*time.Hour+30*time.Minute {
			t.Errorf("time at support and at the customer: %+v", c.Spent)
		}
		line, err := w.Timeline(context.Background(), s.liaison, c.Number, "", cases.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		last := line.Items[len(line.Items)-1]
		if last.Kind != "priority.changed" || last.Clause != "3.3" || last.Data["code"] != cases.NoContact || last.Data["reminders"] != json.Number("2") {
			t.Errorf("the liaison reads %+v", last)
		}
		w.say(s.liaison, c.Number, cases.NewMessage{Text: "The bundled one."})
		refused("after the answer", lower(cases.Change{Priority: 4}), "no_question_open", 0)
	})
}
