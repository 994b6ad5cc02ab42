package entitlement

import (
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

// The codes of the decision on the secure transfer environment (7.2).
const (
	NotRestricted = "not_restricted"
	NoAccount     = "community_account_needed"
	AskByCase     = "ask_by_case"
	RequestByCase = "case" // the way in which an account is asked for
)

// IssueTransferAccount decides whether a liaison gets an own account of the secure transfer environment: of a
// restricted customer with a valid subscription, with a community account, asked for by a case (7.2).
func IssueTransferAccount(p *policy.Pack, s Standing, at time.Time) errs.Decision {
	return decide(p, s, at, given("7.2", "R7.2-03"), isRestricted, isLiaison, hasAccount, isSubscribed, isPaid, byCase)
}

// UseTransfer decides whether an account of the secure transfer environment works now.
func UseTransfer(p *policy.Pack, s Standing, at time.Time) errs.Decision {
	return decide(p, s, at, given("7.2", "R7.2-01"), isRestricted, isLiaison, hasAccount, isSubscribed, isPaid)
}

func isRestricted(q *question) (no refusal) {
	q.inputs["restricted"] = q.Restricted
	if !q.Restricted {
		return refusal{NotRestricted, "7.2", "R7.2-01"}
	}
	return no
}

func hasAccount(q *question) refusal { return hasAccountBy("7.2", "R7.2-02")(q) }

// hasAccountBy: only people of the customer have accounts that act for it.
func hasAccountBy(clause, requirement string) check {
	return func(q *question) (no refusal) {
		q.inputs["member"] = q.Member
		if !q.Member {
			return refusal{NoAccount, clause, requirement}
		}
		return no
	}
}

func byCase(q *question) (no refusal) {
	q.inputs["request"] = q.Request
	if q.Request != RequestByCase {
		return refusal{AskByCase, "7.2", "R7.2-03"}
	}
	return no
}
