package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
)

type meView struct {
	ID       id.ID    `json:"id" format:"uuid"`
	Name     string   `json:"name"`
	Email    string   `json:"email"`
	Role     string   `json:"role"`
	Customer *string  `json:"customer" doc:"key of the customer acted for"`
	Language string   `json:"language" enum:"en,zh-Hans"`
	Zone     string   `json:"zone" doc:"IANA name"`
	May      []string `json:"may" doc:"permissions"`
}

type customersView struct {
	Items      []customerView `json:"items"`
	NextCursor *string        `json:"nextCursor"`
}

type customerView struct {
	Key        string `json:"key"`
	Name       string `json:"name"`
	Kind       string `json:"kind" enum:"customer,partner,reseller"`
	Country    string `json:"country"`
	Centre     string `json:"centre"`
	Restricted bool   `json:"restricted"`
}

type systemsView struct {
	Items      []contract.System `json:"items"`
	NextCursor *string           `json:"nextCursor"`
}

type peopleView struct {
	Items      []personView `json:"items"`
	NextCursor *string      `json:"nextCursor"`
}

type personView struct {
	ID       id.ID   `json:"id" format:"uuid"`
	Name     string  `json:"name"`
	Email    string  `json:"email"`
	Role     string  `json:"role"`
	Customer *string `json:"customer"`
	Centre   *string `json:"centre"`
}

func (a *API) listOperations() []operation {
	read := func(pattern string, p access.Permission, t access.TenantRule) access.Route {
		return access.Route{Method: "GET", Pattern: "/api/v1" + pattern, Permission: p, Tenant: t, Restricted: access.RestrictedSame, Event: access.NoEvent}
	}
	return []operation{
		{Route: read("/me", access.ProfileRead, access.TenantSelf), id: "me", summary: "Who the caller is and what they may do",
			answer: reflect.TypeFor[meView](), status: http.StatusOK, serve: (*call).me},
		{Route: read("/customers", access.CustomerRead, access.TenantOwn), id: "listCustomers", summary: "Customers that the caller may see",
			query:  append(pageParams(), wordsParam()),
			answer: reflect.TypeFor[customersView](), status: http.StatusOK, serve: (*call).customers},
		{Route: read("/systems", access.SystemRead, access.TenantOwn), id: "listSystems", summary: "Systems (DSI) that the caller may see",
			query:  append(pageParams(), wordsParam(), param{name: "customer", in: "query", text: "key of a customer", kind: "string"}),
			answer: reflect.TypeFor[systemsView](), status: http.StatusOK, serve: (*call).systems},
		{Route: read("/people", access.PersonRead, access.TenantOwn), id: "listPeople", summary: "People whom the caller may see",
			query:  append(pageParams(), wordsParam(), param{name: "customer", in: "query", text: "key of a customer; others than the caller's are 404 for everybody but staff", kind: "string"}),
			answer: reflect.TypeFor[peopleView](), status: http.StatusOK, serve: (*call).people},
		{Route: read("/contact-now", access.PolicyRead, access.TenantPublic), closed: true, id: "contactNow", summary: "Who answers now",
			query: []param{{name: "country", in: "query", text: "contract country, ISO 3166 alpha-2", kind: "string"},
				{name: "deployment", in: "query", text: "on_prem or cloud", kind: "string"},
				{name: "lang", in: "query", text: "en or zh-Hans", kind: "string"},
				{name: "zone", in: "query", text: "IANA zone of the times; the caller's own when left out, for nobody that of the hours", kind: "string"},
				{name: "at", in: "query", text: "RFC 3339; now when left out", kind: "string"}},
			answer: reflect.TypeFor[contactView](), status: http.StatusOK, serve: (*call).contactNow},
	}
}

// wordsParam narrows a list by words of its names.
func wordsParam() param {
	return param{name: "q", in: "query", text: "words that all occur in name, address or key", kind: "string"}
}

