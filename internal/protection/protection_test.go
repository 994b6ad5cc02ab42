package protection_test

import (
	"strings"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
	"liaison/internal/policy/policytest"
	"liaison/internal/protection"
)

func pack(t *testing.T) *policy.Pack {
	t.Helper()
	return policytest.Reference(t)
}

func day(t *testing.T, s string) (d calendar.Date) {
	t.Helper()
	if s == "" {
		return d
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAnAuditWaitsForTheNoticeAndForTheOneBefore(t *testing.T) {
	t.Parallel()
	p := pack(t)
	for _, c := range []struct{ notice, before, start, earliest, codes string }{
		{"2026-12-01", "", "2026-12-31", "2026-12-31", ""},
		{"2026-12-01", "", "2026-12-30", "2026-12-31", "less_than_30_days_notice"},
		{"2026-12-01", "2026-03-10", "2027-03-09", "2027-03-10", "second_audit_within_12_months"},
		{"2026-12-01", "2026-06-30", "2026-12-02", "2027-06-30", "less_than_30_days_notice second_audit_within_12_months"},
		{"2028-12-01", "2028-02-29", "2029-02-28", "2029-02-28", ""},
		{"2028-12-01", "2027-02-28", "2029-01-01", "2028-12-31", ""},
	} {
		r := protection.AuditRequest{Notice: day(t, c.notice), LastStart: day(t, c.before), Start: day(t, c.start)}
		var codes []string
		for _, d := range protection.Audit(p, r) {
			codes = append(codes, d.Code)
			if _, ok := p.Clause(d.Clause); !ok || d.Allowed || d.Edition != p.Edition || d.Inputs["earliest"] != c.earliest {
				t.Errorf("%+v", d)
			}
		}
		if got := strings.Join(codes, " "); got != c.codes || protection.EarliestStart(p, r).String() != c.earliest {
			t.Errorf("%+v: %q from %s", c, got, protection.EarliestStart(p, r))
		}
	}
}

// Every number of these rules is the pack's.
func TestAnotherPackHasOtherDays(t *testing.T) {
	t.Parallel()
	p := *pack(t)
	p.Audits, p.ClausesPublishDays = policy.AuditRules{NoticeDays: 10, PerMonths: 6}, 5
	r := protection.AuditRequest{Notice: day(t, "2026-12-01"), LastStart: day(t, "2026-08-31"), Start: day(t, "2026-12-05")}
	reasons := protection.Audit(&p, r)
	if len(reasons) != 2 || reasons[0].Code != "less_than_10_days_notice" || reasons[1].Code != "second_audit_within_6_months" {
		t.Errorf("%+v", reasons)
	}
	if got := protection.EarliestStart(&p, r).String(); got != "2027-02-28" {
		t.Errorf("from %s", got)
	}
	if got := protection.PublishClausesBy(&p, day(t, "2026-12-30")).String(); got != "2027-01-04" {
		t.Errorf("by %s", got)
	}
}

func TestASessionLiesInTheHoursOrIsCut(t *testing.T) {
	t.Parallel()
	p := pack(t)
	for _, c := range []struct {
		from, to string
		allowed  bool
		parts    int
	}{
		{"2026-11-23T09:00:00-05:00", "2026-11-23T19:00:00-05:00", true, 1},
		{"2026-11-23T08:59:00-05:00", "2026-11-23T19:00:00-05:00", false, 1},
		{"2026-11-26T10:00:00-05:00", "2026-11-26T11:00:00-05:00", false, 0},
		{"2026-11-25T18:00:00-05:00", "2026-11-27T10:00:00-05:00", false, 2},
	} {
		span := protection.Span{}
		for at, into := range map[string]*time.Time{c.from: &span.From, c.to: &span.To} {
			v, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			*into = v
		}
		parts, d := protection.AuditSession(p, p.Calendars["na:US"], span)
		if d.Allowed != c.allowed || len(parts) != c.parts || (d.Code == protection.OutsideHours) == c.allowed || d.Clause != "8.8" {
			t.Errorf("%s to %s: %+v, %v", c.from, c.to, d, parts)
		}
	}
}
