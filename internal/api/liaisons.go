package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

type liaisonsView struct {
	Customer string              `json:"customer" doc:"name of the customer"`
	Systems  []seatsView         `json:"systems"`
	Quota    changeQuotaView     `json:"quota"`
	Ledger   changeQuotaView     `json:"ledger" doc:"the year whose changes are listed"`
	Changes  []liaisonChangeView `json:"changes" doc:"requests of that year, the newest first"`
	People   []withAccessView    `json:"people" doc:"everybody with access"`
	Tasks    []departedTaskView  `json:"tasks" doc:"what waits for staff; empty for a customer"`
}

type seatsView struct {
	System   id.ID               `json:"system" format:"uuid"`
	Name     string              `json:"name"`
	Plan     string              `json:"plan"`
	Seats    int                 `json:"seats" doc:"of the plan and bought"`
	Extra    int                 `json:"extra" doc:"bought, of terms that run"`
	Taken    int                 `json:"taken"`
	Invited  int                 `json:"invited"`
	Free     int                 `json:"free"`
	Over     int                 `json:"over" doc:"liaisons beyond the seats; nobody is removed"`
	Liaisons []liaisonHolderView `json:"liaisons"`
	Waiting  []invitedView       `json:"waiting"`
	Centre   string              `json:"centre"`
	Choice   bool                `json:"centreChoice" doc:"the plan lets a liaison choose the centre of new cases"`
}

type liaisonHolderView struct {
	Person       id.ID     `json:"person" format:"uuid"`
	Name         string    `json:"name"`
	Since        time.Time `json:"since"`
	ProjectAdmin bool      `json:"projectAdmin"`
	Centre       *string   `json:"centre" doc:"chosen for new cases"`
	Cases        int       `json:"cases" doc:"not closed"`
}

type invitedView struct {
	Request  id.ID     `json:"request" format:"uuid"`
	Name     string    `json:"name"`
	Email    string    `json:"email"`
	Replaces *string   `json:"replaces"`
	Until    time.Time `json:"until"`
}

type changeQuotaView struct {
	From  string `json:"from" format:"date"`
	To    string `json:"to" format:"date"`
	Limit int    `json:"limit"`
	Used  int    `json:"used"`
	Left  int    `json:"left"`
}

type liaisonChangeView struct {
	ID       id.ID                   `json:"id" format:"uuid"`
	At       time.Time               `json:"at"`
	By       string                  `json:"by"`
	Side     string                  `json:"side" enum:"customer,staff,directory,system"`
	Counts   bool                    `json:"counts"`
	Override *changeOverrideView     `json:"override"`
	Items    []liaisonChangeItemView `json:"items"`
}

type changeOverrideView struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
}

type liaisonChangeItemView struct {
	System string `json:"system"`
	Old    string `json:"old"`
	New    string `json:"new"`
	State  string `json:"state" enum:"waiting,done,declined,withdrawn,expired"`
	Counts bool   `json:"counts"`
	Why    string `json:"why"`
}

