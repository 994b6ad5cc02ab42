package desk

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// Composer is the form of an answer or a note.
type Composer struct {
	Form     web.Form
	Note     bool // a note is chosen
	MayReply bool
	MayFiles bool // never for restricted customers
	Then     []Option
	Remedies []Option
	Files    []string // ids of files that came with a form that was not sent
	Saved    string   // when the draft was kept, "" for none
	Zone     string
	Seen     int64
}

// composer is the form with what was typed, else with the draft.
func (d *desk) composer(r *http.Request, p web.Page, c *cases.Case, typed web.Form, seen int64) (v Composer, err error) {
	actor := web.CurrentActor(r)
	v = Composer{Form: typed, Seen: seen, MayReply: access.Allows(actor, access.CaseReply), MayFiles: !c.Restricted}
	if p.Format.Zone != nil {
		v.Zone = p.Format.Zone.String()
	}
	if !access.Allows(actor, access.CaseNote) {
		return v, nil
	}
	if typed.Value("sent") == "" {
		kept, ok, err := d.Cases.LoadDraft(r.Context(), actor, draftName(c.Number))
		if err != nil {
			return v, err
		}
		if ok {
			v.Form = web.NewForm(pairs(kept.Values)...)
			v.Saved = p.T("word.saved_at", "time", p.Clock(kept.SavedAt))
		}
	}
	v.Note = v.Form.Value("visibility") == "note" || !v.MayReply
	v.Files = v.Form.Values("attachment")
	then := v.Form.Value("then")
	v.Then = []Option{{Text: p.T("desk.then.same"), Selected: then == ""}}
	for _, s := range []cases.Status{cases.WaitingCustomer, cases.WaitingThirdParty, cases.Development, cases.Resolved, cases.Open} {
		if _, ok := cases.Transition(c.Status, s, cases.StaffSide); ok || s == cases.WaitingCustomer && c.Status == s {
			v.Then = append(v.Then, Option{Value: string(s), Text: p.T("desk.then." + string(s)), Selected: then == string(s)})
		}
	}
	v.Remedies = remedies(p, v.Form.Value("remedy"))
	return v, nil
}

func pairs(values map[string][]string) (kv []string) {
	for name, list := range values {
		for _, v := range list {
			kv = append(kv, name, v)
		}
	}
	return kv
}

func draftName(number string) string { return cases.DraftAtDesk(number) }

// draft keeps what is typed on a case.
func (d *desk) draft(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	values := map[string][]string{}
	for _, name := range []string{"text", "visibility", "then", "reason", "remedy", "attachment"} {
		if v := form.Values(name); len(v) > 0 {
			values[name] = v
		}
	}
	if _, err := d.Cases.Get(r.Context(), web.CurrentActor(r), r.PathValue("number")); err != nil {
		return err
	}
	if _, err := d.Cases.SaveDraft(r.Context(), web.CurrentActor(r), draftName(r.PathValue("number")), values); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// message sends an answer or keeps a note. Files stream to the store as they arrive.
func (d *desk) message(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, number := r.Context(), web.CurrentActor(r), r.PathValue("number")
	var uploaded []string
	form, err := web.ReadFiles(r, func(name string, body io.Reader) error {
		f, err := d.Cases.UploadTo(ctx, actor, number, cases.NewFile{Name: name, Body: body})
		if err == nil {
			uploaded = append(uploaded, f.ID.String())
		}
		return err
	})
	typed := kept(form, uploaded)
	if err != nil {
		return d.notSent(w, r, typed, err)
	}
	newer, err := d.newerThan(r, number, typed.Value("seen"))
	if err != nil {
		return err
	}
	if newer > 0 {
		p := d.Site.Page(r, "nav.queue", "queue")
		n := web.Notice{Tone: "warn", Title: p.T("desk.newer", "count", newer), Text: p.T("desk.newer.text")}
		return d.show(w, r, http.StatusConflict, asked{composer: typed, problem: &n})
	}
	in, err := newMessage(typed)
	if err == nil {
		in.Draft = draftName(number)
		_, err = d.Cases.PostMessage(ctx, actor, number, in)
	}
	if err != nil {
		return d.notSent(w, r, typed, err)
	}
	notice := "desk_sent"
	if in.Internal {
		notice = "desk_noted"
	}
	return d.Site.Redirect(w, r, "/desk/"+number+listQuery(r), notice, "")
}

// kept is the form as it is shown again: with the files that have arrived, and marked so that no draft replaces it.
func kept(form web.Form, uploaded []string) web.Form {
	kv := []string{"sent", "1"}
	for _, name := range []string{"text", "visibility", "then", "reason", "remedy", "seen"} {
		kv = append(kv, name, form.Value(name))
	}
	for _, f := range slices.Concat(form.Values("attachment"), uploaded) {
		kv = append(kv, "attachment", f)
	}
	return web.NewForm(kv...)
}

// notSent shows the case again with the typed text and with why it was not sent.
func (d *desk) notSent(w http.ResponseWriter, r *http.Request, typed web.Form, err error) error {
	p := d.Site.Page(r, "nav.queue", "queue")
	if with, ok := p.Explain(typed, err); ok {
		typed = with
	}
	n, ok := p.Refusal(err)
	if !ok {
		return err
	}
	return d.show(w, r, web.StatusOf(err), asked{composer: typed, problem: &n})
}

// newMessage reads the form.
func newMessage(form web.Form) (in cases.NewMessage, err error) {
	in = cases.NewMessage{Text: form.Value("text"), Internal: form.Value("visibility") == "note"}
	for _, v := range form.Values("attachment") {
		file, err := id.Parse(v)
		if err != nil {
			return in, errs.BadFields(errs.BadField("attachments", "case.unknown_attachment"))
		}
		in.Attachments = append(in.Attachments, file)
	}
	if in.Internal {
		return in, nil
	}
	then, ok := cases.ParseStatus(form.Value("then"))
	if !ok {
		return in, nil
	}
	if then == cases.WaitingCustomer {
		in.Question = true
		return in, nil
	}
	in.ThenStatus = then
	reason := strings.TrimSpace(form.Value("reason"))
	if then != cases.Resolved {
		in.Reason = reason
		return in, nil
	}
	if reason == "" {
		reason = strings.TrimSpace(in.Text)
	}
	in.Remedy = &cases.Remedy{Kind: form.Value("remedy"), Text: reason}
	return in, nil
}

// newerThan counts what others wrote on a case since the line that the form has seen.
func (d *desk) newerThan(r *http.Request, number, seen string) (newer int, err error) {
	at, err := strconv.ParseInt(seen, 10, 64)
	if err != nil {
		return 0, nil //nolint:nilerr // a form without it asks for no check
	}
	actor := web.CurrentActor(r)
	line, _, err := d.history(r.Context(), actor, number)
	for _, it := range line {
		if it.Seq > at && said(it.Kind) && it.Actor.ID != actor.Person {
			newer++
		}
	}
	return newer, err
}
