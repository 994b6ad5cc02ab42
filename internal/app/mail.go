package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/mail"
	"net/url"
	"time"

	"liaison/internal/account"
	"liaison/internal/billing"
	"liaison/internal/cases"
	"liaison/internal/config"
	"liaison/internal/db"
	"liaison/internal/dispatch"
	"liaison/internal/edition"
	"liaison/internal/id"
	"liaison/internal/inbound"
	"liaison/internal/jobs"
	"liaison/internal/liaisons"
	"liaison/internal/mailio"
	"liaison/internal/mailmsg"
	"liaison/internal/outbound"
	"liaison/internal/sla"
	"liaison/internal/text"
)

// jobHandlers say who does each kind of job. They reach the slices when a job runs, which is after New.
func (a *App) jobHandlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{
		cases.MailJob: a.mailInTurn, account.ResetMailJob: a.sendReset, dispatch.DigestJob: a.sendDigest, inbound.AnswerJob: a.sendAnswer,
		liaisons.MailJob: a.sendLiaisonMail, billing.MailJob: a.sendBillingMail, edition.MailJob: a.sendEdition,
		cases.AlarmJob: a.raiseAlarm, alarmMailJob: a.sendAlarm, alarmHookJob: a.callHook,
	}
}

// relayed are the kinds of jobs that wait for the mail server: when it hangs, web hooks and alarms go on.
func relayed() []string {
	return []string{cases.MailJob, account.ResetMailJob, dispatch.DigestJob, inbound.AnswerJob, liaisons.MailJob, billing.MailJob, edition.MailJob}
}

// openMail makes the renderer and the ways out: a relay in production, the mailbox page in the demo, nothing where no
// relay is configured; and the web hook of alarms, never in the demo, which leaves nobody's machine.
func (a *App) openMail() (err error) {
	host, err := url.Parse(a.Settings.URL)
	if err != nil {
		return err
	}
	secret, err := a.Keys.Secret("mail")
	if err != nil {
		return err
	}
	a.Tokens = mailmsg.NewTokens(secret, host.Hostname())
	a.Mail, err = mailio.NewRenderer(a.Text, mailio.Options{Origin: a.Settings.URL, Tokens: a.Tokens, Inboxes: a.inboxOf()})
	if err != nil {
		return err
	}
	switch {
	case a.Demo:
		a.Sender = mailio.NewMailboxSender(a.DB, mail.Address{Name: a.Text.T(text.English, "app.name", nil), Address: "support@" + host.Hostname()})
		return nil
	case a.Settings.SMTP.Host != "":
		if a.Sender, err = relay(a.Settings); err != nil {
			return err
		}
	}
	if al := a.Settings.Alarm; al.Webhook != "" {
		client := outbound.NewClient(outbound.Options{Private: al.Private})
		a.Hook, err = outbound.NewHook(client, al.Webhook, string(al.Secret))
	}
	return err
}

// relay is the mail server of the settings.
func relay(set config.Settings) (mailio.Sender, error) {
	o, d := set.SMTP, set.DKIM
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, err
	}
	var signer *mailio.Signer
	if d.Domain != "" {
		if signer, err = mailio.NewSigner(d.Domain, d.Selector, string(d.Key)); err != nil {
			return nil, err
		}
	}
	return mailio.NewSMTPSender(mailio.SMTPOptions{Host: o.Host, Port: o.Port, Username: o.User, Password: string(o.Password),
		From: *from, Encryption: mailio.Encryption(o.StartTLS), Signer: signer})
}

// inLine is the queue as the cases see it: their mails to one person about one case leave one after the other.
type inLine struct{ a *App }

// Enqueue adds a job. Where no mail leaves, there is no line.
func (q inLine) Enqueue(tx *db.Tx, kind string, args any) error {
	if m, ok := args.(cases.Mail); ok && kind == cases.MailJob && q.a.Sender != nil {
		if err := dispatch.Line(tx, place(m), m); err != nil {
			return err
		}
	}
	return q.a.Jobs.Enqueue(tx, kind, args)
}

func place(m cases.Mail) dispatch.Place {
	return dispatch.Place{Case: m.Case, Person: m.Person, Event: m.Event, Template: m.Template}
}

// mailInTurn sends one mail about a case when those before it have left.
func (a *App) mailInTurn(ctx context.Context, args json.RawMessage) error {
	var m cases.Mail
	if err := json.Unmarshal(args, &m); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Sender == nil { // no mail leaves: there is no line, and nothing to read
		return nil
	}
	if first, err := a.Dispatch.Turn(ctx, place(m)); err != nil {
		return err
	} else if !first {
		return jobs.Later(dispatch.LookAgain)
	}
	failed := a.sendCaseMail(ctx, m)
	left := failed == nil || jobs.IsHopeless(failed)
	if err := a.Dispatch.Leave(context.WithoutCancel(ctx), place(m), cases.MailJob, left, !nobodyThere(failed)); err != nil && failed == nil {
		return err
	}
	return failed
}

// nobodyThere reports whether a try failed because a server could not be reached, which all mails have in common.
func nobodyThere(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, dispatch.ErrBusy)
}

// sendCaseMail sends one mail about a case, in words of the moment.
func (a *App) sendCaseMail(ctx context.Context, m cases.Mail) error {
	f, ok, err := a.Cases.MailFacts(ctx, m)
	if err != nil || !ok || a.Sender == nil {
		return err
	}
	out := a.caseMail(m, f)
	entry := a.entry(out)
	entry.Tenant, entry.Case, entry.Once = m.Tenant, m.Case, out.Kind == mailio.Warning || out.Kind == mailio.Breach
	now, err := a.Dispatch.Wanted(ctx, entry, m.Event)
	if err != nil || !now {
		return err
	}
	return a.post(ctx, entry, out)
}

