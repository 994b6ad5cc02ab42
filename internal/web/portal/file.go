package portal

import (
	"context"
	"net/http"
	"slices"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// FilePage is the one page on which a case is registered (docs/decisions/0005).
type FilePage struct {
	web.Page
	Form         web.Form
	Systems      []Option
	Environments []Option
	Products     []Option
	Versions     []VersionGroup
	Checks       []Check
	Prios        []PrioCard
	Reproduce    []Option
	Scopes       []Option
	Restricted   bool // no files at all (7.1)
	Kept         []KeptFile
	Contact      Contact
	Promise      PromiseView
	Similar      []CaseRow
	Draft        string // when the draft was kept, "" for none
	Problem      string // what else went wrong, in words
	NoSystem     bool
	Shown        string // the system that product and version belong to
}

// Check is one of the six checks before registering (3.1).
type Check struct {
	Key  string
	Text string
	Done bool
}

// PrioCard is a priority with its meaning from the policy.
type PrioCard struct {
	web.Prio
	Value      string
	Definition string
	Example    string
	Production bool // for production environments only
	Chosen     bool
}

// VersionGroup is the releases of one product.
type VersionGroup struct {
	Product string
	Items   []Option
}

// Contact is how support reaches the liaison back (R3.2-10).
type Contact struct {
	Name, Email, Phone string
}

const draftOfFiling = "new-case"

func (p *portal) fileForm(w http.ResponseWriter, r *http.Request) error {
	actor := web.CurrentActor(r)
	if actor.Role.IsStaff() {
		http.Redirect(w, r, "/desk/new", http.StatusSeeOther)
		return nil
	}
	if !access.Allows(actor, access.CaseRead) {
		return p.guest(w, r)
	}
	t := &typed{}
	draft, found, err := p.Cases.LoadDraft(r.Context(), actor, draftOfFiling)
	if err != nil {
		return err
	}
	page := FilePage{Page: p.Site.Page(r, "portal.file.title", "file")}
	if found {
		t = typedFrom(draft.Values)
		page.Draft = page.Instant(draft.SavedAt)
	}
	return p.renderFiling(w, r, http.StatusOK, page, t)
}

// typedFrom is a form as a draft keeps it.
func typedFrom(values map[string][]string) *typed {
	t := &typed{}
	for name, all := range values {
		for _, v := range all {
			t.add(name, v)
		}
	}
	t.Form = web.NewForm(t.pairs...)
	return t
}

// renderFiling fills the page with what can be chosen, the promise for what is chosen, and what was typed.
func (p *portal) renderFiling(w http.ResponseWriter, r *http.Request, status int, page FilePage, t *typed) error {
	ctx, actor := r.Context(), web.CurrentActor(r)
	systems, err := p.Contract.Systems(ctx, actor, contract.Filter{})
	if err != nil {
		return err
	}
	if page.NoSystem = len(systems.Items) == 0; page.NoSystem {
		return p.Site.Render(w, r, status, page)
	}
	system := chosenSystem(systems.Items, t.Value("system"))
	page.Form = prefilled(t.Form, system)
	page.Systems, page.Environments = systemOptions(systems.Items, system.ID), environmentOptions(page.Page, systems.Items, page.Form.Value("environment"))
	page.Shown, page.Kept = system.ID.String(), t.shown(page.Page)
	if err := p.fillReleases(ctx, &page); err != nil {
		return err
	}
	p.fillChoices(&page)
	if err := p.fillPerson(ctx, actor, &page); err != nil {
		return err
	}
	if page.Promise, err = p.promiseView(ctx, page.Page, actor, page.Form); err != nil {
		return err
	}
	if subject := page.Form.Value("subject"); subject != "" {
		if page.Similar, err = p.similarTo(ctx, page.Page, actor, subject); err != nil {
			return err
		}
	}
	return p.Site.Render(w, r, status, page)
}

func chosenSystem(systems []contract.System, value string) contract.System {
	for _, s := range systems {
		if s.ID.String() == value {
			return s
		}
	}
	return systems[0]
}

// prefilled adds what the system says where nothing was typed, or where the fields belong to another system that was
// chosen before.
func prefilled(f web.Form, s contract.System) web.Form {
	other := f.Value("shown") != "" && f.Value("shown") != s.ID.String()
	set := func(name, value string) {
		if f.Value(name) == "" || other {
			f = f.With(name, value)
		}
	}
	set("system", s.ID.String())
	set("product", s.Product)
	set("version", s.Version)
	if len(s.Environments) > 0 && (other || !slices.Contains(s.Environments, f.Value("environment"))) {
		f = f.With("environment", s.Environments[0])
	}
	return f
}

func systemOptions(systems []contract.System, chosen id.ID) (list []Option) {
	for _, s := range systems {
		list = append(list, Option{s.ID.String(), s.Name + " · " + s.Product + " " + s.Version, s.ID == chosen})
	}
	return list
}

// environmentOptions are the names of all systems' environments, so that the list fits whichever system is chosen.
func environmentOptions(p web.Page, systems []contract.System, chosen string) (list []Option) {
	for _, s := range systems {
		for _, e := range s.Environments {
			if !slices.ContainsFunc(list, func(o Option) bool { return o.Value == e }) {
				list = append(list, Option{e, p.Environment(e), e == chosen})
			}
		}
	}
	return list
}

func (p *portal) fillReleases(ctx context.Context, page *FilePage) error {
	lines, err := p.Releases.Lines(ctx)
	if err != nil {
		return err
	}
	chosen := page.Form.Value("product")
	today := calendar.DateOf(page.Format.Now, p.Policy.Now().Vendor.Zone)
	for _, product := range lines {
		page.Products = append(page.Products, Option{product.ID, product.Name, product.ID == chosen})
		group := VersionGroup{Product: product.Name}
		for _, rel := range product.Releases {
			text := rel.Version
			if rel.LastSupportedDay.Compare(today) < 0 {
				text = page.T("portal.file.version_ended", "version", rel.Version, "day", dayText(page.Page, rel.LastSupportedDay))
			}
			group.Items = append(group.Items, Option{rel.Version, text, product.ID == chosen && rel.Version == page.Form.Value("version")})
		}
		page.Versions = append(page.Versions, group)
	}
	return nil
}

func (p *portal) fillChoices(page *FilePage) {
	f, lang := page.Form, string(page.Lang)
	for _, key := range cases.Checks() {
		page.Checks = append(page.Checks, Check{key, page.T("portal.check." + key), f.Has("checklist", key)})
	}
	for _, prio := range p.Policy.Now().Priorities {
		value := cases.PriorityName(prio.Level)
		page.Prios = append(page.Prios, PrioCard{Prio: web.Prio{Level: prio.Level}, Value: value, Definition: prio.Definition.In(lang),
			Example: prio.Example.In(lang), Production: prio.ProductionOnly, Chosen: f.Value("priority") == value})
	}
	for _, v := range []string{"always", "sometimes", "once", "not_tried"} {
		page.Reproduce = append(page.Reproduce, Option{v, page.T("portal.reproduce." + v), f.Value("reproducibility") == v})
	}
	for _, v := range []string{"one_machine", "several", "all", "unknown"} {
		page.Scopes = append(page.Scopes, Option{v, page.T("portal.scope." + v), f.Value("scope") == v})
	}
}

// fillPerson says who files, and whether the customer's cases take files.
func (p *portal) fillPerson(ctx context.Context, actor access.Actor, page *FilePage) error {
	me, err := p.Accounts.Me(ctx, actor)
	if err != nil {
		return err
	}
	page.Contact = Contact{me.Name, me.Email, me.Phone}
	customers, err := p.Accounts.Customers(ctx, actor)
	if err != nil {
		return err
	}
	page.Restricted = len(customers) > 0 && customers[0].Restricted
	return nil
}

// registration is the typed form as the use case takes it.
func registration(page web.Page, t *typed) cases.Registration {
	bad := t.bad
	system, err := id.Parse(t.Value("system"))
	if err != nil {
		bad = append(bad, errs.BadField("system", "field.required"))
	}
	in := cases.Registration{
		System: system, Environment: t.Value("environment"), Product: t.Value("product"), Release: t.Value("version"),
		Priority: cases.ParsePriority(t.Value("priority")), Attachments: t.files, Draft: draftOfFiling, Language: languageOf(page, t.Value("subject")+t.Value("symptoms")),
		Details: cases.Details{Subject: t.Value("subject"), Symptoms: t.Value("symptoms"), ErrorMessages: t.Value("errorMessages"),
			StepsTaken: t.Value("stepsTaken"), Impact: t.Value("impact"), Reproducibility: t.Value("reproducibility"), Scope: t.Value("scope")},
	}
	for _, check := range cases.Checks() {
		if t.Has("checklist", check) {
			in.Checklist = append(in.Checklist, check)
		}
	}
	return in.With(bad)
}
