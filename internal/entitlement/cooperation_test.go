package entitlement_test

import (
	"testing"

	"liaison/internal/entitlement"
	"liaison/internal/policy"
)

func TestTheCustomerCooperatesOnUrgentCasesThatGoOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		part        entitlement.Part
		priority    int
		active      bool
		code        string
		requirement string
	}{
		{entitlement.CustomerTasks, 1, true, "accepted", "R3.3-26"},
		{entitlement.CustomerTeam, 2, true, "accepted", "R3.3-25"},
		{entitlement.ContactSchedule, 2, true, "accepted", "R3.3-24"},
		{entitlement.CustomerTasks, 3, true, "cooperation_urgent_only", "R3.3-26"},
		{entitlement.ContactSchedule, 4, true, "cooperation_urgent_only", "R3.3-24"},
		{entitlement.CustomerTasks, 1, false, "cooperation_case_over", "R3.3-26"},
		{entitlement.CustomerTasks, 4, false, "cooperation_case_over", "R3.3-26"}, // what cannot be helped comes first
	} {
		d := entitlement.Cooperate(&policy.Pack{Edition: "x"}, c.part, c.priority, c.active)
		if d.Code != c.code || d.Allowed != (c.code == "accepted") || d.Requirement != c.requirement || d.Clause != "3.3" || d.Edition != "x" {
			t.Errorf("%s on P%d, active %v: %+v", c.part, c.priority, c.active, d)
		}
	}
	if d := entitlement.AnswerTask(&policy.Pack{}, true); !d.Allowed || d.Clause != "3.3" {
		t.Errorf("answering on a case that goes on: %+v", d)
	}
	if d := entitlement.AnswerTask(&policy.Pack{}, false); d.Allowed || d.Code != "cooperation_case_over" {
		t.Errorf("answering on a case that is over: %+v", d)
	}
}
