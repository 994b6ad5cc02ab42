package cases_test

import (
	"slices"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// B8: a reply that is processed late counts from when it was received, and the pause that was shown meanwhile is reported.
func TestWrongPausesAreReported(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		boss := w.person(id.ID{}, access.RegionalManager, "Rita")
		from := w.at("2026-11-16T10:00:00-05:00")
		late, plain, right := w.register(s, 3), w.register(s, 3), w.register(s, 3)
		w.say(eva, late.Number, cases.NewMessage{Text: "Which version?", Question: true})
		w.say(eva, plain.Number, cases.NewMessage{Text: "Please send the log.", Question: true})
		w.say(eva, right.Number, cases.NewMessage{Text: "哪个版本？", Question: true})
		replied := w.at("2026-11-16T12:00:00-05:00")
		w.say(s.liaison, right.Number, cases.NewMessage{Text: "2025"})
		now := w.at("2026-11-16T15:00:00-05:00")
		w.say(s.liaison, late.Number, cases.NewMessage{Text: "2025", Mail: &cases.ByMail{Received: replied}})
		p, err := w.WrongPauses(t.Context(), boss, from, now.Add(time.Hour), "", 0)
		if err != nil || p.Next != "" {
			t.Fatal(p, err)
		}
		got := map[string][]sla.Doubt{}
		for _, it := range p.Items {
			got[it.Number] = it.Doubts
			if it.AskedBy.ID != eva.Person || it.CustomerKey != "nordwind" {
				t.Errorf("%+v", it)
			}
			if it.Number == late.Number && (it.Wrong != 3*time.Hour || !it.Until.Equal(replied)) {
				t.Errorf("the late one: %+v", it.Wait)
			}
		}
		if len(got) != 2 || !slices.Equal(got[late.Number], []sla.Doubt{sla.LateReply}) || !slices.Equal(got[plain.Number], []sla.Doubt{cases.NoQuestionMark}) {
			t.Errorf("reported: %v", got)
		}
		wantDue(t, clockOf(t, w.get(eva, late.Number), sla.StatusUpdate), "2026-11-19T12:00:00-05:00")                                                                        // from when it was received
		if p, err = w.WrongPauses(t.Context(), boss, now.Add(time.Hour), now.Add(2*time.Hour), "", 0); err != nil || len(p.Items) != 1 || p.Items[0].Number != plain.Number { // it goes on
			t.Errorf("later: %+v, %v", p, err)
		}
		for end, key := range map[time.Time]string{from: "pauses.field_empty", from.AddDate(0, 0, 93): "pauses.field_long", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC): "pauses.field_long"} {
			if _, err := w.WrongPauses(t.Context(), boss, from, end, "", 0); errs.KindOf(err) != errs.Invalid || errs.As(err).Fields[0].Key != key {
				t.Errorf("until %s: %v", end, err)
			}
		}
		if _, err := w.WrongPauses(t.Context(), boss, from, from.AddDate(0, 0, 92), "", 0); err != nil {
			t.Errorf("a quarter: %v", err)
		}
		if _, err := w.WrongPauses(t.Context(), eva, from, now, "", 0); errs.KindOf(err) != errs.Refused {
			t.Errorf("an engineer: %v", err)
		}
	})
}
