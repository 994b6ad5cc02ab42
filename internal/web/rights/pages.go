package rights

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// MinePage is what a person may do, for each system.
type MinePage struct {
	web.Page
	Staff   bool
	Systems []SystemRights
	Empty   web.Empty
}

// SystemRights are the answers for one system.
type SystemRights struct {
	Name, Product, Version, Plan string
	Answers                      []Answer
}

// Answer is a decision in words.
type Answer struct {
	Question string
	Yes      bool
	Why      web.Refusal // of a no; of a yes its clause only
	Inputs   []Input     // what was looked at, where that is shown
}

// Input is one thing that a decision looked at.
type Input struct{ Name, Value string }

// SimulatePage asks for a person of a customer.
type SimulatePage struct {
	web.Page
	Form      web.Form
	Customer  string // key
	People    []Option
	Systems   []Option
	Actions   []Option
	Day       string
	On        string // the day in the reader's words
	Result    *SystemRights
	PersonWas string
	Empty     web.Empty
}

// Option is an entry of a list to choose from.
type Option struct {
	Value, Text string
	Selected    bool
}

func (o Options) mine(w http.ResponseWriter, r *http.Request) error {
	page := MinePage{Page: o.Site.Page(r, "rights.title", "account")}
	actor := web.CurrentActor(r)
	page.Staff = actor.Role.IsStaff()
	page.Empty = web.Empty{Icon: "building-2", Title: page.T("rights.none"), Text: page.T("rights.none_text")}
	if page.Staff {
		return o.Site.Render(w, r, http.StatusOK, page)
	}
	all, err := o.Contract.Standings(r.Context(), actor, contract.StandingQuery{})
	if err != nil {
		return err
	}
	for _, st := range all {
		page.Systems = append(page.Systems, o.rightsOf(page.Page, st, entitlement.Questions(), o.Site.Clock.Now(), false))
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

// rightsOf asks the questions for one system.
func (o Options) rightsOf(page web.Page, st contract.Standing, questions []entitlement.Question, at time.Time, inputs bool) SystemRights {
	pack := o.Policy.Book().At(at)
	out := SystemRights{Name: st.SystemName, Product: st.Product, Version: st.Version, Plan: page.T("rights.no_plan")}
	if plan, ok := pack.Plan(st.Plan); ok {
		out.Plan = plan.Names.In(string(page.Lang))
	}
	said := map[string]bool{}
	for _, q := range questions {
		d, _ := entitlement.Ask(pack, q, st.Standing, at)
		a := Answer{Question: page.T("rights.ask." + string(q)), Yes: d.Allowed, Why: web.Refusal{Clause: d.Clause, Requirement: d.Requirement}}
		if !d.Allowed {
			a.Why = page.Refused(d)
			if said[d.Code] { // what helps is said once
				a.Why.Todo = ""
			}
			said[d.Code] = true
		}
		if inputs {
			a.Inputs = inputsOf(page, pack, d)
		}
		out.Answers = append(out.Answers, a)
	}
	return out
}

// simulate asks for somebody else, on a day. What cannot be read is asked for again, beside its field.
func (o Options) simulate(w http.ResponseWriter, r *http.Request) error {
	page := SimulatePage{Page: o.Site.Page(r, "rights.simulate.title", "customers")}
	page.Empty = web.Empty{Icon: "building-2", Title: page.T("rights.simulate.pick"), Text: page.T("rights.simulate.pick_text"),
		Href: "/desk/customers", Do: page.T("nav.customers")}
	q := r.URL.Query()
	page.Customer = q.Get("customer")
	if page.Customer == "" {
		return o.Site.Render(w, r, http.StatusOK, page)
	}
	ctx, actor := r.Context(), web.CurrentActor(r)
	people, err := o.PeopleOf(ctx, actor, page.Customer)
	if err != nil {
		return err
	}
	systems, err := o.Contract.Systems(ctx, actor, contract.Filter{Customer: page.Customer})
	if err != nil {
		return err
	}
	if len(people) == 0 && len(systems.Items) == 0 {
		return errs.Missing()
	}
	for _, p := range people {
		page.People = append(page.People, Option{p.ID.String(), p.Name + " · " + page.T("role."+string(p.Role)), p.ID.String() == q.Get("person")})
	}
	for _, s := range systems.Items {
		page.Systems = append(page.Systems, Option{s.ID.String(), s.Name, s.ID.String() == q.Get("system")})
	}
	page.Actions = append(page.Actions, Option{"", page.T("rights.simulate.all"), q.Get("action") == ""})
	for _, k := range entitlement.Questions() {
		page.Actions = append(page.Actions, Option{string(k), page.T("rights.ask." + string(k)), string(k) == q.Get("action")})
	}
	page.Day = calendar.DateOf(o.Site.Clock.Now(), o.Policy.Now().Vendor.Zone).String()
	if q.Get("day") != "" {
		page.Day = q.Get("day")
	}
	day, questions, err := asked(page.Day, entitlement.Question(q.Get("action")))
	if explained, ok := page.Explain(page.Form, err); ok {
		page.Form = explained
		return o.Site.Render(w, r, http.StatusUnprocessableEntity, page)
	}
	if q.Get("person") != "" {
		if err := o.ask(r, &page, day, questions); err != nil {
			return err
		}
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

// asked reads the day and the action of a simulation; no action is every one of them.
func asked(text string, action entitlement.Question) (day calendar.Date, questions []entitlement.Question, err error) {
	var bad []errs.Field
	if day, err = calendar.ParseDate(text); err != nil {
		bad = append(bad, errs.BadField("day", "rights.field_day"))
	}
	questions = entitlement.Questions()
	if action != "" {
		if !slices.Contains(questions, action) {
			bad = append(bad, errs.BadField("action", "field.not_allowed"))
		}
		questions = []entitlement.Question{action}
	}
	return day, questions, errs.BadFields(bad...)
}

// ask answers what the page was asked.
func (o Options) ask(r *http.Request, page *SimulatePage, day calendar.Date, questions []entitlement.Question) error {
	q := r.URL.Query()
	person, err := id.Parse(q.Get("person"))
	if err != nil {
		return errs.Missing()
	}
	system, err := id.Parse(q.Get("system"))
	if err != nil {
		return errs.Missing()
	}
	at := slices.IndexFunc(page.People, func(p Option) bool { return p.Selected })
	if at < 0 {
		return errs.Missing()
	}
	all, err := o.Contract.Standings(r.Context(), web.CurrentActor(r),
		contract.StandingQuery{Person: person, Customer: page.Customer, System: system, On: day})
	if err != nil {
		return err
	}
	noon := day.AtIn(o.Policy.Now().Vendor.Zone, 12*time.Hour)
	result := o.rightsOf(page.Page, all[0], questions, noon, len(questions) == 1)
	page.Result, page.PersonWas, page.On = &result, page.People[at].Text, page.Format.CivilDate(day.Year, day.Month, day.Day)
	return nil
}

// TablePage is a table of the policy.
type TablePage struct {
	web.Page
	Lead    string
	Edition string
	Clause  string
	Head    []string
	Rows    []TableRow
	Has     string // what a yes is called
	HasNot  string // and a no
}

// TableRow is a row: what it is about, and a cell for each column.
type TableRow struct {
	Name  string
	Cells []Cell
}

// Cell is a yes or a no, or a text where Text is not empty.
type Cell struct {
	Text string
	Yes  bool
}

func (o Options) accessTable(w http.ResponseWriter, r *http.Request) error {
	page := o.table(r, "rights.access.title", "2.4")
	page.Lead, page.Has, page.HasNot = page.T("rights.access.lead"), page.T("rights.access.open"), page.T("rights.access.not_open")
	page.Head = []string{page.T("rights.access.col.resource"), page.T("rights.access.col.liaison"), page.T("rights.access.col.member")}
	for _, row := range entitlement.AccessMatrix(o.Policy.Now()) {
		page.Rows = append(page.Rows, TableRow{page.T("rights.access.resource." + row.Resource), []Cell{{Yes: row.Liaison}, {Yes: row.Member}}})
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func (o Options) planTable(w http.ResponseWriter, r *http.Request) error {
	page := o.table(r, "rights.plans.title", "B")
	page.Lead, page.Has, page.HasNot = page.T("rights.plans.lead"), page.T("rights.included"), page.T("rights.not_included")
	page.Head = []string{page.T("rights.plans.col.feature")}
	pack := o.Policy.Now()
	for _, p := range pack.Plans {
		page.Head = append(page.Head, p.Names.In(string(page.Lang)))
	}
	for _, row := range entitlement.PlanTable(pack) {
		line := TableRow{Name: page.T("rights.plans.row." + row.Feature)}
		for _, c := range row.Plans {
			line.Cells = append(line.Cells, cell(page.Page, c))
		}
		page.Rows = append(page.Rows, line)
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func cell(page web.Page, c entitlement.PlanCell) Cell {
	switch {
	case c.Count > 0:
		return Cell{Text: fmt.Sprint(c.Count)}
	case len(c.Channels) > 0:
		var names []string
		for _, k := range c.Channels {
			names = append(names, page.T("portal.channel."+k))
		}
		return Cell{Text: strings.Join(names, page.T("rights.comma"))}
	}
	return Cell{Yes: c.Has}
}

func (o Options) table(r *http.Request, title, clause string) TablePage {
	return TablePage{Page: o.Site.Page(r, title, "policy"), Edition: o.Policy.Now().Edition, Clause: clause}
}
