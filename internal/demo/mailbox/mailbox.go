// Package mailbox is the page on which the demo shows the mail that it would have sent. Nothing of it ever leaves the
// machine. It is mounted in the demo only.
package mailbox

import (
	"embed"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"liaison/internal/access"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/mailio"
	"liaison/internal/web"
)

//go:embed templates
var templates embed.FS

// shown is how many mails the list shows.
const shown = 200

// Options are what the section is made of.
type Options struct {
	Site *web.Site
	Box  *mailio.Mailbox
}

// ListPage is the list of mails, the newest first.
type ListPage struct {
	web.Page
	Mails     []Row
	Recipient string // only of this address; "" for all
}

// Row is one mail in the list.
type Row struct {
	ID, Recipient, Subject string
	At                     web.When
}

// MailPage is one mail.
type MailPage struct {
	web.Page
	Row
	Text    string
	Headers string
}

// Section gives the mailbox's pages.
func Section(o Options) (web.Section, error) {
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		return web.Section{}, err
	}
	route := func(pattern string, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: "GET", Pattern: pattern, Permission: access.MailboxRead,
			Tenant: access.TenantPublic, Restricted: access.RestrictedSame, Event: access.NoEvent}}
	}
	return web.Section{Name: "mailbox", Templates: files,
		Pages: []web.PageType{
			{File: "list.html", Zero: ListPage{}, Layout: web.CardLayout},
			{File: "mail.html", Zero: MailPage{}, Layout: web.CardLayout},
		},
		Routes: []web.Route{route("/demo/mail", o.list), route("/demo/mail/{id}", o.mail), route("/demo/mail/{id}/html", o.html),
			route("/demo/mail/{id}/raw", o.raw)},
	}, nil
}

func (o Options) list(w http.ResponseWriter, r *http.Request) error {
	recipient := r.URL.Query().Get("to")
	mails, err := o.Box.List(r.Context(), recipient, shown)
	if err != nil {
		return err
	}
	page := ListPage{Page: o.Site.Page(r, "mailbox.title", ""), Recipient: recipient}
	for _, m := range mails {
		page.Mails = append(page.Mails, row(page.Page, m))
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func row(p web.Page, m mailio.Kept) Row {
	return Row{ID: m.ID.String(), Recipient: m.Recipient, Subject: m.Subject, At: p.When(m.At)}
}

func (o Options) get(r *http.Request) (mailio.Kept, error) {
	mail, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return mailio.Kept{}, errs.Missing()
	}
	return o.Box.Get(r.Context(), mail)
}

func (o Options) mail(w http.ResponseWriter, r *http.Request) error {
	m, err := o.get(r)
	if err != nil {
		return err
	}
	page := MailPage{Page: o.Site.Page(r, "mailbox.title", ""), Text: m.Text, Headers: strings.ReplaceAll(m.Headers, "\r\n", "\n")}
	page.Row = row(page.Page, m)
	return o.Site.Render(w, r, http.StatusOK, page)
}

// html gives the mail as a mail program would show it, in a frame that may run and load nothing.
func (o Options) html(w http.ResponseWriter, r *http.Request) error {
	m, err := o.get(r)
	if err != nil {
		return err
	}
	web.SendHTML(w, m.HTML)
	return nil
}

// raw gives the mail as a file, to open and answer it with a mail program.
func (o Options) raw(w http.ResponseWriter, r *http.Request) error {
	m, err := o.get(r)
	if err != nil {
		return err
	}
	raw, err := m.Raw()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "message/rfc822")
	w.Header().Set("Content-Disposition", `attachment; filename="mail-`+m.ID.String()+`.eml"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	// An error means that the browser has gone: nobody is left to tell.
	_, _ = w.Write(raw) //nolint:gosec // a file to save, under nosniff: no browser renders it
	return nil
}
