package portal

import (
	"errors"
	"net/http"
	"strings"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// answer posts a message with its files.
func (p *portal) answer(w http.ResponseWriter, r *http.Request) error {
	number, err := caseNumber(r)
	if err != nil {
		return err
	}
	t, err := p.read(r)
	if err != nil {
		return err
	}
	in := cases.NewMessage{Text: t.Value("text"), Attachments: t.files, Draft: draftOfCase(number)}
	err = errs.BadFields(t.bad...)
	if err == nil {
		_, err = p.Cases.PostMessage(r.Context(), web.CurrentActor(r), number, in)
	}
	if err != nil {
		return p.actFailed(w, r, t, err)
	}
	return p.Site.Redirect(w, r, "/cases/"+number, "my_answered", "")
}

// actFailed shows the case again with what was typed and what is wrong.
func (p *portal) actFailed(w http.ResponseWriter, r *http.Request, t *typed, err error) error {
	if errs.KindOf(err) == errs.NotFound {
		return err
	}
	page := CasePage{Page: p.Site.Page(r, "portal.case.title", "cases")}
	form, ok := page.Explain(t.Form, err)
	t.Form = form
	if !ok {
		page.Problem = page.Say(err)
	}
	if failed := p.renderCase(w, r, web.StatusOf(err), page, t); failed != nil {
		return p.retry(w, r, t, errors.Join(err, failed))
	}
	return nil
}

func (p *portal) saveAnswer(w http.ResponseWriter, r *http.Request) error {
	number, err := caseNumber(r)
	if err != nil {
		return err
	}
	return p.saveDraft(w, r, draftOfCase(number), "/cases/"+number, func(t *typed, err error) error { return p.actFailed(w, r, t, err) })
}

func (p *portal) closeCase(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, cases.Change{Status: cases.Closed}, "my_closed")
}

func (p *portal) reopen(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, cases.Change{Status: cases.Open}, "my_reopened")
}

func (p *portal) askPriority(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, cases.Change{}, "my_priority_asked")
}

// change applies one change to the case as the form saw it. The customer's own changes do not collide with what
// support did meanwhile, except for a state that no longer allows them: that the use case says.
func (p *portal) change(w http.ResponseWriter, r *http.Request, in cases.Change, notice string) error {
	number, err := caseNumber(r)
	if err != nil {
		return err
	}
	t, err := p.read(r)
	if err != nil {
		return err
	}
	if err := errs.BadFields(t.bad...); err != nil {
		return p.actFailed(w, r, t, err)
	}
	switch in.Status { //nolint:exhaustive // the others ask for nothing
	case "":
		in.Requested, in.Reason = cases.ParsePriority(t.Value("requested")), t.Value("reason")
		if in.Requested == 0 {
			return p.actFailed(w, r, t, errs.BadFields(errs.BadField("requested", "field.required")))
		}
	case cases.Open:
		in.Reason = strings.TrimSpace(t.Value("reason"))
	}
	if _, err := p.Cases.Change(r.Context(), web.CurrentActor(r), number, "*", in); err != nil {
		return p.actFailed(w, r, t, err)
	}
	return p.Site.Redirect(w, r, "/cases/"+number, notice, "")
}

// download hands out a file: always to be saved, never to be shown as a page of this site.
func (p *portal) download(w http.ResponseWriter, r *http.Request) error {
	number, err := caseNumber(r)
	if err != nil {
		return err
	}
	file, err := id.Parse(r.PathValue("file"))
	if err != nil {
		return errs.Missing()
	}
	f, body, err := p.Cases.Download(r.Context(), web.CurrentActor(r), number, file)
	if err != nil {
		return err
	}
	return web.SendFile(w, f, body)
}
