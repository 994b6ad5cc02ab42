package cooperation

import (
	"net/http"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// PortalPage is what a customer does on a case, as its liaison sees it.
type PortalPage struct {
	web.Page
	Body
}

// DeskPage is the same at the desk.
type DeskPage struct {
	web.Page
	Body
}

// Body is what both sides see.
type Body struct {
	Number  string
	Subject string
	Back    string // address of the case
	Base    string // address of this page
	Waited  string // how long a question to the customer was open (R3.3-27)
	Clocks  string // address of the ledgers
	Problem *web.Notice
	Errors  []web.FieldError
	Why     string // why nothing can be added, "" where it can
	Tasks   []TaskRow
	Ask     *AskForm // staff, where the case takes tasks
	Zone    string
	Empty   web.Empty
	People  People
}

// TaskRow is one task with what can be done about it.
type TaskRow struct {
	web.TaskLine
	Asked   string // by whom and when
	EndedBy string // by whom and when, "" while it is open
	Answer  string
	ETag    string
	Choices []Option // how it can end; empty: not by the viewer, or not any more
	Form    web.Form
	Field   string // id of its text, which only one form of the page has by its plain name
}

// Option is one choice of a list.
type Option struct {
	Value, Text string
	Selected    bool
}

// AskForm is the form of a new task.
type AskForm struct {
	Kinds []Option
	Form  web.Form
	Field string // before the ids of its fields
}

// typed is what was sent, and what was wrong with it.
type typed struct {
	about   string // id of a task, "ask", "team", "times", or ""
	form    web.Form
	problem *web.Notice
}

// localTime is how an <input type=datetime-local> writes an instant.
const localTime = "2006-01-02T15:04"

func (o Options) page(w http.ResponseWriter, r *http.Request) error {
	return o.show(w, r, http.StatusOK, typed{})
}

func atDesk(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/desk/") }

func (o Options) show(w http.ResponseWriter, r *http.Request, status int, in typed) error {
	actor, number := web.CurrentActor(r), r.PathValue("number")
	c, err := o.Cases.Get(r.Context(), actor, number)
	if err != nil {
		return err
	}
	base, back := "/cases/", "/cases/"
	if actor.Role.IsStaff() {
		base, back = "/desk/cases/", "/desk/"
	}
	if r.Method == http.MethodGet && (c.MergedNumber != "" || actor.Role.IsStaff() && !atDesk(r)) {
		to := c.Number
		if c.MergedNumber != "" { // the address leads to the case that goes on
			to = c.MergedNumber
		}
		http.Redirect(w, r, base+to+"/cooperation", http.StatusSeeOther) //nolint:gosec // the number of a case, from the database
		return nil
	}
	page := o.Site.Page(r, "cooperation.title", "cases")
	page.Title = page.T("cooperation.of", "number", c.Number)
	b := Body{Number: c.Number, Subject: c.Subject, Back: back + c.Number, Base: base + c.Number + "/cooperation", Waited: page.Duration(c.Spent.Customer), Problem: in.problem,
		Clocks: base + c.Number + "/clocks", Errors: in.form.Errors(), Zone: page.ZoneName(), Empty: web.Empty{Icon: "circle-check", Title: page.T("cooperation.none"), Text: page.T("cooperation.none_text")}}
	if err := o.fillTasks(r, page, c, &b, in); err != nil {
		return err
	}
	if err := o.fillPeople(r, page, c, &b, in); err != nil {
		return err
	}
	if atDesk(r) {
		page.Current = "queue"
		return o.Site.Render(w, r, status, DeskPage{page, b})
	}
	return o.Site.Render(w, r, status, PortalPage{page, b})
}

func active(c *cases.Case) bool { return c.Status != cases.Resolved && c.Status != cases.Closed }

func (o Options) fillTasks(r *http.Request, page web.Page, c *cases.Case, b *Body, in typed) error {
	actor, now := web.CurrentActor(r), page.Format.Now
	tasks, err := o.Cases.Tasks(r.Context(), actor, c.Number)
	if err != nil {
		return err
	}
	ends := access.Allows(actor, access.CaseReply) && entitlement.AnswerTask(o.Policy.At(now), active(c)).Allowed
	for i := range tasks {
		t := &tasks[i]
		row := TaskRow{TaskLine: page.TaskLine(t), Answer: t.Answer, ETag: strings.Trim(t.ETag(), `"`), Field: "text-" + t.ID.String(),
			Asked: page.T("cooperation.asked_by", "who", nameOf(page, t.AskedBy), "at", page.Instant(t.AskedAt))}
		if t.EndedAt != nil {
			row.EndedBy = page.T("cooperation.ended_by", "who", nameOf(page, t.EndedBy), "at", page.Instant(*t.EndedAt))
		}
		if in.about == row.ID {
			row.Form, row.Field = in.form, "text"
		}
		if ends && t.State == cases.TaskOpen || in.about == row.ID { // what was typed stays, also where it comes too late
			for _, v := range cases.TaskEnds(actor.Role.IsStaff()) {
				row.Choices = append(row.Choices, Option{v, page.T("cooperation.end." + v), row.Form.Value("state") == v || row.Form.Value("state") == "" && v == string(cases.TaskDone)})
			}
		}
		b.Tasks = append(b.Tasks, row)
	}
	d := entitlement.Cooperate(o.Policy.At(now), entitlement.CustomerTasks, c.Priority, active(c))
	if !d.Allowed {
		b.Why = page.T("refusal." + d.Code)
	}
	if access.Allows(actor, access.CaseWork) && (d.Allowed || in.about == "ask") {
		b.Ask = o.askForm(page, in)
	}
	return nil
}

func (o Options) askForm(page web.Page, in typed) *AskForm {
	f := &AskForm{Field: "ask-"}
	if in.about == "ask" {
		f.Form, f.Field = in.form, ""
	} else {
		f.Form = web.NewForm("dueAt", page.Format.Now.In(zoneOf(page)).Add(4*time.Hour).Truncate(time.Hour).Format(localTime))
	}
	for _, kind := range cases.TaskKinds() {
		f.Kinds = append(f.Kinds, Option{kind, page.T("cooperation.kind." + kind), f.Form.Value("kind") == kind})
	}
	return f
}

func nameOf(page web.Page, who cases.Party) string {
	switch {
	case who.Name != "":
		return who.Name
	case who.ID.IsZero():
		return page.T("app.name")
	}
	return page.T("cooperation.someone")
}

func zoneOf(p web.Page) *time.Location {
	if p.Format.Zone == nil {
		return time.UTC
	}
	return p.Format.Zone
}

// ask gives the customer a task.
func (o Options) ask(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := cases.NewTask{Kind: form.Value("kind"), Text: form.Value("text")}
	if due, err := time.ParseInLocation(localTime, form.Value("dueAt"), zoneOf(o.Site.Page(r, "cooperation.title", ""))); err == nil {
		in.Due = due
	}
	_, err = o.Cases.AskTask(r.Context(), web.CurrentActor(r), r.PathValue("number"), in)
	return o.done(w, r, "cooperation_asked", typed{about: "ask", form: form}, err)
}

// end says what became of a task.
func (o Options) end(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	task, err := id.Parse(r.PathValue("task"))
	if err != nil {
		return errs.Missing()
	}
	_, err = o.Cases.AnswerTask(r.Context(), web.CurrentActor(r), r.PathValue("number"), task, form.Value("etag"),
		cases.EndTask{State: cases.TaskState(form.Value("state")), Text: form.Value("text")})
	return o.done(w, r, "cooperation_ended", typed{about: task.String(), form: form}, err)
}

// done leads back to the page, or shows it again with what was typed and why it was not done.
func (o Options) done(w http.ResponseWriter, r *http.Request, notice string, in typed, err error) error {
	page := o.Site.Page(r, "cooperation.title", "")
	if err == nil {
		about, _, _ := strings.Cut(r.URL.Path, "/cooperation")
		return o.Site.Redirect(w, r, about+"/cooperation", notice, "")
	}
	if form, ok := page.Explain(in.form, err); ok {
		in.form = form
		return o.show(w, r, web.StatusOf(err), in)
	}
	problem, ok := page.Refusal(err)
	if !ok || errs.KindOf(err) == errs.Refused && errs.As(err).Decision == nil {
		return err
	}
	in.problem = &problem
	return o.show(w, r, web.StatusOf(err), in)
}
