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
	Role    string   // of the message's author, when they are staff; else ""
	Closes  int      // working days after which a resolved case closes by itself
	Wrote   string   // Message-ID of the customer's last message, if it came by mail; else ""
}

// MailFacts reads what a mail is to say when it is sent, not when it was enqueued. ok is false when the person may not
// get it any more (mayGet), or when it would say what is not so any more (stands).
func (s *Service) MailFacts(ctx context.Context, m Mail) (f MailFacts, ok bool, err error) {
	defer errs.Wrap(&err, "cases.MailFacts(%s)", m.Template)
	err = s.DB.View(ctx, db.ForSystem("cases.mail"), func(tx *db.Tx) error {
		if ok, err = mayGet(tx, m.Tenant, m.Case, m.Person, &f.To); err != nil || !ok {
			return err
		}
		if f.Case, err = loadByID(tx, m.Tenant, m.Case); err != nil {
			return err
		}
		f.Closes = s.Policy.At(tx.Now()).ConfirmWorkingDays
		if err = s.recompute(f.Case, tx.Now()); err != nil {
			return err
		}
		if ok = stands(f.Case, m); !ok {
			return nil
		}
		if f.Wrote, err = lastByMail(tx, m.Tenant, m.Case); err != nil {
			return err
		}
		if !m.Task.IsZero() {
			if f.Message, ok, err = taskForMail(tx, m.Tenant, m.Task); err != nil {
				return err
			}
			return f.nameAuthor(tx)
		}
		messages, err := messagesOf(tx, m.Tenant, m.Case, false, []id.ID{m.Event})
		if err != nil {
			return err
		}
		f.Message = messages[m.Event]
		return f.nameAuthor(tx)
	})
	return f, ok, err
}

// taskForMail is what a task asks, as the message that it was; open is false for a task that has ended: nobody is asked
// for it any more. The case that it is on now may be another one than the mail's.
func taskForMail(tx *db.Tx, tenant, task id.ID) (m *Message, open bool, err error) {
	m = &Message{Side: StaffSide}
	var state string
	err = tx.Row(`SELECT m.id, m.author_id, m.body, m.channel, m.language, m.at, t.state FROM customer_task t
		JOIN message m ON m.tenant_id = t.tenant_id AND m.id = t.message_id
		WHERE t.tenant_id = $1 AND t.id = $2`, []any{tenant, task}, &m.ID, &m.Author.ID, &m.Text, &m.Channel, &m.Language, db.Time(&m.At), &state)
	return m, err == nil && state == string(TaskOpen), err
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

// AlarmCase reads the case that an alarm is about. stands is false when nothing of it is left to be done: the case was
// answered, is resolved, or is not urgent any more.
func (s *Service) AlarmCase(ctx context.Context, al Alarm) (c *Case, stands bool, err error) {
	defer errs.Wrap(&err, "cases.AlarmCase(%s)", al.Kind)
	err = s.DB.View(ctx, db.ForSystem("cases.mail"), func(tx *db.Tx) error {
		if c, err = loadByID(tx, al.Tenant, al.Case); err != nil {
			return err
		}
		return s.recompute(c, tx.Now())
	})
	if err != nil {
		return nil, false, err
	}
	if al.Kind == Urgent {
		return c, active(c.Status) && c.MergedInto.IsZero() && c.Priority == 1, nil
	}
	return c, owed(c, al.Clock, al.At), nil
}

// nameAuthor says who wrote the message, and of staff as what (the design of mails).
func (f *MailFacts) nameAuthor(tx *db.Tx) error {
	if f.Message == nil || f.Message.Author.ID.IsZero() {
		return nil
	}
	err := tx.Row(`SELECT name, staff_role FROM person WHERE id = $1`, []any{f.Message.Author.ID}, &f.Message.Author.Name, &f.Role)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	return err
}
