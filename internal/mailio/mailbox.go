package mailio

import (
	"context"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Sender hands a message to whoever delivers it. A call may be repeated for the same message.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// MailboxSender keeps mails in the demo's own mailbox instead of sending them.
type MailboxSender struct{ d *db.DB }

// NewMailboxSender makes the demo's sender.
func NewMailboxSender(d *db.DB) *MailboxSender { return &MailboxSender{d} }

// Send stores m. The same message is stored once.
func (s *MailboxSender) Send(ctx context.Context, m Message) (err error) {
	defer errs.Wrap(&err, "MailboxSender.Send(%s)", m.MessageID)
	return s.d.Update(ctx, db.ForSystem("demo mailbox"), func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO demo_mail (id, message_id, recipient, subject, text_body, html_body, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (message_id) DO NOTHING`,
			id.New(), m.MessageID, m.To.Address, m.Subject, m.Text, m.HTML, m.At)
	})
}
