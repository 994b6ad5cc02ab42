// Package entitlement decides what a customer may get: whether a case may be registered and why not, from when a
// suspension holds, what a member may open, what a plan includes. It is pure: facts and an instant in, a decision
// with its clause out. Decisions hold codes, days and instants only, never names.
package entitlement

import (
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// The codes of the decision on registering a case (contracts.md).
const (
	Accepted            = "accepted"
	NotALiaison         = "not_a_liaison_with_community_pointer"
	UsePortalOrPhone    = "use_portal_or_phone"
	SubscriptionNone    = "subscription_inactive"
	InvoiceOverdue      = "invoice_overdue"
	VersionExpired      = "version_expired"
	OnPremSupportEnded  = "on_prem_support_ended"
	ServiceAll          = "full"                 // of an order exception: everything goes on as before
	TechnicalAssistance = "technical_assistance" // the service that a case asks for
)

// RegisterFacts is what the decision looks at once the system is known to be visible. Days are of the vendor's
// zone; a zero day is none.
type RegisterFacts struct {
	Liaison    bool   // the person is a designated liaison of the system
	Channel    string // policy.ChannelPortal, ...
	Restricted bool   // the customer is a restricted one (section 7)

	SubscriptionFrom calendar.Date // of the term that covers today, else of the last one; zero: never subscribed
	SubscriptionTo   calendar.Date // inclusive
	OldestDue        calendar.Date // due day of the oldest invoice that is unpaid at that instant

	LastSupportedDay calendar.Date // of the version; zero where its release is not known: no reason to refuse
	Deployment       string        // policy.OnPrem or policy.Cloud

	// Exception lists the services that order exceptions and extended lifecycle support still promise today, after
	// the end of on-premises support (4.7): ServiceAll, TechnicalAssistance, others.
	Exception []string
}

// Register decides whether a case may be registered at that instant (R0-04, R3.2-02). The first reason in the order
// of contracts.md wins. Inputs hold what was looked at until then, enough to come to the same decision again.
func Register(p *policy.Pack, f RegisterFacts, at time.Time) errs.Decision {
	today := calendar.DateOf(at, p.Vendor.Zone)
	d := decision{Edition: p.Edition, Inputs: map[string]any{"at": at.UTC().Format(time.RFC3339Nano), "today": today.String()}}

	d.Inputs["liaison"] = f.Liaison
	if !f.Liaison {
		return d.refuse(NotALiaison, "3.2", "R3.2-02")
	}
	d.Inputs["channel"], d.Inputs["restricted"] = f.Channel, f.Restricted
	if !slices.Contains(channels(p, f.Restricted), f.Channel) {
		return d.refuse(UsePortalOrPhone, "7.1", "R7.1-01")
	}
	d.day("subscription_from", f.SubscriptionFrom)
	d.day("subscription_to", f.SubscriptionTo)
	if !covers(f.SubscriptionFrom, f.SubscriptionTo, today) {
		return d.refuse(SubscriptionNone, "0", "R0-04")
	}
	d.day("due", f.OldestDue)
	if !f.OldestDue.IsZero() && !at.Before(SuspendsAt(p, f.OldestDue)) {
		d.day("suspended_from", suspendsOn(p, f.OldestDue))
		return d.refuse(InvoiceOverdue, "5.2", "R5.2-01")
	}
	d.day("last_supported_day", f.LastSupportedDay)
	if !f.LastSupportedDay.IsZero() && today.Compare(f.LastSupportedDay) > 0 {
		return d.refuse(VersionExpired, "4.5", "R4.5-01")
	}
	d.Inputs["deployment"], d.Inputs["exception"] = f.Deployment, strings.Join(f.Exception, " ")
	if f.Deployment == policy.OnPrem && today.Compare(p.OnPremEnd) >= 0 && !helps(f.Exception) {
		d.day("ended_on", p.OnPremEnd)
		return d.refuse(OnPremSupportEnded, "4.7", "R4.7-01")
	}
	d.Allowed, d.Code, d.Clause, d.Requirement = true, Accepted, "3.2", "R3.2-01"
	return errs.Decision(d)
}

type decision errs.Decision

func (d decision) refuse(code, clause, requirement string) errs.Decision {
	d.Code, d.Clause, d.Requirement = code, clause, requirement
	return errs.Decision(d)
}

// day notes a day; none is the empty text, so that every sentence finds what it names.
func (d decision) day(name string, day calendar.Date) {
	d.Inputs[name] = ""
	if !day.IsZero() {
		d.Inputs[name] = day.String()
	}
}

func channels(p *policy.Pack, restricted bool) []string {
	if restricted {
		return p.RestrictedChannels
	}
	return p.Channels
}

// covers reports whether a term, both days inclusive, covers today.
func covers(from, to, today calendar.Date) bool {
	return !from.IsZero() && from.Compare(today) <= 0 && today.Compare(to) <= 0
}

func helps(exception []string) bool {
	return slices.Contains(exception, ServiceAll) || slices.Contains(exception, TechnicalAssistance)
}
