package seats

import (
	"net/http"
	"net/url"

	"liaison/internal/errs"
	"liaison/internal/liaisons"
	"liaison/internal/web"
)

const tasksPath = "/desk/tasks"

// TasksPage is what waits for a decision of staff, of all customers, the oldest first.
type TasksPage struct {
	web.Page
	May   bool // the reader may say that one is done
	Tabs  []CentreTab
	Rows  []OpenTaskRow
	More  string
	Empty web.Empty
	Here  string // this page in the form of a task, which comes back to it
}

// CentreTab narrows the list to the systems of one centre.
type CentreTab struct {
	Text, Href string
	Chosen     bool
}

// OpenTaskRow is one of them.
type OpenTaskRow struct {
	Customer, Key          string
	System, Centre         string // "" where the task is about no system
	Text, Cases            string
	Liaisons, Action, Name string // addresses; the name says which task a button is about
	Since                  web.When
}

func (o Options) tasks(w http.ResponseWriter, r *http.Request) error {
	centre := r.URL.Query().Get("centre")
	found, err := o.Liaisons.Tasks(r.Context(), web.CurrentActor(r), liaisons.TaskQuery{Centre: centre, Cursor: r.URL.Query().Get("cursor")})
	if err != nil {
		return err
	}
	page := TasksPage{Page: o.Site.Page(r, "tasks.title", "tasks"), May: found.May, Here: centre}
	page.Empty = web.Empty{Icon: "circle-check", Title: page.T("tasks.none"), Text: page.T("tasks.none_text")}
	page.Tabs = o.centreTabs(page.Page, centre)
	for _, t := range found.Items {
		page.Rows = append(page.Rows, o.openTask(page.Page, t))
	}
	if found.Next != "" {
		page.More = tasksHref(centre, found.Next)
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func tasksHref(centre, cursor string) string {
	q := url.Values{}
	if centre != "" {
		q.Set("centre", centre)
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if len(q) == 0 {
		return tasksPath
	}
	return tasksPath + "?" + q.Encode()
}

func (o Options) centreTabs(p web.Page, chosen string) []CentreTab {
	tabs := []CentreTab{{p.T("tasks.all"), tasksPath, chosen == ""}}
	for _, c := range o.Policy.Now().Centres {
		tabs = append(tabs, CentreTab{c.Names.In(string(p.Lang)), tasksHref(c.Key, ""), chosen == c.Key})
	}
	return tabs
}

func (o Options) openTask(p web.Page, t liaisons.OpenTask) OpenTaskRow {
	base := "/desk/customers/" + url.PathEscape(t.CustomerKey) + "/liaisons"
	row := OpenTaskRow{Customer: t.CustomerName, Key: t.CustomerKey, System: t.System, Since: p.When(t.MadeAt), Liaisons: base,
		Action: base + "/tasks/" + t.ID.String() + "/done", Cases: p.T("tasks.cases", "count", t.Cases),
		Name: p.T("tasks.done_for", "customer", t.CustomerName, "system", t.System), Text: p.T("tasks.what."+t.Kind, "person", t.Person)}
	if t.Person == "" {
		row.Text = p.T("tasks.unnamed." + t.Kind)
	}
	if c, ok := o.Policy.Now().Centre(t.Centre); ok {
		row.Centre = c.Names.In(string(p.Lang))
	}
	return row
}

// finishTask comes back to the page whose button it was: the list of all tasks names itself in the form.
func (o Options) finishTask(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	back := deskBase(r)
	if form.Value("from") == "tasks" {
		back = tasksHref(form.Value("centre"), "")
	}
	err = o.finish(r)
	switch e := errs.As(err); {
	case err == nil:
		return o.Site.Redirect(w, r, back, "seats_task", "")
	case e.Key == liaisons.TaskWasDone: // a second press, or somebody was faster: what was wanted is so
		return o.Site.Redirect(w, r, back, "seats_task_was_done", "")
	}
	return err
}

func (o Options) finish(r *http.Request) error {
	customer, err := o.Liaisons.Named(r.Context(), web.CurrentActor(r), r.PathValue("key"))
	if err != nil {
		return err
	}
	task, err := pathID(r, "task")
	if err != nil {
		return err
	}
	return o.Liaisons.FinishTask(r.Context(), web.CurrentActor(r), customer, task)
}
