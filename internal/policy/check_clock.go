package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// checkClockRules wants every rule to name only what exists.
func (c *checker) checkClockRules() {
	var plans []string
	for _, pl := range c.pack.Plans {
		plans = append(plans, pl.Key)
	}
	for i, r := range c.raw.policy.Clocks {
		path := fmt.Sprintf("policy.clocks[%d]", i)
		c.oneOf(path+".clock", r.Clock, []string{AlwaysOpenID, "regional"})
		c.eachOneOf(path+".deployments", r.Deployments, []string{OnPrem, Cloud})
		c.eachOneOf(path+".priorities", r.Priorities, c.priorityKeys())
		c.eachOneOf(path+".plans", r.Plans, plans)
		if r.Environment != "" {
			c.oneOf(path+".environment", r.Environment, []string{"production", "other"})
		}
		c.clause(path+".clause", r.Clause, r.Requirement)
	}
}

// checkClockTotal wants exactly one rule for every plan, priority, environment and deployment. Countries add
// nothing: every country has exactly one group and calendar, which buildCountries and buildCalendars see to. What lies in
// one gap, or under the same two rules, is one problem.
func (c *checker) checkClockTotal() {
	var gap [][4]string
	overlaps := map[[2]int][][4]string{} // of two rules
	for _, pl := range c.pack.Plans {
		for _, deployment := range []string{OnPrem, Cloud} {
			for _, environment := range []string{EnvironmentProduction, EnvironmentOther} {
				for _, priority := range c.priorityKeys() {
					kind := [4]string{ofPlan: pl.Key, ofDeployment: deployment, ofEnvironment: environment, ofPriority: priority}
					switch rules := c.rulesFor(kind); len(rules) {
					case 0:
						gap = append(gap, kind)
					case 1:
					default:
						two := [2]int{rules[0], rules[1]}
						overlaps[two] = append(overlaps[two], kind)
					}
				}
			}
		}
	}
	for _, k := range grouped(gap) {
		c.add("policy.clocks", "pack.clock_gap", "found", k.String())
	}
	pairs := slices.SortedFunc(maps.Keys(overlaps), func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) })
	for _, two := range pairs {
		for _, k := range grouped(overlaps[two]) {
			c.add(fmt.Sprintf("policy.clocks[%d]", two[1]), "pack.clock_overlap", "found", k.String(), "other", two[0]+1)
		}
	}
}

// rulesFor are the indexes of the rules that give a clock to a kind of case.
func (c *checker) rulesFor(kind [4]string) (hits []int) {
	for i, r := range c.pack.clocks {
		if r.holds(kind[ofPlan], kind[ofPriority], kind[ofEnvironment] == EnvironmentProduction, kind[ofDeployment]) {
			hits = append(hits, i)
		}
	}
	return hits
}
