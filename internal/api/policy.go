package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/errs"
	"liaison/internal/examples"
	"liaison/internal/policy"
)

type policyView struct {
	Edition    string           `json:"edition" doc:"that is told"`
	Title      string           `json:"title"`
	Vendor     string           `json:"vendor"`
	Zone       string           `json:"zone" doc:"the vendor's: decides the day of commercial dates"`
	Channels   []string         `json:"channels" doc:"how a case is registered, the recommended one first"`
	Plans      []planView       `json:"plans" doc:"by rank"`
	Priorities []priorityView   `json:"priorities"`
	Clauses    []clauseHeadView `json:"clauses" doc:"in the order of the policy"`
	Readings   []readingView    `json:"readings" doc:"what the text leaves open, and what it is taken to mean"`
	Editions   []editionView    `json:"editions" doc:"the first one first, also those that are announced"`
}

type planView struct {
	Key                string `json:"key"`
	Name               string `json:"name"`
	Rank               int    `json:"rank"`
	Seats              int    `json:"seats"`
	AroundTheClock     bool   `json:"aroundTheClock" doc:"P1 and P2 of production"`
	ChooseCentre       bool   `json:"chooseCentre"`
	WeeklyReview       bool   `json:"weeklyReview"`
	DedicatedEngineers bool   `json:"dedicatedEngineers"`
	Clause             string `json:"clause"`
}

type priorityView struct {
	Key             string `json:"key" enum:"P1,P2,P3,P4"`
	ResponseMinutes int    `json:"responseMinutes"`
	UpdateDays      int    `json:"updateDays" doc:"working days of the clock; 24 h each on 24x7"`
	ProductionOnly  bool   `json:"productionOnly"`
	Definition      string `json:"definition"`
	Example         string `json:"example"`
}

type clauseHeadView struct {
	Number string `json:"number"`
	Title  string `json:"title"`
}

type editionView struct {
	Edition string     `json:"edition"`
	From    *time.Time `json:"from" doc:"null: since ever"`
}

type readingView struct {
	Key     string   `json:"key"`
	Clauses []string `json:"clauses"`
	Found   string   `json:"found"`
	Reading string   `json:"reading"`
}

type clauseView struct {
	Number   string              `json:"number"`
	Title    string              `json:"title"`
	Text     string              `json:"text" doc:"Markdown"`
	Edition  string              `json:"edition"`
	Facts    []factView          `json:"facts"`
	Rules    []ruleView          `json:"rules" doc:"what the program decides by this clause"`
	Duty     *dutyView           `json:"duty" doc:"what people do; null where nothing is left to them"`
	Readings []readingView       `json:"readings"`
	Examples []workedExampleView `json:"examples"`
}

type factView struct {
	Key   string         `json:"key"`
	Title string         `json:"title"`
	Items []factItemView `json:"items"`
}

type factItemView struct {
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
	Text  string `json:"text"`
}

type ruleView struct {
	Key   string   `json:"key"`
	Name  string   `json:"name"`
	Code  string   `json:"code"`
	Tests []string `json:"tests"`
}

type dutyView struct {
	Text     string `json:"text"`
	Evidence string `json:"evidence"`
}

type workedExampleView struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Title    string          `json:"title"`
	Inputs   json.RawMessage `json:"inputs"`
	Expected map[string]any  `json:"expected"`
}

type matrixView struct {
	Edition   string             `json:"edition"`
	Rows      []policy.MatrixRow `json:"rows" doc:"every plan, deployment, environment and priority, once"`
	Extended  []policy.MatrixRow `json:"extended" doc:"the same for systems that nothing but extended lifecycle support covers; empty where they have what their plan gives"`
	Countries []policy.Served    `json:"countries" doc:"what regional means for each country"`
}

func (a *API) policyOperations() []operation {
	edition := param{name: "edition", in: "query", text: "name of an edition, also an earlier one or one that is announced; without it, the one in force", kind: "string"}
	read := func(pattern string) access.Route {
		return access.Route{Method: http.MethodGet, Pattern: "/api/v1/policy" + pattern, Permission: access.PolicyRead, Tenant: access.TenantPublic,
			Restricted: access.RestrictedSame, Event: access.NoEvent}
	}
	return []operation{
		{Route: read(""), closed: true, id: "getPolicy", summary: "The policy in force", query: []param{edition}, answer: reflect.TypeFor[policyView](), status: http.StatusOK, serve: (*call).policy},
		{Route: read("/clauses/{clause}"), closed: true, id: "getClause", summary: "A clause with what makes it true", query: []param{edition},
			answer: reflect.TypeFor[clauseView](), status: http.StatusOK, serve: (*call).clause},
		{Route: read("/matrix"), closed: true, id: "getPolicyMatrix", summary: "Clock and targets of every kind of case",
			query:  []param{{name: "country", in: "query", text: "contract country, ISO 3166 alpha-2: its calendar instead of regional", kind: "string"}, edition},
			answer: reflect.TypeFor[matrixView](), status: http.StatusOK, serve: (*call).matrix},
	}
}

