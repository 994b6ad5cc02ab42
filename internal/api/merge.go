package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/sla"
)

type mergeBody struct {
	Into   string `json:"into" doc:"number of the case that goes on"`
	Reason string `json:"reason,omitempty" doc:"the liaisons read it"`
}

type splitBody struct {
	Message  string `json:"message" format:"uuid" doc:"of the customer, on this case"`
	Subject  string `json:"subject" maxLength:"200"`
	Priority string `json:"priority,omitempty" enum:"P1,P2,P3,P4" doc:"that of the case when left out"`
	Reason   string `json:"reason,omitempty" doc:"the liaison reads it"`
}

type waiverBody struct {
	Kind       string `json:"kind" enum:"initial_response,status_update"`
	BreachedAt string `json:"breachedAt" format:"date-time" doc:"names the missed deadline, as GET breaches gives it"`
	Reason     string `json:"reason" doc:"the liaison reads it"`
}

type mergePreviewView struct {
	Allowed  bool              `json:"allowed"`
	Decision string            `json:"decision"`
	Clause   string            `json:"clause"`
	Reopens  bool              `json:"reopens" doc:"the case that goes on waits for the customer, and would not any more"`
	Gone     mergedPromiseView `json:"gone"`
	Into     mergedPromiseView `json:"into"`
}

type mergedPromiseView struct {
	Number string      `json:"number"`
	Before []sla.Clock `json:"before"`
	After  []sla.Clock `json:"after"`
}

type splitPreviewView struct {
	Allowed    bool       `json:"allowed"`
	Decision   string     `json:"decision"`
	Clause     string     `json:"clause"`
	ReceivedAt time.Time  `json:"receivedAt" doc:"of the message: the new case was received then"`
	Liaison    partyView  `json:"liaison"`
	Priority   string     `json:"priority" enum:"P1,P2,P3,P4"`
	Clock      *sla.Clock `json:"clock" doc:"the initial response of the new case; null when it is refused"`
}

type breachView struct {
	Number string    `json:"number" doc:"of this case, or of one that was merged into it"`
	Clock  sla.Clock `json:"clock"`
}

type breachesView struct {
	Items []breachView `json:"items"`
}

type wrongPausesView struct {
	Items      []wrongPauseView `json:"items"`
	NextCursor *string          `json:"nextCursor"`
}

type wrongPauseView struct {
	Number   string     `json:"number"`
	Customer string     `json:"customer" doc:"key"`
	Centre   string     `json:"centre"`
	AskedAt  time.Time  `json:"askedAt"`
	AskedBy  *partyView `json:"askedBy"`
	Until    *time.Time `json:"until" doc:"when the customer acted; null while the case waits"`
	KnownAt  *time.Time `json:"knownAt" doc:"when that was processed"`
	Doubts   []string   `json:"doubts" enum:"late_reply,crossed,no_question,no_question_mark,unanswered"`
	Minutes  int        `json:"wrongMinutes" doc:"for how long it was shown as waiting although the customer had acted"`
}

