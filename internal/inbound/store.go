package inbound

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/mailmsg"
)

// askHandled asks what became of a delivery that was here before; found stays false when it was not. proved says
// that its sender's domain stood for it.
func askHandled(tx *db.Tx, dedupe []byte, out *Outcome, found, proved *bool) error {
	*out, *found = Outcome{}, false
	return tx.Ahead(`SELECT id, state, reason, case_number, authenticated FROM inbound_mail WHERE dedupe = $1`, []any{dedupe}, func(scan func(...any) error) error {
		*found, out.Again = true, true
		return scan(&out.Mail, (*string)(&out.State), &out.Reason, &out.Number, proved)
	})
}

// askCase asks for the case with a number; c stays nil when there is none.
func askCase(tx *db.Tx, number string, c **onCase) error {
	*c = nil
	return tx.Ahead(`SELECT n.tenant_id, c.restricted FROM case_number n JOIN customer c ON c.id = n.tenant_id WHERE n.number = $1`,
		[]any{number}, func(scan func(...any) error) error {
			*c = &onCase{number: number}
			return scan(&(*c).customer, &(*c).restricted)
		})
}

// caseOf finds the case with a number; nil when there is none.
func caseOf(tx *db.Tx, number string) (c *onCase, err error) {
	if err = askCase(tx, number, &c); err == nil {
		err = tx.Arrived()
	}
	return c, err
}

// hidden reports whether the sender belongs to the case's customer and does not see the case (2.1).
func hidden(tx *db.Tx, sender account.Sender, on *onCase) (bool, error) {
	as, theirs := sender.For(on.customer)
	if !theirs || !as.Narrowed() { // who sees all cases of the customer sees this one
		return false, nil
	}
	sees, err := cases.Sees(tx, as, on.number)
	return !sees, err
}

// recentCases are the subjects of the cases that a sender has registered by mail since an instant.
func recentCases(tx *db.Tx, sender string, since time.Time) (subjects []string, err error) {
	err = tx.Query(`SELECT subject FROM inbound_mail WHERE sender = $1 AND received_at >= $2 AND state = 'case' LIMIT $3`,
		[]any{sender, since, loopInAnyWay}, func(scan func(...any) error) error {
			var s string
			err := scan(&s)
			subjects = append(subjects, s)
			return err
		})
	return subjects, err
}

// How many answers of a kind somebody gets, so that two machines which answer each other fall silent (L03).
const (
	answersAtOnce = 6  // within loopWithin
	answersADay   = 40 // within 24 hours
)

// mayAnswer reports whether the sender of a mail gets an answer. The neutral one goes out once in 24 hours, of which it takes
// note (L07); the others are limited by how many mails of the sender came to the same end.
func (r *receipt) mayAnswer(tx *db.Tx, kind AnswerKind) (bool, error) {
	sender := r.msg.From.Addr
	if kind == AnswerNeutral || kind == AnswerWaits || kind == AnswerByList {
		n, err := tx.Exec(`INSERT INTO mail_answer (sender, at) VALUES ($1, $2)
			ON CONFLICT (sender) DO UPDATE SET at = excluded.at WHERE mail_answer.at <= $3`, sender, tx.Now(), tx.Now().Add(-24*time.Hour))
		return n > 0, err
	}
	if kind == AnswerTooLarge { // about a case that was made or written on: a loop of those is cut before
		return true, nil
	}
	day, lately := 0, 0
	err := tx.Row(`SELECT count(*), coalesce(sum(CASE WHEN received_at >= $4 THEN 1 ELSE 0 END), 0) FROM inbound_mail
		WHERE sender = $1 AND reason = $2 AND received_at >= $3`, []any{sender, r.out.reason, r.At.Add(-24 * time.Hour), r.At.Add(-loopWithin)}, &day, &lately)
	return day < answersADay && lately < answersAtOnce, err
}

// shownFile is a file of a held mail as it is listed, with its bytes in the original, or one that was too large to be taken.
type shownFile struct {
	Name string `json:"name"`
	Type string `json:"contentType"`
	Size int64  `json:"size"`
	Left bool   `json:"left,omitempty"` // it was too large to be taken: its bytes are not there
}

// supersedes reports whether a mail that its sender's domain stands for takes the place of a copy that came before it and of
// which nothing followed: one that nobody stood for, whatever was thought of it (M23), or one that was taken for a machine's by
// its head or envelope, as a list or somebody else on the way makes them, while this one is a person's. What somebody put away
// stays away if it was proved.
func (r *receipt) supersedes(before Outcome, proved bool) bool {
	if !r.Verdict.Pass || before.Reason == OwnMail { // what is our own is told from the same fields as what is the same
		return false
	}
	person := r.msg.Nature == mailmsg.Human && r.EnvelopeFrom != ""
	switch before.State {
	case StateHeld:
		return !proved || person && before.Reason == ByList
	case StateIgnored:
		return !proved || person
	case StateDiscarded:
		return !proved
	case StateEvent:
		return person
	case StateCase, StateMessage, StateAdopted, StateReleased, StateRefused: // it has had its effect, or its answer
	}
	return false
}

// raise puts the copy of a mail away, whose place the mail itself takes. When somebody has made something of the copy in the
// meantime, this mail has been dealt with.
func (r *receipt) raise(tx *db.Tx) error {
	if r.raises.IsZero() {
		return nil
	}
	free := sha256.Sum256(append([]byte("superseded "), r.raises[:]...))
	n, err := tx.Exec(`UPDATE inbound_mail SET dedupe = $2, state = 'discarded', decided_at = COALESCE(decided_at, $3)
		WHERE id = $1 AND state IN ('held', 'ignored', 'discarded', 'event')`, r.raises, free[:], tx.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return errDecided()
	}
	return journal.Record(tx, journal.Line{Tenant: r.out.customer, ActorKind: "system", SubjectKind: "mail", Subject: r.raises, Kind: "mail.discarded", Visibility: journal.Staff,
		Data: map[string]any{"reason": "superseded", "by": r.id}})
}

