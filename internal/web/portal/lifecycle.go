package portal

import (
	"net/http"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/lifecycle"
	"liaison/internal/web"
)

// LifecyclePage says how long each release is supported. It is public (R4.5-03); who is signed in sees the own systems
// beside their releases.
type LifecyclePage struct {
	web.Page
	Products []ProductLife
	Ending   []OwnSystem // own systems whose release is out of support or soon will be
}

// ProductLife is a product in the table.
type ProductLife struct {
	Name   string
	Cycles []CycleRow
}

// CycleRow is a platform release.
type CycleRow struct {
	Version, From, Until string
	Tone, Icon, Phase    string
	Published            bool // the last day stands in the published table
	Updates              []string
	Own                  []string // names of the reader's systems on it
}

// OwnSystem is a system of the reader and the last day of its release.
type OwnSystem struct{ Name, Version, Until, Text string }

// endingSoon is from how many days before its last one a release is shown as ending.
const endingSoon = 180

func (p *portal) lifecycle(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Releases.Lifecycle(r.Context())
	if err != nil {
		return err
	}
	page := LifecyclePage{Page: p.Site.Page(r, "lifecycle.title", "lifecycle")}
	today := calendar.DateOf(p.Site.Clock.Now(), p.Policy.Now().Vendor.Zone)
	soon := today.AddDays(endingSoon)
	own := map[string][]string{}
	if actor := web.CurrentActor(r); access.Allows(actor, access.SystemRead) && !actor.Role.IsStaff() {
		found, err := p.Contract.Systems(r.Context(), actor, contract.Filter{})
		if err != nil {
			return err
		}
		for _, s := range found.Items {
			own[s.Product+" "+s.Version] = append(own[s.Product+" "+s.Version], s.Name)
			if s.SupportedUntil.IsZero() || s.SupportedUntil.Compare(soon) > 0 {
				continue
			}
			key := "lifecycle.own_soon"
			if s.SupportedUntil.Compare(today) < 0 {
				key = "lifecycle.own_over"
			}
			page.Ending = append(page.Ending, OwnSystem{s.Name, s.Version, s.SupportedUntil.String(), page.T(key, "day", dayText(page.Page, s.SupportedUntil))})
		}
	}
	for _, life := range all {
		one := ProductLife{Name: life.Name}
		for _, k := range life.Cycles {
			row := CycleRow{Version: k.Version, From: k.GA.String(), Until: k.LastSupportedDay.String(), Published: k.Published, Own: own[life.ID+" "+k.Version]}
			for _, u := range k.Updates {
				row.Updates = append(row.Updates, u.Version)
				row.Own = append(row.Own, own[life.ID+" "+u.Version]...)
			}
			row.Tone, row.Icon, row.Phase = phase(page.Page, k.Phase, k.LastSupportedDay.Compare(soon) <= 0)
			one.Cycles = append(one.Cycles, row)
		}
		page.Products = append(page.Products, one)
	}
	return p.Site.Render(w, r, http.StatusOK, page)
}

// phase is how a release's phase looks and is called.
func phase(page web.Page, ph lifecycle.Phase, ending bool) (tone, icon, text string) {
	switch {
	case ph == lifecycle.Expired:
		return "breach", "circle-x", page.T("lifecycle.expired")
	case ph == lifecycle.Planned:
		return "paused", "circle-dashed", page.T("lifecycle.planned")
	case ending:
		return "soon", "clock-alert", page.T("lifecycle.ending")
	}
	return "met", "circle-check", page.T("lifecycle.supported")
}
