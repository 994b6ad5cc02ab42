package desk

import (
	"context"
	"net/http"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/web"
)

// correction is the form for a case that waits for triage, with what was typed; nil for any other case.
func (d *desk) correction(ctx context.Context, page web.Page, a access.Actor, c *cases.Case, typed web.Form) (*web.CorrectionForm, error) {
	if !c.Triage || !access.Allows(a, access.CaseCorrect) {
		return nil, nil
	}
	systems, err := d.Contract.Systems(ctx, a, contract.Filter{Customer: c.CustomerKey})
	if err != nil {
		return nil, err
	}
	chosen := typed.Value("place")
	if chosen == "" {
		chosen = web.PlaceValue(c.System, c.Environment)
	}
	return &web.CorrectionForm{Action: "/desk/cases/" + c.Number + "/correction", Places: page.Places(systems.Items, chosen), Form: typed}, nil
}

// correct says what a case by mail is about, in the liaison's stead.
func (d *desk) correct(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	actor, number := web.CurrentActor(r), r.PathValue("number")
	c, err := d.Cases.Get(r.Context(), actor, number)
	if err != nil {
		return err
	}
	systems, err := d.Contract.Systems(r.Context(), actor, contract.Filter{Customer: c.CustomerKey})
	if err != nil {
		return err
	}
	in, err := web.Correction(systems.Items, form)
	if err == nil {
		_, err = d.Cases.Correct(r.Context(), actor, number, in)
	}
	if err == nil {
		return d.Site.Redirect(w, r, "/desk/"+number+listQuery(r), "desk_corrected", "")
	}
	p := d.Site.Page(r, "nav.queue", "queue")
	if with, ok := p.Explain(form, err); ok {
		return d.show(w, r, web.StatusOf(err), asked{correct: with})
	}
	n, ok := p.Refusal(err)
	if !ok || errs.KindOf(err) == errs.NotFound {
		return err
	}
	return d.show(w, r, web.StatusOf(err), asked{correct: form, problem: &n})
}
