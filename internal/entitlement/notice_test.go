package entitlement_test

import (
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/policy"
)

// The reference pack reminds 7 days before the last day to pay and on it; the vendor's day begins at 05:00 UTC.
func TestTheNoticeThatIsDue(t *testing.T) {
	p, due := pack(t), calendar.Date{Year: 2026, Month: 12, Day: 10}
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	const before, onDay, suspended = "2026-12-03T05:00:00Z", "2026-12-10T05:00:00Z", "2026-12-11T05:00:00Z"
	none, first, second := entitlement.Told{}, entitlement.Told{Until: at(before)}, entitlement.Told{Until: at(onDay)}
	all := entitlement.Told{Until: at(suspended), Stopped: true}
	for name, c := range map[string]struct {
		told  entitlement.Told
		at    string
		days  int // -1: nothing is due
		over  bool
		after entitlement.Told
		next  string
	}{
		"long before":                                             {none, "2026-11-20T00:00:00Z", -1, false, none, before},
		"a microsecond before the first":                          {none, "2026-12-03T04:59:59.999999Z", -1, false, none, before},
		"seven days before, at the vendor's midnight":             {none, before, 7, false, first, onDay},
		"told already":                                            {first, "2026-12-05T05:00:00Z", -1, false, first, onDay},
		"on the day":                                              {first, onDay, 0, false, second, suspended},
		"suspended":                                               {second, suspended, 0, true, all, ""},
		"everything was missed: one mail, the last":               {none, "2027-01-05T00:00:00Z", 0, true, all, ""},
		"the first was missed: only that of the day":              {none, "2026-12-10T12:00:00Z", 0, false, second, suspended},
		"all told":                                                {all, "2027-01-05T00:00:00Z", -1, false, all, ""},
		"the clock went back behind what was told":                {second, "2026-12-01T00:00:00Z", -1, false, second, suspended},
		"a day that the policy has no longer was told":            {entitlement.Told{Until: at("2026-12-05T05:00:00Z")}, "2026-12-06T05:00:00Z", -1, false, entitlement.Told{Until: at("2026-12-05T05:00:00Z")}, onDay},
		"told of the suspension, and now there are days of grace": {entitlement.Told{Until: at(onDay), Stopped: true}, "2027-01-05T00:00:00Z", -1, false, entitlement.Told{Until: at(onDay), Stopped: true}, ""},
	} {
		n, ok, after, next := entitlement.NoticeDue(p, due, c.told, at(c.at))
		if ok != (c.days >= 0) || ok && (n.DaysBefore != c.days || n.Suspended != c.over) || !after.Until.Equal(c.after.Until) || after.Stopped != c.after.Stopped {
			t.Errorf("%s: %+v, %v, told %+v", name, n, ok, after)
		}
		if got := ""; next != nil || c.next != "" {
			if next != nil {
				got = next.UTC().Format(time.RFC3339)
			}
			if got != c.next {
				t.Errorf("%s: next is %q, not %q", name, got, c.next)
			}
		}
	}
}

// P1 and P2 on production run around the clock exactly where the question says so, for every plan and deployment.
func TestTheClockAndTheQuestionAgree(t *testing.T) {
	t.Parallel()
	p := pack(t)
	for _, plan := range p.Plans {
		for _, deployment := range []string{policy.OnPrem, policy.Cloud} {
			s := entitlement.Standing{RegisterFacts: fine(t), Member: true, Plan: plan.Key}
			s.Deployment = deployment
			d, _ := entitlement.Ask(p, entitlement.AskAround, s, instant(t, noon))
			for _, priority := range []int{1, 2} {
				if clock := p.ClockFor(plan.Key, priority, true, deployment, "emea-cet:DE"); (clock.ID == policy.AlwaysOpenID) != d.Allowed {
					t.Errorf("%s, %s, P%d: the clock is %s, the question says %s", plan.Key, deployment, priority, clock.ID, d.Code)
				}
			}
		}
	}
}

// The reference pack tells 180, 60 and 1 days before 1 January 2027, the vendor's midnight each.
func TestTheSeriesAboutTheEndOfSupportOnPremises(t *testing.T) {
	t.Parallel()
	for at, want := range map[string][2]int{
		"2026-07-04T23:59:59-04:00": {0, 0}, "2026-07-05T00:00:00-04:00": {1, 180}, "2026-11-01T23:59:59-05:00": {1, 180},
		"2026-11-02T00:00:00-05:00": {2, 60}, "2026-12-31T00:00:00-05:00": {3, 1}, "2027-01-01T00:00:00-05:00": {0, 0}, "2028-01-01T00:00:00-05:00": {0, 0},
	} {
		if step, days := entitlement.EndNotice(pack(t), instant(t, at)); step != want[0] || days != want[1] {
			t.Errorf("%s: step %d, %d days", at, step, days)
		}
	}
}
