package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

type taskListView struct {
	Items      []openTaskView `json:"items"`
	NextCursor *string        `json:"nextCursor"`
}

type openTaskView struct {
	ID           id.ID     `json:"id" format:"uuid"`
	Kind         string    `json:"kind" enum:"owner_departed" doc:"what happened: a liaison left without a successor"`
	Customer     string    `json:"customer" doc:"key"`
	CustomerName string    `json:"customerName"`
	System       string    `json:"system" doc:"name; empty where it is about none"`
	Person       string    `json:"person" doc:"name of who left"`
	Centre       string    `json:"centre" doc:"key of the centre of the system"`
	MadeAt       time.Time `json:"madeAt"`
	Cases        int       `json:"cases" doc:"open ones without a liaison"`
}

func (a *API) taskOperations() []operation {
	centre := param{name: "centre", in: "query", text: "key of a centre; of all when left out", kind: "string"}
	return []operation{{Route: access.Route{Method: "GET", Pattern: "/api/v1/tasks", Permission: access.BooksRead, Tenant: access.TenantStaff,
		Restricted: access.RestrictedSame, Event: access.NoEvent}, id: "listTasks", summary: "What waits for a decision of staff, of all customers, the oldest first",
		query: append(pageParams(), centre), answer: reflect.TypeFor[taskListView](), status: http.StatusOK, serve: (*call).listTasks}}
}

func (c *call) listTasks() error {
	query, bad := c.r.URL.Query(), []errs.Field(nil)
	q := liaisons.TaskQuery{Centre: query.Get("centre"), Cursor: query.Get("cursor"), Limit: limitOf(query.Get("limit"), &bad)}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	page, err := c.api.Liaisons.Tasks(c.r.Context(), c.actor, q)
	if err != nil {
		return err
	}
	v := taskListView{Items: []openTaskView{}, NextCursor: orNull(page.Next)}
	for _, t := range page.Items {
		v.Items = append(v.Items, openTaskView{t.ID, t.Kind, t.CustomerKey, t.CustomerName, t.System, t.Person, t.Centre, t.MadeAt.In(c.zone()), t.Cases})
	}
	return c.reply(v)
}
