package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
)

type newTeamBody struct {
	Items []newTeamMemberBody `json:"items" doc:"all of them, in place of those before"`
}

type newTeamMemberBody struct {
	Person string `json:"person" format:"uuid" doc:"of this customer; being named gives no access"`
	Role   string `json:"role" enum:"lead,system_administrator,database,network,application,other"`
}

type newScheduleBody struct {
	Items []newContactTimeBody `json:"items" doc:"all of them, in place of those before"`
}

type newContactTimeBody struct {
	Person   string `json:"person" format:"uuid" doc:"of this customer"`
	Way      string `json:"way" enum:"phone,email" doc:"the number or address is that of the person's account"`
	From     string `json:"from,omitempty" format:"date-time" doc:"once: from this instant"`
	To       string `json:"to,omitempty" format:"date-time" doc:"once: to this instant"`
	FirstDay string `json:"firstDay,omitempty" format:"date" doc:"else in the same hours of every day from this one"`
	LastDay  string `json:"lastDay,omitempty" format:"date" doc:"to this one, at most 366 days"`
	Opens    string `json:"opens,omitempty" doc:"09:00, local time of the zone"`
	Closes   string `json:"closes,omitempty" doc:"18:00; 24:00 is the end of the day; earlier than opens: on the next day"`
	Zone     string `json:"zone,omitempty" doc:"IANA name"`
}

type teamView struct {
	Items []teamMemberView `json:"items"`
	ETag  string           `json:"etag"`
}

type teamMemberView struct {
	Person partyView `json:"person"`
	Role   string    `json:"role" enum:"lead,system_administrator,database,network,application,other"`
	Left   bool      `json:"left" doc:"no longer of this customer"`
}

type scheduleView struct {
	Items []contactTimeView `json:"items"`
	Now   []reachedView     `json:"now" doc:"who can be reached now"`
	Next  *reachedView      `json:"next" doc:"who can be reached next; null: nobody"`
	ETag  string            `json:"etag"`
}

type contactTimeView struct {
	Person   partyView  `json:"person"`
	Way      string     `json:"way" enum:"phone,email"`
	From     *time.Time `json:"from"`
	To       *time.Time `json:"to"`
	FirstDay string     `json:"firstDay"`
	LastDay  string     `json:"lastDay"`
	Opens    string     `json:"opens"`
	Closes   string     `json:"closes"`
	Zone     string     `json:"zone"`
	Left     bool       `json:"left" doc:"no longer of this customer: nobody to reach"`
	Over     bool       `json:"over" doc:"nothing of it is left"`
}

