package sla

import (
	"fmt"
	"testing"
)

func TestTheTimeOfTheCustomerIsNotThatOfSupport(t *testing.T) {
	t.Parallel()
	const ten, eleven, noon, one, two = "2026-11-16T10:00:00-05:00", "2026-11-16T11:00:00-05:00", "2026-11-16T12:00:00-05:00",
		"2026-11-16T13:00:00-05:00", "2026-11-16T14:00:00-05:00"
	begin := func() *story {
		return (&story{t: t}).then(ten, Event{Kind: Registered, Priority: 3, Plan: "standard", Calendar: "na:US"})
	}
	for _, c := range []struct {
		name  string
		facts *story
		at    string
		want  string
	}{
		{"open", begin(), noon, "2h0m0s 0s 0s"},
		{"asked", begin().status(eleven, StatusWaitingCustomer), one, "1h0m0s 2h0m0s 0s"},
		{"answered", begin().status(eleven, StatusWaitingCustomer).then(noon, Event{Kind: CustomerActed}).status(noon, StatusOpen), two, "3h0m0s 1h0m0s 0s"},
		{"answered, processed an hour later", begin().status(eleven, StatusWaitingCustomer).then(noon, Event{Kind: CustomerActed}).status(one, StatusOpen), two, "3h0m0s 1h0m0s 0s"},
		{"written before it was asked", begin().status(eleven, StatusWaitingCustomer).then("2026-11-16T10:30:00-05:00", Event{Kind: CustomerActed}).status(one, StatusOpen), two, "2h0m0s 2h0m0s 0s"},
		{"waits for a third party", begin().status(eleven, StatusWaitingThirdParty), one, "3h0m0s 0s 0s"},
		{"asked and suspended", begin().status(eleven, StatusWaitingCustomer).then(noon, Event{Kind: Suspended}).then(one, Event{Kind: Reinstated}), two, "1h0m0s 2h0m0s 1h0m0s"},
		{"resolved and opened again", begin().status(eleven, StatusResolved).status(one, StatusOpen), two, "2h0m0s 0s 0s"},
		{"merged while it waited", begin().status(eleven, StatusWaitingCustomer).then(noon, Event{Kind: Merged}), two, "1h0m0s 1h0m0s 0s"},
		{"what comes later does not count yet", begin().status(one, StatusWaitingCustomer), noon, "2h0m0s 0s 0s"},
	} {
		s := SpentOf(c.facts.events, when(t, c.at))
		if got := fmt.Sprint(s.Support, s.Customer, s.Suspended); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestRemindersOfTheQuestionThatIsOpen(t *testing.T) {
	t.Parallel()
	const asked, later, again = "2026-11-16T12:00:00-05:00", "2026-11-17T12:00:00-05:00", "2026-11-18T12:00:00-05:00"
	question := func(reminders int) *story {
		s := p3(t).status(asked, StatusWaitingCustomer)
		for n := range reminders {
			s.then(later, Event{Kind: Alarmed, Deadline: Reminder, Step: n + 1, Since: when(t, asked).UnixMicro()})
		}
		return s
	}
	for _, c := range []struct {
		name  string
		facts *story
		want  string
	}{
		{"nothing asked", p3(t), "0 false"},
		{"asked", question(0), "0 true"},
		{"one reminder", question(1), "1 true"},
		{"two reminders", question(2), "2 true"},
		{"the customer has acted", question(2).then(again, Event{Kind: CustomerActed}), "0 false"},
		{"support went on", question(2).status(again, StatusOpen), "0 false"},
		{"another question", question(2).status(later, StatusOpen).status(again, StatusWaitingCustomer), "0 true"},
	} {
		n, waits := Reminded(c.facts.events)
		if got := fmt.Sprint(n, waits); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
