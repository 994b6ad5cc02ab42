package portal

import (
	"encoding/json"
	"strings"
	"time"

	"liaison/internal/cases"
	"liaison/internal/web"
)

// Event is one entry of a case's history: a sentence of the program, or an article somebody wrote.
type Event struct {
	Kind     string // sys, customer, reply: how it looks
	Icon     string
	Sentence string
	Quote    string // the reason given with a change
	Avatar   web.Avatar
	Name     string
	Role     string
	At       web.When
	Body     string // Markdown, or plain text
	Plain    bool   // it came by mail: plain text
	Mail     web.ByMail
	Details  []Detail
	Question bool // to the customer
	Awaited  bool // the case waits for the answer to it
	Files    []File
	Clause   string
	Why      string // address of the ledger
	solves   bool   // a remedy came with it
}

// Detail is one part of what a liaison described.
type Detail struct {
	Name, Text string
	Code       bool // drawn as it was typed: messages of programs are no Markdown
}

// File is an attachment to download.
type File struct {
	Name, Href, Size, SHA256 string
}

// event is a line of the journal in words; registering gives two: that it happened, and what was said.
func (p *portal) event(page web.Page, c *cases.Case, it cases.Item) []Event {
	e := Event{Kind: "sys", Icon: "git-branch", At: page.When(it.Occurred), Name: p.author(page, it.Side, it.Actor), Files: attachments(page, c, it.Files)}
	if it.Message != nil && it.Message.Channel != "reason" {
		return []Event{p.article(page, c, e, it)}
	}
	if it.Message != nil {
		e.Quote = it.Message.Text
	}
	switch it.Kind {
	case "case.registered":
		return []Event{p.registered(page, e, it), p.described(page, c, e, it)}
	case "clock.started":
		e.Icon, e.Why = "clock", "/cases/"+c.Number+"/clocks"
		e.Sentence = page.T("portal.event.clock_started", "clock", page.T("clock."+word(it, "kind")), "due", page.Instant(due(it)))
	case "clock.moved":
		e.Icon, e.Why = "clock", "/cases/"+c.Number+"/clocks"
		key := "portal.event.clock_moved"
		if it.Data["withdrawn"] == true {
			key = "portal.event.clock_moved_back"
		}
		e.Sentence = page.T(key, "clock", page.T("clock."+word(it, "clock")), "edition", word(it, "edition"), "due", page.Instant(due(it)))
	case "clock.breached", "clock.warning":
		e.Icon, e.Why = "clock-alert", "/cases/"+c.Number+"/clocks"
		e.Sentence = page.T("portal.event."+map[string]string{"clock.breached": "late", "clock.warning": "warning"}[it.Kind],
			"clock", page.T("clock."+word(it, "clock")), "due", page.Instant(due(it)))
	case "status.changed":
		key, remedy := "portal.event.status", word(it, "remedy")
		if e.solves = remedy != ""; e.solves {
			key, remedy = "portal.event.resolved", page.T("desk.remedy."+remedy)
		}
		e.Sentence = page.T(key, "who", e.Name, "from", page.T("status."+word(it, "from")), "to", page.T("status."+word(it, "to")), "remedy", remedy)
	case "priority.changed", "priority.requested":
		e.Icon = "flame"
		if word(it, "code") == cases.NoContact {
			e.Clause, e.Sentence = it.Clause, page.T("portal.event.no_contact", "who", e.Name, "from", "P"+number(it, "from"), "to", "P"+number(it, "to"), "count", number(it, "reminders"))
			break
		}
		e.Sentence = page.T("portal.event."+map[string]string{"priority.changed": "priority", "priority.requested": "requested"}[it.Kind],
			"who", e.Name, "from", "P"+number(it, "from"), "to", "P"+number(it, "to"))
	case "plan.changed":
		e.Icon, e.Why, e.Clause = "git-branch", "/cases/"+c.Number+"/clocks", it.Clause
		e.Sentence = p.planChanged(page, it)
	case "case.assigned":
		e.Icon, e.Sentence = "user-check", page.T("portal.event.unassigned")
		if name := person(it, "to"); name != "" {
			e.Sentence = page.T("portal.event.assigned", "who", name)
		}
	case "case.handed_over":
		e.Icon, e.Clause, e.Sentence = "user-check", it.Clause, page.T("portal.event.handed_over", "from", person(it, "from"), "to", person(it, "to"))
	case "case.owner_departed":
		e.Icon, e.Clause, e.Sentence = "user-check", it.Clause, page.T("portal.event.owner_departed", "from", person(it, "from"))
	case "clock.waived", "case.merged", "case.joined", "case.split", "case.split_off":
		e.Icon, e.Why, e.Clause = "git-branch", "/cases/"+c.Number+"/clocks", it.Clause
		e.Sentence = page.T("portal.event."+it.Kind, "who", e.Name, "other", word(it, "other"), "number", word(it, "number"),
			"clock", page.T("clock."+word(it, "clock")), "due", page.Instant(due(it)))
	case "customer_task.asked", "customer_task.ended", "customer_task.late", "customer_task.given_up", "case_team.changed", "contact_schedule.changed":
		e.Icon, e.Clause = "user-check", it.Clause
		e.Sentence = page.CooperationEvent(it, e.Name)
	case "case.suspended", "case.reinstated", "customer.reminded":
		e.Icon, e.Clause = "circle-pause", it.Clause
		e.Sentence = page.T("portal.event." + map[string]string{"case.suspended": "suspended", "case.reinstated": "reinstated", "customer.reminded": "reminded"}[it.Kind])
	default:
		e.Sentence = page.T("portal.event.other")
	}
	return []Event{e}
}

