package desk

import (
	"net/http"
	"strings"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/web"
)

// change is the quick form: status, priority, owner, each where it differs. Somebody who was faster is told, with the
// newer state and what was typed.
func (d *desk) change(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	actor, number := web.CurrentActor(r), r.PathValue("number")
	c, err := d.Cases.Get(r.Context(), actor, number)
	if err != nil {
		return err
	}
	_, err = d.Cases.Change(r.Context(), actor, number, form.Value("etag"), quickChange(form, c))
	if err != nil {
		p := d.Site.Page(r, "nav.queue", "queue")
		if with, ok := p.Explain(form, err); ok {
			form = with
		}
		n, ok := p.Refusal(err)
		if !ok {
			return err
		}
		if fields := errs.As(err).Fields; len(fields) == 1 && fields[0].Key == "field.required" {
			n.Text = p.T("desk.reason_needed")
		}
		return d.show(w, r, web.StatusOf(err), asked{quick: form, problem: &n})
	}
	return d.Site.Redirect(w, r, "/desk/"+number+listQuery(r), "desk_changed", "")
}

// quickChange is what the form asks for that the case is not already.
func quickChange(form web.Form, c *cases.Case) cases.Change {
	in := cases.Change{Reason: strings.TrimSpace(form.Value("reason"))}
	if s, ok := cases.ParseStatus(form.Value("status")); ok && s != c.Status {
		in.Status = s
		if s == cases.Resolved {
			in.Remedy = &cases.Remedy{Kind: form.Value("remedy"), Text: in.Reason}
			in.Reason = ""
		}
	}
	if level := cases.ParsePriority(form.Value("priority")); level != c.Priority {
		in.Priority = level
		in.Code = form.Value("code")
	}
	in.Assignee = assignee(form.Value("assignee"))
	return in
}

// take gives the case to whoever asks; it can be taken back for a while.
func (d *desk) take(w http.ResponseWriter, r *http.Request) error {
	me, number := "me", r.PathValue("number")
	res, err := d.Cases.Bulk(r.Context(), web.CurrentActor(r), []string{number}, cases.Change{Assignee: &me})
	if err != nil {
		return err
	}
	if len(res.Skipped) > 0 {
		return res.Skipped[0].Err
	}
	undo := ""
	if !res.Undo.IsZero() {
		undo = res.Undo.String()
	}
	return d.Site.Redirect(w, r, "/desk/"+number+listQuery(r), "desk_taken", undo)
}