type reachedView struct {
	Person  partyView `json:"person"`
	Way     string    `json:"way" enum:"phone,email"`
	Address string    `json:"address" doc:"the number or the address"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
}

func (v teamView) tag() string     { return v.ETag }
func (v scheduleView) tag() string { return v.ETag }

// peopleOperations are those on the customer's team and on when its people can be reached.
func (a *API) peopleOperations() []operation {
	route := func(method, pattern string, p access.Permission, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1/cases/{number}" + pattern, Permission: p, Tenant: access.TenantOwn, Restricted: access.RestrictedSame, Event: event}
	}
	match := []param{{name: "If-Match", in: "header", text: "etag of what is changed", kind: "string"}}
	team, schedule := reflect.TypeFor[teamView](), reflect.TypeFor[scheduleView]()
	return []operation{
		{Route: route("GET", "/team", access.CaseRead, access.NoEvent), id: "getCustomerTeam", summary: "Whom the customer has assigned to a case",
			answer: team, status: http.StatusOK, serve: (*call).getTeam},
		{Route: route("PUT", "/team", access.CaseReply, "case_team.changed"), id: "setCustomerTeam", summary: "Say whom the customer has assigned to a P1 or P2 case; needs If-Match with the etag",
			body: reflect.TypeFor[newTeamBody](), query: match, answer: team, status: http.StatusOK, serve: (*call).setTeam},
		{Route: route("GET", "/contact-schedule", access.CaseRead, access.NoEvent), id: "getContactSchedule", summary: "When the customer's people can be reached, who now and who next",
			answer: schedule, status: http.StatusOK, serve: (*call).getSchedule},
		{Route: route("PUT", "/contact-schedule", access.CaseReply, "contact_schedule.changed"), id: "setContactSchedule", summary: "Say when the customer's people can be reached on a P1 or P2 case; needs If-Match with the etag",
			body: reflect.TypeFor[newScheduleBody](), query: match, answer: schedule, status: http.StatusOK, serve: (*call).setSchedule},
	}
}

func teamViewOf(p *cases.CustomerSidePlan) teamView {
	v := teamView{Items: []teamMemberView{}, ETag: p.TeamETag}
	for i := range p.Team {
		m := &p.Team[i]
		v.Items = append(v.Items, teamMemberView{partyView(m.Who.Party), m.Role, m.Who.Left})
	}
	return v
}

func (c *call) getTeam() error {
	p, err := c.api.Cases.CustomerPlan(c.r.Context(), c.actor, c.r.PathValue("number"))
	if err != nil {
		return err
	}
	return c.reply(teamViewOf(&p))
}

func (c *call) setTeam() error {
	var b newTeamBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	etag, err := c.ifMatch()
	if err != nil {
		return err
	}
	in := []cases.TeamMember{}
	for _, m := range b.Items {
		in = append(in, cases.TeamMember{Who: contactOf(m.Person), Role: m.Role})
	}
	p, err := c.api.Cases.SetTeam(c.r.Context(), c.actor, c.r.PathValue("number"), etag, in)
	if err != nil {
		return err
	}
	return c.reply(teamViewOf(&p))
}

// contactOf names a person; what is no id names nobody.
func contactOf(text string) (c cases.Contact) {
	if who, err := id.Parse(text); err == nil {
		c.ID = who
	}
	return c
}

func (c *call) scheduleView(p *cases.CustomerSidePlan) scheduleView {
	z := c.zone()
	reached := func(r *cases.Reached) reachedView {
		return reachedView{partyView(r.Who.Party), r.Way, r.Who.Address(r.Way), r.From.In(z), r.To.In(z)}
	}
	v := scheduleView{Items: []contactTimeView{}, Now: []reachedView{}, ETag: p.TimesETag}
	for i := range p.Times {
		t := &p.Times[i]
		one := contactTimeView{Person: partyView(t.Who.Party), Way: t.Way, Zone: t.Zone, Left: t.Who.Left, Over: p.Over[i]}
		if t.From.IsZero() {
			one.FirstDay, one.LastDay = t.First.String(), t.Last.String()
			one.Opens, one.Closes, _ = strings.Cut(t.Hours.String(), "-")
		} else {
			from, to := t.From.In(z), t.To.In(z)
			one.From, one.To = &from, &to
		}
		v.Items = append(v.Items, one)
	}
	for i := range p.Now {
		v.Now = append(v.Now, reached(&p.Now[i]))
	}
	if p.Next != nil {
		next := reached(p.Next)
		v.Next = &next
	}
	return v
}

func (c *call) getSchedule() error {
	p, err := c.api.Cases.CustomerPlan(c.r.Context(), c.actor, c.r.PathValue("number"))
	if err != nil {
		return err
	}
	return c.reply(c.scheduleView(&p))
}

func (c *call) setSchedule() error {
	var b newScheduleBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	etag, err := c.ifMatch()
	if err != nil {
		return err
	}
	in, bad := []cases.ContactTime{}, []errs.Field(nil)
	for i := range b.Items {
		in = append(in, b.Items[i].read("items["+strconv.Itoa(i)+"].", &bad))
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	p, err := c.api.Cases.SetContactTimes(c.r.Context(), c.actor, c.r.PathValue("number"), etag, in)
	if err != nil {
		return err
	}
	return c.reply(c.scheduleView(&p))
}

// read makes a time of what was sent; what is left out the use case refuses.
func (b *newContactTimeBody) read(at string, bad *[]errs.Field) cases.ContactTime {
	t := cases.ContactTime{Who: contactOf(b.Person), Way: b.Way, Zone: b.Zone}
	instant := func(name, text string, to *time.Time) {
		if text == "" {
			return
		}
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			*bad = append(*bad, errs.BadField(at+name, "field.instant"))
		}
		*to = v.UTC().Truncate(time.Microsecond)
	}
	day := func(name, text string, to *calendar.Date) {
		if text == "" {
			return
		}
		v, err := calendar.ParseDate(text)
		if err != nil {
			*bad = append(*bad, errs.BadField(at+name, "case.contact_day"))
		}
		*to = v
	}
	instant("from", b.From, &t.From)
	instant("to", b.To, &t.To)
	day("firstDay", b.FirstDay, &t.First)
	day("lastDay", b.LastDay, &t.Last)
	if b.Opens != "" || b.Closes != "" {
		w, err := calendar.ParseWindow(b.Opens, b.Closes)
		if err != nil {
			*bad = append(*bad, errs.BadField(at+"closes", "case.contact_hours"))
		}
		t.Hours = w
	}
	return t
}