// planChanged tells of another plan, and of extended lifecycle support that began or that is no longer all there is.
func (p *portal) planChanged(page web.Page, it cases.Item) string {
	var told []string
	if from, to := word(it, "from"), word(it, "to"); from != to {
		told = append(told, page.T("portal.event.plan", "from", p.planName(page, from), "to", p.planName(page, to)))
	}
	if extended, said := it.Data["extended"].(bool); said && extended {
		told = append(told, page.T("portal.event.plan_extended"))
	} else if said {
		told = append(told, page.T("portal.event.plan_full"))
	}
	return strings.Join(told, " ")
}

// planName is the name of a plan of the policy; one that it does not have any more shows its key.
func (p *portal) planName(page web.Page, key string) string {
	if plan, ok := p.Policy.Now().Plan(key); ok {
		return plan.Names.In(string(page.Lang))
	}
	return key
}

func (p *portal) article(page web.Page, c *cases.Case, e Event, it cases.Item) Event {
	m := it.Message
	e.Kind, e.Body, e.Question, e.Awaited = look(m.Side), m.Text, m.Question, c.Awaits(m.ID)
	e.Plain, e.Mail.Quoted = m.Channel == cases.ChannelEmail, m.Quoted
	if m.Sent {
		e.Mail.Sent = "/cases/" + c.Number + "/sent/" + m.ID.String()
	}
	e.Name = p.author(page, m.Side, m.Author)
	e.Role = page.T("portal.side." + string(m.Side))
	e.Avatar, e.At = web.AvatarOf(e.Name, m.Side == cases.StaffSide), page.When(m.At)
	return e
}

// look is the class of an article: the reader's own side stands quiet, support's is tinted.
func look(side cases.Side) string {
	if side == cases.StaffSide {
		return "customer"
	}
	return "reply"
}

func (p *portal) registered(page web.Page, e Event, it cases.Item) Event {
	key := "portal.event.registered_" + word(it, "channel")
	e.Sentence = page.T(key, "who", e.Name, "priority", "P"+number(it, "priority"))
	if from := instant(it, "clockFrom"); !from.IsZero() {
		e.Sentence += " " + page.Adopted(person(it, "writer"), it.Occurred, from)
	}
	e.Files, e.Clause, e.Icon = nil, it.Clause, "plus"
	return e
}

// described is the liaison's description as the first article.
func (p *portal) described(page web.Page, c *cases.Case, e Event, it cases.Item) Event {
	e.Plain, e.Mail.Quoted = c.Channel == cases.ChannelEmail, c.Quoted
	if sent, _ := it.Data["sent"].(bool); sent {
		e.Mail.Sent = "/cases/" + c.Number + "/sent"
	}
	e.Kind, e.Name, e.Role = look(cases.CustomerSide), c.Liaison.Name, page.T("portal.side.customer")
	if writer := person(it, "writer"); writer != "" { // a colleague's words, of which the liaison made a case
		e.Name = writer
	}
	e.Avatar = web.AvatarOf(e.Name, false)
	for _, d := range []Detail{{"symptoms", c.Symptoms, false}, {"errorMessages", c.ErrorMessages, true}, {"stepsTaken", c.StepsTaken, false}, {"impact", c.Impact, false}} {
		if d.Text != "" {
			e.Details = append(e.Details, Detail{page.T("portal.field." + d.Name), d.Text, d.Code})
		}
	}
	return e
}

func (p *portal) author(page web.Page, side cases.Side, who cases.Party) string {
	switch {
	case side == cases.SystemSide:
		return page.T("portal.event.system")
	case who.Name == "":
		return page.T("portal.event.somebody")
	}
	return who.Name
}

func attachments(page web.Page, c *cases.Case, list []cases.Attachment) (out []File) {
	for _, f := range list {
		out = append(out, File{Name: f.Name, Href: "/cases/" + c.Number + "/files/" + f.ID.String(), Size: page.Size(f.Size), SHA256: f.SHA256})
	}
	return out
}

// The data of a line hold codes, numbers and, for people, their name beside the id.

func word(it cases.Item, key string) string {
	s, _ := it.Data[key].(string)
	return s
}

func number(it cases.Item, key string) string {
	n, _ := it.Data[key].(json.Number)
	return n.String()
}

func person(it cases.Item, key string) string {
	who, _ := it.Data[key].(map[string]any)
	name, _ := who["name"].(string)
	return name
}

func due(it cases.Item) time.Time { return instant(it, "due") }

// instant is an instant of a line's data; zero when there is none.
func instant(it cases.Item, key string) time.Time {
	n, _ := it.Data[key].(json.Number)
	micros, err := n.Int64()
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(micros)
}
