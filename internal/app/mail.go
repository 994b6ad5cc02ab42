package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/mail"
	"net/url"
	"time"

	"liaison/internal/account"
	"liaison/internal/cases"
	"liaison/internal/config"
	"liaison/internal/id"
	"liaison/internal/jobs"
	"liaison/internal/mailio"
	"liaison/internal/sla"
	"liaison/internal/text"
)

// jobHandlers say who does each kind of job. They reach the slices when a job runs, which is after New.
func (a *App) jobHandlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{cases.MailJob: a.sendCaseMail, account.ResetMailJob: a.sendReset}
}

// openMail makes the renderer and the way out: a relay in production, the mailbox page in the demo, nothing where no
// relay is configured.
func (a *App) openMail() (err error) {
	host, err := url.Parse(a.Settings.URL)
	if err != nil {
		return err
	}
	secret, err := a.Keys.Secret("mail")
	if err != nil {
		return err
	}
	a.Mail, err = mailio.NewRenderer(a.Text, mailio.Options{Origin: a.Settings.URL, Domain: host.Hostname(), Secret: secret})
	if err != nil {
		return err
	}
	switch {
	case a.Demo:
		a.Sender = mailio.NewMailboxSender(a.DB)
	case a.Settings.SMTP.Host != "":
		a.Sender, err = relay(a.Settings.SMTP)
	}
	return err
}

// relay is the mail server of the settings.
func relay(o config.SMTP) (mailio.Sender, error) {
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, err
	}
	return mailio.NewSMTPSender(mailio.SMTPOptions{Host: o.Host, Port: o.Port, Username: o.User, Password: string(o.Password),
		From: *from, NoTLS: o.StartTLS == config.TLSOff})
}

// sendCaseMail sends one mail about a case, in words of the moment.
func (a *App) sendCaseMail(ctx context.Context, args json.RawMessage) error {
	var m cases.Mail
	if err := json.Unmarshal(args, &m); err != nil {
		return jobs.Hopeless(err)
	}
	f, ok, err := a.Cases.MailFacts(ctx, m)
	if err != nil || !ok || a.Sender == nil {
		return err
	}
	msg, err := a.Mail.Render(a.caseMail(m, f))
	if err != nil {
		return jobs.Hopeless(err)
	}
	return a.send(ctx, msg)
}

func (a *App) caseMail(m cases.Mail, f cases.MailFacts) mailio.Mail {
	c := f.Case
	out := mailio.Mail{
		Kind: mailio.Kind(m.Template), Event: m.Event, At: time.UnixMicro(m.At).UTC(), To: recipient(m.Person, f.To), Path: "/cases/" + c.Number,
		Case:     &mailio.Case{ID: c.ID, Number: c.Number, Subject: c.Subject, Priority: c.Priority, Status: string(c.Status)},
		Percent:  m.Percent,
		Customer: c.CustomerName,
	}
	switch m.Template {
	case "reminder": // the open question again
		out.Kind = mailio.Question
	case "warning", "breach":
		out.Path = "/desk/" + c.Number
		out.Promise = &mailio.Promise{Clock: mailio.Clock(m.Clock), Due: time.UnixMicro(m.Due).UTC()}
	case "resolved":
		if c.Remedy != nil {
			out.Body = c.Remedy.Text
		}
	}
	if c.Assignee != nil {
		out.Case.Assignee = c.Assignee.Name
	}
	if out.Promise == nil {
		out.Promise = nextPromise(c)
	}
	if f.Message != nil {
		out.Body, out.At = f.Message.Text, f.Message.At
		out.Author = &mailio.Author{Name: f.Message.Author.Name}
	}
	return out
}

// nextPromise is the clock that is due next.
func nextPromise(c *cases.Case) *mailio.Promise {
	for _, k := range c.Clocks {
		if k.State == sla.Running && !k.DueAt.IsZero() {
			return &mailio.Promise{Clock: mailio.Clock(k.Deadline), Due: k.DueAt}
		}
	}
	return nil
}

func recipient(person id.ID, r cases.Recipient) mailio.Recipient {
	lang, _ := text.ParseLang(r.Language)
	zone, err := time.LoadLocation(r.Zone)
	if err != nil { // checked when it was set; the zone may have gone from the zone data since
		zone = time.UTC
	}
	return mailio.Recipient{Person: person, Name: r.Name, Email: r.Email, Lang: lang, Zone: zone}
}

// sendReset mails the link to set a new password.
func (a *App) sendReset(ctx context.Context, args json.RawMessage) error {
	var m account.ResetMail
	if err := json.Unmarshal(args, &m); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Sender == nil {
		return nil
	}
	to, ok, err := a.Accounts.ResetRecipient(ctx, m)
	if err != nil || !ok {
		return err
	}
	link, err := url.Parse(a.Accounts.ResetLink(m.Reset))
	if err != nil {
		return jobs.Hopeless(err)
	}
	msg, err := a.Mail.Render(mailio.Mail{Kind: mailio.PasswordReset, Event: m.Reset, At: a.Clock.Now(), Path: link.RequestURI(), Until: to.Until,
		To: recipient(m.Person, cases.Recipient{Name: to.Name, Email: to.Email, Language: to.Language, Zone: to.Zone})})
	if err != nil {
		return jobs.Hopeless(err)
	}
	return a.send(ctx, msg)
}

// send hands a mail to the way out. What the server refuses for good is not tried again: it stays among the failed jobs.
func (a *App) send(ctx context.Context, msg mailio.Message) error {
	err := a.Sender.Send(ctx, msg)
	if errors.Is(err, mailio.ErrRefused) {
		return jobs.Hopeless(err)
	}
	return err
}
