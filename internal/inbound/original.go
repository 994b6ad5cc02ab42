package inbound

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// KeptMail is a mail that became a case or a message of one, as it is listed for those who may have its bytes.
type KeptMail struct {
	ID         id.ID
	ReceivedAt time.Time
	Sender     string // addr-spec
	Subject    string
	State      State
	Size       int64 // bytes of the original
	sealed     id.ID
}

// keptOf is the condition on a mail m that its original is kept and that it became case $2 of customer $1 or a message of it.
const keptOf = ` WHERE m.sealed_id IS NOT NULL AND NOT m.restricted AND (m.case_id = $2
	OR m.message_id IN (SELECT x.id FROM message x WHERE x.tenant_id = $1 AND x.case_id = $2))`

// Originals lists the mails of a case whose original bytes are kept, the oldest first. Of a customer that is restricted
// now there is none, whatever was kept before (R7).
func (s *Service) Originals(ctx context.Context, a access.Actor, number string) (list []KeptMail, err error) {
	defer errs.Wrap(&err, "inbound.Originals")
	if err := s.Cases.Permit(a, access.MailOriginal); err != nil {
		return nil, err
	}
	c, err := s.Cases.Get(ctx, a, number)
	if err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a, "list original mails"), func(tx *db.Tx) error {
		list, err = kept(tx, c.Tenant, c.ID)
		return err
	})
	return list, err
}

func kept(tx *db.Tx, customer, of id.ID) (list []KeptMail, err error) {
	list = []KeptMail{}
	var restricted bool
	err = tx.Row(`SELECT restricted FROM customer WHERE id = $1`, []any{customer}, &restricted)
	if err != nil || restricted {
		return list, err
	}
	err = tx.Query(`SELECT m.id, m.received_at, m.sender, m.subject, m.state, m.size, m.sealed_id FROM inbound_mail m`+keptOf+
		` ORDER BY m.received_at, m.id`, []any{customer, of}, func(scan func(...any) error) error {
		var m KeptMail
		err := scan(&m.ID, db.Time(&m.ReceivedAt), &m.Sender, &m.Subject, (*string)(&m.State), &m.Size, &m.sealed)
		list = append(list, m)
		return err
	})
	return list, err
}

// FetchOriginal gives the bytes of a mail of a case as they came: its headers say which machines it went through and who
// got it besides. It is recorded who fetched it, before it is given out.
func (s *Service) FetchOriginal(ctx context.Context, a access.Actor, number string, mail id.ID) (raw []byte, err error) {
	defer errs.Wrap(&err, "inbound.FetchOriginal")
	if err := s.Cases.Permit(a, access.MailOriginal); err != nil {
		return nil, err
	}
	c, err := s.Cases.Get(ctx, a, number)
	if err != nil {
		return nil, err
	}
	var sealed id.ID
	err = s.DB.Update(ctx, scope(a, "fetch an original mail"), func(tx *db.Tx) error {
		list, err := kept(tx, c.Tenant, c.ID)
		if err != nil {
			return err
		}
		for _, m := range list {
			if m.ID == mail {
				sealed = m.sealed
				return journal.Record(tx, journal.Line{Tenant: c.Tenant, Actor: a.Person, ActorKind: "staff", SubjectKind: "mail", Subject: mail,
					Kind: "mail.original_read", Visibility: journal.Staff, Data: map[string]any{"number": c.Number}})
			}
		}
		return errs.Missing()
	})
	if err != nil {
		return nil, err
	}
	return s.opened(ctx, sealed)
}
