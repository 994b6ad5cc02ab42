package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

type newTaskBody struct {
	Kind string `json:"kind" enum:"test,information,measure"`
	Text string `json:"text" doc:"what the customer is to do, Markdown"`
	Due  string `json:"dueAt" format:"date-time" doc:"later than now"`
}

type endTaskBody struct {
	State string `json:"state" enum:"done,declined,given_up" doc:"a customer has done or declines it, staff say that it was done or give it up"`
	Text  string `json:"text,omitempty" doc:"what came of it; needed unless it is done"`
}

type customerTaskView struct {
	ID      id.ID      `json:"id" format:"uuid"`
	Case    string     `json:"case" doc:"its number"`
	Kind    string     `json:"kind" enum:"test,information,measure"`
	Text    string     `json:"text" doc:"Markdown"`
	State   string     `json:"state" enum:"open,done,declined,given_up"`
	Late    bool       `json:"late" doc:"open, and its time is over"`
	AskedBy partyView  `json:"askedBy"`
	AskedAt time.Time  `json:"askedAt"`
	DueAt   time.Time  `json:"dueAt"`
	LateAt  *time.Time `json:"lateAt" doc:"when it was found late; null: it was not"`
	Answer  string     `json:"answer"`
	EndedBy *partyView `json:"endedBy" doc:"null while it is open, and when time ended it"`
	EndedAt *time.Time `json:"endedAt"`
	ETag    string     `json:"etag"`
}

func (v customerTaskView) tag() string      { return v.ETag }
func (v customerTaskView) location() string { return "/api/v1/cases/" + v.Case + "/tasks" }

type customerTasksView struct {
	Items []customerTaskView `json:"items"`
}

func (a *API) cooperationOperations() []operation {
	route := func(method, pattern string, p access.Permission, t access.TenantRule, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1/cases/{number}" + pattern, Permission: p, Tenant: t, Restricted: access.RestrictedSame, Event: event}
	}
	match := []param{{name: "If-Match", in: "header", text: "etag of what is changed", kind: "string"}}
	one := reflect.TypeFor[customerTaskView]()
	return []operation{
		{Route: route("GET", "/tasks", access.CaseRead, access.TenantOwn, access.NoEvent), id: "listCustomerTasks", summary: "What the customer is asked to do on a case, the first asked first",
			answer: reflect.TypeFor[customerTasksView](), status: http.StatusOK, serve: (*call).listCustomerTasks},
		{Route: route("POST", "/tasks", access.CaseWork, access.TenantStaff, "customer_task.asked"), id: "askCustomerTask", summary: "Give the customer a task on a P1 or P2 case",
			body: reflect.TypeFor[newTaskBody](), answer: one, status: http.StatusCreated, serve: (*call).askCustomerTask},
		{Route: route("PATCH", "/tasks/{task}", access.CaseReply, access.TenantOwn, "customer_task.ended"), id: "endCustomerTask", summary: "Say what became of a task; needs If-Match with its etag",
			body: reflect.TypeFor[endTaskBody](), query: match, answer: one, status: http.StatusOK, serve: (*call).endCustomerTask},
	}
}

func (c *call) taskView(t *cases.Task) customerTaskView {
	z := c.zone()
	in := func(at *time.Time) *time.Time {
		if at == nil {
			return nil
		}
		local := at.In(z)
		return &local
	}
	v := customerTaskView{ID: t.ID, Case: t.Number, Kind: t.Kind, Text: t.Text, State: string(t.State), Late: t.Late(c.api.Clock.Now()), AskedBy: partyView(t.AskedBy),
		AskedAt: t.AskedAt.In(z), DueAt: t.DueAt.In(z), LateAt: in(t.LateAt), Answer: t.Answer, EndedAt: in(t.EndedAt), ETag: t.ETag()}
	if !t.EndedBy.ID.IsZero() {
		p := partyView(t.EndedBy)
		v.EndedBy = &p
	}
	return v
}

func (c *call) listCustomerTasks() error {
	all, err := c.api.Cases.Tasks(c.r.Context(), c.actor, c.r.PathValue("number"))
	if err != nil {
		return err
	}
	v := customerTasksView{Items: []customerTaskView{}}
	for i := range all {
		v.Items = append(v.Items, c.taskView(&all[i]))
	}
	return c.reply(v)
}

func (c *call) askCustomerTask() error {
	var b newTaskBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	in := cases.NewTask{Kind: b.Kind, Text: b.Text, Within: func(tx *db.Tx, t *cases.Task) error { return c.keep(tx, c.taskView(t)) }}
	if b.Due != "" {
		due, err := time.Parse(time.RFC3339, b.Due)
		if err != nil {
			return errs.BadFields(errs.BadField("dueAt", "field.instant"))
		}
		in.Due = due
	}
	t, err := c.api.Cases.AskTask(c.r.Context(), c.actor, c.r.PathValue("number"), in)
	if err != nil {
		return err
	}
	return c.reply(c.taskView(t))
}

func (c *call) endCustomerTask() error {
	var b endTaskBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	task, err := id.Parse(c.r.PathValue("task"))
	if err != nil {
		return errs.Missing()
	}
	etag, err := c.ifMatch()
	if err != nil {
		return err
	}
	t, err := c.api.Cases.AnswerTask(c.r.Context(), c.actor, c.r.PathValue("number"), task, etag, cases.EndTask{State: cases.TaskState(b.State), Text: b.Text})
	if err != nil {
		return err
	}
	return c.reply(c.taskView(t))
}

// ifMatch is the version that a change is meant for.
func (c *call) ifMatch() (string, error) {
	etag := c.r.Header.Get("If-Match")
	if etag == "" {
		return "", errs.BadFields(errs.BadField("If-Match", "case.if_match_needed"))
	}
	return etag, nil
}
