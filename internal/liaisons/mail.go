package liaisons

import (
	"context"
	"errors"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// MailJob is the kind of job that sends one mail about liaisons.
const MailJob = "mail.liaison"

// The mails. They go to: the invited, the new liaison (alone, or in somebody's place), the one who was followed, the
// one whose designation ended, those who can name a successor, and every liaison for the review.
const (
	Invited   = "liaison_invited"
	Began     = "liaison_began"
	Succeeded = "liaison_succeeded"
	Replaced  = "liaison_replaced"
	Ended     = "liaison_ended"
	Departed  = "liaison_departed"
	Review    = "access_review"
)

// Mail is the argument of a MailJob: ids only, the texts are read when it is sent.
type Mail struct {
	Template string `json:"template"`
	Tenant   id.ID  `json:"tenant"`
	Person   id.ID  `json:"person,omitzero"` // zero: the invited address, which is nobody's yet
	System   id.ID  `json:"system,omitzero"`
	Other    id.ID  `json:"other,omitzero"` // whom it is about besides
	Item     id.ID  `json:"item,omitzero"`
	Event    id.ID  `json:"event"`
	Count    int    `json:"count,omitempty"` // of cases, or of people with access
	At       int64  `json:"at"`              // when it happened, UTC microseconds
}

// MailFacts is what a mail is made of at the moment it is sent.
type MailFacts struct {
	Name, Email, Language, Zone string // of the reader
	Customer, System, Other     string // names
	Restricted                  bool   // the customer has restricted data: a mail carries none of these names
	Until                       time.Time
	Days                        int    // working days after which staff look at the cases that were left
	Path                        string // of the page that it leads to
}

// MailFacts reads them. ok is false when the mail has no sense any more: an invitation that was answered or taken back,
// a person who is disabled or nothing to the customer, a designation that is not so any more, cases that have an owner.
func (s *Service) MailFacts(ctx context.Context, m Mail) (f MailFacts, ok bool, err error) {
	defer errs.Wrap(&err, "liaisons.MailFacts(%s)", m.Template)
	f.Path, f.Days = "/liaisons", s.Policy.Now().Liaisons.DepartedWorkingDays
	err = s.DB.View(ctx, db.ForSystem("liaisons.mail"), func(tx *db.Tx) error {
		if m.Template == Invited {
			return s.invitedFacts(tx, m, &f)
		}
		so, args := standing(m)
		return tx.Row(`SELECT p.name, p.email, p.language, p.zone FROM person p
			JOIN access_grant g ON g.tenant_id = $2 AND g.person_id = p.id AND g.ended_at IS NULL
			WHERE p.id = $1 AND p.disabled_at IS NULL`+so, append([]any{m.Person, m.Tenant}, args...), &f.Name, &f.Email, &f.Language, &f.Zone)
	})
	if err == nil {
		err = s.DB.View(ctx, db.ForSystem("liaisons.mail"), func(tx *db.Tx) error { return names(tx, m, &f) })
	}
	if errors.Is(err, db.ErrNoRows) {
		return f, false, nil
	}
	if m.Template == Ended || m.Template == Replaced {
		f.Path = "/"
	}
	return f, err == nil, err
}

// standing is the condition under which a mail still says what is so, with its arguments; $1 is the reader, $2 the customer.
func standing(m Mail) (so string, args []any) {
	const designated = `EXISTS (SELECT 1 FROM designation d WHERE d.tenant_id = $2 AND d.person_id = p.id AND d.ended_at IS NULL`
	switch m.Template {
	case Began, Succeeded:
		return ` AND ` + designated + ` AND d.system_id = $3)`, []any{m.System}
	case Ended, Replaced:
		return ` AND NOT ` + designated + ` AND d.system_id = $3)`, []any{m.System}
	case Departed:
		return ` AND (` + designated + `) OR EXISTS (SELECT 1 FROM customer_contact k
				WHERE k.tenant_id = $2 AND k.kind = 'contract' AND k.person_id = p.id AND k.ended_at IS NULL))
			AND EXISTS (SELECT 1 FROM support_case c WHERE c.tenant_id = $2 AND c.system_id = $3 AND c.liaison_id = $4
				AND c.owner_departed_at IS NOT NULL AND c.status <> 'closed')`, []any{m.System, m.Other}
	case Review:
		return ` AND g.role = 'liaison'`, nil
	}
	return "", nil
}

// invitedFacts: the reader may be nobody yet; then the mail is in the customer's language.
func (s *Service) invitedFacts(tx *db.Tx, m Mail, f *MailFacts) error {
	f.Path = InvitePath + s.token(m.Item)
	return tx.Row(`SELECT coalesce(p.name, i.new_name), coalesce(p.email, i.new_email), coalesce(p.language, c.language), coalesce(p.zone, 'UTC'), i.expires_at
		FROM liaison_change_item i JOIN customer c ON c.id = i.tenant_id LEFT JOIN person p ON p.id = i.new_person
		WHERE i.tenant_id = $1 AND i.id = $2 AND i.state = 'waiting' AND i.expires_at > $3 AND p.disabled_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM person v WHERE v.email_norm = i.new_email AND v.staff_role <> '')`,
		[]any{m.Tenant, m.Item, tx.Now()}, &f.Name, &f.Email, &f.Language, &f.Zone, db.Time(&f.Until))
}

func names(tx *db.Tx, m Mail, f *MailFacts) error {
	return tx.Row(`SELECT c.name, coalesce((SELECT s.name FROM system s WHERE s.tenant_id = c.id AND s.id = $2), ''),
		coalesce((SELECT p.name FROM person p WHERE p.id = $3), ''), c.restricted FROM customer c WHERE c.id = $1`,
		[]any{m.Tenant, m.System, m.Other}, &f.Customer, &f.System, &f.Other, &f.Restricted)
}
