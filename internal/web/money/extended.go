package money

import (
	"net/http"
	"slices"
	"strings"

	"liaison/internal/billing"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// ExtendedPage is what extended lifecycle support of a customer's systems on premises can still be ordered, what is
// ordered already, and the form of another order (4.7).
type ExtendedPage struct {
	web.Page
	Asked
	Key, Name, Action string
	Lead              string
	Systems           []AfterRow
	Choices           []Option // the systems
	SKUs              []Option
	Reasons           []string // everything that speaks against the order that was tried
	Empty             web.Empty
}

// AfterRow is a system on premises after the end of its support, in words.
type AfterRow struct {
	Name, Product string
	Until         string   // full support, or what keeps it
	Kept          []string // orders that keep something
	Room          string   // what can still be ordered
	Bought        bool     // a window is ordered
}

// afterRows are the systems on premises among those that have or had support; none where the vendor sells no extension.
func (o Options) afterRows(p web.Page, terms billing.Terms) (rows []AfterRow) {
	pack := o.Policy.Now()
	if len(pack.Extended.SKUs) == 0 {
		return nil
	}
	for _, s := range onPremises(terms, pack.Extended.Deployment) {
		kept := terms.Kept[s.System]
		row := AfterRow{Name: s.Name, Product: s.Product + " " + s.Version, Until: p.T("extended.full_until", "day", civil(p, pack.OnPremEnd.AddDays(-1)))}
		if terms.Today.Compare(pack.OnPremEnd) >= 0 {
			row.Until = p.T("extended.full_ended", "day", civil(p, pack.OnPremEnd.AddDays(-1)))
		}
		for _, k := range kept {
			key := "extended.kept_exception"
			if k.Extended {
				key, row.Bought = "extended.kept_window", true
			}
			row.Kept = append(row.Kept, p.T(key, "from", civil(p, k.From), "to", civil(p, k.To), "document", k.Document, "services", serviceNames(p, k.Services)))
		}
		row.Room = p.T("extended.no_room")
		if room := entitlement.RoomForExtended(pack, contract.Windows(kept)); room.Days > 0 {
			row.Room = p.T("extended.room", "first", civil(p, room.First), "last", civil(p, room.LastEnd), "months", room.Months, "days", room.Days)
		}
		rows = append(rows, row)
	}
	return rows
}

func onPremises(terms billing.Terms, deployment string) (list []contract.RunningSystem) {
	for _, s := range terms.Systems {
		if s.Deployment == deployment {
			list = append(list, s)
		}
	}
	return list
}

func (o Options) extended(w http.ResponseWriter, r *http.Request) error {
	return o.showExtended(w, r, http.StatusOK, Asked{}, nil)
}

func (o Options) showExtended(w http.ResponseWriter, r *http.Request, status int, asked Asked, refused *errs.Error) error {
	key, pack := r.PathValue("key"), o.Policy.Now()
	terms, err := o.Billing.TermsOf(r.Context(), web.CurrentActor(r), key)
	if err != nil {
		return err
	}
	page := ExtendedPage{Page: o.Site.Page(r, "extended.title", "renewals"), Asked: asked, Key: key, Name: terms.Name, Action: "/desk/customers/" + key + "/extended"}
	page.Systems = o.afterRows(page.Page, terms)
	page.Empty = web.Empty{Icon: "building-2", Title: page.T("extended.nothing"), Text: page.T("extended.nothing_text")}
	if len(page.Systems) > 0 {
		e := pack.Extended
		page.Lead = page.T("extended.lead", "services", serviceNames(page.Page, e.Scope), "first", civil(page.Page, e.FirstStart), "last", civil(page.Page, e.LastEnd), "months", e.MaxMonths)
	}
	systems := onPremises(terms, pack.Extended.Deployment)
	if len(systems) > 0 && page.Form.Value("system") == "" { // nothing was typed yet: the first system with room, at its longest
		page.Form = page.Form.With("system", systems[0].System.String())
		for _, s := range systems {
			if room := entitlement.RoomForExtended(pack, contract.Windows(terms.Kept[s.System])); room.Days > 0 {
				page.Form = page.Form.With("system", s.System.String()).With("from", room.First.String()).With("to", room.LastEnd.String())
				break
			}
		}
	}
	for _, s := range systems {
		value := s.System.String()
		page.Choices = append(page.Choices, Option{value, s.Name, page.Form.Value("system") == value})
	}
	for _, sku := range pack.Extended.SKUs {
		page.SKUs = append(page.SKUs, Option{sku, sku, page.Form.Value("sku") == sku})
	}
	if refused != nil && refused.Kind == errs.Conflict { // every value that a reason is about is marked, too
		page.Form, _ = page.Explain(page.Form, errs.BadFields(refused.Fields...), "extended.")
	}
	if refused != nil && len(refused.Fields) > 1 { // the first one is the notice
		for _, f := range refused.Fields[1:] {
			n, _ := page.Refusal(&errs.Error{Kind: errs.Conflict, Key: f.Key, Args: f.Args})
			page.Reasons = append(page.Reasons, n.Text)
		}
	}
	return o.Site.Render(w, r, status, page)
}

func (o Options) orderExtended(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	key := r.PathValue("key")
	terms, err := o.Billing.TermsOf(r.Context(), web.CurrentActor(r), key)
	if err != nil {
		return err
	}
	system, order, err := readExtended(form, terms)
	if err == nil {
		_, err = o.Contract.OrderExtended(r.Context(), web.CurrentActor(r), system, order)
	}
	if err == nil {
		return o.Site.Redirect(w, r, "/desk/customers/"+key+"/extended", "extended_ordered", "")
	}
	asked, ok := undone(o.Site.Page(r, "extended.title", "renewals"), form, err, "extended.")
	if !ok {
		return err
	}
	return o.showExtended(w, r, web.StatusOf(err), asked, errs.As(err))
}

// readExtended reads an order for a system of this customer.
func readExtended(form web.Form, terms billing.Terms) (system id.ID, o contract.ExtendedOrder, err error) {
	var bad []errs.Field
	i := slices.IndexFunc(terms.Systems, func(s contract.RunningSystem) bool { return s.System.String() == form.Value("system") })
	if i < 0 {
		bad = append(bad, errs.BadField("system", "books.unknown_system"))
	} else {
		system = terms.Systems[i].System
	}
	o.Document, o.SKU = strings.TrimSpace(form.Value("document")), form.Value("sku")
	if o.Document == "" {
		bad = append(bad, errs.BadField("document", "field.required"))
	}
	for _, d := range []struct {
		name string
		into *calendar.Date
	}{{"from", &o.From}, {"to", &o.To}} {
		text := strings.TrimSpace(form.Value(d.name))
		day, wrong := calendar.ParseDate(text)
		switch {
		case text == "":
			bad = append(bad, errs.BadField(d.name, "field.required"))
		case wrong != nil:
			bad = append(bad, errs.BadField(d.name, "rights.field_day"))
		default:
			*d.into = day
		}
	}
	return system, o, errs.BadFields(bad...)
}

// notCovered are the services that extended lifecycle support leaves out.
func (o Options) notCovered() (services []string) {
	for _, s := range policy.Services() {
		if !slices.Contains(o.Policy.Now().Extended.Scope, s) {
			services = append(services, s)
		}
	}
	return services
}

func serviceNames(p web.Page, services []string) string {
	var words []string
	for _, s := range services {
		if s == contract.ScopeFull || slices.Contains(policy.Services(), s) {
			s = p.T("books.service." + s)
		}
		words = append(words, s)
	}
	return strings.Join(words, p.T("books.service.and"))
}
