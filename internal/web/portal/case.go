package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/sla"
	"liaison/internal/web"
)

// CasePage is a case as its customer reads it.
type CasePage struct {
	web.Page
	Case     CaseHead
	Events   []Event
	Next     web.PromiseBox
	Promises []PromiseRow
	Support  string // how long it was support's turn, around the clock
	Waited   string // how long a question to the customer was open
	Form     web.Form
	Kept     []KeptFile
	Draft    string
	Problem  string
	Answer   bool // the case takes answers
	Reopen   bool
	Hint     string // until when it can be reopened, or why not
	Days     int    // how many a closed case can be reopened for
	Levels   []Option
	Together *web.CooperationBox // what the customer does on an urgent case; nil: nothing
	Correct  *web.CorrectionForm // the case was filed by mail, and nobody has said what it is about
}

// CaseHead is what stands above a case.
type CaseHead struct {
	Number     string
	Customer   string
	ETag       string
	Subject    string
	Prio       web.Prio
	Requested  string // the priority asked for, where it differs
	Status     web.StatusChip
	System     string
	Product    string
	Plan       web.PlanChip
	Liaison    string
	Owner      string
	Restricted bool
	Impact     string
	Scope      string
	Reproduce  string
	Edition    string
	Filed      web.When
	Closed     bool
	Solution   *Solution // of a case that is resolved or closed
}

// Solution is what solved a case (3.4), for the customer to use.
type Solution struct {
	Kind, Text, Article, Release string
}

// PromiseRow is one promise of a case beside its name.
type PromiseRow struct {
	Name   string
	Chip   web.SLAChip
	Due    web.When
	Target string
	Hours  string
}

func (p *portal) caseView(w http.ResponseWriter, r *http.Request) error {
	number := r.PathValue("number")
	if web.CurrentActor(r).Role.IsStaff() {
		http.Redirect(w, r, "/desk/"+url.PathEscape(number), http.StatusSeeOther) // else "../\host" led to another site
		return nil
	}
	t := &typed{}
	page := CasePage{Page: p.Site.Page(r, "portal.case.title", "cases")}
	draft, found, err := p.Cases.LoadDraft(r.Context(), web.CurrentActor(r), draftOfCase(number))
	if err != nil {
		return err
	}
	if found {
		t, page.Draft = typedFrom(draft.Values), page.Instant(draft.SavedAt)
	}
	return p.renderCase(w, r, http.StatusOK, page, t)
}

func draftOfCase(number string) string { return cases.DraftOfAnswer(number) }

// renderCase fills the page from the case as it is now, with what was typed.
func (p *portal) renderCase(w http.ResponseWriter, r *http.Request, status int, page CasePage, t *typed) error {
	actor, number := web.CurrentActor(r), r.PathValue("number")
	c, err := p.Cases.Get(r.Context(), actor, number)
	if err != nil {
		return err
	}
	if c.MergedNumber != "" && r.Method == http.MethodGet { // the address leads to the case that goes on
		if _, err := p.Cases.Get(r.Context(), actor, c.MergedNumber); err == nil {
			http.Redirect(w, r, "/cases/"+c.MergedNumber, http.StatusSeeOther) //nolint:gosec // the number of a case, from the database
			return nil
		}
	}
	if page.Events, err = p.events(r.Context(), page.Page, actor, c); err != nil {
		return err
	}
	page.Title = "#" + c.Number + " " + c.Subject
	page.Case, page.Form, page.Kept = p.head(page.Page, c), t.Form, t.shown(page.Page)
	page.Next, page.Promises = p.nextPromise(page.Page, c), p.promises(page.Page, c)
	page.Support, page.Waited = page.Duration(c.Spent.Support), page.Duration(c.Spent.Customer)
	page.Answer, page.Days = c.Status != cases.Closed, p.Policy.Now().ReopenDays
	together, err := p.Cases.Together(r.Context(), actor, c.Number)
	if err != nil {
		return err
	}
	page.Together = page.Cooperation(&together, "/cases/"+c.Number+"/cooperation")
	p.fillReopen(&page, c)
	if page.Correct, err = p.correction(r.Context(), page.Page, actor, c, t.Form); err != nil {
		return err
	}
	for _, prio := range p.Policy.Now().Priorities {
		if prio.Level != c.Requested {
			v := cases.PriorityName(prio.Level)
			page.Levels = append(page.Levels, Option{v, v + " · " + prio.Definition.In(string(page.Lang)), t.Value("requested") == v})
		}
	}
	return p.Site.Render(w, r, status, page)
}