func (a *API) mergeOperations() []operation {
	route := func(method, pattern string, p access.Permission, t access.TenantRule, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1" + pattern, Permission: p, Tenant: t, Restricted: access.RestrictedSame, Event: event}
	}
	staff := func(method, pattern string, p access.Permission, event string) access.Route {
		return route(method, pattern, p, access.TenantStaff, event)
	}
	one := reflect.TypeFor[caseView]()
	return []operation{
		{Route: staff("GET", "/cases/{number}/merge", access.CaseWork, access.NoEvent), id: "previewMerge", summary: "What merging would do to the promises",
			query:  []param{{name: "into", in: "query", text: "number of the case that would go on", kind: "string"}},
			answer: reflect.TypeFor[mergePreviewView](), status: http.StatusOK, serve: (*call).previewMerge},
		{Route: staff("POST", "/cases/{number}/merge", access.CaseWork, "case.merged"), id: "mergeCase", summary: "Let a case go on in another one",
			body: reflect.TypeFor[mergeBody](), answer: one, status: http.StatusOK, serve: (*call).mergeCase},
		{Route: staff("GET", "/cases/{number}/split", access.CaseWork, access.NoEvent), id: "previewSplit", summary: "What splitting would do to the promises",
			query: []param{{name: "message", in: "query", text: "id of the customer's message", kind: "string"},
				{name: "priority", in: "query", text: "P1..P4; that of the case when left out", kind: "string"}},
			answer: reflect.TypeFor[splitPreviewView](), status: http.StatusOK, serve: (*call).previewSplit},
		{Route: staff("POST", "/cases/{number}/split", access.CaseWork, "case.split"), id: "splitCase", summary: "Make a case of its own of a message",
			body: reflect.TypeFor[splitBody](), answer: one, status: http.StatusCreated, serve: (*call).splitCase},
		{Route: route("GET", "/cases/{number}/breaches", access.CaseRead, access.TenantOwn, access.NoEvent), id: "listBreaches", summary: "Missed deadlines of a case, of all its periods",
			answer: reflect.TypeFor[breachesView](), status: http.StatusOK, serve: (*call).listBreaches},
		{Route: staff("POST", "/cases/{number}/waivers", access.CaseWaive, "clock.waived"), id: "waive", summary: "Do not hold a missed deadline against support",
			body: reflect.TypeFor[waiverBody](), answer: reflect.TypeFor[breachView](), status: http.StatusCreated, serve: (*call).waive},
		{Route: staff("GET", "/wrong-pauses", access.PausesRead, access.NoEvent), id: "listWrongPauses", summary: "Pauses that look wrong, the cases that changed last first",
			query: append(pageParams(), param{name: "from", in: "query", text: "RFC 3339; 30 days before the end when left out, at most 92", kind: "string"},
				param{name: "to", in: "query", text: "RFC 3339; now when left out", kind: "string"}),
			answer: reflect.TypeFor[wrongPausesView](), status: http.StatusOK, serve: (*call).listWrongPauses},
	}
}

func (c *call) previewMerge() error {
	p, err := c.api.Cases.PreviewMerge(c.r.Context(), c.actor, c.r.PathValue("number"), c.r.URL.Query().Get("into"))
	if err != nil {
		return err
	}
	z := c.zone()
	return c.reply(mergePreviewView{Allowed: p.Decision.Allowed, Decision: p.Decision.Code, Clause: p.Decision.Clause, Reopens: p.Reopens,
		Gone: mergedPromiseView{p.Gone.Number, clocksIn(p.Gone.Clocks, z), clocksIn(p.GoneAfter, z)},
		Into: mergedPromiseView{p.Into.Number, clocksIn(p.Into.Clocks, z), clocksIn(p.IntoAfter, z)}})
}

func (c *call) mergeCase() error {
	var b mergeBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	k, err := c.api.Cases.Merge(c.r.Context(), c.actor, c.r.PathValue("number"), cases.Merging{Into: b.Into, Reason: b.Reason,
		Within: func(tx *db.Tx, k *cases.Case) error { return c.keepCase(tx, k) }})
	if err != nil {
		return err
	}
	return c.replyCase(k)
}

