package sla

import (
	"fmt"
	"testing"
	"time"
)

func TestPausesThatLookWrong(t *testing.T) {
	t.Parallel()
	const asked, replied, processed = "2026-11-16T12:00:00-05:00", "2026-11-16T13:00:00-05:00", "2026-11-17T09:00:00-05:00"
	question := func() *story { return p3(t).status(asked, StatusWaitingCustomer) }
	late := func(s *story, at string) *story {
		return s.then(at, Event{Kind: CustomerActed}).then(processed, Event{Kind: StatusChanged, Status: StatusOpen})
	}
	reminded := func(s *story, n int) *story {
		for step := range n {
			s.then(replied, Event{Kind: Alarmed, Deadline: Reminder, Step: step + 1, Since: when(t, asked).UnixMicro()})
		}
		return s
	}
	for _, c := range []struct {
		name  string
		facts *story
		want  string
	}{
		{"none", p3(t), "[]"},
		{"open", question(), "[[] 0s open]"},
		{"answered and processed at once", late(question(), processed), "[[] 0s 09:00]"},
		{"answered, processed the next day", late(question(), replied), "[[late_reply] 20h0m0s 13:00]"},
		{"written before it was asked", late(question(), "2026-11-16T11:50:00-05:00"), "[[crossed] 21h0m0s 09:00]"},
		{"without a question", p3(t).then(asked, Event{Kind: StatusChanged, Status: StatusWaitingCustomer}), "[[no_question] 0s open]"},
		{"one reminder", reminded(question(), 1), "[[] 0s open]"},
		{"all reminders", reminded(question(), 2), "[[unanswered] 0s open]"},
		{"a second question", question().status(replied, StatusWaitingCustomer), "[[] 0s 13:00 [] 0s open]"},
		{"merged", question().then(replied, Event{Kind: Merged}), "[[] 0s 13:00]"},
	} {
		var got []string
		for _, w := range Waits(c.facts.events, 2) {
			until := "open"
			if !w.Until.IsZero() {
				until = w.Until.In(time.FixedZone("", -5*3600)).Format("15:04")
			}
			got = append(got, fmt.Sprint(w.Doubts, " ", w.Wrong, " ", until))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}
