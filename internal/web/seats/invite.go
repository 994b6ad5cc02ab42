package seats

import (
	"net/http"

	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/liaisons"
	"liaison/internal/web"
)

// InvitePage is where an invitation's link leads. Done says what became of it; Gone is a link that works no longer.
type InvitePage struct {
	web.Page
	Asked
	Token      string
	Invitation liaisons.Invitation
	Until      web.When
	Min        int
	Done       string
	Gone       bool
}

func (o Options) invite(w http.ResponseWriter, r *http.Request) error {
	return o.showInvite(w, r, http.StatusOK, Asked{})
}

func (o Options) showInvite(w http.ResponseWriter, r *http.Request, status int, asked Asked) error {
	page := InvitePage{Page: o.Site.Page(r, "seats.invite.title", ""), Asked: asked, Token: r.PathValue("token"), Min: account.MinPassword}
	v, err := o.Liaisons.Invitation(r.Context(), page.Token)
	switch {
	case errs.KindOf(err) == errs.Conflict:
		page.Gone, page.Asked = true, Asked{}
		return o.Site.Render(w, r, http.StatusConflict, page)
	case err != nil:
		return err
	}
	page.Invitation, page.Until = v, page.When(v.Until)
	if page.Asked.Refusal != nil { // its own advice is for liaisons, which the reader is not yet
		page.Asked.Refusal.Todo = page.T("seats.invite.refused_todo", "customer", v.Customer)
	}
	if page.Form.Value("name") == "" {
		page.Form = page.Form.With("name", v.Name)
	}
	return o.Site.Render(w, r, status, page)
}

func (o Options) accept(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	page := o.Site.Page(r, "seats.invite.title", "")
	in := liaisons.Acceptance{Name: form.Value("name"), Phone: form.Value("phone"), Language: string(page.Lang), Zone: "UTC", Password: form.Value("password")}
	if zone := page.Format.Zone; zone != nil && zone.String() != "Local" {
		in.Zone = zone.String()
	}
	if form.Value("password") != form.Value("repeat") {
		err = errs.BadFields(errs.BadField("repeat", "auth.set.mismatch"))
	} else {
		err = o.Liaisons.Accept(r.Context(), r.PathValue("token"), in)
	}
	return o.settled(w, r, "seats.invite.accepted", form, err)
}

func (o Options) decline(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	return o.settled(w, r, "seats.invite.declined", form, o.Liaisons.Decline(r.Context(), r.PathValue("token")))
}

// settled shows what became of the invitation. Passwords are typed again.
func (o Options) settled(w http.ResponseWriter, r *http.Request, said string, form web.Form, err error) error {
	page := InvitePage{Page: o.Site.Page(r, "seats.invite.title", "")}
	if err == nil {
		page.Done = page.T(said)
		return o.Site.Render(w, r, http.StatusOK, page)
	}
	asked, ok := undone(page.Page, form, err)
	if !ok {
		return err
	}
	return o.showInvite(w, r, web.StatusOf(err), asked)
}
