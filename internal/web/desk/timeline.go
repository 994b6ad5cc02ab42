package desk

import (
	"encoding/json"
	"strings"
	"time"

	"liaison/internal/cases"
	"liaison/internal/web"
)

// Event is one entry of a case's timeline: something that happened, or something that was said.
type Event struct {
	Kind   string // sys, staff, customer, note: its look
	Icon   string
	Who    web.Avatar
	Role   string // what the writer is to the case
	Text   string // of what happened, in words
	Reason string // given with it
	Said   string // Markdown, or plain text; "" for what only happened
	Plain  bool   // it came by mail: plain text
	Mail   web.ByMail
	At     web.When
	Parts  []Part // the description, of the registration
	Asked  bool
	Files  []FileLink
	Clause string
}

// Part is one part of the description.
type Part struct {
	Title, Text string
	Code        bool
}

// FileLink is a file that can be had.
type FileLink struct{ Name, Size, Href, Sum string }

func fileLink(p web.Page, number string, f cases.Attachment) FileLink {
	return FileLink{Name: f.Name, Size: p.Size(f.Size), Href: "/desk/cases/" + number + "/files/" + f.ID.String(), Sum: f.SHA256}
}

// told puts a case's timeline into words.
func (d *desk) told(p web.Page, c *cases.Case, line []cases.Item) []Event {
	out := make([]Event, 0, len(line)+1)
	for _, it := range line {
		of := c
		if it.Of != nil { // it was merged into this case
			of = it.Of
		}
		out = append(out, d.event(p, of, it))
		if it.Kind == "case.registered" {
			out = append(out, description(p, of, it))
		}
	}
	return out
}

func (d *desk) event(p web.Page, c *cases.Case, it cases.Item) Event {
	e := Event{Kind: "sys", Icon: eventIcon(it.Kind), Who: web.AvatarOf(it.Actor.Name, it.Side == cases.StaffSide), At: p.When(it.Occurred),
		Clause: it.Clause}
	if said(it.Kind) && it.Message != nil {
		return message(p, c, it, e)
	}
	if it.Kind == "plan.changed" {
		e.Text = d.planChanged(p, it)
	} else {
		e.Text = happened(p, it)
	}
	if it.Message != nil {
		e.Reason = it.Message.Text
	}
	return e
}

// planChanged tells of another plan, and of extended lifecycle support that began or that is no longer all there is.
func (d *desk) planChanged(p web.Page, it cases.Item) string {
	var told []string
	if from, to := textOf(it.Data["from"]), textOf(it.Data["to"]); from != to {
		told = append(told, p.T("desk.happened.plan.changed", "from", d.plan(p, from).Name, "to", d.plan(p, to).Name))
	}
	if extended, said := it.Data["extended"].(bool); said && extended {
		told = append(told, p.T("desk.happened.plan.extended"))
	} else if said {
		told = append(told, p.T("desk.happened.plan.full"))
	}
	return strings.Join(told, " ")
}

// said reports whether a line of the journal is something that somebody wrote to somebody.
func said(kind string) bool {
	return kind == "message.posted" || kind == "question.asked" || kind == "note.added"
}

func message(p web.Page, c *cases.Case, it cases.Item, e Event) Event {
	e.Kind, e.Role, e.Said, e.Asked = string(it.Side), p.T("desk.side."+string(it.Side)), it.Message.Text, it.Message.Question
	e.Plain, e.Mail.Quoted = it.Message.Channel == cases.ChannelEmail, it.Message.Quoted
	if it.Message.Sent {
		e.Mail.Sent = "/desk/cases/" + c.Number + "/sent/" + it.Message.ID.String()
	}
	if it.Side == cases.CustomerSide {
		e.Role += " · " + c.CustomerName
	}
	if it.Internal {
		e.Kind, e.Role = "note", p.T("desk.note")
	}
	if e.Who.Name == "" {
		e.Who = web.AvatarOf(p.T("desk.someone"), it.Side != cases.CustomerSide)
	}
	for _, f := range it.Files {
		e.Files = append(e.Files, fileLink(p, c.Number, f))
	}
	return e
}

// description is what the customer wrote when registering, shown as the first message.
func description(p web.Page, c *cases.Case, it cases.Item) Event {
	who := c.Liaison.Name
	if w := writer(it); w != "" { // a colleague's words, of which the liaison made a case
		who = w
	}
	e := Event{Kind: "customer", Who: web.AvatarOf(who, false), Role: p.T("desk.side.customer") + " · " + c.CustomerName, At: p.When(it.Occurred)}
	e.Plain, e.Mail.Quoted = c.Channel == cases.ChannelEmail, c.Quoted
	if sent, _ := it.Data["sent"].(bool); sent {
		e.Mail.Sent = "/desk/cases/" + c.Number + "/sent"
	}
	for _, part := range []Part{
		{p.T("desk.part.symptoms"), c.Symptoms, false}, {p.T("desk.part.errors"), c.ErrorMessages, true},
		{p.T("desk.part.steps"), c.StepsTaken, false}, {p.T("desk.part.impact"), c.Impact, false},
	} {
		if strings.TrimSpace(part.Text) != "" {
			e.Parts = append(e.Parts, part)
		}
	}
	for _, f := range it.Files {
		e.Files = append(e.Files, fileLink(p, c.Number, f))
	}
	return e
}

