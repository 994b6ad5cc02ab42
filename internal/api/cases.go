package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// newCaseBody is the body of POST /cases.
type newCaseBody struct {
	System          string   `json:"system" format:"uuid"`
	Environment     string   `json:"environment"`
	Product         string   `json:"product"`
	Version         string   `json:"version"`
	Subject         string   `json:"subject" maxLength:"200"`
	Symptoms        string   `json:"symptoms"`
	ErrorMessages   string   `json:"errorMessages"`
	StepsTaken      string   `json:"stepsTaken"`
	Impact          string   `json:"impact"`
	Priority        string   `json:"priority" enum:"P1,P2,P3,P4"`
	Reproducibility string   `json:"reproducibility,omitempty" enum:"always,sometimes,once,not_tried"`
	Scope           string   `json:"scope,omitempty" enum:"one_machine,several,all,unknown"`
	Checklist       []string `json:"checklist,omitempty" enum:"vendor_software,supported_release,reproduced,isolated,machines,searched" doc:"checks of 3.1 answered with yes"`
	Attachments     []string `json:"attachments,omitempty" doc:"ids from POST /attachments"`
	OnBehalfOf      string   `json:"onBehalfOf,omitempty" doc:"staff only: id or e-mail address of the liaison who called"`
	Channel         string   `json:"channel,omitempty" enum:"portal,email,phone" doc:"staff only"`
	ReceivedAt      *string  `json:"receivedAt,omitempty" format:"date-time" doc:"staff only: when the call or voicemail came in"`
	Answered        *bool    `json:"answered,omitempty" doc:"staff only: false for a voicemail; a phone call is itself the first response"`
}

// newMessageBody is the body of POST /cases/{number}/messages.
type newMessageBody struct {
	Text        string   `json:"text" doc:"Markdown"`
	Visibility  string   `json:"visibility,omitempty" enum:"public,internal"`
	Question    bool     `json:"question,omitempty" doc:"staff: the case waits for the answer"`
	Attachments []string `json:"attachments,omitempty"`
}

// changeBody is the body of PATCH /cases/{number}.
type changeBody struct {
	Status            *string     `json:"status,omitempty" enum:"open,waiting_customer,waiting_third_party,development,resolved,closed"`
	Priority          *string     `json:"priority,omitempty" enum:"P1,P2,P3,P4"`
	RequestedPriority *string     `json:"requestedPriority,omitempty" enum:"P1,P2,P3,P4"`
	Reason            string      `json:"reason,omitempty" doc:"what the customer reads; with a lower priority also the code no_contact: the liaison does not get in touch, and the reminders that the policy wants went out (3.3)"`
	Assignee          *string     `json:"assignee,omitempty" doc:"id or e-mail address; empty takes the case from its owner"`
	Remedy            *remedyBody `json:"remedy,omitempty"`
}

// remedyBody is what solved a case.
type remedyBody struct {
	Kind    string `json:"kind" enum:"workaround,configuration_change,patch,platform_release_update,later_version,other"`
	Text    string `json:"text"`
	Article string `json:"article,omitempty"`
	Release string `json:"release,omitempty"`
}

func (a *API) caseOperations() []operation {
	own := func(method, pattern string, p access.Permission, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1" + pattern, Permission: p, Tenant: access.TenantOwn,
			Restricted: access.RestrictedSame, Event: event}
	}
	register := own("POST", "/cases", access.CaseRegister, "case.registered")
	register.Restricted = access.RestrictedNoFiles
	message := own("POST", "/cases/{number}/messages", access.CaseReply, "message.posted")
	message.Restricted = access.RestrictedNoFiles
	queue := own("GET", "/queue", access.QueueRead, access.NoEvent)
	queue.Tenant = access.TenantStaff
	return []operation{
		{Route: register, id: "registerCase", summary: "Register a case", body: reflect.TypeFor[newCaseBody](),
			answer: reflect.TypeFor[caseView](), status: http.StatusCreated, serve: (*call).registerCase},
		{Route: own("GET", "/cases", access.CaseRead, access.NoEvent), id: "listCases", summary: "Cases, the last changed first; with words in q the best match first",
			query: append(pageParams(), filterParams()...), answer: reflect.TypeFor[casesView](), status: http.StatusOK, serve: (*call).listCases},
		{Route: queue, id: "queue", summary: "Open cases in policy order", query: append(pageParams(), filterParams()...),
			answer: reflect.TypeFor[casesView](), status: http.StatusOK, serve: (*call).queue},
		{Route: own("GET", "/cases/{number}", access.CaseRead, access.NoEvent), id: "getCase", summary: "One case",
			answer: reflect.TypeFor[caseView](), status: http.StatusOK, serve: (*call).getCase},
		{Route: own("GET", "/cases/{number}/clocks", access.CaseRead, access.NoEvent), id: "getClocks", summary: "Deadlines with their ledgers",
			answer: reflect.TypeFor[[]sla.Clock](), status: http.StatusOK, serve: (*call).getClocks},
		{Route: own("GET", "/cases/{number}/timeline", access.CaseRead, access.NoEvent), id: "getTimeline", summary: "History of a case",
			query: pageParams(), answer: reflect.TypeFor[timelineView](), status: http.StatusOK, serve: (*call).getTimeline},
		{Route: message, id: "postMessage", summary: "Write on a case", body: reflect.TypeFor[newMessageBody](),
			answer: reflect.TypeFor[messageView](), status: http.StatusCreated, serve: (*call).postMessage},
		{Route: own("PATCH", "/cases/{number}", access.CaseReply, "status.changed"), id: "changeCase",
			summary: "Change a case; needs If-Match with its etag", body: reflect.TypeFor[changeBody](),
			query:  []param{{name: "If-Match", in: "header", text: "etag of the case", kind: "string"}},
			answer: reflect.TypeFor[caseView](), status: http.StatusOK, serve: (*call).changeCase},
	}
}

