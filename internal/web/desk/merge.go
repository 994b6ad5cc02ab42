package desk

import (
	"net/http"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
	"liaison/internal/web"
)

// MergePage lets a case go on in another one, after showing what happens to the promises.
type MergePage struct {
	web.Page
	Number, Subject string
	Form            web.Form
	Problem         *web.Notice
	Others          []Option // open cases of the same system
	Rows            []MovedPromise
	Reopens         bool
	Ready           bool // the preview is there and nothing stands against it
}

// MovedPromise is one promise before and after.
type MovedPromise struct {
	Number, Name  string
	Before, After web.When
	Moved         bool
}

// SplitPage makes a case of its own of a message, after showing from when its promise counts.
type SplitPage struct {
	web.Page
	Number, Subject string
	Form            web.Form
	Problem         *web.Notice
	Messages        []SplitMessage
	Priorities      []Option
	Liaison         string
	Received, Due   web.When
	Late            bool
	Ready           bool
}

// SplitMessage is a message of the customer that can become a case of its own.
type SplitMessage struct {
	ID, Text string
	Who      string
	At       web.When
	Chosen   bool
}

func (d *desk) mergeForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	form := web.NewForm("into", strings.TrimPrefix(strings.TrimSpace(q.Get("into")), "#"), "reason", q.Get("reason"))
	return d.showMerge(w, r, http.StatusOK, form, nil)
}

// showMerge shows the form, and with a number in it the preview.
func (d *desk) showMerge(w http.ResponseWriter, r *http.Request, status int, form web.Form, problem error) error {
	ctx, actor, number := r.Context(), web.CurrentActor(r), r.PathValue("number")
	c, err := d.Cases.Get(ctx, actor, number)
	if err != nil {
		return err
	}
	page := MergePage{Page: d.Site.Page(r, "merge.title", "queue"), Number: c.Number, Subject: c.Subject, Form: form}
	if page.Others, err = d.sameSystem(r, c, form.Value("into")); err != nil {
		return err
	}
	if problem == nil && form.Value("into") != "" {
		p, err := d.Cases.PreviewMerge(ctx, actor, number, form.Value("into"))
		if problem = err; err == nil && !p.Decision.Allowed {
			problem = &errs.Error{Kind: errs.Conflict, Key: "refusal." + p.Decision.Code, Args: p.Decision.Inputs, Decision: &p.Decision}
		}
		if problem == nil {
			page.Ready, page.Reopens = true, p.Reopens
			page.Rows = append(moved(page.Page, p.Into.Number, p.Into.Clocks, p.IntoAfter), moved(page.Page, p.Gone.Number, p.Gone.Clocks, p.GoneAfter)...)
		}
	}
	if problem != nil {
		if errs.KindOf(problem) == errs.NotFound {
			return problem
		}
		page.Form, page.Problem = d.explained(page.Page, form, problem)
		if page.Problem == nil && len(page.Form.Errors()) == 0 {
			return problem
		}
		status = web.StatusOf(problem)
	}
	return d.Site.Render(w, r, status, page)
}

// explained puts what is wrong beside its field, or above the form.
func (d *desk) explained(p web.Page, form web.Form, err error) (web.Form, *web.Notice) {
	if with, ok := p.Explain(form, err); ok {
		return with, nil
	}
	if n, ok := p.Refusal(err); ok {
		return form, &n
	}
	return form, nil
}

// sameSystem lists the open cases that a case could go on in.
func (d *desk) sameSystem(r *http.Request, c *cases.Case, chosen string) (out []Option, err error) {
	found, err := d.Cases.List(r.Context(), web.CurrentActor(r), cases.Filter{System: c.System, Open: true, Limit: cases.MaxPage})
	for _, k := range found.Items {
		if k.ID != c.ID {
			out = append(out, Option{Value: k.Number, Text: "#" + k.Number + " · " + cases.PriorityName(k.Priority) + " · " + k.Subject, Selected: k.Number == chosen})
		}
	}
	return out, err
}

func moved(p web.Page, number string, before, after []sla.Clock) (rows []MovedPromise) {
	for _, k := range after {
		row := MovedPromise{Number: number, Name: p.T("clock." + string(k.Deadline)), After: p.When(k.DueAt)}
		i := slices.IndexFunc(before, func(b sla.Clock) bool { return b.Deadline == k.Deadline })
		if i >= 0 {
			row.Before, row.Moved = p.When(before[i].DueAt), !before[i].DueAt.Equal(k.DueAt)
		}
		rows = append(rows, row)
	}
	return rows
}

