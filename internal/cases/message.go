package cases

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/search"
	"liaison/internal/sla"
)

// NewMessage is what somebody writes on a case.
type NewMessage struct {
	Text        string // Markdown
	Internal    bool   // staff only: a note that the customer never sees
	Question    bool   // staff only: the named question that pauses the update clock
	Attachments []id.ID
	ThenStatus  Status // staff: set in the same save, "" = leave; decided after "met"
	Reason      string
	Remedy      *Remedy

	Mail *ByMail // it came by mail

	Draft string // name of the draft that this was typed in: forgotten in the same transaction

	// Within runs last in the transaction.
	Within func(tx *db.Tx, m *Message) error
}

// Message is one text on a case. Author names a person or the program.
type Message struct {
	ID         id.ID
	Author     Party
	Side       Side
	Internal   bool
	Question   bool
	Channel    string
	Text       string // plain text when the channel is email, Markdown otherwise
	Quoted     string // what a mail quoted, plain text
	Sent       bool   // a mail had an HTML part, which MessageHTML gives
	Language   string
	At         time.Time
	CaseNumber string
	Files      []Attachment
}

// PostMessage adds a message. Staff: a public one is the first response or a status update; a question makes the case
// wait for the customer, and the response counts before the pause. Customer: any act ends the wait.
func (s *Service) PostMessage(ctx context.Context, a access.Actor, number string, in NewMessage) (m *Message, err error) {
	defer errs.Wrap(&err, "cases.PostMessage(%s)", number)
	perm := access.CaseReply
	if in.Internal {
		perm = access.CaseNote
	}
	if err := s.Permit(a, access.CaseRead); err != nil {
		return nil, err
	}
	if err := in.check(a); err != nil {
		return nil, err
	}
	if err := s.Permit(a, perm); err != nil {
		return nil, err
	}
	if in.ThenStatus != "" {
		if err := s.Permit(a, access.CaseWork); err != nil {
			return nil, err
		}
	}
	files, err := s.adoptFiles(ctx, a, number, in.Attachments)
	if err != nil {
		return nil, err
	}
	defer func() { s.settle(files, err) }()
	err = s.DB.Update(ctx, scope(a, "write on a case").Snapshot(), func(tx *db.Tx) error {
		c, err := loadSurvivor(tx, a, number)
		if err != nil {
			return err
		}
		if m, err = s.post(tx, a, c, in, files); err != nil {
			return err
		}
		if err := dropDraft(tx, a, in.Draft); err != nil {
			return err
		}
		if in.Within != nil {
			return in.Within(tx, m)
		}
		return nil
	})
	return m, err
}

