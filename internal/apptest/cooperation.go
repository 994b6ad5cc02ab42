package apptest

import (
	"net/url"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/id"
)

// Cooperates reports whether a route is about what a customer does on an urgent case.
func Cooperates(r access.Route) bool {
	return strings.Contains(r.Pattern, "/{number}/cooperation") || strings.Contains(r.Pattern, "/cases/{number}/tasks") ||
		strings.HasSuffix(r.Pattern, "/cases/{number}/team") || strings.HasSuffix(r.Pattern, "/cases/{number}/contact-schedule")
}

// cooperationValues makes the case of a change urgent, and a task on it where the address names one.
func (w *World) cooperationValues(r access.Route, o Objects, values map[string]string) {
	w.t.Helper()
	if !Cooperates(r) || !Changes(r) {
		return
	}
	values["task"] = id.New().String()
	var priority, status string
	w.Rows(`SELECT 'P' || priority, status FROM support_case WHERE number = $1`, []any{o.Number}, func(scan func(...any) error) error { return scan(&priority, &status) })
	if status != "open" && status != "waiting_customer" {
		return
	}
	if priority > "P2" {
		w.As("lin.wei").Change(o.Number, map[string]any{"priority": "P2", "reason": "More people are affected."})
	}
	if strings.Contains(r.Pattern, "{task}") {
		values["task"] = w.CustomerTask(o.Number)
	}
}

// CustomerTask is the id of a task that is open on an urgent case.
func (w *World) CustomerTask(number string) (task string) {
	w.t.Helper()
	w.Rows(`SELECT t.id FROM customer_task t JOIN support_case c ON c.tenant_id = t.tenant_id AND c.id = t.case_id
		WHERE c.number = $1 AND t.state = 'open' ORDER BY t.id LIMIT 1`, []any{number}, func(scan func(...any) error) error {
		var v id.ID
		err := scan(&v)
		task = v.String()
		return err
	})
	if task == "" {
		task = Is[struct{ ID string }](w.t, w.As("lin.wei").Post("/api/v1/cases/"+number+"/tasks", w.newTask()), 201).ID
	}
	return task
}

func (w *World) newTask() map[string]any {
	return map[string]any{"kind": "test", "text": "Please open the report with the cache switched off.", "dueAt": w.Clock.Now().Add(4 * time.Hour).Format(time.RFC3339)}
}

// cooperationBody is what a call about the customer's cooperation carries; nil for others.
func (w *World) cooperationBody(r access.Route, o Objects) map[string]any {
	switch r.Method + " " + r.Pattern {
	case "POST /api/v1/cases/{number}/tasks":
		return w.newTask()
	case "PATCH /api/v1/cases/{number}/tasks/{task}":
		return map[string]any{"state": string(cases.TaskDone), "text": "It opens."}
	case "PUT /api/v1/cases/{number}/team":
		return map[string]any{"items": []any{map[string]any{"person": o.Person, "role": "lead"}}}
	case "PUT /api/v1/cases/{number}/contact-schedule":
		return map[string]any{"items": []any{map[string]any{"person": o.Person, "way": "phone", "firstDay": "2026-03-02", "lastDay": "2026-03-31", "opens": "09:00", "closes": "18:00", "zone": "Europe/Berlin"}}}
	}
	return nil
}

func (w *World) cooperationForms(o Objects) map[string]url.Values {
	team := url.Values{"etag": {"*"}, "person": {o.Person}, "role": {"lead"}}
	times := url.Values{"etag": {"*"}, "person": {o.Person}, "way": {"email"}, "firstDay": {"2026-03-02"}, "lastDay": {"2026-03-31"}, "opens": {"22:00"}, "closes": {"06:00"}, "zone": {"Europe/Berlin"}}
	end := url.Values{"etag": {"*"}, "state": {"done"}, "text": {"It opens."}}
	return map[string]url.Values{
		"/cases/{number}/cooperation/tasks/{task}":      end,
		"/desk/cases/{number}/cooperation/tasks/{task}": end,
		"/cases/{number}/cooperation/team":              team,
		"/desk/cases/{number}/cooperation/team":         team,
		"/cases/{number}/cooperation/times":             times,
		"/desk/cases/{number}/cooperation/times":        times,
		"/desk/cases/{number}/cooperation/tasks":        {"kind": {"test"}, "text": {"Please try without the cache."}, "dueAt": {w.Clock.Now().AddDate(0, 0, 2).Format("2006-01-02T15:04")}},
	}
}