type withAccessView struct {
	ID      id.ID  `json:"id" format:"uuid"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	Role    string `json:"role"`
	Kind    string `json:"kind" enum:"own,affiliate,partner"`
	Sees    string `json:"sees" enum:"own,system,all"`
	Systems int    `json:"systems"`
}

type departedTaskView struct {
	ID     id.ID     `json:"id" format:"uuid"`
	Kind   string    `json:"kind"`
	System string    `json:"system"`
	Person string    `json:"person"`
	MadeAt time.Time `json:"madeAt"`
	Cases  int       `json:"cases"`
}

type liaisonRequestBody struct {
	Customer string            `json:"customer,omitempty" doc:"key; staff name it"`
	Items    []liaisonItemBody `json:"items"`
	Override string            `json:"override,omitempty" doc:"staff only: the reason for one more than the year's changes"`
}

type liaisonItemBody struct {
	System       string `json:"system" format:"uuid"`
	Old          string `json:"old,omitempty" format:"uuid" doc:"who leaves; alone: without a successor"`
	Person       string `json:"person,omitempty" format:"uuid" doc:"who comes, of the customer"`
	Name         string `json:"name,omitempty" doc:"who comes, with email"`
	Email        string `json:"email,omitempty" format:"email" doc:"who comes: is invited"`
	ProjectAdmin bool   `json:"projectAdmin,omitempty"`
}

type askedView struct {
	ID id.ID `json:"id" format:"uuid"`
}

type caseViewBody struct {
	Customer string `json:"customer,omitempty" doc:"key; staff name it"`
	Sees     string `json:"sees" enum:"own,system,all" doc:"which cases of the customer"`
}

type chosenCentreBody struct {
	Customer string `json:"customer,omitempty" doc:"key; staff name it"`
	System   string `json:"system" format:"uuid"`
	Person   string `json:"person" format:"uuid" doc:"a liaison of the system"`
	Centre   string `json:"centre" doc:"key of a regional centre; empty takes the choice back"`
}

type forCustomerBody struct {
	Customer string `json:"customer,omitempty" doc:"key; staff name it"`
}

func (a *API) liaisonOperations() []operation {
	route := func(method, pattern string, p access.Permission, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1/liaisons" + pattern, Permission: p, Tenant: access.TenantOwn, Restricted: access.RestrictedSame, Event: event}
	}
	done := reflect.TypeFor[askedView]()
	return []operation{
		{Route: route("GET", "", access.LiaisonRead, access.NoEvent), id: "liaisons", summary: "Seats, liaisons, invitations and the year's changes of a customer",
			query: []param{{name: "customer", in: "query", text: "key of a customer; staff name it", kind: "string"},
				{name: "year", in: "query", text: "in which the contract year begins whose changes are listed, such as 2025; the present one when left out", kind: "string"}},
			answer: reflect.TypeFor[liaisonsView](), status: http.StatusOK, serve: (*call).liaisons},
		{Route: route("POST", "/requests", access.LiaisonManage, "liaison.change_requested"), id: "changeLiaisons",
			summary: "Designate, replace or remove liaisons: one request is one change at most", body: reflect.TypeFor[liaisonRequestBody](),
			answer: done, status: http.StatusCreated, serve: (*call).changeLiaisons},
		{Route: route("POST", "/requests/{change}/withdraw", access.LiaisonManage, "liaison.change_withdrawn"), id: "withdrawLiaisonChange",
			summary: "Take back what still waits of a request", body: reflect.TypeFor[forCustomerBody](), answer: done, status: http.StatusOK, serve: (*call).withdrawChange},
		{Route: route("POST", "/people/{colleague}/end", access.LiaisonManage, "account.ended"), id: "endAccount",
			summary: "End somebody's access at once, at every level", body: reflect.TypeFor[forCustomerBody](), answer: done, status: http.StatusOK, serve: (*call).endAccount},
		{Route: route("POST", "/people/{colleague}/view", access.LiaisonManage, "access.view_changed"), id: "setCaseView",
			summary: "Say which cases of the customer somebody sees", body: reflect.TypeFor[caseViewBody](), answer: done, status: http.StatusOK, serve: (*call).setSight},
		{Route: route("POST", "/centre", access.LiaisonManage, "liaison.centre_chosen"), id: "chooseCentre",
			summary: "Choose the regional centre of a liaison's new cases", body: reflect.TypeFor[chosenCentreBody](), answer: done, status: http.StatusOK, serve: (*call).chooseCentre},
	}
}

// named finds the customer whose key staff have named; zero for everybody else, who act for their own.
func (c *call) named(key string) (id.ID, error) {
	return c.api.Liaisons.Named(c.r.Context(), c.actor, key)
}

func (c *call) liaisons() error {
	customer, err := c.named(c.r.URL.Query().Get("customer"))
	if err != nil {
		return err
	}
	o, err := c.api.Liaisons.OverviewOf(c.r.Context(), c.actor, customer, c.r.URL.Query().Get("year"))
	if err != nil {
		return err
	}
	return c.reply(c.liaisonsView(o))
}

func (c *call) liaisonsView(o liaisons.Overview) liaisonsView {
	v := liaisonsView{Customer: o.Name, Quota: quotaOf(o.Quota), Ledger: quotaOf(o.Ledger), Systems: []seatsView{}, Changes: []liaisonChangeView{}, People: []withAccessView{}, Tasks: []departedTaskView{}}
	for _, s := range o.Systems {
		v.Systems = append(v.Systems, c.seatsView(s))
	}
	for _, ch := range o.Changes {
		one := liaisonChangeView{ID: ch.ID, At: ch.At.In(c.zone()), By: ch.By, Side: ch.Side, Counts: ch.Counts, Items: []liaisonChangeItemView{}}
		if ch.OverrideReason != "" {
			one.Override = &changeOverrideView{By: ch.OverrideBy, Reason: ch.OverrideReason}
		}
		for _, it := range ch.Items {
			one.Items = append(one.Items, liaisonChangeItemView{it.System, it.Old, it.New, it.State, it.Counts, it.Why})
		}
		v.Changes = append(v.Changes, one)
	}
	for _, p := range o.People {
		v.People = append(v.People, withAccessView{p.ID, p.Name, p.Email, string(p.Role), p.Kind, p.Sees, p.Systems})
	}
	for _, t := range o.Tasks {
		v.Tasks = append(v.Tasks, departedTaskView{t.ID, t.Kind, t.System, t.Person, t.MadeAt.In(c.zone()), t.Cases})
	}
	return v
}

func quotaOf(q liaisons.Quota) changeQuotaView {
	return changeQuotaView{From: q.Year.From.String(), To: q.Year.To.String(), Limit: q.Limit, Used: q.Used, Left: q.Left()}
}

func (c *call) seatsView(s liaisons.System) seatsView {
	v := seatsView{System: s.System, Name: s.Name, Plan: s.Plan, Seats: s.Total(), Extra: s.Extra, Taken: s.Taken, Invited: s.Promised,
		Free: s.Free(), Over: s.Over(), Centre: s.Centre, Choice: s.Choice.Allowed, Liaisons: []liaisonHolderView{}, Waiting: []invitedView{}}
	for _, h := range s.Liaisons {
		v.Liaisons = append(v.Liaisons, liaisonHolderView{h.Person, h.Name, h.Since.In(c.zone()), h.ProjectAdmin, orNull(h.Centre), h.Cases})
	}
	for _, w := range s.Waiting {
		v.Waiting = append(v.Waiting, invitedView{w.Change, w.Name, w.Email, orNull(w.Replaces), w.Until.In(c.zone())})
	}
	return v
}

func (c *call) changeLiaisons() error {
	var in liaisonRequestBody
	if err := decode(c.raw, &in); err != nil {
		return err
	}
	customer, err := c.named(in.Customer)
	if err != nil {
		return err
	}
	request := liaisons.Request{Customer: customer, Override: in.Override, Listed: true}
	request.Within = func(tx *db.Tx, change id.ID) error { return c.keep(tx, askedView{change}) }
	var bad []errs.Field
	for i, it := range in.Items {
		one := liaisons.Item{Name: it.Name, Email: it.Email, ProjectAdmin: it.ProjectAdmin}
		one.System = idField(liaisons.ItemField(i, "system"), it.System, &bad)
		one.Old, one.New = idField(liaisons.ItemField(i, "old"), it.Old, &bad), idField(liaisons.ItemField(i, "person"), it.Person, &bad)
		request.Items = append(request.Items, one)
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	change, err := c.api.Liaisons.Request(c.r.Context(), c.actor, request)
	if err != nil {
		return err
	}
	return c.reply(askedView{change})
}

// keeping keeps the answer that names a thing, for a repeated call with the same key.
func (c *call) keeping(thing id.ID) liaisons.Within {
	return func(tx *db.Tx) error { return c.keep(tx, askedView{thing}) }
}

// idField reads an id; "" is none.
func idField(name, text string, bad *[]errs.Field) id.ID {
	if text == "" {
		return id.ID{}
	}
	v, err := id.Parse(text)
	if err != nil {
		*bad = append(*bad, errs.BadField(name, "field.not_allowed"))
	}
	return v
}

// about reads the customer of the body and the thing that the address names. What is no id names nothing.
func (c *call) about(key, parameter string) (customer, thing id.ID, err error) {
	if customer, err = c.named(key); err != nil {
		return customer, thing, err
	}
	if thing, err = id.Parse(c.r.PathValue(parameter)); err != nil {
		err = errs.Missing()
	}
	return customer, thing, err
}

func (c *call) withdrawChange() error {
	var in forCustomerBody
	if err := decode(c.raw, &in); err != nil {
		return err
	}
	customer, change, err := c.about(in.Customer, "change")
	if err == nil {
		err = c.api.Liaisons.Withdraw(c.r.Context(), c.actor, customer, change, c.keeping(change))
	}
	if err != nil {
		return err
	}
	return c.reply(askedView{change})
}

func (c *call) endAccount() error {
	var in forCustomerBody
	if err := decode(c.raw, &in); err != nil {
		return err
	}
	customer, person, err := c.about(in.Customer, "colleague")
	if err == nil {
		err = c.api.Liaisons.EndAccount(c.r.Context(), c.actor, customer, person, c.keeping(person))
	}
	if err != nil {
		return err
	}
	return c.reply(askedView{person})
}

func (c *call) setSight() error {
	var in caseViewBody
	if err := decode(c.raw, &in); err != nil {
		return err
	}
	customer, person, err := c.about(in.Customer, "colleague")
	if err == nil {
		err = c.api.Liaisons.SetView(c.r.Context(), c.actor, customer, person, in.Sees, c.keeping(person))
	}
	if err != nil {
		return err
	}
	return c.reply(askedView{person})
}

func (c *call) chooseCentre() error {
	var in chosenCentreBody
	if err := decode(c.raw, &in); err != nil {
		return err
	}
	var bad []errs.Field
	system, person := idField("system", in.System, &bad), idField("person", in.Person, &bad)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	customer, err := c.named(in.Customer)
	if err == nil {
		err = c.api.Liaisons.ChooseCentre(c.r.Context(), c.actor, customer, system, person, in.Centre, c.keeping(person))
	}
	if err != nil {
		return err
	}
	return c.reply(askedView{person})
}