func (d *desk) merge(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	into, err := d.Cases.Merge(r.Context(), web.CurrentActor(r), r.PathValue("number"), cases.Merging{Into: form.Value("into"), Reason: form.Value("reason")})
	if err != nil {
		return d.showMerge(w, r, web.StatusOf(err), form, err)
	}
	return d.Site.Redirect(w, r, "/desk/"+into.Number, "desk_merged", "")
}

func (d *desk) splitForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return d.showSplit(w, r, http.StatusOK, web.NewForm("message", q.Get("message"), "subject", q.Get("subject"), "priority", q.Get("priority"), "reason", q.Get("reason")), nil)
}

// showSplit shows the messages to choose from, and with one chosen the preview.
func (d *desk) showSplit(w http.ResponseWriter, r *http.Request, status int, form web.Form, problem error) error {
	ctx, actor, number := r.Context(), web.CurrentActor(r), r.PathValue("number")
	c, err := d.Cases.Get(ctx, actor, number)
	if err != nil {
		return err
	}
	page := SplitPage{Page: d.Site.Page(r, "split.title", "queue"), Number: c.Number, Subject: c.Subject, Form: form}
	line, _, err := d.history(ctx, actor, number)
	if err != nil {
		return err
	}
	page.Messages = splittable(page.Page, line, form.Value("message"))
	level := cases.ParsePriority(form.Value("priority"))
	if message, ok := chosenMessage(form); ok {
		p, err := d.Cases.PreviewSplit(ctx, actor, number, message, level)
		switch {
		case err != nil && problem == nil:
			problem = err
		case err != nil:
		case p.Decision.Allowed:
			page.Ready, page.Liaison, page.Received, page.Due = true, p.Liaison.Name, page.When(p.Message.At), page.When(p.Clock.DueAt)
			page.Late, level = p.Clock.DueAt.Before(page.Format.Now), p.Priority
		case problem == nil:
			problem = errs.Refuse(p.Decision)
		}
	}
	if level == 0 {
		level = c.Priority
	}
	for _, v := range d.Policy.Now().Priorities {
		page.Priorities = append(page.Priorities, Option{Value: v.Key, Text: v.Key, Selected: v.Level == level})
	}
	if problem != nil {
		if errs.KindOf(problem) == errs.NotFound {
			return problem
		}
		page.Form, page.Problem = d.explained(page.Page, form, problem)
		if page.Problem == nil && len(page.Form.Errors()) == 0 {
			return problem
		}
		status = web.StatusOf(problem)
	}
	return d.Site.Render(w, r, status, page)
}

func chosenMessage(form web.Form) (id.ID, bool) {
	m, err := id.Parse(form.Value("message"))
	return m, err == nil
}

// splittable are the messages of the customer on the case itself, the newest first.
func splittable(p web.Page, line []cases.Item, chosen string) (out []SplitMessage) {
	for _, it := range slices.Backward(line) {
		if it.Kind == "message.posted" && it.Of == nil && it.Message != nil && it.Message.Side == cases.CustomerSide {
			out = append(out, SplitMessage{ID: it.Message.ID.String(), Text: it.Message.Text, Who: it.Actor.Name, At: p.When(it.Message.At),
				Chosen: it.Message.ID.String() == chosen})
		}
	}
	return out
}

func (d *desk) split(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	message, ok := chosenMessage(form)
	if !ok {
		return d.showSplit(w, r, http.StatusUnprocessableEntity, form, errs.BadFields(errs.BadField("message", "field.required")))
	}
	made, err := d.Cases.Split(r.Context(), web.CurrentActor(r), r.PathValue("number"), cases.Splitting{Message: message, Subject: form.Value("subject"),
		Priority: cases.ParsePriority(form.Value("priority")), Reason: form.Value("reason")})
	if err != nil {
		return d.showSplit(w, r, web.StatusOf(err), form, err)
	}
	return d.Site.Redirect(w, r, "/desk/"+made.Number, "desk_split", "")
}

// mergeRoutes are the routes of merging, splitting and waiving.
func (d *desk) mergeRoutes() []web.Route {
	return []web.Route{
		read("/desk/cases/{number}/merge", access.CaseWork, d.mergeForm),
		write("/desk/cases/{number}/merge", access.CaseWork, "case.merged", d.merge),
		read("/desk/cases/{number}/split", access.CaseWork, d.splitForm),
		write("/desk/cases/{number}/split", access.CaseWork, "case.split", d.split),
		write("/desk/cases/{number}/waive", access.CaseWaive, "clock.waived", d.waive),
		read(pausesPath, access.PausesRead, d.pauses),
		read(pausesPath+".csv", access.PausesRead, d.pausesFile),
	}
}
