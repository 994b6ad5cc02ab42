package entitlement

import (
	"strconv"
	"strings"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// The codes of orders of extended lifecycle support; the first four end with the pack's day or number.
const (
	startsBefore     = "starts_before_"
	endsAfter        = "ends_after_"
	longerThan       = "longer_than_"
	notRenewable     = "not_renewable_after_"
	EndsBeforeStart  = "ends_before_start"
	WrongSKU         = "not_the_sku_of_extended_support"
	WrongDeployment  = "extended_support_not_for_this_deployment"
	OverlapsWindow   = "overlaps_earlier_window"
	NotSold          = "extended_support_not_sold"
	OutsideExtended  = "outside_extended_scope"
	OutsideException = "outside_exception_scope"
)

// ReasonKey is the catalogue key of the sentence for a reason against an order; its day or number is no part of it.
func ReasonKey(code string) string {
	for _, prefix := range []string{startsBefore, endsAfter, longerThan, notRenewable} {
		if strings.HasPrefix(code, prefix) {
			return "extended." + strings.TrimSuffix(prefix, "_")
		}
	}
	return "extended." + code
}

// ExtendedOrder is an order of extended lifecycle support for a system (4.7).
type ExtendedOrder struct {
	SKU        string
	Deployment string
	Term       Term
	Earlier    []Term // windows of the system that were ordered before
}

// Days is how many days a term has, 0 when it ends before it begins.
func (t Term) Days() int { return max(0, t.From.DaysUntil(t.To)+1) }

// OrderExtended gives all reasons against an order, in the order of the policy's conditions; none: it is valid.
func OrderExtended(p *policy.Pack, o ExtendedOrder) []errs.Decision {
	v := verdict{p: p, inputs: map[string]any{"sku": o.SKU, "deployment": o.Deployment, "from": dayText(o.Term.From), "to": dayText(o.Term.To)}}
	if len(p.Extended.SKUs) == 0 {
		v.add(NotSold, "R4.7-03")
		return v.reasons
	}
	if !p.Extended.IsSKU(o.SKU) {
		v.add(WrongSKU, "R4.7-07")
	}
	if o.Deployment != p.Extended.Deployment {
		v.add(WrongDeployment, "R4.7-05")
	}
	if v.length(o.Term) {
		v.window(o.Term, endsAfter, "R4.7-08")
		v.sum(append([]Term{o.Term}, o.Earlier...))
		v.overlaps(o.Term, o.Earlier)
	}
	return v.reasons
}

// RenewExtended gives all reasons against another window after the one that is there. Windows need not meet.
func RenewExtended(p *policy.Pack, current, requested Term) []errs.Decision {
	v := verdict{p: p, inputs: map[string]any{"from": dayText(requested.From), "to": dayText(requested.To),
		"current_from": dayText(current.From), "current_to": dayText(current.To)}}
	if len(p.Extended.SKUs) == 0 {
		v.add(NotSold, "R4.7-03")
		return v.reasons
	}
	if v.length(requested) {
		v.window(requested, notRenewable, "R4.7-06")
		if len(v.reasons) == 0 { // a window outside of the years is no question of length
			v.sum([]Term{current, requested})
			v.overlaps(requested, []Term{current})
		}
	}
	return v.reasons
}

// verdict collects the reasons against an order.
type verdict struct {
	p       *policy.Pack
	inputs  map[string]any
	reasons []errs.Decision
}

func (v *verdict) add(code, requirement string) {
	v.reasons = append(v.reasons, errs.Decision{Code: code, Clause: "4.7", Requirement: requirement, Edition: v.p.Edition, Inputs: v.inputs})
}

func (v *verdict) length(t Term) bool {
	if t.To.Compare(t.From) < 0 {
		v.add(EndsBeforeStart, "R4.7-03")
		return false
	}
	return true
}

// window wants a term between the pack's first and last day; late is the code of one that ends too late.
func (v *verdict) window(t Term, late, requirement string) {
	v.inputs["first_start"], v.inputs["last_end"] = dayText(v.p.Extended.FirstStart), dayText(v.p.Extended.LastEnd)
	if t.From.Compare(v.p.Extended.FirstStart) < 0 {
		v.add(startsBefore+v.p.Extended.FirstStart.String(), "R4.7-04")
	}
	if t.To.Compare(v.p.Extended.LastEnd) > 0 {
		v.add(late+v.p.Extended.LastEnd.String(), requirement)
	}
}

// sum wants all windows laid end to end, from the first day of the earliest, to be no longer than the pack's months.
// Their days are added, not their months: a window in pieces is as long as the same window in one.
func (v *verdict) sum(all []Term) {
	v.inputs["max_months"] = v.p.Extended.MaxMonths
	start, days := all[0].From, 0
	for _, t := range all {
		days += t.Days()
		if t.From.Compare(start) < 0 {
			start = t.From
		}
	}
	if start.AddDays(days).Compare(start.AddMonths(v.p.Extended.MaxMonths)) > 0 {
		v.add(longerThan+strconv.Itoa(v.p.Extended.MaxMonths)+"_months", "R4.7-03")
	}
}

func (v *verdict) overlaps(t Term, earlier []Term) {
	for _, e := range earlier {
		if t.From.Compare(e.To) <= 0 && e.From.Compare(t.To) <= 0 {
			v.add(OverlapsWindow, "R4.7-03")
			return
		}
	}
}

// Kept is what a system on premises still has after the end of its support.
type Kept struct {
	Extended  bool     // a window of extended lifecycle support covers today
	Exception []string // the services that an order keeps; ServiceAll for everything
}

// Services are the services that are kept, for RegisterFacts.Exception.
func (k Kept) Services(p *policy.Pack) []string {
	if !k.Extended {
		return k.Exception
	}
	return append(append([]string{}, k.Exception...), p.Extended.Scope...)
}

// Delivers decides whether a service is still given on premises on or after the end of support (4.7).
func Delivers(p *policy.Pack, k Kept, service string, today calendar.Date) errs.Decision {
	d := errs.Decision{Code: Accepted, Clause: "4.7", Requirement: "R4.7-01", Edition: p.Edition, Inputs: map[string]any{
		"service": service, "extended": k.Extended, "exception": strings.Join(k.Exception, " "), "today": dayText(today), "ended_on": dayText(p.OnPremEnd)}}
	switch {
	case today.Compare(p.OnPremEnd) < 0:
		d.Allowed = true
	case keeps(k.Exception, service):
		d.Allowed, d.Requirement = true, "R4.7-02"
	case k.Extended && keeps(p.Extended.Scope, service):
		d.Allowed, d.Requirement = true, "R4.7-05"
	case k.Extended:
		d.Code, d.Requirement = OutsideExtended, "R4.7-05"
	case len(k.Exception) > 0:
		d.Code, d.Requirement = OutsideException, "R4.7-02"
	default:
		d.Code = OnPremSupportEnded
	}
	return d
}
