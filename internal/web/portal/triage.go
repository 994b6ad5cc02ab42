package portal

import (
	"context"
	"net/http"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// correction is the form for a case that waits for triage, with what was typed; nil for any other case.
func (p *portal) correction(ctx context.Context, page web.Page, actor access.Actor, c *cases.Case, typed web.Form) (*web.CorrectionForm, error) {
	if !c.Triage || !access.Allows(actor, access.CaseCorrect) {
		return nil, nil
	}
	systems, err := p.Contract.Systems(ctx, actor, contract.Filter{})
	if err != nil {
		return nil, err
	}
	chosen := typed.Value("place")
	if chosen == "" {
		chosen = web.PlaceValue(c.System, c.Environment)
	}
	return &web.CorrectionForm{Action: "/cases/" + c.Number + "/correction", Places: page.Places(systems.Items, chosen), Form: typed}, nil
}

// correct says what a case by mail is about.
func (p *portal) correct(w http.ResponseWriter, r *http.Request) error {
	number, err := caseNumber(r)
	if err != nil {
		return err
	}
	t, err := p.read(r)
	if err != nil {
		return err
	}
	actor := web.CurrentActor(r)
	if _, err := p.Cases.Get(r.Context(), actor, number); err != nil {
		return err
	}
	systems, err := p.Contract.Systems(r.Context(), actor, contract.Filter{})
	if err != nil {
		return err
	}
	in, err := web.Correction(systems.Items, t.Form)
	if err == nil {
		err = errs.BadFields(t.bad...)
	}
	if err == nil {
		_, err = p.Cases.Correct(r.Context(), actor, number, in)
	}
	if err != nil {
		return p.actFailed(w, r, t, err)
	}
	return p.Site.Redirect(w, r, "/cases/"+number, "my_corrected", "")
}

// defaultSystem fills in which system the person's cases by mail are about.
func (p *portal) defaultSystem(ctx context.Context, actor access.Actor, page *AccountPage) error {
	if actor.Role.IsStaff() || !access.Allows(actor, access.CaseRegister) || !access.Allows(actor, access.CaseRead) {
		return nil
	}
	systems, err := p.Contract.Systems(ctx, actor, contract.Filter{})
	if err != nil || len(systems.Items) < 2 { // with one there is nothing to choose
		return err
	}
	own, err := p.Contract.OwnDefaultSystem(ctx, actor)
	if err != nil {
		return err
	}
	page.Systems = []Option{{"", page.T("portal.account.system_oldest"), own.IsZero()}}
	page.Systems = append(page.Systems, systemOptions(systems.Items, own)...)
	return nil
}

// saveSystem keeps the system that the person's cases by mail are about.
func (p *portal) saveSystem(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	var system id.ID
	if v := form.Value("defaultSystem"); v != "" {
		if system, err = id.Parse(v); err != nil {
			system = id.New() // names none: the use case says so
		}
	}
	if err := p.Contract.SetDefaultSystem(r.Context(), web.CurrentActor(r), system); err != nil {
		return p.accountFailed(w, r, form, err)
	}
	return p.Site.Redirect(w, r, "/account", "my_settings", "")
}
