package policy

import "slices"

// Rule is a decision that the program takes by the policy. A pack links its clauses to rules by their keys.
type Rule struct {
	Key   string   // "register_case"; its name for people is the catalogue's rule.register_case
	Code  string   // package.Name of the code that decides
	Kinds []string // kinds of worked examples that it answers
	Tests []string // package.Test of those that hold it
}

// Rules are the decisions that this program takes, by key. A test over the source keeps code and tests true.
func Rules() []Rule {
	return []Rule{
		{Key: "alarms", Code: "sla.Evaluate", Tests: []string{"sla.TestAlarmsComeAtPartsOfTheTargetAndAfterTheDueInstant", "sla.TestWaitingRemindsAndAResolvedCaseCloses"}},
		{Key: "audit", Code: "protection.Audit", Kinds: []string{"audit_request", "audit_session"}, Tests: []string{"protection.TestAnAuditWaitsForTheNoticeAndForTheOneBefore", "protection.TestASessionLiesInTheHoursOrIsCut"}},
		{Key: "case_number", Code: "cases.ValidNumber", Tests: []string{"cases.TestEverySingleWrongDigitAndEverySwapIsCaught"}},
		{Key: "case_states", Code: "cases.Service.Change", Tests: []string{"sla.TestTableOfStates", "apptest.TestACaseFromFilingToItsEnd"}},
		{Key: "choose_clock", Code: "policy.Pack.ClockFor", Kinds: []string{"initial_response_due"}, Tests: []string{"policy.TestTheClockOfACase", "policy.TestEveryCaseHasAClock"}},
		{Key: "clauses_update", Code: "protection.PublishClausesBy", Kinds: []string{"scc_update"}, Tests: []string{"examples.TestTheReferencePackAnswersEveryExample"}},
		{Key: "edition", Code: "cases.Service.Register", Tests: []string{"apptest.TestACaseHasTheShapeOfTheContract"}},
		{Key: "extended_support", Code: "entitlement.OrderExtended", Kinds: []string{"els_order", "els_renewal", "els_scope"}, Tests: []string{"examples.TestTheReferencePackAnswersEveryExample"}},
		{Key: "hand_over", Code: "entitlement.HandCasesOver", Kinds: []string{"liaison_transfer"}, Tests: []string{"examples.TestTheReferencePackAnswersEveryExample"}},
		{Key: "initial_response", Code: "sla.InitialDue", Kinds: []string{"initial_response_due", "suspension_pause"}, Tests: []string{"sla.TestWorkedExamples", "sla.TestAgreesWithSteppingThroughRandomHistories"}},
		{Key: "liaison_changes", Code: "entitlement.MayChange", Kinds: []string{"seat_or_quota"}, Tests: []string{"examples.TestTheReferencePackAnswersEveryExample"}},
		{Key: "mail_in", Code: "inbound.Service.Receive", Tests: []string{"apptest.TestWhoWroteAndWhatItSaysDecideWhatBecomesOfAMail"}},
		{Key: "opening", Code: "policy.Pack.Contact", Kinds: []string{"next_opening"}, Tests: []string{"policy.TestContactSaysWhoIsThereNow", "policy.TestReferenceCalendarsAreThoseOfTheExamples"}},
		{Key: "patches", Code: "entitlement.RequestPatch", Kinds: []string{"patch_request"}, Tests: []string{"examples.TestTheReferencePackAnswersEveryExample"}},
		{Key: "plan_change", Code: "sla.Evaluate", Kinds: []string{"plan_change"}, Tests: []string{"sla.TestWorsePlanChangesNoRunningPromise"}},
		{Key: "plan_features", Code: "entitlement.PlanFeatures", Kinds: []string{"plan_features"}, Tests: []string{"entitlement.TestExamplesOfPlanFeatures"}},
		{Key: "priority_change", Code: "sla.Evaluate", Kinds: []string{"priority_change"}, Tests: []string{"sla.TestRaiseStrategies", "sla.TestRaisingNeverLoosensAndLoweringNeverTightens"}},
		{Key: "production_only", Code: "cases.Service.Register", Tests: []string{"apptest.TestAnUrgentCaseOnATestSystemIsLoweredAndTheRequestKept"}},
		{Key: "queue_order", Code: "policy.QueueKey.Compare", Kinds: []string{"queue_order"}, Tests: []string{"policy.TestExamplesOfQueueOrder", "policy.TestPlanOrderServesTheHigherPlanFirst"}},
		{Key: "register_case", Code: "entitlement.Register", Kinds: []string{"new_case_decision", "access"}, Tests: []string{"entitlement.TestTheFirstReasonWins", "apptest.TestRefusalsComeInTheOrderOfTheContract"}},
		{Key: "renewal", Code: "entitlement.Renew", Kinds: []string{"renewal"}, Tests: []string{"examples.TestTheReferencePackAnswersEveryExample"}},
		{Key: "resources", Code: "entitlement.ResourcesOf", Kinds: []string{"access"}, Tests: []string{"entitlement.TestExamplesOfAccess", "entitlement.TestOneSwitchOfThePackOpensDownloadsToEveryMember"}},
		{Key: "response_met", Code: "sla.Evaluate", Kinds: []string{"response_met"}, Tests: []string{"sla.TestWorkedExamples"}},
		{Key: "restricted_files", Code: "cases.Service.Upload", Tests: []string{"cases.TestARestrictedCustomerHasNoFilesByAnyWay"}},
		{Key: "route_case", Code: "policy.Pack.CalendarFor", Tests: []string{"policy.TestCountriesAreServedByTheirCentreAndCalendar", "contract.TestCountryAndDeploymentDecideCalendarAndCentre"}},
		{Key: "seats", Code: "contract.Service.Designate", Kinds: []string{"seat_or_quota"}, Tests: []string{"contract.TestDesignationsAreLimitedByTheSeatsOfThePlan"}},
		{Key: "secure_transfer", Code: "entitlement.IssueTransferAccount", Kinds: []string{"access"}, Tests: []string{"examples.TestTheReferencePackAnswersEveryExample"}},
		{Key: "status_update", Code: "sla.Evaluate", Kinds: []string{"status_update_due"}, Tests: []string{"sla.TestUpdateWarningsAreInOpenTime", "sla.TestWorkedExamples"}},
		{Key: "suspension", Code: "entitlement.Suspensions", Kinds: []string{"suspension_pause", "new_case_decision"}, Tests: []string{"entitlement.TestSuspensionsFollowFromInvoices", "entitlement.TestSupportIsBackAtTheInstantOfPayment"}},
		{Key: "tenant_wall", Code: "db.ForTenant", Tests: []string{"apptest.TestWhatIsForeignLooksExactlyLikeWhatNeverWas", "apptest.TestListsAndSearchesShowNothingForeign"}},
		{Key: "version_supported", Code: "lifecycle.LastSupportedDay", Kinds: []string{"lifecycle", "lifecycle_cascade"}, Tests: []string{"lifecycle.TestExamplesOfLifecycle", "lifecycle.TestTheLastSupportedDayIsIncluded"}},
		{Key: "weekly_review", Code: "entitlement.Occurrences", Kinds: []string{"weekly_review"}, Tests: []string{"examples.TestTheReferencePackAnswersEveryExample"}},
	}
}

// Cited are the clauses that decisions, ledgers and pages of this program name: every pack has to tell them. A test over
// the source keeps the list true.
func Cited() []string {
	return []string{"0", "1.1", "2.1", "2.4", "3.1", "3.2", "3.3", "3.4", "4.0", "4.1", "4.3", "4.4", "4.5", "4.7", "5.1", "5.2", "7.1", "7.2",
		"8.5", "8.8", "9.1", "9.2", "9.3", "A.2", "B"}
}

// RuleKeys are the keys of Rules.
func RuleKeys() []string {
	var keys []string
	for _, r := range Rules() {
		keys = append(keys, r.Key)
	}
	return keys
}

// RuleOf gives the rule of that key.
func RuleOf(key string) (Rule, bool) {
	all := Rules()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.Key == key })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}

// Uncovered lists the clauses that no rule and no duty of people makes true, in the order of the policy.
func (p *Pack) Uncovered() []string {
	var found []string
	for _, c := range p.Clauses {
		if len(c.Rules) == 0 && c.Duty == nil {
			found = append(found, c.Number)
		}
	}
	return found
}
