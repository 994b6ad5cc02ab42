package admin

import (
	"net/http"

	"liaison/internal/errs"
	"liaison/internal/web"
)

// WithdrawPage asks whether an edition that does not hold yet is to be withdrawn.
type WithdrawPage struct {
	web.Page
	Edition string
	From    *web.When   // nil where it cannot be withdrawn
	Problem *web.Notice // why not
	Moved   string      // how many clocks go back
	Told    string      // whether liaisons know of the edition
	Rows    []MovedRow
	More    int
}

func (o Options) askWithdrawal(w http.ResponseWriter, r *http.Request) error {
	return o.showWithdrawal(w, r, nil)
}

// showWithdrawal says what a withdrawal does, or why there is none.
func (o Options) showWithdrawal(w http.ResponseWriter, r *http.Request, refused error) error {
	name := r.PathValue("edition")
	page := WithdrawPage{Page: o.Site.Page(r, "admin.policy.withdraw_title", "policy_admin"), Edition: name}
	there, status := o.there(page.Page), http.StatusOK
	v, err := o.Editions.PreviewWithdrawal(r.Context(), web.CurrentActor(r), name)
	if refused != nil {
		err, status = refused, http.StatusConflict
	}
	switch {
	case errs.KindOf(err) == errs.Conflict:
		page.Problem = &web.Notice{Tone: "bad", Text: there.Say(err)}
	case err != nil:
		return err
	case v.Withdrawn:
		page.Problem = &web.Notice{Tone: "info", Text: page.T("admin.policy.withdraw_done")}
	default:
		from := page.When(v.Effective)
		page.From = &from
		page.Moved = page.T("admin.policy.withdraw_moved", "open", v.Open, "moved", len(v.Moved))
		page.Told = page.T("admin.policy.withdraw_untold")
		if v.Told {
			page.Told = page.T("admin.policy.withdraw_told")
		}
		page.Rows, page.More = movedRows(page.Page, v.Moved)
	}
	return o.Site.Render(w, r, status, page)
}

func (o Options) withdraw(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.ReadForm(r); err != nil {
		return err
	}
	_, err := o.Editions.Withdraw(r.Context(), web.CurrentActor(r), r.PathValue("edition"), nil)
	switch {
	case errs.KindOf(err) == errs.Conflict:
		return o.showWithdrawal(w, r, err)
	case err != nil:
		return err
	}
	return o.Site.Redirect(w, r, "/admin/policy", "policy_withdrawn", "")
}