// edition is the one that the query asks for, the one in force when it names none. Error: error.missing.
func (c *call) edition() (*policy.Pack, error) {
	name := c.r.URL.Query().Get("edition")
	if name == "" {
		return c.api.Policy.Now(), nil
	}
	e, ok := c.api.Policy.Book().Named(name)
	if !ok {
		return nil, errs.Missing()
	}
	return e.Pack, nil
}

func (c *call) policy() error {
	p, err := c.edition()
	if err != nil {
		return err
	}
	lang := string(c.lang)
	v := policyView{Edition: p.Edition, Title: p.Title.In(lang), Vendor: p.Vendor.Name.In(lang), Zone: p.Vendor.Zone.String(), Channels: p.Channels,
		Plans: []planView{}, Priorities: []priorityView{}, Clauses: []clauseHeadView{}, Readings: readingViews(p.Readings, lang), Editions: []editionView{}}
	for _, pl := range p.Plans {
		v.Plans = append(v.Plans, planView{pl.Key, pl.Names.In(lang), pl.Rank, pl.Seats, pl.P1P2Around, pl.ChooseCentre, pl.WeeklyReview, pl.DedicatedEngineers, pl.Clause})
	}
	for _, pr := range p.Priorities {
		v.Priorities = append(v.Priorities, priorityView{pr.Key, int(pr.Response.Minutes()), pr.UpdateDays, pr.ProductionOnly, pr.Definition.In(lang), pr.Example.In(lang)})
	}
	for _, cl := range p.Clauses {
		v.Clauses = append(v.Clauses, clauseHeadView{cl.Number, cl.Title.In(lang)})
	}
	for _, e := range c.api.Policy.Book().Editions() {
		one := editionView{Edition: e.Pack.Edition}
		if !e.From.IsZero() {
			from := e.From.In(c.zone())
			one.From = &from
		}
		v.Editions = append(v.Editions, one)
	}
	return c.reply(v)
}

func readingViews(list []policy.Reading, lang string) []readingView {
	views := []readingView{}
	for _, r := range list {
		views = append(views, readingView{r.Key, r.Clauses, r.Found.In(lang), r.Reading.In(lang)})
	}
	return views
}

func (c *call) clause() error {
	p, err := c.edition()
	if err != nil {
		return err
	}
	lang := string(c.lang)
	cl, ok := p.Clause(c.r.PathValue("clause"))
	if !ok {
		return errs.Missing()
	}
	v := clauseView{Number: cl.Number, Title: cl.Title.In(lang), Text: cl.Text.In(lang), Edition: p.Edition, Facts: []factView{}, Rules: []ruleView{},
		Readings: readingViews(p.ReadingsOf(cl.Number), lang), Examples: []workedExampleView{}}
	for _, f := range p.FactsOf(cl.Number) {
		fact := factView{Key: f.Key, Title: f.Title.In(lang), Items: []factItemView{}}
		for _, i := range f.Items {
			fact.Items = append(fact.Items, factItemView{i.Key, i.Value, i.In(lang)})
		}
		v.Facts = append(v.Facts, fact)
	}
	for _, key := range cl.Rules {
		rule, _ := policy.RuleOf(key)
		v.Rules = append(v.Rules, ruleView{key, c.api.Text.T(c.lang, "rule."+key, nil), rule.Code, rule.Tests})
	}
	if cl.Duty != nil {
		v.Duty = &dutyView{cl.Duty.Text.In(lang), cl.Duty.Evidence.In(lang)}
	}
	for _, e := range examples.ForClauseOf(c.api.Examples, c.api.Policy, p, cl.Number) {
		title, _ := e.TitleIn(lang)
		v.Examples = append(v.Examples, workedExampleView{e.ID, e.Kind, title, e.Inputs, e.Expected})
	}
	return c.reply(v)
}

func (c *call) matrix() error {
	p, err := c.edition()
	if err != nil {
		return err
	}
	country := policy.Country(c.r.URL.Query().Get("country"))
	v := matrixView{Edition: p.Edition, Rows: p.Matrix(), Extended: p.ExtendedMatrix(), Countries: p.Served()}
	if country == "" {
		return c.reply(v)
	}
	rows, ok := p.MatrixOf(country)
	if !ok {
		return errs.BadFields(errs.BadField("country", "field.country"))
	}
	v.Rows = rows
	v.Extended, _ = p.ExtendedMatrixOf(country)
	for _, s := range v.Countries {
		if s.Country == country {
			v.Countries = []policy.Served{s}
			break
		}
	}
	return c.reply(v)
}
