package seats

import (
	"net/http"
	"strings"

	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/liaisons"
	"liaison/internal/web"
)

const ownBase = "/liaisons"

// OwnPage is the liaisons of the reader's own customer.
type OwnPage struct {
	web.Page
	Asked
	View
	Name string
	Days int // for which an invitation holds
}

// HolderPage is one liaison of one system, to be replaced or removed.
type HolderPage struct {
	web.Page
	Asked
	Holder     HolderRow
	System     string
	Action     string
	Quota      QuotaBox
	Colleagues []Option
	Centres    []Option     // to choose from; none: the plan gives no choice
	NoChoice   *web.Refusal // why there is no choice
	Days       int          // working days until staff look at the cases that were left
	May        bool
}

func (o Options) own(w http.ResponseWriter, r *http.Request) error {
	return o.showOwn(w, r, http.StatusOK, Asked{})
}

func (o Options) showOwn(w http.ResponseWriter, r *http.Request, status int, asked Asked) error {
	actor := web.CurrentActor(r)
	if actor.Role.IsStaff() {
		http.Redirect(w, r, "/desk/customers", http.StatusSeeOther)
		return nil
	}
	all, err := o.Liaisons.OverviewOf(r.Context(), actor, id.ID{}, r.URL.Query().Get("year"))
	if err != nil {
		return err
	}
	page := OwnPage{Page: o.Site.Page(r, "seats.title", "liaisons"), Asked: asked, Name: all.Name, Days: o.Policy.Now().Liaisons.InvitationDays}
	page.View = o.view(page.Page, all, actor, ownBase)
	return o.Site.Render(w, r, status, page)
}

// act does what a form of the page asks for, and shows the page again with the reason when it is not done.
func (o Options) act(w http.ResponseWriter, r *http.Request, notice string, do func(form web.Form) error) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err = do(form); err == nil {
		return o.Site.Redirect(w, r, ownBase, notice, "")
	}
	asked, ok := undone(o.Site.Page(r, "seats.title", "liaisons"), form, err)
	if !ok || web.CurrentActor(r).Role.IsStaff() || errs.KindOf(err) == errs.Refused {
		return err
	}
	return o.showOwn(w, r, web.StatusOf(err), asked)
}

func (o Options) ask(w http.ResponseWriter, r *http.Request) error {
	return o.act(w, r, "seats_asked", func(form web.Form) error {
		system, err := formID(form, "system")
		if err != nil {
			return err
		}
		it, err := item(form, system, id.ID{})
		if err != nil {
			return err
		}
		_, err = o.Liaisons.Request(r.Context(), web.CurrentActor(r), liaisons.Request{Items: []liaisons.Item{it}})
		return err
	})
}

func (o Options) withdraw(w http.ResponseWriter, r *http.Request) error {
	return o.act(w, r, "seats_withdrawn", func(web.Form) error {
		change, err := pathID(r, "change")
		if err == nil {
			err = o.Liaisons.Withdraw(r.Context(), web.CurrentActor(r), id.ID{}, change)
		}
		return err
	})
}

func (o Options) endAccount(w http.ResponseWriter, r *http.Request) error {
	return o.act(w, r, "seats_account_ended", func(web.Form) error {
		person, err := pathID(r, "colleague")
		if err == nil {
			err = o.Liaisons.EndAccount(r.Context(), web.CurrentActor(r), id.ID{}, person)
		}
		return err
	})
}

func (o Options) setView(w http.ResponseWriter, r *http.Request) error {
	return o.act(w, r, "seats_view", func(form web.Form) error {
		person, err := pathID(r, "colleague")
		if err == nil {
			err = o.Liaisons.SetView(r.Context(), web.CurrentActor(r), id.ID{}, person, form.Value("sees"))
		}
		return err
	})
}

// noChoice says why a liaison cannot choose a centre, and which plans give the choice where it is the plan; nil where they can.
func (o Options) noChoice(p web.Page, d errs.Decision) *web.Refusal {
	if d.Allowed {
		return nil
	}
	why := p.Refused(d)
	if d.Code == entitlement.NotInPlan {
		_, with, _ := entitlement.InPlan(o.Policy.Now(), o.Policy.Now().Plans[0].Key, entitlement.ChooseCentre)
		names := []string{}
		for _, key := range with {
			if pl, ok := o.Policy.Now().Plan(key); ok {
				names = append(names, pl.Names.In(string(p.Lang)))
			}
		}
		if len(names) == 0 {
			names = append(names, p.T("seats.no_plan"))
		}
		why.Text = p.T("seats.centre.none", "plans", strings.Join(names, p.T("seats.plan_separator")))
	}
	return &why
}

