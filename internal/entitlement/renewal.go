package entitlement

import (
	"maps"
	"slices"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

// PartialRenewal says that a renewal leaves out a part of what is licensed (5.1).
const PartialRenewal = "partial_renewal"

// Renew decides whether support may be renewed for those products: for all that the customer licenses, or for none.
// missing are the licensed ones that are left out, in the order of licensed. Products beyond those licensed are a new
// order and no matter of this rule; different plans for different systems are none either.
func Renew(p *policy.Pack, licensed, renewed []string) (missing []string, d errs.Decision) {
	missing = []string{}
	if len(renewed) > 0 {
		for _, product := range licensed {
			if !slices.Contains(renewed, product) && !slices.Contains(missing, product) {
				missing = append(missing, product)
			}
		}
	}
	d = errs.Decision{Allowed: len(missing) == 0, Code: Accepted, Clause: "5.1", Requirement: "R5.1-01", Edition: p.Edition,
		Inputs: map[string]any{"licensed": slices.Clone(licensed), "renewed": slices.Clone(renewed), "missing": missing}}
	if !d.Allowed {
		d.Code = PartialRenewal
	}
	return missing, d
}

// WithoutPlan lists the systems of a renewal that would be left without a plan, sorted: the base plan covers every
// product, so each system needs one; which one is free.
func WithoutPlan(p *policy.Pack, plans map[string]string) (systems []string) {
	for _, system := range slices.Sorted(maps.Keys(plans)) {
		if _, ok := p.Plan(plans[system]); !ok {
			systems = append(systems, system)
		}
	}
	return systems
}