func pageParams() []param {
	return []param{{name: "cursor", in: "query", text: "nextCursor of the page before", kind: "string"},
		{name: "limit", in: "query", text: "rows, at most 200", kind: "integer"}}
}

func filterParams() []param {
	return []param{{name: "status", in: "query", text: "one or several, separated by commas", kind: "string"},
		{name: "priority", in: "query", text: "P1..P4, separated by commas", kind: "string"},
		{name: "system", in: "query", text: "id of a system", kind: "string"},
		{name: "q", in: "query", text: "all words, Chinese and Latin; \"exact phrases\"; filters such as status:open plan:elite before:2026-11-01 assignee:me", kind: "string"},
		{name: "sort", in: "query", text: "updated (default)", kind: "string"}}
}

func (c *call) registerCase() error {
	var b newCaseBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	var bad []errs.Field
	in := cases.Registration{
		Environment: b.Environment, Product: b.Product, Release: b.Version, Priority: cases.ParsePriority(b.Priority),
		Details: cases.Details{Subject: b.Subject, Symptoms: b.Symptoms, ErrorMessages: b.ErrorMessages, StepsTaken: b.StepsTaken,
			Impact: b.Impact, Reproducibility: b.Reproducibility, Scope: b.Scope, Checklist: b.Checklist},
		OnBehalfOf: b.OnBehalfOf, Channel: b.Channel, Answered: b.Answered,
		Within: func(tx *db.Tx, k *cases.Case) error { return c.keepCase(tx, k) },
	}
	if strings.TrimSpace(b.System) == "" {
		bad = append(bad, errs.BadField("system", "field.required"))
	} else if v, err := id.Parse(b.System); err == nil {
		in.System = v
	}
	if b.ReceivedAt != nil {
		at, err := time.Parse(time.RFC3339, *b.ReceivedAt)
		if err != nil {
			bad = append(bad, errs.BadField("receivedAt", "field.instant"))
		}
		in.ReceivedAt = &at
	}
	in.Attachments = ids("attachments", b.Attachments, &bad)
	k, err := c.api.Cases.Register(c.r.Context(), c.actor, in.With(bad))
	if err != nil {
		return err
	}
	return c.replyCase(k)
}

// ids reads ids of a list; one that cannot be an id names nothing that exists.
func ids(field string, in []string, bad *[]errs.Field) []id.ID {
	out := make([]id.ID, 0, len(in))
	for _, s := range in {
		v, err := id.Parse(s)
		if err != nil {
			*bad = append(*bad, errs.BadField(field, "case.unknown_attachment"))
			return nil
		}
		out = append(out, v)
	}
	return out
}

func (c *call) listCases() error {
	f, err := c.filter()
	if err != nil {
		return err
	}
	p, err := c.api.Cases.List(c.r.Context(), c.actor, f)
	if err != nil {
		return err
	}
	return c.reply(c.casesView(p))
}

func (c *call) queue() error {
	f, err := c.filter()
	if err != nil {
		return err
	}
	p, err := c.api.Cases.Queue(c.r.Context(), c.actor, f)
	if err != nil {
		return err
	}
	return c.reply(c.casesView(p))
}

