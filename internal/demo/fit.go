package demo

import (
	"cmp"
	"slices"

	"liaison/internal/policy"
)

// The world is told in the plans and centres of the reference pack. Under another pack those customers are there whom it
// serves, on the plan of the same standing, and the staff work in the centres that it has.

// plansTold are the plans of the reference pack by rank.
func plansTold() []string { return []string{"standard", "extended", "premier", "elite"} }

// shopsOf are the customers that a pack serves, on its plans.
func shopsOf(p *policy.Pack) []shop {
	all := slices.DeleteFunc(shops(), func(sh shop) bool {
		_, _, served := p.CalendarFor(sh.country)
		return !served
	})
	for i := range all {
		all[i].plan = planOf(p, all[i].plan)
	}
	return all
}

// planOf is a plan of the pack: the very one, else that of the same standing among its own.
func planOf(p *policy.Pack, told string) string {
	if _, ok := p.Plan(told); ok {
		return told
	}
	ranked := slices.SortedFunc(slices.Values(p.Plans), func(a, b policy.Plan) int { return cmp.Compare(a.Rank, b.Rank) })
	at := max(0, slices.Index(plansTold(), told))
	return ranked[at*len(ranked)/len(plansTold())].Key
}

// centreOf is a centre of the pack: the very one, else the first that serves a country.
func centreOf(p *policy.Pack, told string) string {
	if _, ok := p.Centre(told); ok {
		return told
	}
	for _, sh := range shopsOf(p) {
		if _, centre, ok := p.CalendarFor(sh.country); ok {
			return centre
		}
	}
	return told
}
