package entitlement

import (
	"slices"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// NotInPlan says that the system's plan does not include what is asked (appendix B).
const NotInPlan = "not_in_plan"

// The features of appendix B that a plan may add, by their names in Features.
const (
	ChooseCentre      = "choose_regional_centre"
	WeeklyReview      = "weekly_case_review"
	DedicatedEngineer = "dedicated_engineer"
	AroundTheClock    = "p1p2_24x7_phone"
)

// feature is a row of appendix B: whether a plan includes it, and the requirement.
type feature struct {
	name        string
	requirement string
	has         func(Features) bool
}

// featureRows are the rows of appendix B that are a yes or a no.
func featureRows() []feature {
	return []feature{
		{"community", "RB-02", func(f Features) bool { return f.Community }},
		{"software_updates", "RB-03", func(f Features) bool { return f.SoftwareUpdates }},
		{"regional_centre_access", "RB-04", func(f Features) bool { return f.RegionalCentreAccess }},
		{AroundTheClock, "RB-06", func(f Features) bool { return f.P1P2Phone24x7 }},
		{ChooseCentre, "RB-07", func(f Features) bool { return f.ChooseRegionalCentre }},
		{WeeklyReview, "RB-08", func(f Features) bool { return f.WeeklyCaseReview }},
		{DedicatedEngineer, "RB-09", func(f Features) bool { return f.DedicatedEngineer }},
	}
}

// InPlan decides whether a plan includes a feature of appendix B, and gives the plans that do, the base plan first.
// known is false for a feature or a plan that does not exist.
func InPlan(p *policy.Pack, plan, name string) (d errs.Decision, with []string, known bool) {
	rows := featureRows()
	i := slices.IndexFunc(rows, func(f feature) bool { return f.name == name })
	if _, ok := p.Plan(plan); !ok || i < 0 {
		return d, nil, false
	}
	with = []string{}
	for _, pl := range p.Plans {
		if f, _ := PlanFeatures(p, pl.Key); rows[i].has(f) {
			with = append(with, pl.Key)
		}
	}
	d = errs.Decision{Allowed: slices.Contains(with, plan), Code: Accepted, Clause: "B", Requirement: rows[i].requirement, Edition: p.Edition,
		Inputs: map[string]any{"plan": plan, "feature": name, "plans": with}}
	if !d.Allowed {
		d.Code = NotInPlan
	}
	return d, with, true
}

// Occurrence is one meeting of a series of weekly reviews.
type Occurrence struct {
	At        time.Time     // UTC
	On        calendar.Date // in the customer's zone
	OnHoliday bool          // a person skips or moves it
}

// Occurrences are count meetings, week after week at the same local time of the customer's zone, the first one
// included (RB-08). Where summer time takes that local time away, it is the next instant that exists.
func Occurrences(first time.Time, zone *time.Location, count int, isHoliday func(calendar.Date) bool) []Occurrence {
	day, clock := calendar.DateOf(first, zone), calendar.TimeOfDay(first, zone)
	all := make([]Occurrence, 0, max(0, count))
	for i := range count {
		on := day.AddDays(7 * i)
		at := on.AtIn(zone, clock)
		if i == 0 {
			at = first.UTC() // also when the clock shows that time twice
		}
		all = append(all, Occurrence{At: at, On: on, OnHoliday: isHoliday(on)})
	}
	return all
}
