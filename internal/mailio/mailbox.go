package mailio

import (
	"context"
	netmail "net/mail"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Sender hands a message to whoever delivers it. hand is called right before the text leaves; its error ends the try.
// A call may be repeated for the same message.
type Sender interface {
	Send(ctx context.Context, m Message, hand func(context.Context) error) error
}

// MailboxSender keeps mails in the demo's own mailbox instead of sending them.
type MailboxSender struct {
	d    *db.DB
	from netmail.Address
}

// NewMailboxSender makes the demo's sender.
func NewMailboxSender(d *db.DB, from netmail.Address) *MailboxSender { return &MailboxSender{d, from} }

// Send stores m with its headers as a relay would get them. The same message is stored once.
func (s *MailboxSender) Send(ctx context.Context, m Message, hand func(context.Context) error) (err error) {
	defer errs.Wrap(&err, "MailboxSender.Send(%s)", m.MessageID)
	raw, err := compose(m, s.from)
	if err != nil {
		return err
	}
	if err := hand(ctx); err != nil {
		return err
	}
	headers, _ := split(raw)
	return s.d.Update(ctx, db.ForSystem("demo mailbox"), func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO demo_mail (id, message_id, recipient, subject, text_body, html_body, at, headers)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (message_id) DO NOTHING`,
			id.New(), m.MessageID, m.To.Address, m.Subject, m.Text, m.HTML, m.At, "Return-Path: <"+m.Return+">\r\n"+string(headers))
	})
}
