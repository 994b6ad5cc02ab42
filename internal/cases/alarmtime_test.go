package cases_test

import (
	"testing"

	"liaison/internal/cases"
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