func (c *call) previewSplit() error {
	q := c.r.URL.Query()
	message, bad := idOf("message", q.Get("message"))
	level := priorityOf(q.Get("priority"), &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	p, err := c.api.Cases.PreviewSplit(c.r.Context(), c.actor, c.r.PathValue("number"), message, level)
	if err != nil {
		return err
	}
	v := splitPreviewView{Allowed: p.Decision.Allowed, Decision: p.Decision.Code, Clause: p.Decision.Clause, ReceivedAt: p.Message.At.In(c.zone()),
		Liaison: partyView(p.Liaison), Priority: cases.PriorityName(p.Priority)}
	if p.Decision.Allowed {
		clock := p.Clock.In(c.zone())
		v.Clock = &clock
	}
	return c.reply(v)
}

// priorityOf reads a priority that may be left out.
func priorityOf(s string, bad *[]errs.Field) int {
	level := cases.ParsePriority(s)
	if s != "" && level == 0 {
		*bad = append(*bad, errs.BadField("priority", "field.one_of", "allowed", "P1, P2, P3, P4"))
	}
	return level
}

func (c *call) splitCase() error {
	var b splitBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	message, bad := idOf("message", b.Message)
	level := priorityOf(b.Priority, &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	k, err := c.api.Cases.Split(c.r.Context(), c.actor, c.r.PathValue("number"), cases.Splitting{Message: message, Subject: b.Subject, Priority: level, Reason: b.Reason,
		Within: func(tx *db.Tx, k *cases.Case) error { return c.keepCase(tx, k) }})
	if err != nil {
		return err
	}
	return c.replyCase(k)
}

func (c *call) breachView(b cases.Breach) breachView {
	return breachView{b.Number, b.Clock.In(c.zone())}
}

func (c *call) listBreaches() error {
	all, err := c.api.Cases.Breaches(c.r.Context(), c.actor, c.r.PathValue("number"))
	if err != nil {
		return err
	}
	v := breachesView{Items: []breachView{}}
	for _, b := range all {
		v.Items = append(v.Items, c.breachView(b))
	}
	return c.reply(v)
}

func (c *call) waive() error {
	var b waiverBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, b.BreachedAt)
	if err != nil {
		return errs.BadFields(errs.BadField("breachedAt", "field.instant"))
	}
	done, err := c.api.Cases.Waive(c.r.Context(), c.actor, c.r.PathValue("number"), cases.Waiver{Deadline: sla.Deadline(b.Kind), BreachedAt: at, Reason: b.Reason,
		Within: func(tx *db.Tx, done cases.Breach) error { return c.keep(tx, c.breachView(done)) }})
	if err != nil {
		return err
	}
	return c.reply(c.breachView(done))
}

func (c *call) listWrongPauses() error {
	q, bad := c.r.URL.Query(), []errs.Field(nil)
	to := c.instantOf("to", c.api.Clock.Now(), &bad)
	from := c.instantOf("from", to.AddDate(0, 0, -30), &bad)
	limit := limitOf(q.Get("limit"), &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	p, err := c.api.Cases.WrongPauses(c.r.Context(), c.actor, from, to, q.Get("cursor"), limit)
	if err != nil {
		return err
	}
	v := wrongPausesView{Items: []wrongPauseView{}, NextCursor: cursorOrNull(p.Next)}
	for _, w := range p.Items {
		v.Items = append(v.Items, c.wrongPauseView(w))
	}
	return c.reply(v)
}

// instantOf reads an instant of the query that may be left out.
func (c *call) instantOf(name string, otherwise time.Time, bad *[]errs.Field) time.Time {
	s := c.r.URL.Query().Get(name)
	if s == "" {
		return otherwise
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		*bad = append(*bad, errs.BadField(name, "field.instant"))
	}
	return at
}

func (c *call) wrongPauseView(w cases.WrongPause) wrongPauseView {
	v := wrongPauseView{Number: w.Number, Customer: w.CustomerKey, Centre: w.Centre, AskedAt: w.From.In(c.zone()), Doubts: []string{},
		Minutes: int(w.Wrong / time.Minute)}
	if !w.AskedBy.ID.IsZero() {
		p := partyView(w.AskedBy)
		v.AskedBy = &p
	}
	for at, to := range map[*time.Time]**time.Time{&w.Until: &v.Until, &w.Known: &v.KnownAt} {
		if !at.IsZero() {
			t := at.In(c.zone())
			*to = &t
		}
	}
	for _, d := range w.Doubts {
		v.Doubts = append(v.Doubts, string(d))
	}
	return v
}