func (p *portal) head(page web.Page, c *cases.Case) CaseHead {
	lang := string(page.Lang)
	plan, _ := p.Policy.Now().Plan(c.Plan)
	h := CaseHead{Number: c.Number, Customer: c.CustomerName, ETag: c.ETag(), Subject: c.Subject, Prio: web.Prio{Level: c.Priority}, Status: page.Status(string(c.Status), c.Suspended),
		System: c.SystemName + " · " + page.Environment(c.Environment), Product: c.Product + " " + c.Release, Plan: web.PlanChip{Key: c.Plan, Name: plan.Names.In(lang)},
		Liaison: c.Liaison.Name, Owner: page.T("portal.case.no_owner"), Restricted: c.Restricted, Impact: c.Impact, Edition: c.Edition,
		Filed: page.When(c.ReceivedAt), Closed: c.Status == cases.Closed}
	if c.Assignee != nil {
		h.Owner = c.Assignee.Name
	}
	if r := c.Remedy; r != nil && solved(c) {
		h.Solution = &Solution{page.T("desk.remedy." + r.Kind), r.Text, r.Article, r.Release}
	}
	if c.Requested != c.Priority {
		h.Requested = cases.PriorityName(c.Requested)
	}
	if c.Scope != "" {
		h.Scope = page.T("portal.scope." + c.Scope)
	}
	if c.Reproducibility != "" {
		h.Reproduce = page.T("portal.reproduce." + c.Reproducibility)
	}
	return h
}

func solved(c *cases.Case) bool { return c.Status == cases.Resolved || c.Status == cases.Closed }

// nextPromise is the one thing a customer wants to know first: when they hear from support, or why not.
func (p *portal) nextPromise(page web.Page, c *cases.Case) web.PromiseBox {
	why := "/cases/" + c.Number + "/clocks"
	clock := governing(c)
	switch {
	case c.Status == cases.Closed:
		return web.PromiseBox{Label: page.T("portal.next.label"), Big: page.T("portal.next.closed"), Icon: "circle-x", Note: page.T("portal.next.closed_note"), Why: why}
	case c.Status == cases.Resolved:
		return web.PromiseBox{Label: page.T("portal.next.label"), Big: page.T("portal.next.resolved"), Icon: "circle-check", Note: page.T("portal.next.resolved_note", "count", p.Policy.Now().ConfirmWorkingDays), Why: why}
	case c.Suspended:
		return web.PromiseBox{State: web.Paused, Label: page.T("portal.next.label"), Big: page.T("portal.next.suspended"), Icon: "circle-pause", Note: page.T("portal.next.suspended_note"), Why: why}
	case clock == nil || clock.DueAt.IsZero():
		return web.PromiseBox{State: web.Paused, Label: page.T("portal.next.label"), Big: page.T("portal.next.waiting"), Icon: "circle-pause", Note: page.T("portal.next.waiting_note"), Why: why}
	}
	box := web.PromiseBox{State: chip(page, *clock, c.Suspended).State, Label: page.T("portal.next." + string(clock.Deadline)), Why: why}
	at := page.Instant(clock.DueAt)
	if box.State == web.Late {
		box.Icon, box.Big = "octagon-alert", page.T("portal.next.late", "time", page.Duration(page.Format.Now.Sub(clock.DueAt)))
		box.Note = page.T("portal.next.late_note", "due", at)
		return box
	}
	box.Icon, box.Big = "clock", page.T("portal.promise.by", "due", at)
	if box.State == web.DueSoon {
		box.Icon = "clock-alert"
	}
	if left := chip(page, *clock, c.Suspended); box.State == web.Paused { // closed: the words say until when
		box.Icon, box.Note = left.Icon, page.T("portal.next.stands", "left", page.Duration(clock.Calendar.Between(page.Format.Now, clock.DueAt)), "paused", left.Text, "zone", page.ZoneName())
	} else {
		box.Note = page.T("portal.next.left", "time", left.Text, "zone", page.ZoneName())
	}
	return box
}

