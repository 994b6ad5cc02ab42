package policy

import (
	"slices"
	"strings"
)

// kinds are kinds of case: every plan with every deployment, environment and priority of the four lists.
type kinds [4][]string

// The lists of kinds.
const (
	ofPlan = iota
	ofDeployment
	ofEnvironment
	ofPriority
)

// grouped tells single kinds of case, each of one plan, deployment, environment and priority, in few groups that come to
// the same: what holds for two priorities of a plan is one group, and so on with plans, environments and deployments.
func grouped(single [][4]string) []kinds {
	groups := make([]kinds, len(single))
	for i, s := range single {
		groups[i] = kinds{{s[ofPlan]}, {s[ofDeployment]}, {s[ofEnvironment]}, {s[ofPriority]}}
	}
	for _, axis := range []int{ofPriority, ofPlan, ofEnvironment, ofDeployment} {
		var fewer []kinds
		for _, g := range groups {
			i := slices.IndexFunc(fewer, func(o kinds) bool { return g.differsOnlyIn(axis, o) })
			if i < 0 {
				fewer = append(fewer, g)
				continue
			}
			fewer[i][axis] = append(fewer[i][axis], g[axis]...)
		}
		groups = fewer
	}
	return groups
}

func (k kinds) differsOnlyIn(axis int, o kinds) bool {
	for i := range k {
		if i != axis && !slices.Equal(k[i], o[i]) {
			return false
		}
	}
	return true
}

// String is the group in codes: "standard/extended, P1/P2, production, on_prem".
func (k kinds) String() string {
	parts := make([]string, 0, len(k))
	for _, axis := range []int{ofPlan, ofPriority, ofEnvironment, ofDeployment} {
		parts = append(parts, strings.Join(k[axis], "/"))
	}
	return strings.Join(parts, ", ")
}
