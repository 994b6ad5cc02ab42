package cases

import (
	"context"
	"errors"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Recipient is who a mail goes to, as they are at the moment it is sent.
type Recipient struct {
	Name, Email, Language, Zone string
}

// MailFacts is what a mail about a case is made of.
type MailFacts struct {
	To      Recipient
	Case    *Case
	Message *Message // nil where the event is not a message
	Wrote   string   // Message-ID of the customer's last message, if it came by mail; else ""
}

// MailFacts reads what a mail is to say when it is sent, not when it was enqueued. ok is false when the person may not
// get it any more: disabled, or no liaison of the case's system since.
func (s *Service) MailFacts(ctx context.Context, m Mail) (f MailFacts, ok bool, err error) {
	defer errs.Wrap(&err, "cases.MailFacts(%s)", m.Template)
	err = s.DB.View(ctx, db.ForSystem("cases.mail"), func(tx *db.Tx) error {
		err := tx.Row(`SELECT p.name, p.email, p.language, p.zone FROM person p
			WHERE p.id = $1 AND p.disabled_at IS NULL AND (p.staff_role <> '' OR EXISTS (
				SELECT 1 FROM access_grant g JOIN designation d ON d.tenant_id = g.tenant_id AND d.person_id = g.person_id
				JOIN support_case c ON c.tenant_id = d.tenant_id AND c.system_id = d.system_id
				WHERE g.tenant_id = $2 AND g.person_id = p.id AND g.role = 'liaison' AND g.ended_at IS NULL AND d.ended_at IS NULL AND c.id = $3))`,
			[]any{m.Person, m.Tenant, m.Case}, &f.To.Name, &f.To.Email, &f.To.Language, &f.To.Zone)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		if f.Case, err = loadByID(tx, m.Tenant, m.Case); err != nil {
			return err
		}
		if _, err = s.recompute(f.Case, tx.Now()); err != nil {
			return err
		}
		if f.Wrote, err = lastByMail(tx, m.Tenant, m.Case); err != nil {
			return err
		}
		messages, err := messagesOf(tx, m.Tenant, m.Case, false, []id.ID{m.Event})
		if err != nil {
			return err
		}
		f.Message = messages[m.Event]
		return nameAuthor(tx, f.Message)
	})
	return f, ok, err
}

// lastByMail is the Message-ID of what the customer wrote last, if that was a mail: an answer, or the case itself.
func lastByMail(tx *db.Tx, tenant, of id.ID) (messageID string, err error) {
	var last id.ID
	var channel string
	err = tx.Row(`SELECT id, channel FROM message WHERE tenant_id = $1 AND case_id = $2 AND author_side = 'customer'
		ORDER BY at DESC, id DESC LIMIT 1`, []any{tenant, of}, &last, &channel)
	if err != nil && !errors.Is(err, db.ErrNoRows) || err == nil && channel != ChannelEmail {
		return "", err
	}
	err = tx.Row(`SELECT header_id FROM inbound_mail WHERE message_id = $1`, []any{last}, &messageID)
	if errors.Is(err, db.ErrNoRows) {
		err = tx.Row(`SELECT header_id FROM inbound_mail WHERE case_id = $1 ORDER BY received_at LIMIT 1`, []any{of}, &messageID)
	}
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return messageID, err
}

// AlarmCase reads the case that an alarm is about.
func (s *Service) AlarmCase(ctx context.Context, al Alarm) (c *Case, err error) {
	defer errs.Wrap(&err, "cases.AlarmCase(%s)", al.Kind)
	err = s.DB.View(ctx, db.ForSystem("cases.mail"), func(tx *db.Tx) error {
		if c, err = loadByID(tx, al.Tenant, al.Case); err != nil {
			return err
		}
		_, err = s.recompute(c, tx.Now())
		return err
	})
	return c, err
}

func nameAuthor(tx *db.Tx, m *Message) error {
	if m == nil || m.Author.ID.IsZero() {
		return nil
	}
	people := map[id.ID]string{m.Author.ID: ""}
	err := names(tx, people)
	m.Author.Name = people[m.Author.ID]
	return err
}
