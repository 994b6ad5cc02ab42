package web

import (
	"encoding/json"
	"time"

	"liaison/internal/cases"
)

// CooperationBox is what a case's customer is to do, for the page of the case. Template "cooperation-box".
type CooperationBox struct {
	Href  string // of the page with everything
	Open  []TaskLine
	Ended int
}

// TaskLine is a task of the customer: what it is, how it stands.
type TaskLine struct {
	ID   string // of its place on the page with everything
	Kind string
	Text string // Markdown
	Chip SLAChip
	Due  When
}

// Cooperation is the box of a case; nil where the policy asks for nothing and nothing was agreed. An urgent case that is
// active takes tasks.
func (p Page) Cooperation(tasks []cases.Task, takes bool, href string) *CooperationBox {
	if len(tasks) == 0 && !takes {
		return nil
	}
	box := &CooperationBox{Href: href}
	for i := range tasks {
		if tasks[i].State == cases.TaskOpen {
			box.Open = append(box.Open, p.TaskLine(&tasks[i]))
		} else {
			box.Ended++
		}
	}
	return box
}

// TaskLine is one task in words.
func (p Page) TaskLine(t *cases.Task) TaskLine {
	l := TaskLine{ID: t.ID.String(), Kind: p.T("cooperation.kind." + t.Kind), Text: t.Text, Due: p.When(t.DueAt)}
	switch t.State {
	case cases.TaskOpen:
		l.Chip = p.SLA(Promise{State: "running", Due: t.DueAt})
	case cases.TaskDone:
		l.Chip = SLAChip{State: Met, Icon: slaIcon(Met), Text: p.T("cooperation.state.done")}
	case cases.TaskDeclined, cases.TaskGivenUp:
		l.Chip = SLAChip{State: Cancelled, Icon: slaIcon(Cancelled), Text: p.T("cooperation.state." + string(t.State))}
	}
	return l
}

// CooperationEvent is a line of the journal about the customer's cooperation in words; who is the name of whose act it is.
func (p Page) CooperationEvent(it cases.Item, who string) string {
	word := func(key string) string { s, _ := it.Data[key].(string); return s }
	number := func(key string) int64 {
		n, _ := it.Data[key].(json.Number)
		v, _ := n.Int64() // 0 for a line without it
		return v
	}
	kind := ""
	if k := word("kind"); k != "" {
		kind = p.T("cooperation.kind." + k)
	}
	kv := []any{"who", who, "kind", kind, "due", p.Instant(time.UnixMicro(number("due"))), "count", number("count")}
	if it.Kind == "customer_task.ended" {
		return p.T("cooperation.event.ended_"+word("state"), kv...)
	}
	return p.T("cooperation.event."+it.Kind, kv...)
}
