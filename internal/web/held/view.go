package held

import (
	"net/http"
	"net/url"

	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/inbound"
	"liaison/internal/web"
)

// Row is a held mail in a list.
type Row struct {
	Href, Subject, From, Name, Why, Customer, Centre string
	Files                                            int
	At                                               web.When
}

// Mail is a held mail, whole.
type Mail struct {
	Row
	ID         string
	Action     string // address that the forms' own words are appended to
	Inbox      string
	Verified   bool // the sender's domain stands for it
	Number     string
	CaseHref   string
	Attached   []File
	Restricted bool
	Text       string
	Raw        string // address of the original; "" = none is kept
	Decided    string // what became of it; "" while it waits
}

// File is a file of a held mail. Its bytes become one of the case's files when the mail gets there.
type File struct{ Name, Size string }

// Option is one choice of a select.
type Option struct {
	Value, Text string
	Selected    bool
}

// Decision is what a page about one mail shows beside it: what was typed, and why it was not done.
type Decision struct {
	Form    web.Form
	Problem *web.Notice
	Refusal *web.Refusal
}

func (o Options) row(p web.Page, m *inbound.HeldMail, base string) Row {
	row := Row{Href: base + m.ID.String(), Subject: m.Subject, From: m.Sender, Name: m.SenderName, Customer: m.CustomerName, Files: len(m.Files),
		Why: p.T("held.reason." + m.Reason), At: p.When(m.ReceivedAt)}
	if row.Subject == "" {
		row.Subject = p.T("held.no_subject")
	}
	if row.From == "" {
		row.From = p.T("held.no_from")
	}
	if c, ok := o.Policy.Now().Centre(m.Centre); ok {
		row.Centre = c.Names.In(string(p.Lang))
	}
	return row
}

func (o Options) whole(p web.Page, m *inbound.HeldMail, base, cases string) Mail {
	v := Mail{Row: o.row(p, m, base), ID: m.ID.String(), Action: base + m.ID.String() + "/", Inbox: m.Inbox, Verified: m.Authenticated,
		Number: m.CaseNumber, Restricted: m.Restricted, Text: m.Body}
	if m.CaseNumber != "" {
		v.CaseHref = cases + m.CaseNumber
	}
	switch {
	case m.Unkept():
		v.Decided = p.T("held.no_original")
	case !m.Waits():
		v.Decided = p.T("held.state." + string(m.State))
	}
	for _, f := range m.Files {
		size := p.Size(f.Size)
		switch {
		case f.Left && f.Size == 0: // nobody counted what was left out
			size = p.T("held.file_left_unknown")
		case f.Left:
			size = p.T("held.file_left", "size", size)
		}
		v.Attached = append(v.Attached, File{f.Name, size})
	}
	return v
}

// mailID is the mail in the address; what is no id is as missing as what never was.
func mailID(r *http.Request) (id.ID, error) {
	mail, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return mail, errs.Missing()
	}
	return mail, nil
}

// showIgnored is the part of an address that asks for what machines wrote.
const showIgnored = "ignored"

// rows reads a page of the list. more is the address of the next one.
func (o Options) rows(r *http.Request, p web.Page, base, list string) (rows []Row, more string, err error) {
	ignored := r.URL.Query().Get("show") == showIgnored
	found, err := o.Inbound.Held(r.Context(), web.CurrentActor(r), inbound.HeldQuery{Cursor: r.URL.Query().Get("cursor"), Ignored: ignored})
	if err != nil {
		return nil, "", err
	}
	for i := range found.Items {
		rows = append(rows, o.row(p, &found.Items[i], base))
	}
	if found.Next != "" {
		next := url.Values{"cursor": {found.Next}}
		if ignored {
			next.Set("show", showIgnored)
		}
		more = list + "?" + next.Encode()
	}
	return rows, more, nil
}

// undecided is what the page shows after a decision that was not carried out; ok is false for errors that are no answer
// to the person.
func undecided(p web.Page, typed web.Form, err error) (d Decision, ok bool) {
	d.Form = typed
	if form, ok := p.Explain(typed, err); ok {
		d.Form = form
		return d, true
	}
	if e := errs.As(err); e.Decision != nil {
		refusal := p.Refused(*e.Decision)
		d.Refusal = &refusal
		return d, true
	}
	n, ok := p.Refusal(err)
	d.Problem = &n
	return d, ok
}
