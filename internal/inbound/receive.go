package inbound

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/blob"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
)

// receipt is a delivery on its way through Receive.
type receipt struct {
	Delivery
	id       id.ID
	dedupe   []byte
	msg      mailmsg.Message
	facts    facts
	out      outcome
	number   string
	sealed   id.ID
	original []byte         // sealed, when it is short enough for a row
	decision *errs.Decision // of a registration that was refused
	follows  string         // number of the closed case that the new one goes on with
	raises   id.ID          // the held mail that is this one without its domain's word
}

// Receive handles a delivery. When it returns without an error the outcome is durable; an error means that nothing was
// done and the same delivery may be tried again.
func (s *Service) Receive(ctx context.Context, d Delivery) (out Outcome, err error) {
	defer errs.Wrap(&err, "inbound.Receive")
	r := &receipt{Delivery: d, id: id.New(), msg: mailmsg.Parse(d.Raw, s.Limits)}
	if n := len(r.msg.Files); d.Cut && n > 0 { // its last file is not whole
		last := r.msg.Files[n-1]
		r.msg.Files, r.msg.Left = r.msg.Files[:n-1], append(r.msg.Left, mailmsg.LeftOut{Name: last.Name, ContentType: last.ContentType})
	}
	r.sortOut(s.MaxFile)
	r.dedupe = r.key()
	before, found, err := s.gather(ctx, r)
	if err != nil || found {
		return before, err
	}
	r.out = decide(r.facts)
	if err := s.seal(ctx, r); err != nil {
		return Outcome{}, err
	}
	switch r.out.act {
	case register:
		err = s.registerCase(ctx, r)
	case post:
		err = s.postMessage(ctx, r)
	default:
		err = s.keep(ctx, r)
	}
	if err == nil {
		return Outcome{Mail: r.id, State: r.out.state, Reason: r.out.reason, Number: r.number}, nil
	}
	return s.settle(ctx, r, err)
}

// settle cleans up after a failure. Another worker may have been faster with the same delivery: then it is done.
func (s *Service) settle(ctx context.Context, r *receipt, failed error) (Outcome, error) {
	before, found, err := s.gather(ctx, r)
	if err != nil {
		return Outcome{}, errors.Join(failed, err)
	}
	if !found {
		if cases.Undone(failed) {
			return Outcome{}, errors.Join(failed, s.unseal(r))
		}
		return Outcome{}, failed
	}
	if before.Mail == r.id { // the commit's answer was lost, not the commit
		before.Again = false
		return before, nil
	}
	return before, s.unseal(r)
}

// key is the mail's own, whichever of our inboxes it comes to, and not another mail's that borrows its Message-ID (M23, M24). A
// mail without one is the same when it says the same and was written at the same time, or came on the same day.
func (r *receipt) key() []byte {
	h := sha256.New()
	parts := [][]byte{[]byte(r.msg.MessageID), []byte(r.msg.From.Addr), []byte(r.msg.Subject), r.msg.BodyHash[:]}
	switch {
	case r.msg.MessageID != "":
	case !r.msg.Date.IsZero():
		parts = append(parts, []byte(r.msg.Date.UTC().Format(time.RFC3339)))
	default:
		parts = append(parts, []byte(r.At.UTC().Format(time.DateOnly)))
	}
	for _, part := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	return h.Sum(nil)
}

// gather reads what the decision rests on; found says that the delivery was handled before. What is asked for in any case is
// asked for together.
func (s *Service) gather(ctx context.Context, r *receipt) (before Outcome, found bool, err error) {
	err = s.DB.View(ctx, db.ForSystem("inbound.facts"), func(tx *db.Tx) error {
		proved := false
		if err := askHandled(tx, r.dedupe, &before, &found, &proved); err != nil {
			return err
		}
		f := facts{mail: &r.msg, null: r.EnvelopeFrom == "", verdict: r.Verdict, own: s.isOwn(&r.msg), answersUs: s.answersUs(&r.msg)}
		var number string
		number, f.token = s.Tokens.Reading(s.isInbox).Case(&r.msg, r.Recipients)
		if f.token == mailmsg.None {
			number, f.marked = numberInSubject(r.msg.Subject)
		}
		if f.token != mailmsg.Bad && number != "" {
			if err := askCase(tx, number, &f.on); err != nil {
				return err
			}
		}
		if r.msg.From.Addr != "" {
			var err error
			if f.sender, f.known, err = s.Accounts.Sender(tx, r.msg.From.Addr); err != nil {
				return err
			}
		}
		err := tx.Arrived()
		if r.raises = (id.ID{}); found && r.supersedes(before, proved) {
			r.raises, found = before.Mail, false
		}
		if err != nil || found {
			return err
		}
		r.facts = f
		if err := r.compare(tx); err != nil {
			return err
		}
		r.facts.suspect, err = s.suspect(tx, r, r.facts)
		return err
	})
	return before, found, err
}

