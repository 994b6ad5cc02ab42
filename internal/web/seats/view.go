package seats

import (
	"net/http"
	"strconv"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/liaisons"
	"liaison/internal/web"
)

// Option is one choice of a select.
type Option struct {
	Value, Text string
	Selected    bool
}

// Asked is what a page shows beside its forms: what was typed, and why it was not done.
type Asked struct {
	Form    web.Form
	Problem *web.Notice
	Refusal *web.Refusal
}

// View is the liaisons of a customer as both sides of the table see them.
type View struct {
	Quota   QuotaBox
	Systems []SystemBox
	Changes []ChangeRow
	Ledger  LedgerBox
	People  []PersonRow
	May     bool
	Base    string // what the forms' addresses begin with
}

// LedgerBox says of which year the changes are, and leads to the years beside it.
type LedgerBox struct {
	Year, Earlier, Later string // the addresses are "" where nothing is
}

func ledgerBox(p web.Page, all liaisons.Overview, base string) LedgerBox {
	b := LedgerBox{Year: p.T("seats.quota.year", "from", civil(p, all.Ledger.Year.From), "to", civil(p, all.Ledger.Year.To))}
	if all.Earlier > 0 {
		b.Earlier = base + "?year=" + strconv.Itoa(all.Earlier)
	}
	if all.Later > 0 {
		b.Later = base + "?year=" + strconv.Itoa(all.Later)
	}
	return b
}

// QuotaBox says how many changes are used.
type QuotaBox struct {
	Text, Year string
	Left       bool
}

// SystemBox is a system with its seats.
type SystemBox struct {
	ID, Name, Seats, Over, Ends string
	Plan                        web.PlanChip
	Free                        bool
	Liaisons                    []HolderRow
	Waiting                     []WaitingRow
	Colleagues                  []Option // who could be designated without an invitation to a new address
}

// HolderRow is a liaison of a system.
type HolderRow struct {
	Person, Name, Href, Cases, Centre string
	Admin                             bool
	Since                             web.When
}

// WaitingRow is an invitation that nobody has answered.
type WaitingRow struct {
	Name, Email, Replaces, Action string
	Until                         web.When
}

// ChangeRow is a request of the ledger.
type ChangeRow struct {
	At       web.When
	By       string
	Items    []ItemRow
	Counts   bool
	Override string
}

// ItemRow is one item of it in words.
type ItemRow struct{ Text, State, Why string }

// PersonRow is somebody with access.
type PersonRow struct {
	ID, Name, Email, Role string
	Sees                  []Option
	Self, MayView         bool // MayView: the reader may choose which cases they see
}

func (o Options) view(p web.Page, all liaisons.Overview, actor access.Actor, base string) View {
	v := View{May: all.May, Base: base, Quota: quotaBox(p, all.Quota), Ledger: ledgerBox(p, all, base)}
	for _, s := range all.Systems {
		v.Systems = append(v.Systems, o.systemBox(p, s, all.People, base))
	}
	for _, c := range all.Changes {
		v.Changes = append(v.Changes, changeRow(p, c))
	}
	for _, who := range all.People {
		row := PersonRow{ID: who.ID.String(), Name: who.Name, Email: who.Email, Role: p.T("role." + string(who.Role)), Self: who.ID == actor.Person,
			MayView: who.Role == access.Liaison && liaisons.MayChooseView(actor, who.ID)}
		for _, sees := range liaisons.Views() {
			row.Sees = append(row.Sees, Option{sees, p.T("seats.sees." + sees), sees == who.Sees})
		}
		v.People = append(v.People, row)
	}
	return v
}

func quotaBox(p web.Page, q liaisons.Quota) QuotaBox {
	return QuotaBox{Left: q.Left() > 0, Text: p.T("seats.quota.used", "used", q.Used, "limit", q.Limit, "left", q.Left()),
		Year: p.T("seats.quota.year", "from", civil(p, q.Year.From), "to", civil(p, q.Year.To))}
}

func civil(p web.Page, d calendar.Date) string { return p.Format.CivilDate(d.Year, d.Month, d.Day) }

