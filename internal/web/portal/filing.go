package portal

import (
	"context"
	"errors"
	"net/http"
	"time"
	"unicode"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
	"liaison/internal/text"
	"liaison/internal/web"
)

// PromiseView is what would be promised for what is chosen, or why nothing can be.
type PromiseView struct {
	Call     *Channel // to phone as well, nil where the portal is enough
	Box      web.PromiseBox
	Refusal  *web.Refusal
	Lowered  bool   // P1 and P2 are for production environments (3.3)
	Language string // notice where work outside regional hours is in one language only (A.2)
	Clause   string
}

// RetryPage keeps what was typed when nothing could be stored and no page could be made of it.
type RetryPage struct {
	web.Page
	Text   string
	Action string
	Fields []web.CarriedField
}

func (p *portal) fileCase(w http.ResponseWriter, r *http.Request) error {
	actor := web.CurrentActor(r)
	t, err := p.read(r)
	if err != nil {
		return err
	}
	page := FilePage{Page: p.Site.Page(r, "portal.file.title", "file")}
	c, err := p.Cases.Register(r.Context(), actor, registration(page.Page, t))
	if err != nil {
		return p.filingFailed(w, r, page, t, err)
	}
	return p.Site.Redirect(w, r, "/cases/"+c.Number, "my_filed", "")
}

// filingFailed shows the form again with everything that was typed, and what is wrong beside it. The files that
// arrived are stored; another try carries their ids.
func (p *portal) filingFailed(w http.ResponseWriter, r *http.Request, page FilePage, t *typed, err error) error {
	status := web.StatusOf(err)
	if !access.Allows(web.CurrentActor(r), access.CaseRead) {
		return err // a member or outsider: the decision's own page says all there is
	}
	form, ok := page.Explain(t.Form, err, "portal.field.")
	t.Form = form
	if !ok && errs.As(err).Decision == nil {
		page.Problem = page.Say(err)
	}
	if failed := p.renderFiling(w, r, status, page, t); failed != nil {
		return p.retry(w, r, t, errors.Join(err, failed))
	}
	return nil
}

// retry answers when not even the form can be shown: the words travel in hidden fields, to be sent again.
func (p *portal) retry(w http.ResponseWriter, r *http.Request, t *typed, err error) error {
	page := RetryPage{Page: p.Site.Page(r, "portal.retry.title", ""), Action: r.URL.Path}
	page.Text = page.Say(err)
	for i := 0; i+1 < len(t.pairs); i += 2 {
		page.Fields = append(page.Fields, web.CarriedField{Name: t.pairs[i], Value: t.pairs[i+1]})
	}
	for _, v := range t.kept {
		page.Fields = append(page.Fields, web.CarriedField{Name: keptField, Value: v})
	}
	return p.Site.Render(w, r, web.StatusOf(err), page)
}

// updatePromise answers the script with the promise alone, and the button without a script with the whole page.
func (p *portal) updatePromise(w http.ResponseWriter, r *http.Request) error {
	t, err := p.read(r)
	if err != nil {
		return err
	}
	page := FilePage{Page: p.Site.Page(r, "portal.file.title", "file"), Form: t.Form}
	if r.Header.Get("HX-Request") == "" {
		return p.renderFiling(w, r, http.StatusOK, page, t)
	}
	if page.Promise, err = p.promiseView(r.Context(), page.Page, web.CurrentActor(r), t.Form); err != nil {
		return err
	}
	return p.Site.Fragment(w, http.StatusOK, "file-promise", page)
}

// promiseView computes the promise for the chosen system; P4 stands in while no priority is chosen, so that a
// refusal is known before anything is typed.
func (p *portal) promiseView(ctx context.Context, page web.Page, actor access.Actor, f web.Form) (v PromiseView, err error) {
	system, err := id.Parse(f.Value("system"))
	if err != nil {
		return v, errs.Missing()
	}
	level := cases.ParsePriority(f.Value("priority"))
	asked := level
	if asked == 0 {
		asked = 4
	}
	got, err := p.Cases.Promise(ctx, actor, system, f.Value("environment"), f.Value("product"), f.Value("version"), asked)
	if err != nil {
		return v, err
	}
	if !got.Decision.Allowed {
		refusal := page.Refused(got.Decision)
		return PromiseView{Refusal: &refusal}, nil
	}
	if level == 0 {
		v.Box = web.PromiseBox{Label: page.T("portal.promise.label"), Big: page.T("portal.promise.choose"), Note: page.T("portal.promise.choose_note")}
		return v, nil
	}
	plan, _ := p.Policy.Now().Plan(got.Plan)
	v.Box = web.PromiseBox{State: web.OnTrack,
		Label: page.T("portal.promise.now", "priority", cases.PriorityName(got.Priority), "plan", plan.Names.In(string(page.Lang))),
		Big:   page.T("portal.promise.by", "due", page.Instant(got.ReplyBy)), Note: p.hoursNote(page, got)}
	v.Lowered, v.Clause = got.Lowered, got.Clause
	if v.Call, err = p.urge(ctx, page, actor, system, got); err != nil {
		return v, err
	}
	if got.Language != "" {
		v.Language = page.T("portal.promise.one_language", "language", languageName(page, got.Language))
	}
	return v, nil
}

