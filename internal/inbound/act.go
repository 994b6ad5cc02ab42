package inbound

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/mailmsg"
)

// Adoption is what a liaison says about a colleague's mail when they make a case of it.
type Adoption struct {
	System      id.ID
	Environment string
	Product     string
	Release     string // product version
	Priority    int    // requested, 1..4

	// Within runs last in the transaction that registers, e.g. to keep the answer of an idempotency key.
	Within func(tx *db.Tx, c *cases.Case) error
}

// Adopt makes a case of a held mail, with the adopting liaison as its liaison. The time at which the mail was received is
// kept and shown; the clock starts now (semantics, Clocks 3). The policy is asked as for any registration.
func (s *Service) Adopt(ctx context.Context, a access.Actor, mail id.ID, in Adoption) (c *cases.Case, err error) {
	defer errs.Wrap(&err, "inbound.Adopt(%s)", mail)
	if err := s.Cases.Permit(a, access.HeldAdopt); err != nil {
		return nil, err
	}
	m, msg, err := s.waiting(ctx, a, mail)
	if err != nil {
		return nil, err
	}
	if in.Priority < 1 || in.Priority > 4 {
		return nil, errs.BadFields(errs.BadField("priority", "field.one_of", "allowed", "P1, P2, P3, P4"))
	}
	told, _ := first(&msg)
	whole := wholeText(told, m.Restricted)
	files, err := s.storeFiles(ctx, a.Customer, append(whole, msg.Files...))
	if err != nil {
		return nil, err
	}
	reg := s.registration(&msg, a, whole)
	reg.System, reg.Environment, reg.Product, reg.Release, reg.Priority = in.System, in.Environment, in.Product, in.Release, in.Priority
	reg.Mail = &cases.ByMail{Received: m.ReceivedAt, ClockFrom: s.DB.Clock().Now().UTC().Truncate(time.Microsecond), Language: msg.Language, HTML: msg.HTML, Files: files}
	if !m.person.IsZero() && m.person != a.Person {
		reg.Mail.Author = &cases.Party{ID: m.person}
	}
	reg.Within = func(tx *db.Tx, made *cases.Case) error {
		err := s.decided(tx, a, m, StateAdopted, "mail.adopted", map[string]any{"number": made.Number})
		if err == nil {
			err = tx.Buffer(`UPDATE inbound_mail SET case_id = $2, case_number = $3, customer_id = $4 WHERE id = $1`, mail, made.ID, made.Number, made.Tenant)
		}
		if err == nil && in.Within != nil {
			err = in.Within(tx, made)
		}
		return err
	}
	if c, err = s.Cases.Register(ctx, a, reg); err != nil {
		return nil, errors.Join(err, s.Cases.DropMailFiles(files, err))
	}
	return c, nil
}

// waiting reads a mail that is still held, with what it says.
func (s *Service) waiting(ctx context.Context, a access.Actor, mail id.ID) (m HeldMail, msg mailmsg.Message, err error) {
	if m, err = s.HeldOne(ctx, a, mail); err != nil {
		return m, msg, err
	}
	if m.Unkept() {
		return m, msg, &errs.Error{Kind: errs.Conflict, Key: "held.no_original"}
	}
	if !m.Waits() {
		return m, msg, errDecided()
	}
	if m.Restricted {
		return m, mailmsg.Message{Text: m.Body, Subject: m.Subject}, nil
	}
	raw, err := s.opened(ctx, m.sealed)
	if err != nil {
		return m, msg, err
	}
	return m, mailmsg.Parse(raw, s.Limits), nil
}

func errDecided() error { return &errs.Error{Kind: errs.Conflict, Key: "held.decided"} }

// decided closes a held mail, once: of two who decide at the same time one is told that it is done.
func (s *Service) decided(tx *db.Tx, a access.Actor, m HeldMail, state State, kind string, data map[string]any) error {
	n, err := tx.Exec(`UPDATE inbound_mail SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state IN ('held', 'ignored')`,
		m.ID, string(state), a.Person, tx.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return errDecided()
	}
	actor, tenant := "customer", m.Customer
	if a.Role.IsStaff() {
		actor = "staff"
	} else {
		tenant = a.Customer // also of a mail that nobody knew the customer of
	}
	return journal.Record(tx, journal.Line{Tenant: tenant, Actor: a.Person, ActorKind: actor, SubjectKind: "mail", Subject: m.ID,
		Kind: kind, Visibility: journal.Staff, Data: data})
}

// ReleaseTo says where a held mail goes.
type ReleaseTo struct {
	Number string // of the case
}