// compare completes the facts with what follows from the case and the sender.
func (r *receipt) compare(tx *db.Tx) (err error) {
	f := &r.facts
	if f.on == nil && f.token == mailmsg.Good { // signed for a case that is gone
		f.token = mailmsg.Bad
	}
	if f.on != nil && f.token == mailmsg.None && !f.marked { // a bare number is a case's for those whose case it is
		if _, theirs := f.sender.For(f.on.customer); !theirs {
			f.on = nil
		}
	}
	if f.on != nil {
		f.on.hidden, err = hidden(tx, f.sender, f.on)
		return err
	}
	if f.known {
		f.recent, err = recentCases(tx, r.msg.From.Addr, tx.Now().Add(-loopWithin))
	}
	return err
}

// isInbox reports whether an address is one of ours, without what may stand behind a plus sign.
func (s *Service) isInbox(address string) bool {
	return slices.ContainsFunc(s.Inboxes, func(in Inbox) bool { return in.Address == address })
}

// isOwn: from one of our inboxes, or with a Message-ID that only we give (L04).
func (s *Service) isOwn(m *mailmsg.Message) bool {
	if _, domain, _ := strings.Cut(m.MessageID, "@"); m.MessageID != "" && strings.EqualFold(domain, s.Tokens.Domain()) {
		return true
	}
	return s.isInbox(m.From.Addr)
}

// seal stores the original, or of a restricted customer's reply the text alone, before the transaction that names it; a
// short one is sealed only, and stored by that transaction.
func (s *Service) seal(ctx context.Context, r *receipt) error {
	var content []byte
	switch {
	case r.out.restricted && (r.out.state == StateHeld || r.out.state == StateIgnored):
		content = []byte(r.msg.Text)
	case r.out.restricted:
		return nil
	case r.out.reason == OwnMail: // we have it
		return nil
	case r.out.state == StateCase || r.out.state == StateMessage || r.out.state == StateHeld || r.out.state == StateIgnored:
		content = r.Raw
	default:
		return nil
	}
	data, err := s.Keys.Installation()
	if err != nil {
		return err
	}
	r.sealed = id.New()
	key := blob.Key{ID: r.sealed, Data: data}
	if len(content) <= inRow {
		r.original, err = blob.Seal(key, content)
		return err
	}
	_, _, err = s.Blobs.Put(ctx, key, bytes.NewReader(content))
	return err
}

// inRow is the longest original, in bytes, that lies in the database. It becomes durable with the transaction that names it;
// a file costs two flushes of its own before, one after the other, which was most of what a mail waited for.
const inRow = 64 << 10

// unseal removes an original that no row names.
func (s *Service) unseal(r *receipt) error {
	if r.sealed.IsZero() || r.original != nil {
		return nil
	}
	return s.Blobs.Delete(r.sealed)
}

// registerCase makes a case of a liaison's mail. Where the policy refuses, the mail is held and the sender told why.
func (s *Service) registerCase(ctx context.Context, r *receipt) error {
	var def contract.Default
	err := s.DB.View(ctx, db.ForTenant(r.out.customer), func(tx *db.Tx) (err error) {
		def, err = contract.DefaultSystem(tx, r.out.customer, r.out.as.Person)
		return err
	})
	if errors.Is(err, db.ErrNoRows) { // a liaison of no system: staff find out
		r.out.state, r.out.reason, r.out.act = StateHeld, NotALiaison, none
		return s.keep(ctx, r)
	}
	if err != nil {
		return err
	}
	return s.registerOn(ctx, r, def)
}

