package entitlement

import (
	"slices"
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Resources is what a member of a customer may open (table 2.4).
type Resources struct {
	Community        bool `json:"community"`
	SupportCentre    bool `json:"support_centre"`
	ProductDownloads bool `json:"product_downloads"`
	LicenceKeys      bool `json:"licence_keys"`
}

// ResourcesOf gives the table's column for a liaison or for any other member. Downloads and keys also need a
// subscription in force; the community and one's own cases stay open without it (R0-04).
func ResourcesOf(p *policy.Pack, liaison, subscribed bool) Resources {
	may := func(key string) bool { return inTable(p, key, liaison, true) }
	return Resources{
		Community:        may(policy.Community),
		SupportCentre:    may(policy.SupportCentre),
		ProductDownloads: may(policy.ProductDownloads) && subscribed,
		LicenceKeys:      may(policy.LicenceKeyRequest) && subscribed,
	}
}

func inTable(p *policy.Pack, key string, liaison, member bool) bool {
	r, _ := p.Resource(key)
	if liaison {
		return r.Liaison
	}
	return member && r.Member
}

// NotForYou says that table 2.4 does not open the resource to the person.
const NotForYou = "resource_not_open"

// MayOpen decides whether a person may open a resource of table 2.4 now. Downloads and keys need a subscription in
// force and no overdue invoice; the community and the support centre, with the customer's own cases, stay open.
func MayOpen(p *policy.Pack, s Standing, key string, at time.Time) errs.Decision {
	row, _ := p.Resource(key)
	checks := []check{inTableFor(key)}
	if key == policy.ProductDownloads || key == policy.LicenceKeyRequest {
		checks = append(checks, isSubscribed, isPaid)
	}
	return decide(p, s, at, given(row.Clause, row.Requirement), checks...)
}

func inTableFor(key string) check {
	return func(q *question) (no refusal) {
		q.inputs["resource"], q.inputs["liaison"], q.inputs["member"] = key, q.Liaison, q.Member
		if !inTable(q.Pack, key, q.Liaison, q.Member) {
			row, _ := q.Resource(key)
			code := NotForYou
			if key == policy.SupportCentre { // what it is for is registering cases
				code = NotALiaison
			}
			return refusal{code, row.Clause, row.Requirement}
		}
		return no
	}
}

// Features is a plan's column of the comparison in appendix B.
type Features struct {
	LiaisonSeats         int      `json:"liaison_seats"`
	CaseChannels         []string `json:"case_channels"`
	Community            bool     `json:"community"`
	SoftwareUpdates      bool     `json:"software_updates"`
	RegionalCentreAccess bool     `json:"regional_centre_access"`
	P1P2Phone24x7        bool     `json:"p1p2_24x7_phone"`
	ChooseRegionalCentre bool     `json:"choose_regional_centre"`
	WeeklyCaseReview     bool     `json:"weekly_case_review"`
	DedicatedEngineer    bool     `json:"dedicated_engineer"`

	// ExtendedSeats are the liaisons of a system that nothing but extended lifecycle support covers (4.7); 0: LiaisonSeats.
	ExtendedSeats int `json:"extended_liaison_seats,omitempty"`
}

// PlanFeatures gives what a plan includes; false when the pack has no such plan.
func PlanFeatures(p *policy.Pack, plan string) (Features, bool) {
	pl, ok := p.Plan(plan)
	if !ok {
		return Features{}, false
	}
	common := func(feature string) bool { return slices.Contains(p.CommonFeatures, feature) }
	extended := 0
	if e := p.Extended; e.Seats > 0 || e.AddedSeats > 0 {
		extended = p.SeatsOf(plan, true)
	}
	return Features{
		ExtendedSeats:        extended,
		LiaisonSeats:         pl.Seats,
		CaseChannels:         p.Channels,
		Community:            common("community"),
		SoftwareUpdates:      common("software_updates"),
		RegionalCentreAccess: common("regional_centre_access"),
		P1P2Phone24x7:        pl.P1P2Around,
		ChooseRegionalCentre: pl.ChooseCentre,
		WeeklyCaseReview:     pl.WeeklyReview,
		DedicatedEngineer:    pl.DedicatedEngineers,
	}, true
}
