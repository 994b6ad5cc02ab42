package seats

import (
	"net/http"
	"strings"

	"liaison/internal/id"
	"liaison/internal/liaisons"
	"liaison/internal/web"
)

// DeskPage is the liaisons of a customer as staff see and change them.
type DeskPage struct {
	web.Page
	Asked
	View
	Key, Name string
	Override  bool
	Tasks     []TaskRow
}

// TaskRow is something that waits for a decision of staff.
type TaskRow struct {
	Text, Action string
	At           web.When
}

func deskBase(r *http.Request) string { return "/desk/customers/" + r.PathValue("key") + "/liaisons" }

func (o Options) desk(w http.ResponseWriter, r *http.Request) error {
	return o.showDesk(w, r, http.StatusOK, Asked{})
}

func (o Options) showDesk(w http.ResponseWriter, r *http.Request, status int, asked Asked) error {
	ctx, actor := r.Context(), web.CurrentActor(r)
	customer, err := o.Liaisons.Named(ctx, actor, r.PathValue("key"))
	if err != nil {
		return err
	}
	all, err := o.Liaisons.OverviewOf(ctx, actor, customer, r.URL.Query().Get("year"))
	if err != nil {
		return err
	}
	page := DeskPage{Page: o.Site.Page(r, "seats.title", "customers"), Asked: asked, Key: r.PathValue("key"), Name: all.Name, Override: all.Override}
	page.View = o.view(page.Page, all, actor, deskBase(r))
	for _, t := range all.Tasks {
		page.Tasks = append(page.Tasks, TaskRow{At: page.When(t.MadeAt), Action: deskBase(r) + "/tasks/" + t.ID.String() + "/done",
			Text: page.T("seats.task."+t.Kind, "person", t.Person, "system", t.System, "count", t.Cases)})
	}
	return o.Site.Render(w, r, status, page)
}

func (o Options) actDesk(w http.ResponseWriter, r *http.Request, notice string, do func(form web.Form, customer id.ID) error) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	customer, err := o.Liaisons.Named(r.Context(), web.CurrentActor(r), r.PathValue("key"))
	if err != nil {
		return err
	}
	if err = do(form, customer); err == nil {
		return o.Site.Redirect(w, r, deskBase(r), notice, "")
	}
	asked, ok := undone(o.Site.Page(r, "seats.title", "customers"), form, err)
	if !ok {
		return err
	}
	return o.showDesk(w, r, web.StatusOf(err), asked)
}

// deskAsk asks for a change in the name of the customer; with a reason also for one more than the year has.
func (o Options) deskAsk(w http.ResponseWriter, r *http.Request) error {
	return o.actDesk(w, r, "seats_asked", func(form web.Form, customer id.ID) error {
		system, err := formID(form, "system")
		if err != nil {
			return err
		}
		old, err := formID(form, "old")
		if err != nil {
			return err
		}
		it, err := item(form, system, old)
		if err != nil {
			return err
		}
		_, err = o.Liaisons.Request(r.Context(), web.CurrentActor(r), liaisons.Request{Customer: customer, Items: []liaisons.Item{it},
			Override: strings.TrimSpace(form.Value("override"))})
		return err
	})
}

func (o Options) deskWithdraw(w http.ResponseWriter, r *http.Request) error {
	return o.actDesk(w, r, "seats_withdrawn", func(_ web.Form, customer id.ID) error {
		change, err := pathID(r, "change")
		if err == nil {
			err = o.Liaisons.Withdraw(r.Context(), web.CurrentActor(r), customer, change)
		}
		return err
	})
}
