package entitlement

import (
	"maps"
	"strings"
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Question is something that a person of a customer may want to do with one system.
type Question string

// The questions.
const (
	AskRegisterPortal Question = "register_case_portal"
	AskRegisterEmail  Question = "register_case_email"
	AskRegisterPhone  Question = "register_case_phone"
	AskReadCases      Question = "read_cases"
	AskCommunity      Question = "community"
	AskDownload       Question = "download"
	AskUpdates        Question = "feature_updates"
	AskSecurityPatch  Question = "critical_security_patches"
	AskPatch          Question = "request_patch"
	AskLicenceKey     Question = "licence_key"
	AskAround         Question = "around_the_clock"
	AskChooseCentre   Question = "choose_centre"
	AskWeeklyReview   Question = "weekly_review"
	AskDedicated      Question = "dedicated_engineer"
	AskDesignate      Question = "designate_liaison"
	AskReplace        Question = "replace_liaison"
	AskEndAccount     Question = "end_account"
	AskTransfer       Question = "secure_transfer"
	AskPrivacy        Question = "privacy_request"
	AskAudit          Question = "audit"
	AskNotices        Question = "security_notices"
	AskExport         Question = "export_own_data"
)

// rule is what a question asks, and the place in the policy of a yes; cloud is that of a yes for a cloud system, where
// it is another.
type rule struct {
	question Question
	yes      refusal
	checks   []check
	cloud    refusal
}

// given is the place of the yes for a person who stands so.
func (r rule) given(s Standing) refusal {
	if r.cloud.code != "" && s.Deployment == policy.Cloud {
		return r.cloud
	}
	return r.yes
}

// rules are all questions in the order in which people read them. It is the one list: pages, REST and edges ask by it.
func rules() []rule {
	serves := func(more ...check) []check { return append([]check{liaisonsOnly, isSubscribed, isPaid}, more...) }
	by := func(channel string) []check {
		on := func(q *question) (no refusal) { q.Channel = channel; return no }
		return []check{on, isLiaison, byThisChannel, isSubscribed, isPaid, isSupportedVersion, stillGets(TechnicalAssistance)}
	}
	var none refusal
	return []rule{
		{AskRegisterPortal, given("3.2", "R3.2-01"), by(policy.ChannelPortal), none},
		{AskRegisterEmail, given("3.2", "R3.2-01"), by(policy.ChannelEmail), none},
		{AskRegisterPhone, given("3.2", "R3.2-01"), by(policy.ChannelPhone), none},
		{AskReadCases, given("2.4", "R2.4-02"), []check{inTableFor(policy.SupportCentre)}, none},
		{AskCommunity, given("2.4", "R2.4-01"), []check{inTableFor(policy.Community)}, none},
		// What is fetched must be supported, not what runs: who runs an expired release upgrades (2.3, 3.1, 4.0).
		{AskDownload, given("2.4", "R2.4-03"), []check{inTableFor(policy.ProductDownloads), isSubscribed, isPaid}, none},
		{AskUpdates, given("4.0", "R4.0-01"), serves(stillGets(policy.FeatureUpdate)), none},
		{AskSecurityPatch, given("4.0", "R4.0-03"), serves(isSupportedVersion, stillGets(policy.CriticalSecurityPatch)), none},
		{AskPatch, given("4.4", "R4.4-01"), serves(isSupportedVersion, stillGets(policy.BugFix)), none},
		{AskLicenceKey, given("2.4", "R2.4-04"), []check{inTableFor(policy.LicenceKeyRequest), isSubscribed, isPaid}, none},
		{AskAround, given("9.2", "R9.2-05"), serves(planGives(AroundTheClock), stillGets(TechnicalAssistance)), given("9.3", "R9.3-01")},
		{AskChooseCentre, given("B", "RB-07"), append([]check{managesLiaisons}, serves(planGives(ChooseCentre))...), none},
		{AskWeeklyReview, given("B", "RB-08"), serves(planGives(WeeklyReview)), none},
		{AskDedicated, given("B", "RB-09"), serves(planGives(DedicatedEngineer)), none},
		{AskDesignate, given("1.1", "R1.1-04"), []check{managesLiaisons, isSubscribed, isPaid, hasFreeSeat}, none},
		{AskReplace, given("1.1", "R1.1-07"), []check{managesLiaisons, isSubscribed, isPaid, hasOneToReplace, withinQuota}, none},
		{AskEndAccount, given("2.4", "R2.4-05"), []check{managesLiaisons}, none},
		{AskTransfer, given("7.2", "R7.2-01"), []check{isRestricted, isLiaison, hasAccount, isSubscribed, isPaid}, none},
		{AskPrivacy, given("8.0", ""), []check{hasAccountBy("8.0", "")}, none},
		{AskAudit, given("8.8", "R8.8-01"), []check{actsForCustomer("8.8", "R8.8-01")}, none},
		{AskNotices, given("0", "R0-04"), []check{getsNotices}, none},
		{AskExport, given("0", "R0-04"), []check{actsForCustomer("0", "R0-04")}, none},
	}
}

// Questions are all of them, in the order in which people read them.
func Questions() (all []Question) {
	for _, r := range rules() {
		all = append(all, r.question)
	}
	return all
}

// InputAction is the input of a decision that says which question it answers. A decision without it was made by a function
// of its own, such as Register, or stored before decisions said it.
const InputAction = "action"

// Ask answers a question for a person who stands so with a system at an instant; ok is false for what is no question.
func Ask(p *policy.Pack, name Question, s Standing, at time.Time) (d errs.Decision, ok bool) {
	for _, r := range rules() {
		if r.question == name {
			d = decide(p, s, at, r.given(s), r.checks...)
			d.Inputs[InputAction] = string(name)
			return d, true
		}
	}
	return d, false
}

// Covered says whether support of the system is owed at an instant: a subscription in force, and no invoice overdue.
// Everything else that a question looks at is about what is asked, and who asks.
func Covered(p *policy.Pack, s Standing, at time.Time) errs.Decision {
	return decide(p, s, at, given("0", "R0-04"), isSubscribed, isPaid)
}

// planGives wants the plan that is in force to include a feature of appendix B. A cloud system is served around the
// clock whatever its plan (9.3).
func planGives(name string) check {
	return func(q *question) (no refusal) {
		if name == AroundTheClock {
			q.inputs["deployment"] = q.Deployment
			if q.Deployment == policy.Cloud {
				return no
			}
			switch around, own := q.extendedAround(); {
			case around:
				return no
			case own:
				return refusal{NotInExtended, "4.7", "R4.7-05"}
			}
		}
		if name == ChooseCentre {
			q.inputs["deployment"] = q.Deployment
			if q.Deployment == policy.Cloud {
				return refusal{CloudHasItsOwn, "1.1", "R1.1-13"}
			}
		}
		d, with, _ := InPlan(q.Pack, q.Standing.Plan, name)
		q.inputs["plan"], q.inputs["plans"] = q.Standing.Plan, strings.Join(with, " ")
		if !d.Allowed {
			return refusal{NotInPlan, "B", requirementOf(name)}
		}
		return no
	}
}

// CloudHasItsOwn says that cases of a cloud system go to the queue of the cloud, whatever the plan.
const CloudHasItsOwn = "cloud_has_its_own_queue"

// OnlyLiaisonsChange says that somebody else asks for a change of liaisons.
const OnlyLiaisonsChange = "only_liaisons_change_liaisons"

// SeesAPart says that somebody who sees a part of the customer's cases asks for a change of liaisons.
const SeesAPart = "sees_a_part_only"

// managesLiaisons: a liaison of the customer, or its contact for the contract, so that somebody can ask when the only
// liaison has left (1.1). A liaison who sees a part of the cases asks a colleague who sees all: whom they brought in, by
// another address themselves, would see more than they may.
func managesLiaisons(q *question) (no refusal) {
	q.inputs["manages"] = q.Manages
	if !q.Manages {
		return refusal{OnlyLiaisonsChange, "1.1", "R1.1-07"}
	}
	q.inputs["narrowed"] = q.Narrowed
	if q.Narrowed {
		return refusal{SeesAPart, "1.1", "R1.1-07"}
	}
	return no
}

// withinQuota: one more change that counts (R1.1-06).
func withinQuota(q *question) (no refusal) {
	d := quotaOf(q.Pack, q.Year, q.Used, 1)
	maps.Copy(q.inputs, d.Inputs)
	if !d.Allowed {
		return refusal{d.Code, d.Clause, d.Requirement}
	}
	return no
}

// hasOneToReplace: somebody is designated whose seat another person can take (R1.1-08).
func hasOneToReplace(q *question) (no refusal) {
	q.inputs["active"], q.inputs["invited"] = q.Active, q.Invited
	d := Replace(q.Pack, SeatFacts{Plan: q.Standing.Plan, Extended: q.Standing.Extended, Extra: q.Extra, Active: q.Active, Invited: q.Invited})
	if !d.Allowed {
		return refusal{d.Code, d.Clause, d.Requirement}
	}
	return no
}

func requirementOf(name string) string {
	for _, f := range featureRows() {
		if f.name == name {
			return f.requirement
		}
	}
	return ""
}

func hasFreeSeat(q *question) (no refusal) {
	d := DesignateNew(q.Pack, SeatFacts{Plan: q.Standing.Plan, Extended: q.Standing.Extended, Extra: q.Extra, Active: q.Active})
	maps.Copy(q.inputs, d.Inputs)
	if !d.Allowed {
		return refusal{d.Code, d.Clause, d.Requirement}
	}
	return no
}

// Replayed makes a standing of nothing but the inputs of a decision of Ask or Register, as they come back from the
// journal or from a page; asking again with it gives the same decision.
func Replayed(inputs map[string]any) (s Standing, at time.Time, err error) {
	text := func(name string) string { v, _ := inputs[name].(string); return v }
	number := func(name string) int {
		switch v := inputs[name].(type) {
		case int:
			return v
		case float64:
			return int(v)
		}
		return 0
	}
	yes := func(name string) bool { v, _ := inputs[name].(bool); return v }
	s.Liaison, s.Member, s.Restricted = yes("liaison"), yes("member"), yes("restricted")
	s.Manages, s.Narrowed, s.Extended = yes("manages"), yes("narrowed"), yes("extended")
	s.Channel, s.Deployment, s.Plan, s.Request = text("channel"), text("deployment"), text("plan"), text("request")
	s.Exception = strings.Fields(text("exception"))
	s.Active, s.Invited, s.Extra, s.Used = number("active"), number("invited"), number("extra"), number("used")
	for name, into := range s.dayInputs() {
		if text(name) == "" {
			continue
		}
		if err := into.UnmarshalText([]byte(text(name))); err != nil {
			return s, at, err
		}
	}
	at, err = time.Parse(time.RFC3339Nano, text("at"))
	return s, at, err
}
