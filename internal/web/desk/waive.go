package desk

import (
	"net/http"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/sla"
	"liaison/internal/web"
)

// MissedRow is a missed deadline of the case, with what became of it.
type MissedRow struct {
	Number, Name     string
	Kind, Breached   string // name the breach in the form
	Due, Met, Waived web.When
	ID               string // of its fields
	Form             web.Form
	CanWaive         bool
}

// missed lists the missed deadlines; typed is what was sent for one of them.
func (d *desk) missed(r *http.Request, p web.Page, number string, typed web.Form) (rows []MissedRow, err error) {
	actor := web.CurrentActor(r)
	all, err := d.Cases.Breaches(r.Context(), actor, number)
	for _, b := range all {
		row := MissedRow{Number: b.Number, Name: p.T("clock." + string(b.Clock.Deadline)), Kind: string(b.Clock.Deadline), Breached: b.Clock.BreachedAt.UTC().Format(time.RFC3339Nano),
			Due: p.When(b.Clock.BreachedAt), Met: p.When(b.Clock.MetAt), Waived: p.When(b.Clock.WaivedAt)}
		row.CanWaive = access.Allows(actor, access.CaseWaive) && b.Clock.WaivedAt.IsZero()
		row.ID = b.Number + "-" + row.Kind + "-" + b.Clock.BreachedAt.UTC().Format("20060102150405")
		if typed.Value("breachedAt") == row.Breached && typed.Value("kind") == row.Kind && typed.Value("number") == row.Number {
			row.Form = typed
		}
		rows = append(rows, row)
	}
	return rows, err
}

// waive keeps a waiver of one missed deadline. The case may be one that was merged into the one of the page.
func (d *desk) waive(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	number, of := r.PathValue("number"), form.Value("number")
	if of == "" {
		of = number
	}
	at, err := time.Parse(time.RFC3339Nano, form.Value("breachedAt"))
	if err != nil {
		err = errs.BadFields(errs.BadField("breachedAt", "case.no_such_breach"))
	} else {
		_, err = d.Cases.Waive(r.Context(), web.CurrentActor(r), of, cases.Waiver{Deadline: sla.Deadline(form.Value("kind")), BreachedAt: at, Reason: form.Value("reason")})
	}
	if err != nil {
		if errs.KindOf(err) == errs.NotFound {
			return err
		}
		return d.showClocks(w, r, web.StatusOf(err), form, err)
	}
	return d.Site.Redirect(w, r, "/desk/cases/"+number+"/clocks", "desk_waived", "")
}
