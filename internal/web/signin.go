package web

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"

	"liaison/internal/errs"
)

// SignInPage is the card of signing in. Next is where to go after it; Carried is what an ended session had posted.
type SignInPage struct {
	Page
	Form    Form
	Next    string
	Message string // why the card is shown, "" for no reason
	Failed  bool
	Carried Carried
}

// ResumePage offers, after signing in again, to send what an ended session had posted.
type ResumePage struct {
	Page
	Carried Carried
}

// Carried is a posted form on its way over a sign-in: the address it was posted to and its entries. Files do not
// travel: Files says that there were some.
type Carried struct {
	Action string
	Fields []CarriedField
	Files  bool
}

// CarriedField is one entry of a carried form.
type CarriedField struct{ Name, Value string }

// carriedPrefix marks the entries of a carried form among those of the sign-in form.
const carriedPrefix = "carried."

func (s *Site) signInForm(w http.ResponseWriter, r *http.Request) error {
	next := ownPath(r.URL.Query().Get("next"))
	if !CurrentActor(r).IsNobody() {
		http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // ownPath stays on this site
		return nil
	}
	page := SignInPage{Page: s.Page(r, "auth.sign_in.title", ""), Next: next}
	switch {
	case s.sessionToken(r) != "":
		page.Message = page.T("auth.sign_in.expired")
	case next != "/":
		page.Message = page.T("error.unauthenticated")
	}
	return s.Render(w, r, http.StatusOK, page)
}

// signInAgain is the answer to a POST whose session has ended: the card, with all that was posted in it.
func (s *Site) signInAgain(w http.ResponseWriter, r *http.Request) error {
	files := false
	form, err := ReadFiles(r, func(string, io.Reader) error {
		files = true
		return nil
	})
	if err != nil && (len(form.values) == 0 || errs.KindOf(err) != errs.TooLarge) {
		return err // a text that was cut is shown with where it ends: sent on from here, it would be stored without its end
	}
	page := SignInPage{Page: s.Page(r, "auth.sign_in.title", ""), Carried: carry(r, form, files)}
	page.Message = page.T("auth.sign_in.kept")
	return s.Render(w, r, http.StatusUnauthorized, page)
}

func carry(r *http.Request, form Form, files bool) Carried {
	c := Carried{Action: ownPath(r.URL.RequestURI()), Files: files}
	for name, values := range form.values {
		for _, v := range values {
			c.Fields = append(c.Fields, CarriedField{name, v})
		}
	}
	slices.SortStableFunc(c.Fields, func(a, b CarriedField) int { return cmp.Compare(a.Name, b.Name) })
	return c
}

// carriedBy is the carried form in a posted sign-in form.
func carriedBy(form Form) Carried {
	c := Carried{Files: form.Value("carried-files") != ""}
	if action := form.Value("carried-action"); action != "" {
		c.Action = ownPath(action)
	}
	for name, values := range form.values {
		if inner, ok := strings.CutPrefix(name, carriedPrefix); ok {
			for _, v := range values {
				c.Fields = append(c.Fields, CarriedField{inner, v})
			}
		}
	}
	slices.SortStableFunc(c.Fields, func(a, b CarriedField) int { return cmp.Compare(a.Name, b.Name) })
	return c
}

func (s *Site) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := ReadForm(r)
	if err != nil {
		return err
	}
	token, err := s.Accounts.SignIn(r.Context(), form.Value("email"), form.Value("password"), s.remoteIP(r))
	if err != nil {
		return s.signInFailed(w, r, form, err)
	}
	if old := s.sessionToken(r); old != "" {
		if err := s.Accounts.SignOut(r.Context(), old); err != nil && errs.KindOf(err) != errs.Unauthenticated {
			return err
		}
	}
	s.setCookie(w, "session", token)
	actor, err := s.Accounts.BySession(r.Context(), token)
	if err != nil {
		return err
	}
	me, err := s.Accounts.Me(r.Context(), actor)
	if err != nil {
		return err
	}
	s.RememberSettings(w, me.Settings)
	carried := carriedBy(form)
	if carried.Action == "" {
		http.Redirect(w, r, ownPath(form.Value("next")), http.StatusSeeOther) //nolint:gosec // ownPath stays on this site
		return nil
	}
	return s.Render(w, r, http.StatusOK, ResumePage{Page: s.Page(r, "auth.resume.title", ""), Carried: carried})
}

// signInFailed shows the card again, with the same words for a wrong password and an address that nobody has. Too
// many tries, and what is no fault of the person, keep their own words.
func (s *Site) signInFailed(w http.ResponseWriter, r *http.Request, form Form, err error) error {
	kind := errs.KindOf(err)
	if kind != errs.Unauthenticated && kind != errs.Limited && kind != errs.Invalid {
		return err
	}
	page := SignInPage{Page: s.Page(r, "auth.sign_in.title", ""), Failed: true, Form: NewForm("email", form.Value("email")),
		Next: ownPath(form.Value("next")), Carried: carriedBy(form)}
	page.Message = page.T("auth.sign_in.failed")
	if kind == errs.Limited {
		page.Message = page.T("error.limited")
	}
	return s.Render(w, r, StatusOf(err), page)
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if token := s.sessionToken(r); token != "" {
		if err := s.Accounts.SignOut(r.Context(), token); err != nil && errs.KindOf(err) != errs.Unauthenticated {
			return err
		}
	}
	s.clearCookie(w, "session")
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return s.Redirect(w, r, "/sign-in", "signed_out", "")
}