func (a *API) operations() []operation {
	ops := a.caseOperations()
	ops = append(ops, a.attachmentOperations()...)
	ops = append(ops, a.heldOperations()...)
	ops = append(ops, a.mergeOperations()...)
	ops = append(ops, a.cooperationOperations()...)
	ops = append(ops, a.peopleOperations()...)
	ops = append(ops, a.policyOperations()...)
	ops = append(ops, a.liaisonOperations()...)
	ops = append(ops, a.taskOperations()...)
	ops = append(ops, a.rightsOperations()...)
	ops = append(ops, a.cutoverOperations()...)
	ops = append(ops, a.lifecycleOperations()...)
	ops = append(ops, a.bookOperations()...)
	ops = append(ops, a.entryOperations()...)
	ops = append(ops, a.invoiceOperations()...)
	ops = append(ops, a.renewalOperations()...)
	ops = append(ops, a.crmOperations()...)
	ops = append(ops, a.directoryOperations()...)
	ops = append(ops, a.editionOperations()...)
	return append(ops, a.listOperations()...)
}

func (c *call) me() error {
	p, err := c.api.Accounts.Me(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	v := meView{ID: c.actor.Person, Name: p.Name, Email: p.Email, Role: string(p.Role), Customer: orNull(p.Customer),
		Language: p.Settings.Language, Zone: p.Settings.Zone, May: []string{}}
	for _, m := range p.May {
		v.May = append(v.May, string(m))
	}
	return c.reply(v)
}

func (c *call) customers() error {
	f, err := c.findOf()
	if err != nil {
		return err
	}
	page, err := c.api.Accounts.FindCustomers(c.r.Context(), c.actor, f)
	if err != nil {
		return err
	}
	v := customersView{Items: []customerView{}, NextCursor: cursorOrNull(page.Next)}
	for _, k := range page.Items {
		v.Items = append(v.Items, customerView{Key: k.Key, Name: k.Name, Kind: k.Kind, Country: k.Country, Centre: k.Centre, Restricted: k.Restricted})
	}
	return c.reply(v)
}

func (c *call) systems() error {
	q := c.r.URL.Query()
	var bad []errs.Field
	limit := limitOf(q.Get("limit"), &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	p, err := c.api.Contract.Systems(c.r.Context(), c.actor, contract.Filter{Customer: q.Get("customer"), Text: q.Get("q"), Cursor: q.Get("cursor"), Limit: limit})
	if err != nil {
		return err
	}
	return c.reply(systemsView{Items: p.Items, NextCursor: cursorOrNull(p.Next)})
}

func (c *call) people() error {
	f, err := c.findOf()
	if err != nil {
		return err
	}
	page, err := c.api.Accounts.FindPeople(c.r.Context(), c.actor, f)
	if err != nil {
		return err
	}
	v := peopleView{Items: []personView{}, NextCursor: cursorOrNull(page.Next)}
	for _, p := range page.Items {
		v.Items = append(v.Items, personOf(p))
	}
	return c.reply(v)
}

// findOf is what the call asks of a list of people or customers.
func (c *call) findOf() (f account.Find, err error) {
	q, bad := c.r.URL.Query(), []errs.Field(nil)
	f = account.Find{Customer: q.Get("customer"), Text: q.Get("q"), Cursor: q.Get("cursor"), Limit: account.MaxPage}
	if s := q.Get("limit"); s != "" {
		f.Limit = limitOf(s, &bad)
	}
	return f, errs.BadFields(bad...)
}

func personOf(p account.Person) personView {
	return personView{ID: p.ID, Name: p.Name, Email: p.Email, Role: string(p.Role), Customer: orNull(p.CustomerKey), Centre: orNull(p.Centre)}
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// contactNow answers also when nobody is signed in.
func (c *call) contactNow() error {
	q := c.r.URL.Query()
	at := c.api.Clock.Now()
	zone, bad := c.zoneAsked()
	if s := q.Get("at"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			bad = append(bad, errs.BadField("at", "field.instant"))
		}
		at = t
	}
	deployment := q.Get("deployment")
	if deployment == "" {
		deployment = policy.OnPrem
	}
	if deployment != policy.OnPrem && deployment != policy.Cloud {
		bad = append(bad, errs.BadField("deployment", "field.one_of", "allowed", "on_prem, cloud"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	return c.contactAt(q.Get("country"), deployment, at, zone)
}