func (o Options) holder(w http.ResponseWriter, r *http.Request) error {
	return o.showHolder(w, r, http.StatusOK, Asked{})
}

func (o Options) showHolder(w http.ResponseWriter, r *http.Request, status int, asked Asked) error {
	actor := web.CurrentActor(r)
	if actor.Role.IsStaff() {
		http.Redirect(w, r, "/desk/customers", http.StatusSeeOther)
		return nil
	}
	all, err := o.Liaisons.Overview(r.Context(), actor, id.ID{})
	if err != nil {
		return err
	}
	page := HolderPage{Page: o.Site.Page(r, "seats.title", "liaisons"), Asked: asked, Quota: QuotaBox{}, May: all.May, Days: o.Policy.Now().Liaisons.DepartedWorkingDays, Action: ownBase + "/" + r.PathValue("system") + "/" + r.PathValue("holder")}
	page.Quota = quotaBox(page.Page, all.Quota)
	for _, s := range all.Systems {
		box := o.systemBox(page.Page, s, all.People, ownBase)
		for i, h := range box.Liaisons {
			if box.ID == r.PathValue("system") && h.Person == r.PathValue("holder") {
				page.Holder, page.System, page.Colleagues = h, box.Name, box.Colleagues
				page.NoChoice = o.noChoice(page.Page, s.Choice)
				page.Centres = o.centres(page.Page, s, s.Liaisons[i].Centre)
			}
		}
	}
	if page.Holder.Person == "" {
		return errs.Missing()
	}
	page.Title = page.Holder.Name
	return o.Site.Render(w, r, status, page)
}

// centres are those that a liaison may choose, the system's own first.
func (o Options) centres(p web.Page, s liaisons.System, chosen string) (list []Option) {
	if !s.Choice.Allowed {
		return nil
	}
	list = []Option{{Value: "", Text: p.T("seats.centre.default", "centre", o.centre(p, s.Centre)), Selected: chosen == ""}}
	for _, c := range o.Policy.Now().Centres {
		if c.Key != "cloud" && c.Key != s.Centre {
			list = append(list, Option{c.Key, o.centre(p, c.Key), c.Key == chosen})
		}
	}
	return list
}

// change replaces or removes a liaison.
func (o Options) change(w http.ResponseWriter, r *http.Request) error {
	return o.actOnHolder(w, r, "seats_asked", ownBase, func(form web.Form, system, holder id.ID) error {
		it := liaisons.Item{System: system, Old: holder}
		if form.Value("do") != "remove" {
			var err error
			if it, err = item(form, system, holder); err != nil {
				return err
			}
			if it.New.IsZero() && it.Email == "" {
				return errs.BadFields(errs.BadField("email", "seats.who_follows"))
			}
		}
		_, err := o.Liaisons.Request(r.Context(), web.CurrentActor(r), liaisons.Request{Items: []liaisons.Item{it}})
		return err
	})
}

func (o Options) chooseCentre(w http.ResponseWriter, r *http.Request) error {
	back := ownBase + "/" + r.PathValue("system") + "/" + r.PathValue("holder")
	return o.actOnHolder(w, r, "seats_centre", back, func(form web.Form, system, holder id.ID) error {
		return o.Liaisons.ChooseCentre(r.Context(), web.CurrentActor(r), id.ID{}, system, holder, form.Value("centre"))
	})
}

func (o Options) actOnHolder(w http.ResponseWriter, r *http.Request, notice, target string, do func(form web.Form, system, holder id.ID) error) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	system, err := pathID(r, "system")
	if err != nil {
		return err
	}
	holder, err := pathID(r, "holder")
	if err != nil {
		return err
	}
	if err = do(form, system, holder); err == nil {
		return o.Site.Redirect(w, r, target, notice, "")
	}
	asked, ok := undone(o.Site.Page(r, "seats.title", "liaisons"), form, err)
	if !ok || web.CurrentActor(r).Role.IsStaff() || errs.KindOf(err) == errs.Refused {
		return err
	}
	return o.showHolder(w, r, web.StatusOf(err), asked)
}
