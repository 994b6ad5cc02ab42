package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// met is what the examples of a kind prove, and where the running program calls it. Where it calls nothing, why says so.
type met struct {
	proves string
	by     string // file under internal
	why    string
}

// edges names for each kind of worked example the functions that it proves, with a place of the running program that calls
// the same one. A kind that is not here, and a call that has gone, fail.
func edges() map[string][]met {
	const none = "no page or call of the program does this yet"
	later := func(part string) string { return none + ": it comes with " + part }
	return map[string][]met{
		"initial_response_due": {{"sla.Evaluate", "cases/service.go", ""}},
		"next_opening":         {{".NextOpening(", "cases/promise.go", ""}, {".IsOpen(", "cases/promise.go", ""}},
		"status_update_due":    {{"sla.Evaluate", "cases/service.go", ""}},
		"priority_change":      {{"sla.PriorityChanged", "cases/change.go", ""}},
		"plan_change":          {{"sla.PlanChanged", "cases/coverage.go", ""}},
		"suspension_pause":     {{"sla.Suspended", "cases/sweep.go", ""}, {"entitlement.Merge", "contract/coverage.go", ""}},
		"response_met":         {{"sla.Answered", "cases/message.go", ""}},
		"merge":                {{"sla.Owed", "cases/merge.go", ""}},
		"split":                {{"sla.Evaluate", "cases/split.go", ""}},
		"waiver":               {{"sla.Waived", "cases/waive.go", ""}},
		"case_clocks":          {{"sla.StandingOf", "cases/decided.go", ""}},
		"new_case_decision":    {{"entitlement.Register", "cases/register.go", ""}},
		"plan_features":        {{"entitlement.PlanFeatures", "api/rights.go", ""}},
		"access": {{"entitlement.MayOpen", "cases/service.go", ""}, {"entitlement.InPlan", "contract/facts.go", ""},
			{"entitlement.Contact(", "", "mail intake decides with entitlement.Register and what it knows of the sender; telephone has no edge"},
			{"entitlement.IssueTransferAccount", "", later("the environment of restricted customers (7.1, 7.2)")}},
		"lifecycle":         {{"lifecycle.LastSupportedDay", "contract/facts.go", ""}},
		"lifecycle_cascade": {{"lifecycle.PhaseWithin", "release/lifecycle.go", ""}},
		"queue_order":       {{"policy.QueueKey", "", "the queue is an index of the database: cases.TestTheQueueIsInTheOrderOfTheRule holds one against the other"}},
		"seat_or_quota":     {{"entitlement.MayChange", "liaisons/decide.go", ""}, {"entitlement.DesignateNew", "contract/designation.go", ""}},
		"els_order":         {{"entitlement.OrderExtended", "contract/extended.go", ""}},
		"els_renewal":       {{"entitlement.RenewExtended", "", none}},
		"els_scope":         {{"entitlement.Delivers", "", none}},
		"audit_request":     {{"protection.Audit(", "", later("the file of the privacy officer (8.8)")}},
		"audit_session":     {{"protection.AuditSession", "", later("the file of the privacy officer (8.8)")}},
		"scc_update":        {{"protection.PublishClausesBy", "", later("the file of the privacy officer (8.5)")}},
		"renewal":           {{"entitlement.CompareRenewal", "billing/quote.go", ""}},
		"weekly_review":     {{"entitlement.Occurrences", "", later("the weekly reviews of premier and elite (A.3, A.4)")}},
		"patch_request":     {{"entitlement.RequestPatch", "", later("the queue of patches (4.3, 4.4)")}},
		"liaison_transfer":  {{"entitlement.HandCasesOver", "cases/handover.go", ""}},
	}
}

func TestEveryKindProvesWhatTheProgramCalls(t *testing.T) {
	t.Parallel()
	source := map[string]string{}
	read := func(file string) string {
		if source[file] == "" {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Error(err)
			}
			source[file] = string(text)
		}
		return source[file]
	}
	own := ""
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") {
			own += read(f)
		}
	}
	all := edges()
	for _, kind := range regexp.MustCompile(`(?m)^\t\t"(\w+)": +\w+,$`).FindAllStringSubmatch(read("rules.go"), -1) {
		if _, ok := all[kind[1]]; !ok {
			t.Errorf("the kind %s names no place of the program", kind[1])
		}
	}
	for kind, list := range all {
		if rules(kind) == nil {
			t.Errorf("%s is no kind", kind)
		}
		for _, m := range list {
			switch {
			case !strings.Contains(own, m.proves):
				t.Errorf("%s: the examples do not call %s", kind, m.proves)
			case m.by != "" && !strings.Contains(read(filepath.Join("..", m.by)), m.proves):
				t.Errorf("%s: %s does not call %s any more", kind, m.by, m.proves)
			case m.by == "" && m.why == "":
				t.Errorf("%s: nobody calls %s, and nothing says why", kind, m.proves)
			}
		}
	}
}
