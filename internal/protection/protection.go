// Package protection holds the rules of the section on data protection (8) that are dates and hours: when a customer's
// audit may begin, in which hours it may be held, and by when a new form of the standard contractual clauses has to be
// published. It is pure: days and instants in, a decision with its clause out.
package protection

import (
	"strconv"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// OutsideHours says that a session of an audit is not, or not wholly, in the hours of the facility (8.8).
const OutsideHours = "outside_business_hours"

// AuditRequest is a customer's wish to audit. Days are of the vendor's zone.
type AuditRequest struct {
	Notice    calendar.Date // the day on which the written notice arrived
	Start     calendar.Date // the first day that is asked for
	LastStart calendar.Date // the first day of the audit before; zero: there was none
}

// EarliestStart is the first day on which the audit may begin: the pack's calendar days after the notice and its months
// after the start of the audit before, a day that the month does not have being its last one (R8.8-02, R8.8-08).
func EarliestStart(p *policy.Pack, r AuditRequest) calendar.Date {
	earliest := r.Notice.AddDays(p.Audits.NoticeDays)
	if again := nextAudit(p, r); !again.IsZero() && again.Compare(earliest) > 0 {
		return again
	}
	return earliest
}

func nextAudit(p *policy.Pack, r AuditRequest) (day calendar.Date) {
	if r.LastStart.IsZero() {
		return day
	}
	return r.LastStart.AddMonths(p.Audits.PerMonths)
}

// Audit gives all reasons against the day that is asked for; none: it may begin then. Staff may allow it all the same
// after an incident or where an authority orders it.
func Audit(p *policy.Pack, r AuditRequest) (reasons []errs.Decision) {
	inputs := map[string]any{"notice": r.Notice.String(), "start": r.Start.String(), "earliest": EarliestStart(p, r).String(),
		"notice_days": p.Audits.NoticeDays, "per_months": p.Audits.PerMonths}
	refuse := func(code, requirement string) {
		reasons = append(reasons, errs.Decision{Code: code, Clause: "8.8", Requirement: requirement, Edition: p.Edition, Inputs: inputs})
	}
	if r.Start.Compare(r.Notice.AddDays(p.Audits.NoticeDays)) < 0 {
		refuse("less_than_"+strconv.Itoa(p.Audits.NoticeDays)+"_days_notice", "R8.8-02")
	}
	if again := nextAudit(p, r); !again.IsZero() && r.Start.Compare(again) < 0 {
		refuse("second_audit_within_"+strconv.Itoa(p.Audits.PerMonths)+"_months", "R8.8-08")
	}
	return reasons
}

// Span is a stretch of time, [From, To).
type Span struct{ From, To time.Time }

// AuditSession gives the stretches of a session that lie in the facility's hours, and the decision: only a session
// that lies in them wholly is allowed (R8.8-04).
func AuditSession(p *policy.Pack, facility *calendar.Calendar, s Span) (open []Span, d errs.Decision) {
	facility.Segments(s.From, s.To, func(seg calendar.Segment) {
		if seg.Open {
			open = append(open, Span{seg.From, seg.To})
		}
	})
	d = errs.Decision{Code: "accepted", Clause: "8.8", Requirement: "R8.8-04", Edition: p.Edition, Inputs: map[string]any{
		"calendar": facility.ID(), "from": s.From.UTC().Format(time.RFC3339Nano), "to": s.To.UTC().Format(time.RFC3339Nano)}}
	d.Allowed = len(open) == 1 && open[0].From.Equal(s.From) && open[0].To.Equal(s.To)
	if !d.Allowed {
		d.Code = OutsideHours
	}
	return open, d
}

// PublishClausesBy is the last day on which a new form of the standard contractual clauses has to be on the vendor's
// site: the pack's calendar days after the day on which it takes effect (R8.5-06).
func PublishClausesBy(p *policy.Pack, effective calendar.Date) calendar.Date {
	return effective.AddDays(p.ClausesPublishDays)
}
