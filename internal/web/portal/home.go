package portal

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// HomePage is what a liaison sees first: what is going on, what will need attention, who is there.
type HomePage struct {
	web.Page
	Open    []CaseRow
	More    bool
	Systems []SystemNote
	Answers []Answers
	Coming  []Announcement
	None    web.Empty
	Stopped *web.Notice // support is not owed now: why, and where it says what is still possible
}

// GuestPage says to people without the support centre what it is, why it is not theirs, and what is.
type GuestPage struct {
	web.Page
	Refusal web.Refusal
	Coming  []Announcement
}

// SystemNote is a system whose support ends before long.
type SystemNote struct {
	Name    string
	Product string
	Text    string
	Clause  string
	Over    bool
}

// onHome is how many open cases the home page lists.
const onHome = 6

func (p *portal) home(w http.ResponseWriter, r *http.Request) error {
	actor := web.CurrentActor(r)
	switch {
	case actor.Role.IsStaff():
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
		return nil
	case !access.Allows(actor, access.CaseRead):
		return p.guest(w, r)
	}
	page := HomePage{Page: p.Site.Page(r, "portal.home.title", "home")}
	found, err := p.Cases.List(r.Context(), actor, cases.Filter{Open: true, Limit: onHome})
	if err != nil {
		return err
	}
	for _, c := range found.Items {
		page.Open = append(page.Open, p.row(page.Page, &c))
	}
	slices.SortStableFunc(page.Open, func(a, b CaseRow) int { return cmp.Compare(a.rank, b.rank) })
	page.More = found.Next != ""
	page.None = web.Empty{Icon: "circle-check", Title: page.T("portal.home.none"), Text: page.T("portal.home.none_text")}
	systems, err := p.Contract.Systems(r.Context(), actor, contract.Filter{})
	if err != nil {
		return err
	}
	page.Systems = p.endings(page.Page, systems.Items)
	if page.Stopped, err = p.stopped(r, page.Page); err != nil {
		return err
	}
	page.Answers = p.answering(page.Page, systems.Items, false)
	page.Coming = p.announcements(page.Page, p.reachOf(systems.Items))
	return p.Site.Render(w, r, http.StatusOK, page)
}

// stopped is the banner over everything else while support of a system is not owed; nil while all of it is.
func (p *portal) stopped(r *http.Request, page web.Page) (*web.Notice, error) {
	all, err := p.Contract.SystemFacts(r.Context(), web.CurrentActor(r))
	if err != nil {
		return nil, err
	}
	now := p.Site.Clock.Now()
	for _, f := range all {
		standing := entitlement.Standing{RegisterFacts: f.Entitlement(""), Plan: f.Plan}
		if d := entitlement.Covered(p.Policy.Book().At(now), standing, now); !d.Allowed {
			why := page.Refused(d)
			return &web.Notice{Tone: "bad", Title: f.SystemName, Text: why.Text, Clause: d.Clause}, nil
		}
	}
	return nil, nil
}

// guest explains the refusal that every attempt at a case would get (table 2.4), before any is made.
func (p *portal) guest(w http.ResponseWriter, r *http.Request) error {
	page := GuestPage{Page: p.Site.Page(r, "portal.guest.title", "home")}
	now := p.Site.Clock.Now()
	member := entitlement.Standing{Member: web.CurrentActor(r).Role == access.Member}
	page.Refusal = page.Refused(entitlement.MayOpen(p.Policy.Book().At(now), member, policy.SupportCentre, now))
	page.Coming = p.announcements(page.Page, nil)
	return p.Site.Render(w, r, http.StatusOK, page)
}

// soon is how many days before the end of support the home page begins to speak of it.
const soon = 183

// endings are the systems close to the end of support, and those that the end of on-premises support (4.7) reaches.
func (p *portal) endings(page web.Page, systems []contract.System) (notes []SystemNote) {
	today := calendar.DateOf(page.Format.Now, p.Policy.Now().Vendor.Zone)
	for _, s := range systems {
		note := SystemNote{Name: s.Name, Product: s.Product + " " + s.Version}
		until := s.SupportedUntil
		switch {
		case until.IsZero() || until.Compare(today.AddDays(soon)) > 0:
		case until.Compare(today) < 0:
			note.Text, note.Clause, note.Over = page.T("portal.home.ended", "day", dayText(page, until)), "4.5", true
		default:
			note.Text, note.Clause = page.T("portal.home.ends", "day", dayText(page, until), "count", daysUntil(today, until)), "4.5"
		}
		if note.Text != "" {
			notes = append(notes, note)
		}
		if !s.OnPremEnds.IsZero() {
			key := "portal.home.on_prem_ends"
			if s.OnPremEnds.Compare(today) <= 0 {
				key = "portal.home.on_prem_ended"
			}
			notes = append(notes, SystemNote{Name: s.Name, Product: note.Product, Text: page.T(key, "day", dayText(page, s.OnPremEnds)), Clause: "4.7"})
		}
	}
	return notes
}

func dayText(page web.Page, d calendar.Date) string {
	return page.Format.CivilDate(d.Year, d.Month, d.Day)
}

func daysUntil(from, to calendar.Date) int {
	return int(to.StartIn(time.UTC).Sub(from.StartIn(time.UTC)) / (24 * time.Hour))
}