// happened is a line of the journal in words.
func happened(p web.Page, it cases.Item) string {
	data := it.Data
	kv := []any{"who", name(p, it), "from", value(p, data["from"]), "to", value(p, data["to"])}
	switch it.Kind {
	case "case.registered":
		kv = append(kv, "channel", p.T("desk.channel."+textOf(data["channel"])), "priority", level(data["priority"]))
		if from := instantOf(data, "clockFrom"); !from.IsZero() {
			return p.T("desk.happened.case.registered", kv...) + " " + p.Adopted(writer(it), it.Occurred, from)
		}
		if answered, _ := data["answered"].(bool); answered {
			return p.T("desk.happened.case.registered_answered", kv...)
		}
	case "clock.started":
		return p.T("desk.happened.clock.started", "clock", p.T("clock."+textOf(data["kind"])), "due", due(p, data))
	case "clock.moved":
		kv = append(kv, "clock", p.T("clock."+textOf(data["clock"])), "edition", textOf(data["edition"]), "due", due(p, data))
		if data["withdrawn"] == true {
			return p.T("desk.happened.clock.moved_back", kv...)
		}
	case "clock.warning", "clock.breached":
		kv = append(kv, "clock", p.T("clock."+textOf(data["clock"])), "percent", textOf(data["percent"]), "due", due(p, data))
	case "status.changed":
		kv = []any{"who", name(p, it), "from", p.T("status." + textOf(data["from"])), "to", p.T("status." + textOf(data["to"]))}
		if remedy := textOf(data["remedy"]); remedy != "" {
			return p.T("desk.happened.status.resolved", append(kv, "remedy", p.T("desk.remedy."+remedy))...)
		}
	case "priority.changed", "priority.requested":
		kv = []any{"who", name(p, it), "from", level(data["from"]), "to", level(data["to"])}
		if textOf(data["code"]) == cases.NoContact {
			return p.T("desk.happened.priority.no_contact", append(kv, "count", textOf(data["reminders"]))...)
		}
	case "customer_task.asked", "customer_task.ended", "customer_task.late", "customer_task.given_up", "case_team.changed", "contact_schedule.changed":
		return p.CooperationEvent(it, name(p, it))
	case "case.assigned":
		return assigned(p, it, kv)
	case "clock.waived", "case.merged", "case.joined", "case.split", "case.split_off":
		kv = append(kv, "clock", p.T("clock."+textOf(data["clock"])), "due", due(p, data), "other", textOf(data["other"]), "number", textOf(data["number"]))
	case "case.handed_over", "case.owner_departed", "change.undone", "customer.reminded", "case.suspended", "case.reinstated":
	default:
		return p.T("desk.happened.other", kv...)
	}
	return p.T("desk.happened."+it.Kind, kv...)
}

// assigned tells taking a case, giving it to somebody, and giving it back apart.
func assigned(p web.Page, it cases.Item, kv []any) string {
	to, _ := it.Data["to"].(map[string]any)
	switch {
	case to == nil:
		return p.T("desk.happened.case.unassigned", kv...)
	case textOf(to["id"]) == it.Actor.ID.String():
		return p.T("desk.happened.case.taken", kv...)
	}
	return p.T("desk.happened.case.assigned", kv...)
}

func name(p web.Page, it cases.Item) string {
	switch {
	case it.Actor.Name != "":
		return it.Actor.Name
	case it.Side == cases.SystemSide:
		return p.T("app.name")
	}
	return p.T("desk.someone")
}

// value is a person of a journal line, by name.
func value(p web.Page, v any) string {
	who, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	if n := textOf(who["name"]); n != "" {
		return n
	}
	return p.T("desk.someone")
}

// writer is who wrote the mail that somebody else made a case of, by name; "" when nobody else did.
func writer(it cases.Item) string {
	who, _ := it.Data["writer"].(map[string]any)
	return textOf(who["name"])
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func level(v any) string { return "P" + textOf(v) }

// due is the due instant of a clock's line, in microseconds there.
func due(p web.Page, data map[string]any) string {
	at := instantOf(data, "due")
	if at.IsZero() {
		return ""
	}
	return p.Instant(at)
}

// instantOf is an instant of a line's data; zero when there is none.
func instantOf(data map[string]any, key string) time.Time {
	n, _ := data[key].(json.Number)
	us, err := n.Int64()
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(us)
}

func eventIcon(kind string) string {
	switch kind {
	case "clock.warning", "customer_task.late":
		return "clock-alert"
	case "clock.breached":
		return "octagon-alert"
	case "clock.started", "clock.moved":
		return "timer"
	case "case.assigned", "customer_task.asked", "customer_task.ended", "customer_task.given_up", "case_team.changed", "contact_schedule.changed":
		return "user-check"
	case "case.suspended":
		return "circle-pause"
	case "case.registered":
		return "plus"
	case "customer.reminded":
		return "mail"
	case "change.undone":
		return "undo-2"
	case "case.merged", "case.joined":
		return "corner-down-left"
	case "case.split", "case.split_off":
		return "layers"
	case "clock.waived":
		return "scale"
	}
	return "git-branch"
}
