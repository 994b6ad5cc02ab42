// Package entitlement decides what a customer may get: whether a case may be registered and why not, from when a
// suspension holds, what a member may open, what a plan includes, how many liaisons there are and how often they
// change, what is left of on-premises support, what has to be renewed together. It is pure: facts and an instant in,
// a decision with its clause out. Decisions hold codes, days and instants only, never names.
package entitlement

import (
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
	ServiceAll          = "full"                     // of an order exception: everything goes on as before
	TechnicalAssistance = policy.TechnicalAssistance // the service that a case asks for
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
// of contracts.md wins.
func Register(p *policy.Pack, f RegisterFacts, at time.Time) errs.Decision {
	return decide(p, Standing{RegisterFacts: f}, at, given("3.2", "R3.2-01"),
		isLiaison, byThisChannel, isSubscribed, isPaid, isSupportedVersion, stillGets(TechnicalAssistance))
}

// Offer is what helps after a refusal to register a case: the name of a way out, "" where there is none (R3.1-02).
func Offer(d errs.Decision) string {
	return map[string]string{
		VersionExpired:     "upgrade_path", // the releases to move to
		SubscriptionNone:   "renewal",
		InvoiceOverdue:     "payment",
		OnPremSupportEnded: "extended_lifecycle_support",
		NotALiaison:        "community",
	}[d.Code]
}