func (o Options) systemBox(p web.Page, s liaisons.System, people []liaisons.Person, base string) SystemBox {
	box := SystemBox{ID: s.System.String(), Name: s.Name, Plan: o.plan(p, s.Plan), Free: s.Free() > 0,
		Seats: p.T("seats.count", "taken", s.Taken, "seats", s.Total(), "invited", s.Promised, "free", s.Free())}
	if s.Over() > 0 {
		box.Over = p.T("seats.over", "count", s.Over())
	}
	if s.Extra > 0 {
		box.Ends = p.T("seats.extra", "count", s.Extra, "until", civil(p, s.NextEnd))
	}
	holds := map[id.ID]bool{}
	for _, h := range s.Liaisons {
		holds[h.Person] = true
		row := HolderRow{Person: h.Person.String(), Name: h.Name, Since: p.When(h.Since), Admin: h.ProjectAdmin, Cases: p.T("seats.cases", "count", h.Cases),
			Href: base + "/" + box.ID + "/" + h.Person.String()}
		if h.Centre != "" {
			if row.Centre = o.centre(p, h.Centre); !s.Choice.Allowed {
				row.Centre = p.T("seats.centre.idle", "centre", row.Centre)
			}
		}
		box.Liaisons = append(box.Liaisons, row)
	}
	for _, w := range s.Waiting {
		box.Waiting = append(box.Waiting, WaitingRow{Name: w.Name, Email: w.Email, Replaces: w.Replaces, Until: p.When(w.Until), Action: w.Change.String() + "/withdraw"})
	}
	for _, who := range people {
		if !holds[who.ID] {
			box.Colleagues = append(box.Colleagues, Option{Value: who.ID.String(), Text: who.Name + " · " + p.T("role."+string(who.Role))})
		}
	}
	return box
}

func (o Options) plan(p web.Page, key string) web.PlanChip {
	plan, ok := o.Policy.Now().Plan(key)
	if !ok {
		return web.PlanChip{}
	}
	return web.PlanChip{Key: plan.Key, Name: plan.Names.In(string(p.Lang))}
}

func (o Options) centre(p web.Page, key string) string {
	if c, ok := o.Policy.Now().Centre(key); ok {
		return c.Names.In(string(p.Lang))
	}
	return key
}

func changeRow(p web.Page, c liaisons.Change) ChangeRow {
	row := ChangeRow{At: p.When(c.At), By: c.By, Counts: c.Counts}
	if row.By == "" {
		row.By = p.T("app.name")
	}
	if c.Side == string(access.Directory) {
		row.By = p.T("seats.by_directory")
	}
	if c.OverrideReason != "" {
		row.Override = p.T("seats.override.shown", "name", c.OverrideBy, "reason", c.OverrideReason)
	}
	for _, it := range c.Items {
		key := "seats.item.swap"
		switch {
		case it.Old == "":
			key = "seats.item.designation"
		case it.New == "":
			key = "seats.item.removal"
		}
		row.Items = append(row.Items, ItemRow{Text: p.T(key, "system", it.System, "old", it.Old, "new", it.New), State: p.T("seats.state." + it.State), Why: p.T("seats.why." + it.Why)})
	}
	return row
}

// undone is what the page shows after something that was not done; ok is false for errors that are no answer to the
// person.
func undone(p web.Page, typed web.Form, err error) (a Asked, ok bool) {
	a.Form = typed
	if form, ok := p.Explain(typed, err); ok {
		a.Form = form
		return a, true
	}
	if e := errs.As(err); e.Decision != nil {
		refusal := p.Refused(*e.Decision)
		a.Refusal = &refusal
		return a, true
	}
	n, ok := p.Refusal(err)
	a.Problem = &n
	return a, ok
}

// pathID reads an id of the address. What is no id names nothing.
func pathID(r *http.Request, name string) (id.ID, error) {
	v, err := id.Parse(r.PathValue(name))
	if err != nil {
		return v, errs.Missing()
	}
	return v, nil
}

// formID reads an id of a form; "" is none, and what is no id is refused like somebody unknown.
func formID(form web.Form, name string) (v id.ID, err error) {
	text := form.Value(name)
	if text == "" {
		return v, nil
	}
	if v, err = id.Parse(text); err != nil {
		return v, errs.BadFields(errs.BadField(name, "field.not_allowed"))
	}
	return v, nil
}

// item reads who is to come from a form; the system and who is to leave are the address's or the form's.
func item(form web.Form, system, old id.ID) (it liaisons.Item, err error) {
	it = liaisons.Item{System: system, Old: old, Name: form.Value("name"), Email: form.Value("email"), ProjectAdmin: form.Value("admin") != ""}
	it.New, err = formID(form, "person")
	if !it.New.IsZero() && it.Email == "" {
		it.Name = ""
	}
	return it, err
}
