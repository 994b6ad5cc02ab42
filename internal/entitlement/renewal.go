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

// Running is what a customer has licensed, and what support of it runs or has run out.
type Running struct {
	Products []string        // licensed beside those that the systems run
	Systems  []RunningSystem // in the order in which they are shown
}

// RunningSystem is a system with the support that a renewal goes on with.
type RunningSystem struct {
	System, Product, Plan string
	Seats                 int // bought beside those of the plan
}

// Renewed is what a renewal is to go on with. Returned are systems and products whose licences the customer has given
// back: they are licensed no longer, and nothing is left out with them.
type Renewed struct {
	Products []string
	Systems  []RunningSystem
	Returned []string
}

// RenewalDiff is how a renewal differs from what runs. What is missing speaks against it; another plan, and more or fewer
// seats, do not (5.1).
type RenewalDiff struct {
	Products []string     // licensed, and left out
	Systems  []string     // that would be without a plan
	Changed  []RenewalRow // systems with another plan or other seats than now
}

// RenewalRow is a system as it runs and as it would be renewed.
type RenewalRow struct {
	System           string
	PlanWas, Plan    string
	SeatsWere, Seats int
}

// CompareRenewal compares a renewal with what runs, and decides on it: for all that is licensed, or for none (5.1). A
// product that several systems run is renewed for all of them.
func CompareRenewal(p *policy.Pack, runs Running, wanted Renewed) (diff RenewalDiff, d errs.Decision) {
	back := func(name string) bool { return slices.Contains(wanted.Returned, name) }
	chosen, plans := map[string]RunningSystem{}, map[string]string{}
	renewed := slices.Clone(wanted.Products)
	for _, s := range wanted.Systems {
		chosen[s.System] = s
	}
	licensed := []string{}
	diff.Systems = []string{}
	for _, s := range runs.Systems {
		now, goesOn := chosen[s.System]
		switch {
		case back(s.System):
			continue
		case goesOn && (now.Plan != s.Plan || now.Seats != s.Seats):
			diff.Changed = append(diff.Changed, RenewalRow{System: s.System, PlanWas: s.Plan, Plan: now.Plan, SeatsWere: s.Seats, Seats: now.Seats})
		}
		licensed = append(licensed, s.Product)
		plans[s.System] = now.Plan
		if goesOn {
			renewed = append(renewed, s.Product)
		}
	}
	for _, product := range runs.Products {
		if !back(product) {
			licensed = append(licensed, product)
		}
	}
	diff.Products, d = Renew(p, unique(licensed), unique(renewed))
	if len(renewed) > 0 {
		without := WithoutPlan(p, plans)
		for _, s := range runs.Systems {
			if slices.Contains(without, s.System) {
				diff.Systems = append(diff.Systems, s.System)
			}
		}
	}
	d.Inputs["missing_systems"] = diff.Systems
	if len(diff.Systems) > 0 {
		d.Allowed, d.Code = false, PartialRenewal
	}
	return diff, d
}

// unique keeps the first of each.
func unique(all []string) (some []string) {
	some = []string{}
	for _, s := range all {
		if !slices.Contains(some, s) {
			some = append(some, s)
		}
	}
	return some
}