// urge is the phone to call as well: outside the centre's hours a case that is worked on around the clock is promised by
// phone (9.2, A.2). It is nil otherwise.
func (p *portal) urge(ctx context.Context, page web.Page, actor access.Actor, system id.ID, got cases.Promise) (*Channel, error) {
	if got.Priority > 2 || got.Clock != policy.AlwaysOpenID {
		return nil, nil //nolint:nilnil // nobody to call is an answer
	}
	s, err := p.Contract.System(ctx, actor, system)
	if err != nil {
		return nil, err
	}
	centre, ok := p.Policy.Now().Contact(s.Country, s.Deployment, page.Format.Now)
	if !ok || centre.OpenNow {
		return nil, nil //nolint:nilnil // nobody to call is an answer
	}
	for _, ch := range centre.Channels {
		if ch.Kind == policy.ChannelPhone {
			call := p.channel(page, ch)
			return &call, nil
		}
	}
	return nil, nil //nolint:nilnil // nobody to call is an answer
}

// hoursNote says in whose time the promise is told and why it is no earlier.
func (p *portal) hoursNote(page web.Page, got cases.Promise) string {
	zone := page.T("portal.promise.your_time", "zone", page.ZoneName())
	centre, _ := p.Policy.Now().Centre(got.Centre)
	name := centre.Names.In(string(page.Lang))
	switch {
	case got.Clock == "24x7":
		return zone + page.T("portal.promise.around")
	case got.OpenNow:
		return zone + page.T("portal.promise.open", "centre", name)
	}
	return zone + page.T("portal.promise.opens", "centre", name, "at", page.Instant(got.NextOpens))
}

func (p *portal) similar(w http.ResponseWriter, r *http.Request) (err error) {
	page := FilePage{Page: p.Site.Page(r, "portal.file.title", "file")}
	if subject := r.URL.Query().Get("subject"); subject != "" {
		if page.Similar, err = p.similarTo(r.Context(), page.Page, web.CurrentActor(r), subject); err != nil {
			return err
		}
	}
	return p.Site.Fragment(w, http.StatusOK, "file-similar", page)
}

// similarShown is how many similar cases are offered.
const similarShown = 4

func (p *portal) similarTo(ctx context.Context, page web.Page, actor access.Actor, subject string) (rows []CaseRow, err error) {
	found, err := p.Cases.Similar(ctx, actor, subject, similarShown)
	for _, c := range found {
		rows = append(rows, p.row(page, &c))
	}
	return rows, err
}

// saveFiling keeps the draft: for the script every ten seconds, without one by a button.
func (p *portal) saveFiling(w http.ResponseWriter, r *http.Request) error {
	return p.saveDraft(w, r, draftOfFiling, "/cases/new", func(t *typed, err error) error {
		return p.filingFailed(w, r, FilePage{Page: p.Site.Page(r, "portal.file.title", "file")}, t, err)
	})
}

// saveDraft keeps a draft whole, or says by failed why not: half of a text is no draft of it.
func (p *portal) saveDraft(w http.ResponseWriter, r *http.Request, name, back string, failed func(*typed, error) error) error {
	t, err := p.read(r)
	if err != nil {
		return err
	}
	if err := errs.BadFields(t.bad...); err != nil {
		if r.Header.Get("HX-Request") != "" { // the page is still there, with the text
			return err
		}
		return failed(t, err)
	}
	if _, err := p.Cases.SaveDraft(r.Context(), web.CurrentActor(r), name, t.values()); err != nil {
		return err
	}
	if r.Header.Get("HX-Request") != "" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return p.Site.Redirect(w, r, back, "my_draft_saved", "")
}

func (p *portal) discardFiling(w http.ResponseWriter, r *http.Request) error {
	if err := p.Cases.DropDraft(r.Context(), web.CurrentActor(r), draftOfFiling); err != nil {
		return err
	}
	return p.Site.Redirect(w, r, "/cases/new", "my_draft_gone", "")
}

// values are what a draft keeps: the fields of the page's forms, and the files that are stored already.
func (t *typed) values() map[string][]string {
	out := map[string][]string{}
	for _, name := range []string{"system", "environment", "product", "version", "subject", "symptoms", "errorMessages", "stepsTaken",
		"reproducibility", "scope", "impact", "priority", "checklist", "text"} {
		if v := t.Values(name); len(v) > 0 {
			out[name] = v
		}
	}
	if len(t.kept) > 0 {
		out[keptField] = t.kept
	}
	return out
}

// languageOf is the language of what a person typed, as far as its script tells; else the page's.
func languageOf(page web.Page, words string) string {
	for _, r := range words {
		if unicode.Is(unicode.Han, r) {
			return string(text.Chinese)
		}
	}
	if words != "" && page.Lang == text.Chinese {
		return string(text.English)
	}
	return string(page.Lang)
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
