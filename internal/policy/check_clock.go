package policy

import "fmt"

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
// nothing: every country has exactly one group and calendar, which buildCountries and buildCalendars see to.
func (c *checker) checkClockTotal() {
	for _, pl := range c.pack.Plans {
		for _, priority := range c.priorityKeys() {
			for _, production := range []bool{true, false} {
				for _, deployment := range []string{OnPrem, Cloud} {
					c.exactlyOne(pl.Key, priority, production, deployment)
				}
			}
		}
	}
}

func (c *checker) exactlyOne(plan, priority string, production bool, deployment string) {
	var hits []int
	for i, r := range c.pack.clocks {
		if r.holds(plan, priority, production, deployment) {
			hits = append(hits, i)
		}
	}
	environment := "other"
	if production {
		environment = "production"
	}
	found := fmt.Sprintf("%s, %s, %s, %s", plan, priority, environment, deployment)
	switch {
	case len(hits) == 0:
		c.add("policy.clocks", "pack.clock_gap", "found", found)
	case len(hits) > 1:
		c.add(fmt.Sprintf("policy.clocks[%d]", hits[1]), "pack.clock_overlap", "found", found, "other", hits[0]+1)
	}
}