// registerOn makes a case of a liaison's mail on a system.
func (s *Service) registerOn(ctx context.Context, r *receipt, def contract.Default) error {
	made := r.msg // what the case says; the mail keeps what its sender wrote, should there be no case
	made.Text = s.following(r.follows, language(&r.msg, r.out.as)) + r.msg.Text
	told, _ := first(&made)
	whole := wholeText(told, r.out.restricted)
	files, err := s.storeFiles(ctx, r.out.customer, append(whole, r.msg.Files...))
	if err != nil {
		return err
	}
	reg := s.registration(&made, r.out.as, whole)
	reg.System, reg.Environment, reg.Product, reg.Release, reg.Priority = def.System, def.Environment, def.Product, def.Version, defaultPriority
	reg.Mail = &cases.ByMail{Received: r.At, Triage: true, Language: r.msg.Language, HTML: r.msg.HTML, Files: files}
	reg.Within = func(tx *db.Tx, c *cases.Case) error {
		r.number = c.Number
		if len(r.msg.Left) > 0 || r.Cut {
			if err := s.answer(tx, r, AnswerTooLarge); err != nil {
				return err
			}
		}
		return s.write(tx, r, c.ID, id.ID{})
	}
	_, err = s.Cases.Register(ctx, r.out.as, reg)
	if err == nil {
		return nil
	}
	if dropped := s.Cases.DropMailFiles(files, err); dropped != nil {
		return errors.Join(err, dropped)
	}
	if d := errs.As(err).Decision; d != nil {
		r.decision, r.number = d, ""
		r.out.state, r.out.reason, r.out.act, r.out.answer = StateHeld, d.Code, none, AnswerRefused
		return s.keep(ctx, r)
	}
	if lasting(err) {
		r.number = ""
		r.out.state, r.out.reason, r.out.act, r.out.answer = StateHeld, NotTaken, none, AnswerByHand
		return s.keep(ctx, r)
	}
	return err
}

// defaultPriority of a case by mail (contracts, Mail).
const defaultPriority = 3

// registration is what a mail says, as far as it says it. whole is the file that has the text which is too long for a case.
func (s *Service) registration(m *mailmsg.Message, as access.Actor, whole []mailmsg.File) cases.Registration {
	told, quoted := first(m)
	symptoms, rest := s.fitting(told, language(m, as), len(whole) > 0)
	if len(whole) == 0 {
		quoted = strings.TrimSpace(rest + "\n\n" + quoted)
	}
	subject := m.Subject
	if r := []rune(subject); len(r) > maxSubject {
		subject = string(r[:maxSubject-1]) + "…"
	}
	if text.Blank(subject) {
		subject = s.sentence(as.Language, "intake.no_subject", nil)
	}
	return cases.Registration{Details: cases.Details{Subject: subject, Symptoms: symptoms, Quoted: quoted}, Language: m.Language}
}

// maxSubject is the longest subject of a case, in letters.
const maxSubject = 200

// sortOut leaves out the files that are larger than one may be.
func (r *receipt) sortOut(most int64) {
	r.msg.Files = slices.DeleteFunc(r.msg.Files, func(f mailmsg.File) bool {
		size := int64(len(f.Body))
		if size <= most {
			return false
		}
		r.msg.Left = append(r.msg.Left, mailmsg.LeftOut{Name: f.Name, ContentType: f.ContentType, Size: size})
		return true
	})
}

// storeFiles puts a mail's files under the customer's key; those over the limit are left out.
func (s *Service) storeFiles(ctx context.Context, customer id.ID, list []mailmsg.File) (files []cases.MailFile, err error) {
	for _, f := range list {
		if int64(len(f.Body)) > s.MaxFile { // of a held mail, whose page names it
			continue
		}
		stored, err := s.Cases.StoreMailFile(ctx, customer, f.Name, f.ContentID, bytes.NewReader(f.Body))
		if err != nil {
			return nil, errors.Join(err, s.Cases.DropMailFiles(files, err))
		}
		files = append(files, stored)
	}
	return files, nil
}

