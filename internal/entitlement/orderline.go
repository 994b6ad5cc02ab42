package entitlement

import (
	"strings"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

// SecondAddOn says that the system has an add-on plan on order for a day of this one.
const SecondAddOn = "second_add_on"

// OrderedPlan is a plan that an order names for a system, with its days.
type OrderedPlan struct {
	Plan string
	Term
	Order string // number of the order
}

// OneAddOn decides whether a system may be ordered a plan beside what was ordered for it before: the base plan and at
// most one add-on on any day (RA-08).
func OneAddOn(p *policy.Pack, o OrderedPlan, before []OrderedPlan) errs.Decision {
	d := errs.Decision{Allowed: true, Code: Accepted, Clause: "A.2", Requirement: "RA-08", Edition: p.Edition,
		Inputs: map[string]any{"plan": o.Plan, "from": dayText(o.From), "to": dayText(o.To)}}
	if isBase(p, o.Plan) {
		return d
	}
	for _, b := range before {
		if !isBase(p, b.Plan) && o.From.Compare(b.To) <= 0 && b.From.Compare(o.To) <= 0 {
			d.Allowed, d.Code = false, SecondAddOn
			d.Inputs["other"], d.Inputs["other_from"], d.Inputs["other_to"], d.Inputs["order"] = b.Plan, dayText(b.From), dayText(b.To), b.Order
			return d
		}
	}
	return d
}

func isBase(p *policy.Pack, plan string) bool { return len(p.Plans) > 0 && p.Plans[0].Key == plan }

// ExtendedLine gives all reasons against a line that orders extended lifecycle support, whatever its system is and has.
func ExtendedLine(p *policy.Pack, t Term) []errs.Decision {
	return OrderExtended(p, ExtendedOrder{SKU: firstSKU(p), Deployment: p.Extended.Deployment, Term: t})
}

// ExtendedOrderOf is an order by the pack's own name for it, where an order line has said so with a code.
func ExtendedOrderOf(p *policy.Pack, deployment string, t Term, earlier []Term) ExtendedOrder {
	return ExtendedOrder{SKU: firstSKU(p), Deployment: deployment, Term: t, Earlier: earlier}
}

func firstSKU(p *policy.Pack) string {
	if len(p.Extended.SKUs) == 0 {
		return ""
	}
	return p.Extended.SKUs[0]
}

// ExtendedField is the value of an order that a reason against it is about.
func ExtendedField(code string) string {
	switch {
	case strings.HasPrefix(code, startsBefore), code == OverlapsWindow:
		return "from"
	case code == WrongDeployment:
		return "system"
	case strings.HasPrefix(code, endsAfter), strings.HasPrefix(code, longerThan), strings.HasPrefix(code, notRenewable), code == EndsBeforeStart:
		return "to"
	}
	return "sku"
}
