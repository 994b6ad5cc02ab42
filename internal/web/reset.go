package web

import (
	"net/http"

	"liaison/internal/account"
	"liaison/internal/errs"
)

// ResetPage asks for the address to which a link for a new password goes, and afterwards says the same whether
// somebody has that address or nobody.
type ResetPage struct {
	Page
	Sent bool
}

// NewPasswordPage is where the link leads.
type NewPasswordPage struct {
	Page
	Token string
	Form  Form
	Min   int
}

func (s *Site) resetForm(w http.ResponseWriter, r *http.Request) error {
	return s.Render(w, r, http.StatusOK, ResetPage{Page: s.Page(r, "auth.reset.title", "")})
}

func (s *Site) requestReset(w http.ResponseWriter, r *http.Request) error {
	form, err := ReadForm(r)
	if err != nil {
		return err
	}
	err = s.Accounts.RequestReset(r.Context(), form.Value("email"), s.remoteIP(r))
	if err != nil && errs.KindOf(err) != errs.NotFound && errs.KindOf(err) != errs.Invalid {
		return err
	}
	return s.Render(w, r, http.StatusOK, ResetPage{Page: s.Page(r, "auth.reset.sent.title", ""), Sent: true})
}

func (s *Site) newPasswordForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.CheckReset(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, s.newPasswordPage(r))
}

func (s *Site) newPasswordPage(r *http.Request) NewPasswordPage {
	return NewPasswordPage{Page: s.Page(r, "auth.set.title", ""), Token: r.PathValue("token"), Min: account.MinPassword}
}

func (s *Site) setNewPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := ReadForm(r)
	if err != nil {
		return err
	}
	if form.Value("password") != form.Value("repeat") {
		err = errs.BadFields(errs.BadField("repeat", "auth.set.mismatch"))
	} else {
		err = s.Accounts.Reset(r.Context(), r.PathValue("token"), form.Value("password"))
	}
	if err == nil {
		return s.Redirect(w, r, "/sign-in", "password_set", "")
	}
	page := s.newPasswordPage(r)
	var shown bool
	if page.Form, shown = page.Explain(Form{}, err); !shown {
		return err
	}
	return s.Render(w, r, StatusOf(err), page)
}