func (c *call) filter() (f cases.Filter, err error) {
	q := c.r.URL.Query()
	var bad []errs.Field
	f = cases.Filter{Query: q.Get("q"), Cursor: q.Get("cursor")}
	for s := range splitList(q.Get("status")) {
		st, ok := cases.ParseStatus(s)
		if !ok {
			bad = append(bad, errs.BadField("status", "field.one_of", "allowed", "open, waiting_customer, waiting_third_party, development, resolved, closed"))
		}
		f.Statuses = append(f.Statuses, st)
	}
	for s := range splitList(q.Get("priority")) {
		p := cases.ParsePriority(s)
		if p == 0 {
			bad = append(bad, errs.BadField("priority", "field.one_of", "allowed", "P1, P2, P3, P4"))
		}
		f.Priorities = append(f.Priorities, p)
	}
	if s := q.Get("system"); s != "" {
		if f.System, err = id.Parse(s); err != nil {
			bad = append(bad, errs.BadField("system", "field.wrong_type"))
		}
	}
	if s := q.Get("sort"); s != "" && s != "updated" && s != "-updated" {
		bad = append(bad, errs.BadField("sort", "field.one_of", "allowed", "updated"))
	}
	f.Limit = limitOf(q.Get("limit"), &bad)
	return f, errs.BadFields(bad...)
}

func limitOf(s string, bad *[]errs.Field) int {
	if s == "" {
		return cases.DefaultPage
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > cases.MaxPage {
		*bad = append(*bad, errs.BadField("limit", "field.between", "from", 1, "to", cases.MaxPage))
	}
	return n
}

func splitList(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for p := range strings.SplitSeq(s, ",") {
			if p != "" && !yield(p) {
				return
			}
		}
	}
}

func (c *call) getCase() error {
	k, err := c.api.Cases.Get(c.r.Context(), c.actor, c.r.PathValue("number"))
	if err != nil {
		return err
	}
	return c.replyCase(k)
}

func (c *call) getClocks() error {
	clocks, err := c.api.Cases.Clocks(c.r.Context(), c.actor, c.r.PathValue("number"))
	if err != nil {
		return err
	}
	return c.reply(clocksIn(clocks, c.zone()))
}

func (c *call) getTimeline() error {
	q := c.r.URL.Query()
	var bad []errs.Field
	limit := limitOf(q.Get("limit"), &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	number := c.r.PathValue("number")
	t, err := c.api.Cases.Timeline(c.r.Context(), c.actor, number, q.Get("cursor"), limit)
	if err != nil {
		return err
	}
	v := timelineView{Items: make([]itemView, 0, len(t.Items)), NextCursor: cursorOrNull(t.Next)}
	for _, it := range t.Items {
		v.Items = append(v.Items, c.itemView(it, number))
	}
	return c.reply(v)
}

func (c *call) postMessage() error {
	var b newMessageBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	number := c.r.PathValue("number")
	var bad []errs.Field
	if b.Visibility != "" && b.Visibility != "public" && b.Visibility != "internal" {
		bad = append(bad, errs.BadField("visibility", "field.one_of", "allowed", "public, internal"))
	}
	in := cases.NewMessage{Text: b.Text, Internal: b.Visibility == "internal", Question: b.Question,
		Attachments: ids("attachments", b.Attachments, &bad),
		Within:      func(tx *db.Tx, m *cases.Message) error { return c.keep(tx, c.messageView(m, number)) }}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	m, err := c.api.Cases.PostMessage(c.r.Context(), c.actor, number, in)
	if err != nil {
		return err
	}
	return c.reply(c.messageView(m, number))
}

func (c *call) changeCase() error {
	var b changeBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	in, err := b.change()
	if err != nil {
		return err
	}
	etag := c.r.Header.Get("If-Match")
	if etag == "" {
		return errs.BadFields(errs.BadField("If-Match", "case.if_match_needed"))
	}
	k, err := c.api.Cases.Change(c.r.Context(), c.actor, c.r.PathValue("number"), etag, in)
	if err != nil {
		return err
	}
	return c.replyCase(k)
}

func (b *changeBody) change() (in cases.Change, err error) {
	var bad []errs.Field
	in = cases.Change{Reason: b.Reason, Assignee: b.Assignee, Remedy: (*cases.Remedy)(b.Remedy)}
	if b.Status != nil {
		st, ok := cases.ParseStatus(*b.Status)
		if !ok {
			bad = append(bad, errs.BadField("status", "field.one_of", "allowed", "open, waiting_customer, waiting_third_party, development, resolved, closed"))
		}
		in.Status = st
	}
	level := func(field string, s *string) int {
		if s == nil {
			return 0
		}
		p := cases.ParsePriority(*s)
		if p == 0 {
			bad = append(bad, errs.BadField(field, "field.one_of", "allowed", "P1, P2, P3, P4"))
		}
		return p
	}
	in.Priority = level("priority", b.Priority)
	in.Requested = level("requestedPriority", b.RequestedPriority)
	if in.Priority != 0 && in.Reason == cases.NoContact {
		in.Code, in.Reason = in.Reason, ""
	}
	return in, errs.BadFields(bad...)
}
