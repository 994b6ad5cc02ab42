package held

import (
	"net/http"
	"strings"

	"liaison/internal/inbound"
	"liaison/internal/web"
)

const (
	deskHeld = "/desk/held"
	deskBase = deskHeld + "/"
)

// DeskListPage is the mail that waits, as staff see it.
type DeskListPage struct {
	web.Page
	Rows    []Row
	More    string
	Empty   web.Empty
	Ignored bool   // what machines wrote is shown
	Other   string // address of the other list
}

// DeskMailPage is one mail, as staff decide on it.
type DeskMailPage struct {
	web.Page
	Mail
	Decision
	Reasons []Option
}

func (o Options) deskList(w http.ResponseWriter, r *http.Request) (err error) {
	page := DeskListPage{Page: o.Site.Page(r, "held.title", "held")}
	page.Empty = web.Empty{Icon: "mail", Title: page.T("held.none"), Text: page.T("held.none_text")}
	page.Other = deskHeld + "?show=" + showIgnored
	if page.Ignored = r.URL.Query().Get("show") == showIgnored; page.Ignored {
		page.Title, page.Other = page.T("held.ignored"), deskHeld
		page.Empty = web.Empty{Icon: "mail", Title: page.T("held.ignored_none"), Text: page.T("held.ignored_lead")}
	}
	if page.Rows, page.More, err = o.rows(r, page.Page, deskBase, deskHeld); err != nil {
		return err
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func (o Options) deskMail(w http.ResponseWriter, r *http.Request) error {
	return o.showDesk(w, r, http.StatusOK, Decision{})
}

func (o Options) showDesk(w http.ResponseWriter, r *http.Request, status int, d Decision) error {
	mail, err := mailID(r)
	if err != nil {
		return err
	}
	m, err := o.Inbound.HeldOne(r.Context(), web.CurrentActor(r), mail)
	if err != nil {
		return err
	}
	page := DeskMailPage{Page: o.Site.Page(r, "held.title", "held"), Decision: d}
	page.Mail = o.whole(page.Page, &m, deskBase, "/desk/")
	page.Title = page.Mail.Subject
	if m.Original {
		page.Mail.Raw = deskBase + m.ID.String() + "/raw"
	}
	if page.Form.Value("number") == "" {
		page.Form = page.Form.With("number", m.CaseNumber)
	}
	for _, reason := range inbound.DiscardReasons() {
		page.Reasons = append(page.Reasons, Option{reason, page.T("held.discard." + reason), page.Form.Has("reason", reason)})
	}
	return o.Site.Render(w, r, status, page)
}

// deskRelease puts the mail on a case.
func (o Options) deskRelease(w http.ResponseWriter, r *http.Request) error {
	return o.deskDecide(w, r, "held_released", func(form web.Form) (string, error) {
		mail, err := mailID(r)
		number := strings.TrimPrefix(strings.TrimSpace(form.Value("number")), "#")
		if err == nil {
			err = o.Inbound.Release(r.Context(), web.CurrentActor(r), mail, inbound.ReleaseTo{Number: number})
		}
		return "/desk/" + number, err
	})
}

// deskDiscard puts the mail away.
func (o Options) deskDiscard(w http.ResponseWriter, r *http.Request) error {
	return o.deskDecide(w, r, "held_discarded", func(form web.Form) (string, error) {
		mail, err := mailID(r)
		if err == nil {
			err = o.Inbound.Discard(r.Context(), web.CurrentActor(r), mail, form.Value("reason"))
		}
		return deskHeld, err
	})
}

func (o Options) deskDecide(w http.ResponseWriter, r *http.Request, notice string, do func(form web.Form) (target string, err error)) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	target, err := do(form)
	if err == nil {
		return o.Site.Redirect(w, r, target, notice, "")
	}
	d, ok := undecided(o.Site.Page(r, "held.title", "held"), form, err)
	if !ok {
		return err
	}
	return o.showDesk(w, r, web.StatusOf(err), d)
}

// raw hands out the mail as it came.
func (o Options) raw(w http.ResponseWriter, r *http.Request) error {
	mail, err := mailID(r)
	if err != nil {
		return err
	}
	bytes, err := o.Inbound.Original(r.Context(), web.CurrentActor(r), mail)
	if err != nil {
		return err
	}
	giveMail(w, mail.String(), bytes)
	return nil
}
