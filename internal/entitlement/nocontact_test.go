package entitlement_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/policy/policytest"
)

func TestAPriorityIsLoweredForNoContactOnlyAfterTheRemindersOfThePack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		needed    int
		waits     bool
		reminders int
		code      string
	}{
		{2, false, 0, entitlement.NoQuestionOpen},
		{2, false, 2, entitlement.NoQuestionOpen},
		{2, true, 0, entitlement.RemindersOutstanding},
		{2, true, 1, entitlement.RemindersOutstanding},
		{2, true, 2, entitlement.Accepted},
		{2, true, 3, entitlement.Accepted},
		{1, true, 0, entitlement.RemindersOutstanding},
		{1, true, 1, entitlement.Accepted},
	} {
		p := *policytest.Reference(t)
		if p.NoContactReminders != 2 {
			t.Fatalf("the reference pack wants %d reminders", p.NoContactReminders)
		}
		p.NoContactReminders = c.needed
		d := entitlement.LowerForNoContact(&p, c.waits, c.reminders)
		if d.Code != c.code || d.Allowed != (c.code == entitlement.Accepted) || d.Clause != "3.3" || d.Requirement != "R3.3-05" ||
			d.Inputs["reminders"] != c.reminders || d.Inputs["needed"] != c.needed {
			t.Errorf("%+v: %+v", c, d)
		}
		stored, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var read errs.Decision
		if err := json.Unmarshal(stored, &read); err != nil {
			t.Fatal(err)
		}
		if again, err := entitlement.Replay(&p, read.Inputs); err != nil || !reflect.DeepEqual(again, read) {
			t.Errorf("%+v is replayed to %+v, %v", read, again, err)
		}
	}
}
