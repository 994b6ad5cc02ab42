package entitlement

import (
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// question is a decision in the making: what is asked, of whom, and what was looked at so far.
type question struct {
	*policy.Pack
	Standing
	at     time.Time
	today  calendar.Date // of the vendor's zone
	inputs map[string]any
}

// check is one rule. It notes what it looks at and gives the refusal, the zero one when it does not speak against it.
type check func(*question) refusal

// refusal is a code with the place in the policy that it rests on.
type refusal struct{ code, clause, requirement string }

// decide asks the checks in turn; the first one that refuses wins. Inputs hold what was looked at until then, enough
// to come to the same decision again. yes is the place in the policy that gives what is asked.
func decide(p *policy.Pack, s Standing, at time.Time, yes refusal, checks ...check) errs.Decision {
	q := &question{Pack: p, Standing: s, at: at, today: calendar.DateOf(at, p.Vendor.Zone), inputs: map[string]any{}}
	q.inputs["at"], q.inputs["today"] = at.UTC().Format(time.RFC3339Nano), q.today.String()
	for _, ask := range checks {
		if no := ask(q); no.code != "" {
			return q.decision(false, no)
		}
	}
	return q.decision(true, yes)
}

func (q *question) decision(allowed bool, r refusal) errs.Decision {
	return errs.Decision{Allowed: allowed, Code: r.code, Clause: r.clause, Requirement: r.requirement, Edition: q.Edition, Inputs: q.inputs}
}

// given is the answer yes by a place of the policy.
func given(clause, requirement string) refusal { return refusal{Accepted, clause, requirement} }

// day notes a day; none is the empty text, so that every sentence finds what it names.
func (q *question) day(name string, day calendar.Date) { q.inputs[name] = dayText(day) }

// extended notes that nothing but extended lifecycle support covers the system, where it does not.
func (q *question) extended() bool {
	if q.Standing.Extended {
		q.inputs["extended"] = true
	}
	return q.Standing.Extended
}

func dayText(day calendar.Date) string {
	if day.IsZero() {
		return ""
	}
	return day.String()
}

// isLiaison: only designated liaisons of the system (3.2).
func isLiaison(q *question) (no refusal) {
	q.inputs["liaison"] = q.Liaison
	if !q.Liaison {
		return refusal{NotALiaison, "3.2", "R3.2-02"}
	}
	return no
}

// LiaisonsOnly says that only designated liaisons of the system may do this.
const LiaisonsOnly = "liaisons_only"

// liaisonsOnly is isLiaison for everything but registering a case (1.1).
func liaisonsOnly(q *question) (no refusal) {
	if isLiaison(q).code != "" {
		return refusal{LiaisonsOnly, "1.1", "R1.1-01"}
	}
	return no
}

// getsNotices: a liaison is enrolled for announcements when designated (1.1).
func getsNotices(q *question) (no refusal) {
	if isLiaison(q).code != "" {
		return refusal{LiaisonsOnly, "1.1", "R1.1-10"}
	}
	return no
}

// actsForCustomer: what the customer itself has a right to, its liaisons and its contact for the contract ask for.
func actsForCustomer(clause, requirement string) check {
	return func(q *question) (no refusal) {
		q.inputs["liaison"], q.inputs["manages"] = q.Liaison, q.Manages
		if !q.Liaison && !q.Manages {
			return refusal{LiaisonsOnly, clause, requirement}
		}
		return no
	}
}

// byThisChannel: a case is registered in one of the pack's ways (3.2); a restricted customer has fewer (7.1).
func byThisChannel(q *question) (no refusal) {
	q.inputs["channel"], q.inputs["restricted"] = q.Channel, q.Restricted
	allowed := q.Channels
	if q.Restricted {
		allowed = q.RestrictedChannels
	}
	switch {
	case !slices.Contains(q.Channels, q.Channel): // nobody has it, such as fax
		return refusal{UsePortalOrPhone, "3.2", "R3.2-01"}
	case !slices.Contains(allowed, q.Channel):
		return refusal{UsePortalOrPhone, "7.1", "R7.1-01"}
	}
	return no
}

// isSubscribed: nothing without a term that covers today, both of its days included (0).
func isSubscribed(q *question) (no refusal) {
	q.day("subscription_from", q.SubscriptionFrom)
	q.day("subscription_to", q.SubscriptionTo)
	if q.SubscriptionFrom.IsZero() || q.today.Compare(q.SubscriptionFrom) < 0 || q.today.Compare(q.SubscriptionTo) > 0 {
		return refusal{SubscriptionNone, "0", "R0-04"}
	}
	return no
}

// isPaid: nothing while an invoice is overdue (5.2).
func isPaid(q *question) (no refusal) {
	q.day("due", q.OldestDue)
	if !q.OldestDue.IsZero() && !q.at.Before(SuspendsAt(q.Pack, q.OldestDue)) {
		q.day("suspended_from", suspendsOn(q.Pack, q.OldestDue))
		return refusal{InvoiceOverdue, "5.2", "R5.2-01"}
	}
	return no
}

// isSupportedVersion: the last supported day is included; a version that is not known is no reason to refuse (4.5).
func isSupportedVersion(q *question) (no refusal) {
	q.day("last_supported_day", q.LastSupportedDay)
	if !q.LastSupportedDay.IsZero() && q.today.Compare(q.LastSupportedDay) > 0 {
		return refusal{VersionExpired, "4.5", "R4.5-01"}
	}
	return no
}

// stillGets: a service of on-premises software that ended for everybody but those whose order or whose extended
// lifecycle support keeps it (4.7).
func stillGets(service string) check {
	return func(q *question) (no refusal) {
		q.inputs["deployment"], q.inputs["exception"] = q.Deployment, strings.Join(q.Exception, " ")
		if q.Deployment == policy.OnPrem && q.today.Compare(q.OnPremEnd) >= 0 && !keeps(q.Exception, service) {
			q.day("ended_on", q.OnPremEnd)
			return refusal{OnPremSupportEnded, "4.7", "R4.7-01"}
		}
		return no
	}
}

func keeps(exception []string, service string) bool {
	return slices.Contains(exception, ServiceAll) || slices.Contains(exception, service)
}