// adoptFiles prepares files for a case that exists.
func (s *Service) adoptFiles(ctx context.Context, a access.Actor, number string, files []id.ID) ([]adopted, error) {
	if len(files) == 0 {
		return nil, nil
	}
	var tenant id.ID
	err := s.DB.View(ctx, scope(a, "write on a case"), func(tx *db.Tx) (err error) {
		tenant, _, err = locateFor(tx, a, number)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.adoptFor(ctx, a, tenant, files)
}

func (in *NewMessage) check(a access.Actor) error {
	must := prose
	if in.Mail != nil { // a mail is shown as the plain text that it is
		must = needed
	}
	bad := append(must("text", in.Text, maxText), badReason(in.Reason, in.Remedy)...)
	bad = append(bad, badFiles(len(in.Attachments))...)
	if in.Internal && !a.Role.IsStaff() {
		bad = append(bad, errs.BadField("visibility", "field.one_of", "allowed", "public"))
	}
	if in.Question && (in.Internal || !a.Role.IsStaff()) {
		bad = append(bad, errs.BadField("question", "case.question_is_public_by_staff"))
	}
	return errs.BadFields(bad...)
}

// post writes the message and what follows from it onto c, and saves c.
func (s *Service) post(tx *db.Tx, a access.Actor, c *Case, in NewMessage, files []adopted) (*Message, error) {
	if in.Mail != nil && in.Mail.Author != nil { // the words and the act are the author's; who put them here has a line of their own
		a = access.Actor{Person: in.Mail.Author.ID, Name: in.Mail.Author.Name, Role: access.Liaison, Customer: c.Tenant, Language: a.Language}
	}
	if c.Status == Closed && !in.Internal && (in.Mail == nil || side(a) == StaffSide) {
		return nil, errClosed(c)
	}
	m := &Message{
		ID: id.New(), Author: Party{ID: a.Person, Name: a.Name}, Side: side(a), Internal: in.Internal, Question: in.Question,
		Channel: "portal", Text: in.Text, Language: a.Language, At: tx.Now(), CaseNumber: c.Number,
	}
	if in.Mail != nil {
		m.Channel, m.Quoted, m.Sent, m.At = ChannelEmail, in.Mail.Quoted, in.Mail.HTML != "", in.Mail.received(m.At)
		if in.Mail.Language != "" {
			m.Language = in.Mail.Language
		}
	}
	if err := writeMessage(tx, c, m); err != nil {
		return nil, err
	}
	if err := s.writeMail(tx, c, in.Mail, m.ID, a.Person); err != nil {
		return nil, err
	}
	var err error
	if m.Files, err = s.attach(tx, a, c, m.ID, in.Internal, files); err != nil {
		return nil, err
	}
	kind, vis := "message.posted", journal.Customer
	if in.Internal {
		kind, vis = "note.added", journal.Staff
	}
	if in.Question {
		kind = "question.asked"
	}
	if err := s.record(tx, a, c, kind, vis, m.At, "", map[string]any{"message": m.ID, "files": len(in.Attachments)}); err != nil {
		return nil, err
	}
	s.Index.Add(tx, search.Piece{Tenant: c.Tenant, Case: c.ID, Internal: in.Internal, Text: withQuoted(in.Text, m.Quoted)})
	if in.Internal {
		return m, s.afterNote(tx, a, c, in)
	}
	return m, s.afterMessage(tx, a, c, m, in)
}

func (s *Service) afterNote(tx *db.Tx, a access.Actor, c *Case, in NewMessage) error {
	if in.ThenStatus == "" || in.ThenStatus == c.Status {
		return s.store(tx, c)
	}
	if err := s.move(tx, a, c, Change{Status: in.ThenStatus, Reason: in.Reason, Remedy: in.Remedy}, id.ID{}); err != nil {
		return err
	}
	return s.store(tx, c)
}

// afterMessage decides what a public message does to clocks and state: met first, then the pause.
func (s *Service) afterMessage(tx *db.Tx, a access.Actor, c *Case, m *Message, in NewMessage) error {
	at := micros(m.At)
	if m.Side == CustomerSide {
		if err := s.customerActed(tx, a, c, m.At); err != nil {
			return err
		}
		if err := s.tellOwner(tx, c, "customer_wrote"); err != nil {
			return err
		}
		return s.store(tx, c)
	}
	c.add(sla.Event{Kind: sla.Answered, At: at})
	then := in.ThenStatus
	if in.Question {
		then = WaitingCustomer
	}
	if then != "" && then != c.Status {
		if err := s.move(tx, a, c, Change{Status: then, Reason: in.Reason, Remedy: in.Remedy}, m.ID); err != nil {
			return err
		}
	} else if in.Question { // a further question while waiting is the one that counts now
		c.add(sla.Event{Kind: sla.StatusChanged, At: at, Status: WaitingCustomer, Question: m.ID.String()})
	}
	template := "answer"
	if in.Question {
		template = "question"
	}
	if err := s.mail(tx, template, c, c.Liaison.ID, m.ID); err != nil {
		return err
	}
	return s.store(tx, c)
}

// customerActed ends a wait, and takes a resolved case up again: the customer objects by writing.
func (s *Service) customerActed(tx *db.Tx, a access.Actor, c *Case, at time.Time) error {
	c.add(sla.Event{Kind: sla.CustomerActed, At: micros(at)})
	if c.Status == WaitingCustomer || c.Status == Resolved || c.Status == Closed { // closed: by mail only, while it may be reopened
		return s.move(tx, a, c, Change{Status: Open}, id.ID{})
	}
	return nil
}

func writeMessage(tx *db.Tx, c *Case, m *Message) error {
	visibility := "public"
	if m.Internal {
		visibility = "internal"
	}
	return tx.Buffer(`INSERT INTO message (tenant_id, id, case_id, author_id, author_side, visibility, question, channel, body, language, at, quoted)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		c.Tenant, m.ID, c.ID, m.Author.ID, string(m.Side), visibility, m.Question, m.Channel, m.Text, m.Language, m.At, m.Quoted)
}

func errClosed(c *Case) error {
	d := errs.Decision{Code: "case_closed", Clause: "3.4", Requirement: "RD-03", Edition: c.Edition, Inputs: map[string]any{"status": string(c.Status)}}
	return &errs.Error{Kind: errs.Conflict, Key: "refusal.case_closed", Decision: &d}
}
