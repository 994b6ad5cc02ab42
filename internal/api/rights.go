package api

import (
	"net/http"
	"reflect"
	"slices"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

type rightsView struct {
	Items []rightView `json:"items"`
}

type rightView struct {
	System      id.ID          `json:"system" format:"uuid"`
	SystemName  string         `json:"systemName"`
	Action      string         `json:"action" doc:"what is asked"`
	Allowed     bool           `json:"allowed"`
	Decision    string         `json:"decision" doc:"code; accepted when allowed"`
	Clause      string         `json:"clause"`
	Requirement string         `json:"requirement"`
	Edition     string         `json:"edition"`
	Inputs      map[string]any `json:"inputs" doc:"what the rule looked at, and the action: enough to come to the same decision again"`
	Text        string         `json:"text" doc:"why not, in the caller's language; empty when allowed"`
}

type accessMatrixView struct {
	Edition string          `json:"edition"`
	Items   []accessRowView `json:"items"`
}

type accessRowView struct {
	Resource    string `json:"resource" enum:"community,support_centre,product_downloads,licence_key_request"`
	Liaison     bool   `json:"liaison"`
	Member      bool   `json:"member" doc:"any other member of the customer"`
	Clause      string `json:"clause"`
	Requirement string `json:"requirement"`
}

type planTableView struct {
	Edition string         `json:"edition"`
	Items   []planFeatures `json:"items"`
}

type planFeatures struct {
	Plan string `json:"plan"`
	entitlement.Features
}

func (a *API) rightsOperations() []operation {
	read := func(pattern string, p access.Permission, t access.TenantRule) access.Route {
		return access.Route{Method: "GET", Pattern: "/api/v1" + pattern, Permission: p, Tenant: t, Restricted: access.RestrictedSame, Event: access.NoEvent}
	}
	return []operation{
		{Route: read("/rights", access.ProfileRead, access.TenantOwn), id: "listRights", summary: "What the caller may do with each system, and by which rule; staff ask for a person of a customer",
			query: []param{{name: "system", in: "query", text: "id; every visible system when left out", kind: "string"},
				{name: "action", in: "query", text: "one action; all when left out", kind: "string"},
				{name: "day", in: "query", text: "YYYY-MM-DD at noon of the vendor's zone, of one that is over by what stood then; now when left out", kind: "string"},
				{name: "customer", in: "query", text: "staff: key of the customer", kind: "string"},
				{name: "person", in: "query", text: "staff: id of the person", kind: "string"}},
			answer: reflect.TypeFor[rightsView](), status: http.StatusOK, serve: (*call).rights},
		{Route: read("/policy/access", access.PolicyRead, access.TenantPublic), id: "accessMatrix", summary: "Who may open which part of the community",
			answer: reflect.TypeFor[accessMatrixView](), status: http.StatusOK, serve: (*call).accessMatrix},
		{Route: read("/policy/plans", access.PolicyRead, access.TenantPublic), id: "planTable", summary: "The plans compared",
			answer: reflect.TypeFor[planTableView](), status: http.StatusOK, serve: (*call).planTable},
	}
}

// rights answers every question that was asked, or all, for every system that was asked for, or all.
func (c *call) rights() error {
	q, bad := c.r.URL.Query(), []errs.Field(nil)
	if err := access.Check(c.actor, access.ProfileRead); err != nil {
		return err
	}
	var ask contract.StandingQuery
	for name, into := range map[string]*id.ID{"system": &ask.System, "person": &ask.Person} {
		if q.Get(name) == "" {
			continue
		}
		v, err := id.Parse(q.Get(name))
		if err != nil {
			return errs.Missing()
		}
		*into = v
	}
	questions := entitlement.Questions()
	if action := entitlement.Question(q.Get("action")); action != "" {
		if !slices.Contains(questions, action) {
			bad = append(bad, errs.BadField("action", "field.one_of", "allowed", listed(questions)))
		}
		questions = []entitlement.Question{action}
	}
	pack, at := c.api.Policy.Now(), c.api.Clock.Now()
	if s := q.Get("day"); s != "" {
		day, err := calendar.ParseDate(s)
		if err != nil {
			bad = append(bad, errs.BadField("day", "rights.field_day"))
		}
		ask.On, at = day, day.AtIn(pack.Vendor.Zone, 12*time.Hour)
		pack = c.api.Policy.Book().At(at) // the edition of that day answers
	}
	ask.Customer = q.Get("customer")
	if c.actor.Role.IsStaff() {
		bad = append(bad, needed("customer", ask.Customer, "person", q.Get("person"))...)
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	all, err := c.api.Contract.Standings(c.r.Context(), c.actor, ask)
	if err != nil {
		return err
	}
	v := rightsView{Items: []rightView{}}
	for _, st := range all {
		for _, question := range questions {
			d, _ := entitlement.Ask(pack, question, st.Standing, at)
			v.Items = append(v.Items, c.right(st, question, d))
		}
	}
	return c.reply(v)
}

func (c *call) right(st contract.Standing, question entitlement.Question, d errs.Decision) rightView {
	r := rightView{System: st.System, SystemName: st.SystemName, Action: string(question), Allowed: d.Allowed, Decision: d.Code, Clause: d.Clause,
		Requirement: d.Requirement, Edition: d.Edition, Inputs: d.Inputs}
	if !d.Allowed {
		r.Text = c.api.Text.T(c.lang, errs.Refuse(d).Key, d.Inputs)
	}
	return r
}

func listed(questions []entitlement.Question) (text string) {
	for i, q := range questions {
		if i > 0 {
			text += ", "
		}
		text += string(q)
	}
	return text
}

// needed are the values of pairs of name and value that are missing.
func needed(pairs ...string) (bad []errs.Field) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			bad = append(bad, errs.BadField(pairs[i], "field.required"))
		}
	}
	return bad
}

func (c *call) accessMatrix() error {
	v := accessMatrixView{Edition: c.api.Policy.Now().Edition}
	for _, r := range entitlement.AccessMatrix(c.api.Policy.Now()) {
		v.Items = append(v.Items, accessRowView(r))
	}
	return c.reply(v)
}

func (c *call) planTable() error {
	pack := c.api.Policy.Now()
	v := planTableView{Edition: pack.Edition}
	for _, p := range pack.Plans {
		f, _ := entitlement.PlanFeatures(pack, p.Key)
		v.Items = append(v.Items, planFeatures{p.Key, f})
	}
	return c.reply(v)
}
