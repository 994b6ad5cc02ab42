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
	Reach []ReachLine
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
func (p Page) Cooperation(all *cases.Cooperation, href string) *CooperationBox {
	if len(all.Tasks) == 0 && len(all.Team) == 0 && len(all.Times) == 0 && !all.Cooperation.Allowed {
		return nil
	}
	box := &CooperationBox{Href: href, Reach: p.Reach(&all.CustomerSidePlan)}
	for i := range all.Tasks {
		if all.Tasks[i].State == cases.TaskOpen {
			box.Open = append(box.Open, p.TaskLine(&all.Tasks[i]))
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

// ReachLine is somebody of the customer who can be reached, now or next. Template "reach".
type ReachLine struct {
	Name, Way, Address string
	Now                bool
	From, Until        When
}

// Reach says who of a customer can be reached now and next.
func (p Page) Reach(plan *cases.CustomerSidePlan) (lines []ReachLine) {
	line := func(r *cases.Reached, now bool) {
		address := r.Who.Address(r.Way)
		if address == "" {
			address = p.T("cooperation.no_address")
		}
		lines = append(lines, ReachLine{Name: r.Who.Name, Way: p.T("cooperation.way." + r.Way), Address: address, Now: now, From: p.When(r.From), Until: p.When(r.To)})
	}
	for i := range plan.Now {
		line(&plan.Now[i], true)
	}
	if plan.Next != nil {
		line(plan.Next, false)
	}
	return lines
}
