package mailio

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Kept is a mail in the demo's mailbox.
type Kept struct {
	ID        id.ID
	Recipient string
	Subject   string
	MessageID string // with Get only, as all that follows but At
	Text      string
	HTML      string
	Headers   string
	At        time.Time
}

// Mailbox reads the demo's mailbox.
type Mailbox struct{ d *db.DB }

// NewMailbox opens the demo's mailbox for reading.
func NewMailbox(d *db.DB) *Mailbox { return &Mailbox{d} }

// List gives the newest mails, of one recipient's address unless that is "".
func (b *Mailbox) List(ctx context.Context, recipient string, limit int) (list []Kept, err error) {
	defer errs.Wrap(&err, "Mailbox.List")
	q, args := `SELECT id, recipient, subject, at FROM demo_mail`, []any{limit}
	if recipient != "" {
		q, args = q+` WHERE recipient = $2`, append(args, recipient)
	}
	err = b.d.View(ctx, db.ForSystem("demo mailbox"), func(tx *db.Tx) error {
		list = []Kept{}
		return tx.Query(q+` ORDER BY at DESC, id DESC LIMIT $1`, args, func(scan func(...any) error) error {
			var k Kept
			err := scan(&k.ID, &k.Recipient, &k.Subject, db.Time(&k.At))
			list = append(list, k)
			return err
		})
	})
	return list, err
}

// Get gives one whole mail.
func (b *Mailbox) Get(ctx context.Context, mail id.ID) (k Kept, err error) {
	defer errs.Wrap(&err, "Mailbox.Get(%s)", mail)
	err = b.d.View(ctx, db.ForSystem("demo mailbox"), func(tx *db.Tx) error {
		return tx.Row(`SELECT id, recipient, subject, message_id, text_body, html_body, headers, at FROM demo_mail WHERE id = $1`, []any{mail},
			&k.ID, &k.Recipient, &k.Subject, &k.MessageID, &k.Text, &k.HTML, &k.Headers, db.Time(&k.At))
	})
	if errors.Is(err, db.ErrNoRows) {
		err = errs.Missing()
	}
	return k, err
}

// Raw is the whole mail as it would have travelled.
func (k Kept) Raw() (raw []byte, err error) {
	defer errs.Wrap(&err, "Kept.Raw(%s)", k.ID)
	var b bytes.Buffer
	if _, err := body(Message{MessageID: k.MessageID, Text: k.Text, HTML: k.HTML}).WriteTo(&b); err != nil {
		return nil, err
	}
	_, parts := split(b.Bytes())
	return slices.Concat([]byte(k.Headers), []byte("\r\n\r\n"), parts), nil
}
