package desk

import (
	"net/http"
	"net/url"
	"strings"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// BulkBar is what can be done to the cases that are ticked.
type BulkBar struct {
	Show       bool
	Back       string // query of the list
	People     []Option
	Priorities []Option
	Statuses   []Option
	Remedies   []Option
}

// ResultPage tells what a change of several cases did, and what it left alone.
type ResultPage struct {
	web.Page
	Done    []string
	Skipped []SkippedCase
	Undo    string // address, "" for nothing to take back
	Back    string
	Problem string // why nothing was tried, "" when it was
	Again   *Again // nil where there is nothing to try again
}

// Again is the change as it was asked for, ready to be made on the cases that were left alone.
type Again struct {
	BulkBar
	Do      string // assign, priority, status
	Form    web.Form
	Numbers []string
}

// SkippedCase is a case that was left alone, and why.
type SkippedCase struct{ Number, Why string }

func (d *desk) bulkBar(r *http.Request, p web.Page, back string, typed web.Form) (b BulkBar, err error) {
	b = BulkBar{Show: true, Back: back}
	if b.People, err = d.workers(r, typed.Value("assignee")); err != nil {
		return b, err
	}
	for _, v := range d.Policy.Now().Priorities {
		b.Priorities = append(b.Priorities, Option{Value: v.Key, Text: v.Key, Selected: v.Key == typed.Value("priority")})
	}
	for _, s := range cases.Statuses() {
		b.Statuses = append(b.Statuses, Option{Value: string(s), Text: p.T("status." + string(s)), Selected: string(s) == typed.Value("status")})
	}
	b.Remedies = remedies(p, typed.Value("remedy"))
	return b, nil
}

// workers are the people whom a case can be given to; chosen is the id of the one selected.
func (d *desk) workers(r *http.Request, chosen string) (out []Option, err error) {
	staff, err := d.Accounts.Staff(r.Context(), web.CurrentActor(r))
	for _, s := range staff {
		if access.RoleAllows(s.Role, access.CaseWork) {
			out = append(out, Option{Value: s.ID.String(), Text: s.Name, Selected: s.ID.String() == chosen})
		}
	}
	return out, err
}

// bulk changes the cases that are ticked, each in its own right.
func (d *desk) bulk(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	back := "/desk" + backQuery(form)
	res, err := d.Cases.Bulk(r.Context(), web.CurrentActor(r), form.Values("no"), bulkChange(form))
	if errs.KindOf(err) == errs.Invalid { // none ticked, or too many: what was typed is worth keeping
		return d.result(w, r, result{title: "desk.result.title", back: back, typed: form, problem: err})
	}
	if err != nil {
		return err
	}
	if len(res.Skipped) == 0 {
		notice, undo := "desk_nothing", ""
		if len(res.Done) > 0 {
			notice = "desk_changed"
		}
		if !res.Undo.IsZero() {
			undo = res.Undo.String()
		}
		return d.Site.Redirect(w, r, back, notice, undo)
	}
	return d.result(w, r, result{title: "desk.result.title", back: back, res: res, typed: form})
}

// bulkChange is the change that the button of the bar asks for.
func bulkChange(form web.Form) cases.Change {
	in := cases.Change{Reason: strings.TrimSpace(form.Value("reason"))}
	switch form.Value("do") {
	case "me":
		me := "me"
		in.Assignee = &me
	case "assign":
		in.Assignee = assignee(form.Value("assignee"))
	case "priority":
		in.Priority = cases.ParsePriority(form.Value("priority"))
	case "status":
		in.Status, _ = cases.ParseStatus(form.Value("status"))
		in.Reason = strings.TrimSpace(form.Value("note"))
		if in.Status == cases.Resolved {
			in.Remedy, in.Reason = &cases.Remedy{Kind: form.Value("remedy"), Text: in.Reason}, ""
		}
	}
	return in
}

// assignee reads a choice of people: "" changes nothing, "none" takes the case from its owner.
func assignee(choice string) *string {
	switch choice {
	case "":
		return nil
	case "none":
		choice = ""
	}
	return &choice
}

// result is what came of a change of several cases, and what was typed for it.
type result struct {
	title, back string
	res         cases.BulkResult
	typed       web.Form
	problem     error // why nothing was tried
}

// result is the page that names what was done and, in words, why the rest was not. What was typed stays, to be put right
// and sent again for the cases that were left alone.
func (d *desk) result(w http.ResponseWriter, r *http.Request, in result) (err error) {
	res, status := in.res, http.StatusOK
	page := ResultPage{Page: d.Site.Page(r, in.title, "queue"), Done: res.Done, Back: in.back}
	left := in.typed.Values("no")
	if in.problem != nil {
		n, _ := page.Refusal(in.problem)
		page.Problem, status = n.Text, web.StatusOf(in.problem)
	} else {
		left = nil
	}
	for _, s := range res.Skipped {
		left = append(left, s.Number)
		why, ok := whySkipped(page.Page, s.Err)
		if !ok {
			return s.Err
		}
		page.Skipped = append(page.Skipped, SkippedCase{s.Number, why})
	}
	if !res.Undo.IsZero() {
		page.Undo = web.UndoPrefix + res.Undo.String()
	}
	if do := in.typed.Value("do"); do == "assign" || do == "priority" || do == "status" {
		page.Again = &Again{Do: do, Form: in.typed, Numbers: left}
		if page.Again.BulkBar, err = d.bulkBar(r, page.Page, in.typed.Value("back"), in.typed); err != nil {
			return err
		}
	}
	return d.Site.Render(w, r, status, page)
}

// whySkipped says in words why a case was left alone; ok is false for our own failures.
func whySkipped(p web.Page, err error) (string, bool) {
	if e := errs.As(err); e.Kind == errs.NotFound {
		return p.T("error.not_found"), true
	} else if len(e.Fields) == 1 && e.Fields[0].Key == "field.required" {
		return p.T("desk.reason_needed"), true
	}
	n, ok := p.Refusal(err)
	return n.Text, ok
}

// undo takes a change back, within its time, and leads back to the list that it was asked for on.
func (d *desk) undo(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	key, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return errs.Missing()
	}
	res, err := d.Cases.Undo(r.Context(), web.CurrentActor(r), key)
	if err != nil {
		return err
	}
	back := undoneTo(form.Value("back"), res.Done)
	if len(res.Skipped) > 0 {
		return d.result(w, r, result{title: "desk.undo.title", back: back, res: res})
	}
	return d.Site.Redirect(w, r, back, "desk_undone", "")
}

// undoneTo is where somebody goes on who has taken a change back: the list that they were on, as they had it, or the case.
func undoneTo(asked string, done []string) string {
	query, list := "", false
	if u, err := url.Parse(asked); err == nil {
		query, list = queryOf(u.Query()), u.Path == "/desk"
	}
	if len(done) == 1 && !list {
		return "/desk/" + done[0] + query
	}
	return "/desk" + query
}

// backQuery is the list that a form was sent from.
func backQuery(form web.Form) string {
	q, err := url.ParseQuery(strings.TrimPrefix(form.Value("back"), "?"))
	if err != nil {
		return ""
	}
	return queryOf(q)
}
