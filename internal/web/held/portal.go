package held

import (
	"net/http"
	"strings"

	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/inbound"
	"liaison/internal/web"
)

const (
	ownHeld = "/held"
	ownBase = ownHeld + "/"
)

// ListPage is the mail of colleagues that waits for a liaison.
type ListPage struct {
	web.Page
	Rows  []Row
	More  string
	Empty web.Empty
}

// MailPage is one colleague's mail. Without a case it can be adopted; a reply can be put on its case.
type MailPage struct {
	web.Page
	Mail
	Decision
	Places  []web.Place
	Prios   []Prio
	Reasons []Option
}

// Prio is a priority to choose.
type Prio struct {
	web.Prio
	Value, Definition string
	Chosen            bool
}

func (o Options) list(w http.ResponseWriter, r *http.Request) (err error) {
	if web.CurrentActor(r).Role.IsStaff() {
		http.Redirect(w, r, deskHeld, http.StatusSeeOther)
		return nil
	}
	page := ListPage{Page: o.Site.Page(r, "held.own.title", "held")}
	page.Empty = web.Empty{Icon: "mail", Title: page.T("held.none"), Text: page.T("held.own.none_text")}
	if page.Rows, page.More, err = o.rows(r, page.Page, ownBase, ownHeld); err != nil {
		return err
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func (o Options) mail(w http.ResponseWriter, r *http.Request) error {
	return o.show(w, r, http.StatusOK, Decision{})
}

func (o Options) show(w http.ResponseWriter, r *http.Request, status int, d Decision) error {
	mail, err := mailID(r)
	if err != nil {
		return err
	}
	m, err := o.Inbound.HeldOne(r.Context(), web.CurrentActor(r), mail)
	if err != nil {
		return err
	}
	if web.CurrentActor(r).Role.IsStaff() && r.Method == http.MethodGet {
		http.Redirect(w, r, deskBase+m.ID.String(), http.StatusSeeOther)
		return nil
	}
	page := MailPage{Page: o.Site.Page(r, "held.own.title", "held"), Decision: d}
	page.Mail = o.whole(page.Page, &m, ownBase, "/cases/")
	page.Title = page.Mail.Subject
	systems, err := o.Contract.Systems(r.Context(), web.CurrentActor(r), contract.Filter{})
	if err != nil {
		return err
	}
	page.Places = page.Page.Places(systems.Items, page.Form.Value("place"))
	for _, prio := range o.Policy.Now().Priorities {
		chosen := page.Form.Value("priority") == prio.Key || page.Form.Value("priority") == "" && prio.Level == 3
		page.Prios = append(page.Prios, Prio{web.Prio{Level: prio.Level}, prio.Key, prio.Definition.In(string(page.Lang)), chosen})
	}
	for _, reason := range inbound.DiscardReasons() {
		page.Reasons = append(page.Reasons, Option{reason, page.T("held.discard." + reason), page.Form.Has("reason", reason)})
	}
	return o.Site.Render(w, r, status, page)
}

// adopt makes a case of the mail, in the liaison's name.
func (o Options) adopt(w http.ResponseWriter, r *http.Request) error {
	return o.decide(w, r, "held_adopted", func(form web.Form) (string, error) {
		mail, err := mailID(r)
		if err != nil {
			return "", err
		}
		actor := web.CurrentActor(r)
		systems, err := o.Contract.Systems(r.Context(), actor, contract.Filter{})
		if err != nil {
			return "", err
		}
		s, environment, ok := web.ParsePlace(systems.Items, form.Value("place"))
		if !ok {
			return "", errs.BadFields(errs.BadField("place", "case.unknown_system"))
		}
		in := inbound.Adoption{System: s.ID, Environment: environment, Product: s.Product, Release: strings.TrimSpace(form.Value("version")),
			Priority: cases.ParsePriority(form.Value("priority"))}
		if in.Release == "" {
			in.Release = s.Version
		}
		c, err := o.Inbound.Adopt(r.Context(), actor, mail, in)
		if err != nil {
			return "", err
		}
		return "/cases/" + c.Number, nil
	})
}

// approve puts a colleague's reply on the case that it answers.
func (o Options) approve(w http.ResponseWriter, r *http.Request) error {
	return o.decide(w, r, "held_released", func(web.Form) (string, error) {
		mail, err := mailID(r)
		if err != nil {
			return "", err
		}
		m, err := o.Inbound.HeldOne(r.Context(), web.CurrentActor(r), mail)
		if err != nil {
			return "", err
		}
		return "/cases/" + m.CaseNumber, o.Inbound.Release(r.Context(), web.CurrentActor(r), mail, inbound.ReleaseTo{Number: m.CaseNumber})
	})
}

// discard puts the mail away.
func (o Options) discard(w http.ResponseWriter, r *http.Request) error {
	return o.decide(w, r, "held_discarded", func(form web.Form) (string, error) {
		mail, err := mailID(r)
		if err == nil {
			err = o.Inbound.Discard(r.Context(), web.CurrentActor(r), mail, form.Value("reason"))
		}
		return ownHeld, err
	})
}

func (o Options) decide(w http.ResponseWriter, r *http.Request, notice string, do func(form web.Form) (target string, err error)) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	target, err := do(form)
	if err == nil {
		return o.Site.Redirect(w, r, target, notice, "")
	}
	d, ok := undecided(o.Site.Page(r, "held.own.title", "held"), form, err)
	if !ok {
		return err
	}
	return o.show(w, r, web.StatusOf(err), d)
}