// write keeps the row of a mail and its journal line. caseID is set for a registration, message for a reply.
func (s *Service) write(tx *db.Tx, r *receipt, caseID, message id.ID) error {
	subject, body, name, files := r.msg.Subject, "", r.msg.From.Name, []shownFile{}
	switch {
	case r.out.reason == OwnMail || r.out.state == StateEvent, r.out.restricted:
		subject, name = "", ""
	case r.out.state == StateHeld || r.out.state == StateIgnored:
		body = r.msg.Text
		if r.msg.Quoted != "" {
			body += "\n\n" + r.msg.Quoted
		}
		for _, f := range r.msg.Files {
			files = append(files, shownFile{f.Name, f.ContentType, int64(len(f.Body)), false})
		}
	}
	if !r.out.restricted && r.out.state != StateEvent && r.out.reason != OwnMail {
		for _, f := range r.msg.Left {
			files = append(files, shownFile{f.Name, f.ContentType, f.Size, true})
		}
	}
	list, err := json.Marshal(files)
	if err != nil {
		return err
	}
	if err := r.raise(tx); err != nil {
		return err
	}
	number := r.number
	if number == "" && r.facts.on != nil && r.facts.token == mailmsg.Good {
		number = r.facts.on.number
	}
	err = tx.Buffer(`INSERT INTO inbound_mail (id, dedupe, inbox, received_at, sender, sender_name, person_id, authenticated, subject, body, state, reason,
			restricted, customer_id, case_id, case_number, message_id, files, sealed_id, size, header_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		r.id, r.dedupe, r.Inbox.Address, r.At, r.msg.From.Addr, name, r.facts.sender.Person.Person, r.Verdict.Pass, subject, body,
		string(r.out.state), r.out.reason, r.out.restricted, r.out.customer, caseID, number, message, string(list), r.sealed, len(r.Raw), r.msg.MessageID)
	if err == nil && r.original != nil {
		err = tx.Buffer(`INSERT INTO mail_original (id, bytes) VALUES ($1, $2)`, r.sealed, r.original)
	}
	if err != nil {
		return err
	}
	return r.record(tx, r.out.customer)
}

// failure marks the person whom a delivery report or complaint is about. Only a report that comes back to a signed
// address counts: anybody can write that somebody's mail has bounced.
func (s *Service) failure(tx *db.Tx, r *receipt) error {
	d := r.msg.Delivery
	person, ok := id.ID{}, false
	for _, rcpt := range r.Recipients {
		if person, ok = s.Tokens.Bounced(rcpt); ok {
			break
		}
	}
	kind, status := "bounce", ""
	if r.msg.Nature == mailmsg.Complaint {
		kind = "complaint"
	}
	if d != nil {
		status = d.Status
	}
	if !ok || kind == "bounce" && (d == nil || !d.Permanent) {
		return nil // nobody's, or it is tried again
	}
	var known int64
	if err := tx.Row(`SELECT count(*) FROM person WHERE id = $1`, []any{person}, &known); err != nil || known == 0 {
		return err
	}
	var count int64
	err := tx.Row(`INSERT INTO mail_failure (person_id, kind, status, count, first_at, last_at) VALUES ($1, $2, $3, 1, $4, $4)
		ON CONFLICT (person_id) DO UPDATE SET kind = excluded.kind, status = excluded.status, count = mail_failure.count + 1, last_at = excluded.last_at
		RETURNING count`, []any{person, kind, statusCode(status), tx.Now()}, &count)
	if err != nil {
		return err
	}
	err = journal.Record(tx, journal.Line{ActorKind: "system", SubjectKind: "person", Subject: person, Kind: "person.mail_failed",
		Visibility: journal.Staff, Data: map[string]any{"kind": kind, "status": statusCode(status), "mail": r.id}})
	if err != nil || count > 1 { // staff know already
		return err
	}
	return s.Cases.TellUnreachable(tx, person)
}

// statusCode keeps of a status what can be one: digits and dots.
func statusCode(s string) string {
	for i, c := range s {
		if (c < '0' || c > '9') && c != '.' || i > 10 {
			return s[:i]
		}
	}
	return s
}

// holdsFor reads held mails for somebody: staff see all but restricted ones, which cleared staff see as well; a liaison sees
// the authenticated colleagues' mails of the own customer, and one who sees a part of its cases only (2.1) those about
// such a case, and own ones. The query has its own customer in it, whatever the caller asks.
func holdsFor(a access.Actor) (where string, args []any) {
	if a.Role.IsStaff() {
		if access.Allows(a, access.HeldRestricted) {
			return ` WHERE TRUE`, nil
		}
		return ` WHERE NOT m.restricted`, nil
	}
	// What is for whichever of the own customers it is meant, and what the own person wrote to a list.
	own := fmt.Sprintf(`m.person_id = $2 AND m.reason IN ('%s', '%s')`, SeveralCustomers, ByList)
	where, args = ` WHERE (m.customer_id = $1 OR `+own+`) AND m.authenticated AND NOT m.restricted`, []any{a.Customer, a.Person}
	if sight := cases.Sight(a, "$2"); sight != "" {
		where += ` AND (m.person_id = $2 OR EXISTS (SELECT 1 FROM support_case c WHERE c.tenant_id = $1 AND c.number = m.case_number AND ` + sight + `))`
	}
	return where, args
}