// Release puts a held mail on a case as a message of its sender: staff any but restricted ones, which cleared staff release;
// a liaison the reply of a colleague who is none, on an own case (R1.1-03). The sender must be a person of the case's
// customer: somebody else's words are never shown as a customer's. A wait ends when the mail was received.
func (s *Service) Release(ctx context.Context, a access.Actor, mail id.ID, to ReleaseTo) (err error) {
	defer errs.Wrap(&err, "inbound.Release(%s)", mail)
	if err := s.Cases.Permit(a, access.HeldDecide); err != nil {
		return err
	}
	m, msg, err := s.waiting(ctx, a, mail)
	if err != nil {
		return err
	}
	author, customer, err := s.author(ctx, a, m, strings.TrimPrefix(strings.TrimSpace(to.Number), "#"))
	if err != nil {
		return err
	}
	var files []cases.MailFile
	said := s.words(&msg, a, m.Restricted)
	if !m.Restricted {
		if files, err = s.storeFiles(ctx, customer, append(said.whole, msg.Files...)); err != nil {
			return err
		}
	}
	as := a
	if a.Role == access.PrivacyOfficer { // clears the text; the message is the customer's, not theirs
		as = access.Actor{System: true, Person: a.Person, Customer: customer}
	}
	_, err = s.Cases.PostMessage(ctx, as, strings.TrimPrefix(strings.TrimSpace(to.Number), "#"), cases.NewMessage{Text: said.text,
		Mail: &cases.ByMail{Received: m.ReceivedAt, Language: msg.Language, Quoted: said.quoted, HTML: msg.HTML, Files: files, Author: &author},
		Within: func(tx *db.Tx, posted *cases.Message) error {
			err := s.decided(tx, a, m, StateReleased, "mail.released", map[string]any{"number": posted.CaseNumber, "message": posted.ID})
			if err != nil {
				return err
			}
			return tx.Buffer(`UPDATE inbound_mail SET message_id = $2, case_number = $3 WHERE id = $1`, mail, posted.ID, posted.CaseNumber)
		}})
	if err != nil {
		return errors.Join(err, s.Cases.DropMailFiles(files, err))
	}
	return nil
}

// author is the sender as a person of a case's customer. A case that a liaison may not know about is told from none by nothing.
func (s *Service) author(ctx context.Context, a access.Actor, m HeldMail, number string) (author cases.Party, customer id.ID, err error) {
	err = s.DB.View(ctx, db.ForSystem("inbound.author"), func(tx *db.Tx) error {
		on, err := caseOf(tx, number)
		if err != nil {
			return err
		}
		sees := on != nil && a.Role.IsStaff()
		if on != nil && !a.Role.IsStaff() && on.customer == a.Customer {
			if sees, err = cases.Sees(tx, a, number); err != nil {
				return err
			}
		}
		if !sees {
			return errs.BadFields(errs.BadField("number", "held.no_such_case"))
		}
		sender, known, err := s.Accounts.Sender(tx, m.Sender)
		if err != nil {
			return err
		}
		if _, theirs := sender.For(on.customer); !known || !theirs {
			return errs.BadFields(errs.BadField("number", "held.not_their_case"))
		}
		author, customer = cases.Party{ID: sender.Person.Person, Name: sender.Person.Name}, on.customer
		return nil
	})
	return author, customer, err
}

// DiscardReasons are why a held mail is put away.
func DiscardReasons() []string {
	return []string{"spam", "spoofed", "duplicate", "not_support", "handled_otherwise"}
}

// Discard puts a held mail away. Nobody is told; it is kept a while and can be read until then.
func (s *Service) Discard(ctx context.Context, a access.Actor, mail id.ID, reason string) (err error) {
	defer errs.Wrap(&err, "inbound.Discard(%s)", mail)
	if err := s.Cases.Permit(a, access.HeldDecide); err != nil {
		return err
	}
	if !slices.Contains(DiscardReasons(), reason) {
		return errs.BadFields(errs.BadField("reason", "field.one_of", "allowed", strings.Join(DiscardReasons(), ", ")))
	}
	return s.DB.Update(ctx, scope(a, "discard a held mail"), func(tx *db.Tx) error {
		m, err := s.one(tx, a, mail)
		if err != nil {
			return err
		}
		return s.decided(tx, a, m, StateDiscarded, "mail.discarded", map[string]any{"reason": reason})
	})
}

// keepDone is how long rows of ignored, discarded and other settled mails stay; those of cases and messages stay with them.
const keepDone = 30 * 24 * time.Hour

// Forget removes what is kept no longer: rows of settled mails and held ones that nobody has decided on, with their
// bytes. It returns how many rows went.
func (s *Service) Forget(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "inbound.Forget")
	var sealed []id.ID
	err = s.DB.Update(ctx, db.ForSystem("inbound.forget"), func(tx *db.Tx) error {
		n, sealed = 0, nil
		err := tx.Query(`DELETE FROM inbound_mail WHERE id IN (SELECT id FROM inbound_mail WHERE
				state = 'held' AND received_at < $1 OR state IN ('discarded', 'ignored', 'refused', 'event') AND received_at < $2 LIMIT 500)
			RETURNING sealed_id`, []any{tx.Now().Add(-s.keepHeld()), tx.Now().Add(-keepDone)}, func(scan func(...any) error) error {
			var of id.ID
			err := scan(&of)
			n++
			if !of.IsZero() {
				sealed = append(sealed, of)
			}
			return err
		})
		for _, of := range sealed {
			if err == nil {
				err = tx.Buffer(`DELETE FROM mail_original WHERE id = $1`, of)
			}
		}
		if err != nil || n == 0 {
			tx.MarkJournaled() // nothing was there: there is nothing to say
			return err
		}
		return journal.Record(tx, journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "mail.forgotten",
			Visibility: journal.System, Data: map[string]any{"count": n}})
	})
	if err != nil {
		return 0, err
	}
	for _, of := range sealed {
		err = errors.Join(err, s.Blobs.Delete(of))
	}
	return n, err
}