func (a *App) caseMail(m cases.Mail, f cases.MailFacts) mailio.Mail {
	c := f.Case
	out := mailio.Mail{
		Kind: mailio.Kind(m.Template), Event: m.Event, At: time.UnixMicro(m.At).UTC(), To: recipient(m.Person, f.To), Path: "/cases/" + c.Number,
		Case: mailCase(c), Percent: m.Percent, Customer: c.CustomerName, Replying: f.Wrote,
	}
	switch m.Template {
	case "reminder": // the open question again
		out.Kind = mailio.Question
	case "warning", "breach":
		out.Path = "/desk/" + c.Number
		out.Promise = &mailio.Promise{Clock: mailio.Clock(m.Clock), Due: time.UnixMicro(m.Due).UTC()}
	case "acknowledgement":
		if c.Triage {
			out.Guess = &mailio.Guess{System: c.SystemName, Environment: c.Environment, Version: c.Release}
		}
	case "colleague_wrote": // the event is the mail that waits
		out.Path = "/held/" + m.Event.String()
	case "merged":
		out.Number = m.Number
	case "waived":
		out.Until = time.UnixMicro(m.Due).UTC()
	case "task", "task_late":
		out.Until = time.UnixMicro(m.Due).UTC()
	case "resolved":
		out.Closes = f.Closes
		if c.Remedy != nil {
			out.Body = c.Remedy.Text
		}
	}
	if out.Promise == nil {
		out.Promise = nextPromise(c)
	}
	if f.Message != nil {
		out.Body = f.Message.Text
		if m.Template != "task_late" { // that happened later than what it quotes
			out.At = f.Message.At
		}
		out.Author, out.Plain = &mailio.Author{Name: f.Message.Author.Name, Role: f.Role}, f.Message.Channel == cases.ChannelEmail
	}
	return out
}

func mailCase(c *cases.Case) *mailio.Case {
	m := &mailio.Case{ID: c.ID, Number: c.Number, Subject: c.Subject, Priority: c.Priority, Status: string(c.Status), Centre: c.Centre, Restricted: c.Restricted}
	if c.Assignee != nil {
		m.Assignee = c.Assignee.Name
	}
	return m
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
	out := mailio.Mail{Kind: mailio.PasswordReset, Event: m.Reset, At: a.Clock.Now(), Path: link.RequestURI(), Until: to.Until,
		To: recipient(m.Person, cases.Recipient{Name: to.Name, Email: to.Email, Language: to.Language, Zone: to.Zone})}
	return a.post(ctx, a.entry(out), out)
}

// sendEdition tells a liaison from when another edition of the policy holds.
func (a *App) sendEdition(ctx context.Context, args json.RawMessage) error {
	var m edition.Mail
	if err := json.Unmarshal(args, &m); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Sender == nil {
		return nil
	}
	r, ok, err := a.Dispatch.LiaisonOf(ctx, m.Person)
	if err != nil || !ok {
		return err
	}
	kind := mailio.PolicyEdition
	switch {
	case m.Withdrawn:
		kind = mailio.PolicyWithdrawn
	case a.Editions.Book().IsWithdrawn(m.Edition): // between the announcement and this try
		return nil
	}
	out := mailio.Mail{Kind: kind, Event: m.Event, At: time.UnixMicro(m.At).UTC(), Until: time.UnixMicro(m.From).UTC(),
		Edition: m.Edition, Path: "/policy", To: recipient(m.Person, cases.Recipient(r))}
	return a.post(ctx, a.entry(out), out)
}

// entry is the mail's place in the book of what left.
func (a *App) entry(m mailio.Mail) dispatch.Mail {
	e := dispatch.Mail{MessageID: a.Mail.MessageID(m), Person: m.To.Person, Kind: string(m.Kind), Number: m.Number}
	if m.Case != nil {
		e.Number = m.Case.Number
	}
	return e
}

// post writes a mail and hands it to the way out, once. What the server refuses for good is not tried again; a mail
// that cannot be written stays among the failed jobs.
func (a *App) post(ctx context.Context, entry dispatch.Mail, m mailio.Mail) error {
	msg, err := a.Mail.Render(m)
	if err != nil {
		return jobs.Hopeless(err)
	}
	var failed error
	again, err := a.Dispatch.Deliver(ctx, entry, func(ctx context.Context, hand func(context.Context) error) dispatch.Outcome {
		failed = a.Sender.Send(ctx, msg, hand)
		return outcome(failed)
	})
	switch {
	case err != nil:
		return err
	case again:
		return failed
	case failed != nil:
		return jobs.Hopeless(failed)
	}
	return nil
}

// outcome is what an error of a sender means for the book.
func outcome(err error) dispatch.Outcome {
	switch {
	case err == nil:
		return dispatch.Outcome{State: dispatch.Sent}
	case errors.Is(err, mailio.ErrRefused):
		return dispatch.Outcome{State: dispatch.Refused, Why: mailio.Reason(err)}
	case errors.Is(err, mailio.ErrUnknown):
		return dispatch.Outcome{State: dispatch.Unknown, Why: mailio.Reason(err)}
	case errors.Is(err, dispatch.ErrBusy):
		return dispatch.Outcome{State: dispatch.Waiting, Why: "busy"}
	}
	return dispatch.Outcome{State: dispatch.Waiting, Why: mailio.Reason(err)}
}
