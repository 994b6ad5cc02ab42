package inbound

import (
	"testing"

	"liaison/internal/cases"
)

// R3.2-03: the number in a subject, as people and mail programs write it.
func TestNumbersInSubjects(t *testing.T) {
	good := cases.FormatNumber(200_082)
	last := good[len(good)-1]
	wrong := good[:len(good)-1] + string('0'+(last-'0'+1)%10)
	for _, c := range []struct {
		subject string
		found   bool
		marked  bool
	}{
		{"Re: [#" + good + "] x", true, true}, {"Re: [" + good + "] still", true, true}, {"#" + good, true, true}, {"＃" + good, true, true},
		{"【" + good + "】进展", true, true}, {"［＃" + good + "］", true, true}, {"回复：案例 " + good + " 进展", true, true}, {"工单号：" + good, true, true},
		{"Case no. " + good, true, true}, {"case" + good, true, true}, {"Case: " + good + ", again", true, true}, {"Ticket " + good, true, true},
		{good + " is back", true, false}, {"about " + good, true, false}, {"案例进展" + good, true, false}, {"Is " + good + "? Yes", true, false},
		{"suitcase " + good, true, false},
		{"", false, false}, {"no number", false, false}, {"#" + wrong, false, false}, {"[" + wrong + "]", false, false}, {"#" + good + "x", false, false},
		{"2026-" + good, false, false}, {"v" + good, false, false}, {good + "." + good, false, false}, {"#1234", false, false},
	} {
		number, marked := numberInSubject(c.subject)
		if (number == good) != c.found || number != "" && number != good || marked != c.marked {
			t.Errorf("%q: %q, marked %t", c.subject, number, marked)
		}
	}
}
