package desk

import (
	"net/http"
	"strings"
	"time"

	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// CallPage takes down a phone call for a liaison: first the system is looked for, then the case is described.
type CallPage struct {
	web.Page
	Q        string
	Found    []SystemChoice
	Searched bool
	Empty    web.Empty
	System   *SystemChoice
	Liaisons []Option
	Environments,
	Priorities,
	Channels []Option
	Form    web.Form
	Problem *web.Notice
	Zone    string
}

// SystemChoice is a system that a case can be about.
type SystemChoice struct {
	ID, Name, Customer, CustomerKey, Product, Version string
	Plan                                              web.PlanChip
}

// callTime is how an <input type=datetime-local> writes an instant, in the reader's zone.
const callTime = "2006-01-02T15:04"

// maxFound is how many systems a search shows.
const maxFound = 20

func (d *desk) call(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if q.Get("system") == "" {
		return d.findSystem(w, r)
	}
	page, err := d.callPage(r, q.Get("system"))
	if err != nil {
		return err
	}
	now := page.Format.Now.In(zoneOf(page.Page))
	page.Form = web.NewForm("receivedAt", now.Format(callTime), "channel", "phone", "answered", "", "priority", "P3")
	return d.Site.Render(w, r, http.StatusOK, page)
}

// findSystem offers the systems whose name, or whose customer's, holds what is looked for.
func (d *desk) findSystem(w http.ResponseWriter, r *http.Request) error {
	page := CallPage{Page: d.Site.Page(r, "nav.new_case", "new"), Q: strings.TrimSpace(r.URL.Query().Get("q"))}
	page.Searched = page.Q != "" || r.URL.Query().Get("customer") != ""
	wanted := strings.ToLower(page.Q)
	f := contract.Filter{Customer: r.URL.Query().Get("customer")}
	for page.Searched {
		part, err := d.Contract.Systems(r.Context(), web.CurrentActor(r), f)
		if err != nil {
			return err
		}
		for _, s := range part.Items {
			if strings.Contains(strings.ToLower(s.CustomerName+" "+s.Customer+" "+s.Name), wanted) && len(page.Found) < maxFound {
				page.Found = append(page.Found, d.choice(page.Page, s))
			}
		}
		if f.Cursor = part.Next; f.Cursor == "" || len(page.Found) == maxFound {
			break
		}
	}
	page.Empty = web.Empty{Icon: "search", Title: page.T("desk.call.no_system"), Text: page.T("desk.call.find_hint")}
	return d.Site.Render(w, r, http.StatusOK, page)
}

func (d *desk) choice(p web.Page, s contract.System) SystemChoice {
	return SystemChoice{ID: s.ID.String(), Name: s.Name, Customer: s.CustomerName, CustomerKey: s.Customer, Product: s.Product, Version: s.Version, Plan: d.plan(p, s.Plan)}
}

// callPage is the form for a system, with its liaisons.
func (d *desk) callPage(r *http.Request, system string) (page CallPage, err error) {
	ctx, actor := r.Context(), web.CurrentActor(r)
	key, err := id.Parse(system)
	if err != nil {
		return page, errs.Missing()
	}
	s, err := d.Contract.System(ctx, actor, key)
	if err != nil {
		return page, err
	}
	page.Page = d.Site.Page(r, "nav.new_case", "new")
	choice := d.choice(page.Page, s)
	page.System, page.Zone = &choice, page.ZoneName()
	designated, err := d.Contract.Designated(ctx, actor, key)
	if err != nil {
		return page, err
	}
	people, err := d.Accounts.PeopleOf(ctx, actor, s.Customer)
	if err != nil {
		return page, err
	}
	names := map[id.ID]string{}
	for _, who := range people {
		names[who.ID] = who.Name
	}
	for _, who := range designated {
		if names[who] != "" {
			page.Liaisons = append(page.Liaisons, Option{Value: who.String(), Text: names[who]})
		}
	}
	for _, e := range s.Environments {
		page.Environments = append(page.Environments, Option{Value: e, Text: page.Environment(e)})
	}
	for _, v := range d.Policy.Now().Priorities {
		page.Priorities = append(page.Priorities, Option{Value: v.Key, Text: v.Definition.In(string(page.Lang))})
	}
	for _, v := range []string{"phone", "email"} {
		page.Channels = append(page.Channels, Option{Value: v, Text: page.T("desk.channel." + v)})
	}
	return page, nil
}

// register makes the case, or shows the form again with what is wrong or with the decision that refuses it.
func (d *desk) register(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	page, err := d.callPage(r, form.Value("system"))
	if err != nil {
		return err
	}
	in, bad := registration(page, form)
	c, err := d.Cases.Register(r.Context(), web.CurrentActor(r), in.With(bad))
	if err == nil {
		return d.Site.Redirect(w, r, "/desk/"+c.Number, "desk_registered", "")
	}
	page.Form = form
	if with, ok := page.Explain(form, err); ok {
		page.Form = with
	} else if n, ok := page.Refusal(err); ok {
		page.Problem = &n
	} else {
		return err
	}
	return d.Site.Render(w, r, web.StatusOf(err), page)
}

func registration(page CallPage, form web.Form) (in cases.Registration, bad []errs.Field) {
	system, err := id.Parse(page.System.ID)
	if err != nil {
		bad = append(bad, errs.BadField("system", "field.required"))
	}
	answered := form.Value("answered") != "" // an empty box is a voicemail
	in = cases.Registration{
		System: system, Environment: form.Value("environment"), Product: page.System.Product, Release: form.Value("version"),
		Priority: cases.ParsePriority(form.Value("priority")), OnBehalfOf: form.Value("onBehalfOf"), Channel: form.Value("channel"),
		Answered: &answered,
		Details: cases.Details{Subject: form.Value("subject"), Symptoms: form.Value("symptoms"), ErrorMessages: form.Value("errorMessages"),
			StepsTaken: form.Value("stepsTaken"), Impact: form.Value("impact")},
	}
	at, err := time.ParseInLocation(callTime, form.Value("receivedAt"), zoneOf(page.Page))
	if err != nil {
		return in, append(bad, errs.BadField("receivedAt", "field.required"))
	}
	in.ReceivedAt = &at
	return in, bad
}

func zoneOf(p web.Page) *time.Location {
	if p.Format.Zone == nil {
		return time.UTC
	}
	return p.Format.Zone
}
