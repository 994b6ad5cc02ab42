package rights

import (
	"net/http"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/web"
)

// SupportPage says whether support is owed, since when not and why, what to do, and what is still possible meanwhile.
type SupportPage struct {
	web.Page
	Staff    bool
	Key      string // of the customer, for staff
	Crumb    string // the customer's name, for staff
	Lead     string // for whom the answers are, for staff
	Overdue  []OwedRow
	Open     []OwedRow
	Reach    []ReachRow
	Systems  []SupportSystem
	Empty    web.Empty
	Invoices bool // the viewer may open the invoices
}

// OwedRow is an invoice that is not paid. To who may not know its number it has no amount, and no number in its title.
type OwedRow struct {
	Title, Amount, Text, Href string
}

// ReachRow is somebody of the vendor who helps.
type ReachRow struct{ Name, What, Mail string }

// SupportSystem is a system with what is possible for it and what is not.
type SupportSystem struct {
	Name, Product, Version, Plan string
	Covered                      bool
	State                        string // in a few words
	Why                          web.Refusal
	May, MayNot                  []Answer
}

// support shows it to the customer's own people.
func (o Options) support(w http.ResponseWriter, r *http.Request) error {
	page := SupportPage{Page: o.Site.Page(r, "support.title", "account")}
	actor := web.CurrentActor(r)
	page.Empty = web.Empty{Icon: "building-2", Title: page.T("rights.none"), Text: page.T("rights.none_text")}
	if actor.Role.IsStaff() {
		page.Staff = true
		return o.Site.Render(w, r, http.StatusOK, page)
	}
	all, err := o.Contract.Standings(r.Context(), actor, contract.StandingQuery{})
	if err != nil {
		return err
	}
	if err := o.fillSupport(r, &page, "", all); err != nil {
		return err
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

// DeskSupportPage is the same for staff, about a customer: as a liaison of each system would see it.
type DeskSupportPage struct{ SupportPage }

func (o Options) deskSupport(w http.ResponseWriter, r *http.Request) error {
	actor, key := web.CurrentActor(r), r.PathValue("key")
	page := DeskSupportPage{SupportPage{Page: o.Site.Page(r, "support.desk.title", "customers"), Key: key}}
	found, err := o.Contract.Systems(r.Context(), actor, contract.Filter{Customer: key})
	if err != nil {
		return err
	}
	if len(found.Items) == 0 {
		if _, err := o.PeopleOf(r.Context(), actor, key); err != nil {
			return err
		}
	}
	page.Crumb, page.Lead = key, page.T("support.desk.lead")
	page.Invoices = access.Allows(actor, access.InvoiceRead)
	page.Empty = web.Empty{Icon: "building-2", Title: page.T("support.desk.none"), Text: page.T("support.desk.none_text")}
	if len(found.Items) > 0 {
		page.Crumb = found.Items[0].CustomerName
	}
	all, err := o.Contract.StandingsOfLiaisons(r.Context(), actor, key)
	if err != nil {
		return err
	}
	if err := o.fillSupport(r, &page.SupportPage, key, all); err != nil {
		return err
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

// fillSupport asks every question for every system, by the functions that the edges ask.
func (o Options) fillSupport(r *http.Request, page *SupportPage, key string, all []contract.Standing) error {
	owed, err := o.Arrears(r.Context(), web.CurrentActor(r), key)
	if err != nil {
		return err
	}
	for i, v := range owed.Invoices {
		if !owed.Named {
			if i == 0 && v.State == billing.Overdue { // the oldest says since when
				page.Overdue = []OwedRow{{Title: page.T("support.an_invoice"), Text: page.T("support.since", "at", page.Instant(v.SuspendsAt))}}
			}
			continue
		}
		row := OwedRow{Title: page.T("support.invoice", "number", v.Number), Amount: billing.Readable(v.Amount, v.Currency)}
		if page.Invoices {
			row.Href = "/desk/invoices/" + v.ID.String()
		}
		due := page.Format.CivilDate(v.Due.Year, v.Due.Month, v.Due.Day)
		if v.State == billing.Overdue {
			row.Text = page.T("support.overdue", "day", due, "at", page.Instant(v.SuspendsAt))
			page.Overdue = append(page.Overdue, row)
			continue
		}
		row.Text = page.T("support.open", "day", due)
		page.Open = append(page.Open, row)
	}
	for _, h := range owed.Reach {
		page.Reach = append(page.Reach, ReachRow{h.Name, page.T("books.contact." + h.Kind), h.Email})
	}
	now := o.Site.Clock.Now()
	for _, st := range all {
		rights := o.rightsOf(page.Page, st, entitlement.Questions(), now, false)
		s := SupportSystem{Name: rights.Name, Product: rights.Product, Version: rights.Version, Plan: rights.Plan}
		d := entitlement.Covered(o.Policy.Book().At(now), st.Standing, now)
		s.Covered, s.State = d.Allowed, page.T("support.covered")
		if !d.Allowed {
			s.State, s.Why = page.T("desk.cover."+d.Code), page.Refused(d)
		}
		for _, a := range rights.Answers {
			if a.Yes {
				s.May = append(s.May, a)
			} else {
				s.MayNot = append(s.MayNot, a)
			}
		}
		page.Systems = append(page.Systems, s)
	}
	return nil
}