// postMessage writes a reply on its case. One that comes too late to reopen it makes a new case; staff's answer on a closed
// one is held, and its writer told; so is a reply whose case goes on where the sender does not see it, of which nobody is told.
func (s *Service) postMessage(ctx context.Context, r *receipt) error {
	said := s.words(&r.msg, r.out.as, r.out.restricted)
	files, err := s.storeFiles(ctx, r.out.customer, append(said.whole, r.msg.Files...))
	if err != nil {
		return err
	}
	r.number = r.facts.on.number
	_, err = s.Cases.PostMessage(ctx, r.out.as, r.number, cases.NewMessage{Text: said.text,
		Mail: &cases.ByMail{Received: r.At, Language: r.msg.Language, Quoted: said.quoted, HTML: r.msg.HTML, Files: files},
		Within: func(tx *db.Tx, m *cases.Message) error {
			r.number = m.CaseNumber // where the case goes on, if it was merged
			if len(r.msg.Left) > 0 || r.Cut {
				if err := s.answer(tx, r, AnswerTooLarge); err != nil {
					return err
				}
			}
			return s.write(tx, r, id.ID{}, m.ID)
		}})
	if err == nil {
		return nil
	}
	if dropped := s.Cases.DropMailFiles(files, err); dropped != nil {
		return errors.Join(err, dropped)
	}
	switch {
	case errs.KindOf(err) == errs.Conflict && r.out.as.Role.IsStaff():
		r.out.state, r.out.reason, r.out.act, r.out.answer = StateHeld, CaseClosed, none, AnswerClosed
	case errs.KindOf(err) == errs.Conflict: // too late to reopen it: a new case follows it (Clocks 14)
		return s.followUp(ctx, r)
	case errs.KindOf(err) == errs.NotFound: // the case goes on in another one, which the sender may not see any more
		r.out.state, r.out.reason, r.out.act, r.out.answer = StateHeld, CaseNotVisible, none, ""
	case lasting(err):
		r.out.state, r.out.reason, r.out.act, r.out.answer = StateHeld, NotTaken, none, AnswerByHand
	default: // the mail has no part in it: the caller hears of it
		return err
	}
	return s.keep(ctx, r)
}

// lasting reports whether the same mail would meet the same refusal for ever: then a person decides, and its server is not
// asked to bring it again.
func lasting(err error) bool {
	switch errs.KindOf(err) {
	case errs.Malformed, errs.Invalid, errs.Unauthenticated, errs.Refused, errs.NotFound, errs.Conflict, errs.TooLarge:
		return true
	case errs.Internal, errs.Stale, errs.Limited, errs.NoSpace, errs.Unavailable:
	}
	return false
}

// keep writes the row of a mail that makes neither case nor message, and what follows from it.
func (s *Service) keep(ctx context.Context, r *receipt) error {
	return s.DB.Update(ctx, db.ForSystem("inbound.keep"), func(tx *db.Tx) error {
		if r.out.state == StateEvent {
			if err := s.failure(tx, r); err != nil {
				return err
			}
		}
		if r.out.answer != "" {
			if err := s.answer(tx, r, r.out.answer); err != nil {
				return err
			}
		}
		if err := s.tellLiaisons(tx, r); err != nil {
			return err
		}
		return s.write(tx, r, id.ID{}, id.ID{})
	})
}

// answer enqueues an answer to the sender, who is known and authenticated.
func (s *Service) answer(tx *db.Tx, r *receipt, kind AnswerKind) error {
	if r.msg.Nature != mailmsg.Human && kind != AnswerByList { // a list passes on what people write
		return nil
	}
	due, err := r.mayAnswer(tx, kind)
	if err != nil || !due {
		return err
	}
	a := Answer{Mail: r.id, Person: r.facts.sender.Person.Person, Kind: kind, Number: r.number, Decision: r.decision, Wrote: r.msg.MessageID}
	if r.facts.on != nil && a.Number == "" && (kind == AnswerClosed || kind == AnswerRestrictedFiles) {
		a.Number = r.facts.on.number
	}
	return s.Jobs.Enqueue(tx, AnswerJob, a)
}

// journalKind says what happened to the mail itself; the case has lines of its own.
func (r *receipt) journalKind() string {
	switch {
	case r.out.reason == BadToken:
		return "mail.bad_token"
	case r.out.state == StateHeld:
		return "mail.held"
	case r.out.state == StateRefused:
		return "mail.refused"
	}
	return "mail.received"
}

// record writes the journal's line: codes and ids, no address and no text.
func (r *receipt) record(tx *db.Tx, tenant id.ID) error {
	return journal.Record(tx, journal.Line{Occurred: r.At, Tenant: tenant, Actor: r.out.as.Person, ActorKind: "system", SubjectKind: "mail", Subject: r.id,
		Kind: r.journalKind(), Visibility: journal.Staff, Data: map[string]any{"state": string(r.out.state), "reason": r.out.reason,
			"number": r.number, "nature": string(r.msg.Nature), "token": string(r.facts.token), "authenticated": r.Verdict.Pass}})
}