func (p *portal) promises(page web.Page, c *cases.Case) (rows []PromiseRow) {
	for _, clock := range c.Clocks {
		row := PromiseRow{Name: page.T("clock." + string(clock.Deadline)), Chip: chip(page, clock, c.Suspended), Target: p.target(page, clock.Target), Hours: p.hoursName(page, clock.Clock)}
		if clock.State == sla.Running || clock.State == sla.Breached {
			row.Due = page.When(clock.DueAt)
		}
		rows = append(rows, row)
	}
	return rows
}

func (p *portal) target(page web.Page, t sla.Target) string {
	if t.WorkingDays > 0 {
		return page.T("portal.target.days", "count", t.WorkingDays)
	}
	return page.T("portal.target.time", "time", page.Duration(minutes(t.Minutes)))
}

// fillReopen says whether a closed case can be taken up again, until when, or what to do instead.
func (p *portal) fillReopen(page *CasePage, c *cases.Case) {
	if c.Status != cases.Closed || c.ClosedAt == nil {
		return
	}
	y, m, d := c.ClosedAt.In(p.Policy.Now().Vendor.Zone).Date()
	end := time.Date(y, m, d+p.Policy.Now().ReopenDays+1, 0, 0, 0, 0, p.Policy.Now().Vendor.Zone)
	if page.Reopen = page.Format.Now.Before(end); page.Reopen {
		last := end.AddDate(0, 0, -1)
		page.Hint = page.T("portal.case.reopen_until", "day", page.Format.CivilDate(last.Year(), last.Month(), last.Day()))
		return
	}
	page.Hint = page.T("portal.case.reopen_over", "days", p.Policy.Now().ReopenDays)
}

// events is the whole history of a case, however many parts it is read in.
func (p *portal) events(ctx context.Context, page web.Page, actor access.Actor, c *cases.Case) (all []Event, err error) {
	for cursor := ""; ; {
		part, err := p.Cases.Timeline(ctx, actor, c.Number, cursor, cases.MaxPage)
		if err != nil {
			return nil, err
		}
		for _, item := range part.Items {
			of := c
			if item.Of != nil { // it was merged into this case
				of = item.Of
			}
			all = append(all, p.event(page, of, item)...)
		}
		if cursor = part.Next; cursor == "" {
			quoteRemedy(all, c)
			return all, nil
		}
	}
}

// quoteRemedy puts what was to solve a case beside the line that says so when the case goes on nevertheless; while it
// does not, the text stands above the history.
func quoteRemedy(all []Event, c *cases.Case) {
	if c.Remedy == nil || solved(c) {
		return
	}
	for i := range slices.Backward(all) {
		if all[i].solves {
			all[i].Quote = strings.TrimSpace(all[i].Quote + "\n\n" + c.Remedy.Text)
			return
		}
	}
}

// PrintPage is a case on paper.
type PrintPage struct {
	web.Page
	Case     CaseHead
	AsOf     string // the instant of the page: paper does not go on
	Events   []Event
	Promises []PromiseRow
}

func (p *portal) print(w http.ResponseWriter, r *http.Request) error {
	actor := web.CurrentActor(r)
	c, err := p.Cases.Get(r.Context(), actor, r.PathValue("number"))
	if err != nil {
		return err
	}
	page := PrintPage{Page: p.Site.Page(r, "portal.case.title", "")}
	page.Title, page.Theme = "#"+c.Number+" "+c.Subject, "light"
	page.Format.Dated, page.AsOf = true, page.Format.Full(page.Format.Now)
	page.Case, page.Promises = p.head(page.Page, c), p.promises(page.Page, c)
	for i := range page.Promises { // a countdown on paper would be wrong a minute later; the due instant stands beside it
		if row := &page.Promises[i]; row.Chip.When.ISO != "" {
			row.Chip.When = web.When{}
			if row.Chip.State == web.Paused { // it says until when
				continue
			}
			row.Chip.Text = page.T(map[bool]string{true: "sla.late", false: "sla.running"}[row.Chip.State == web.Late])
		}
	}
	if page.Events, err = p.events(r.Context(), page.Page, actor, c); err != nil {
		return err
	}
	return p.Site.Render(w, r, http.StatusOK, page)
}

// caseNumber is the number in the address; a wrong one is as missing as another customer's.
func caseNumber(r *http.Request) (string, error) {
	number := r.PathValue("number")
	if !cases.ValidNumber(number) {
		return "", errs.Missing()
	}
	return number, nil
}
