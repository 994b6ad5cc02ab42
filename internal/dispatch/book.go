package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/jobs"
	"liaison/internal/journal"
	"liaison/internal/policy"
)

// Enqueuer puts a job into the transaction: it runs after the commit, or not at all.
type Enqueuer interface {
	Enqueue(tx *db.Tx, kind string, args any) error
}

// Service holds the use cases. The fields are set once, before use.
type Service struct {
	DB     *db.DB
	Policy policy.Source
	Jobs   Enqueuer
	Counts func(ctx context.Context) (jobs.Counts, error) // of the queue that runs the jobs

	// Tell puts a notice before the staff who handle a case: its mail was refused, or its outcome is not known. nil
	// tells nobody. It may be called again when the transaction is repeated.
	Tell func(tx *db.Tx, tenant, of id.ID, kind string) error
}

// State is what became of a mail.
type State string

// The states. Waiting is before the text has left, also after a failed try; the last four are final, Unknown only for
// mails that are not repeated.
const (
	Waiting    State = "waiting"
	Sending    State = "sending" // the text is on its way, or the process ended in the middle
	Unknown    State = "unknown" // the server may have it: the line broke before its answer
	Sent       State = "sent"
	Refused    State = "refused"
	Suppressed State = "suppressed" // the address cannot be reached
	Deferred   State = "digest"     // told by the next digest
)

// States are all states, in the order in which the page offers them.
func States() []State {
	return []State{Waiting, Sending, Unknown, Refused, Suppressed, Sent, Deferred}
}

// The kinds of notices that Tell is called with.
const (
	NoticeRefused = "mail_refused"
	NoticeUnknown = "mail_unknown"
)

// lease is how long a worker may have a text on its way; a job is ended long before. After it, the worker is dead.
const lease = 2 * time.Minute

// ErrBusy says that another worker has this mail in hand, or had it until a moment ago: try later.
var ErrBusy = errors.New("another worker has this mail in hand")

// Mail is one mail in the book.
type Mail struct {
	MessageID    string // without angle brackets
	Person       id.ID  // zero for an address that is nobody's
	Kind         string
	Number       string // of the case, "" for none
	Tenant, Case id.ID  // of the case, zero for none

	// Once marks alarms: a try whose outcome is not known is shown to a person instead of being repeated, since a
	// second page about one breach reads like a second breach.
	Once bool
}

// Outcome is how a try ended.
type Outcome struct {
	State State  // Sent, Refused, Unknown, or Waiting for a try that is to be repeated
	Why   string // the server's code, never people's text
}

// Deliver makes one try to send m through deliver, which calls hand right before the text leaves. It does nothing for
// a mail that is done, and for an address that cannot be reached. again is true when the mail is to be tried again.
func (s *Service) Deliver(ctx context.Context, m Mail, deliver func(ctx context.Context, hand func(context.Context) error) Outcome) (again bool, err error) {
	defer errs.Wrap(&err, "dispatch.Deliver(%s)", m.MessageID)
	try, err := s.claim(ctx, m)
	if err != nil || try == 0 {
		return false, err
	}
	out := deliver(ctx, func(ctx context.Context) error { return s.hand(ctx, m, try) })
	settled := context.WithoutCancel(ctx) // what the server has said must be written down, also when the job's time is up
	if err := s.settle(settled, m, try, out); err != nil {
		return false, err
	}
	return out.State == Waiting || out.State == Unknown && !m.Once, nil
}

// entry is a row of the book.
type entry struct {
	state State
	tries int64
	last  time.Time
}

// claim takes a mail for one try and gives the try's number; 0 when nothing is to be sent.
func (s *Service) claim(ctx context.Context, m Mail) (try int64, err error) {
	err = s.DB.Update(ctx, db.ForSystem("dispatch.book"), func(tx *db.Tx) error {
		try = 0
		var e entry
		err := tx.Row(`SELECT state, tries, last_at FROM outbound_mail WHERE message_id = $1`, []any{m.MessageID},
			(*string)(&e.state), &e.tries, db.Time(&e.last))
		if errors.Is(err, db.ErrNoRows) {
			try, err = s.open(tx, m)
			return err
		}
		if err != nil {
			return err
		}
		switch {
		case e.state == Waiting, e.state == Unknown && !m.Once:
		case e.state != Sending:
			return nil
		case tx.Now().Sub(e.last) < lease:
			return ErrBusy
		case m.Once: // the process ended while the text was on its way
			return s.conclude(tx, m, e.tries, Outcome{Unknown, "interrupted"})
		}
		try = e.tries + 1
		_, err = tx.Exec(`UPDATE outbound_mail SET state = $3, tries = $4, last_at = $5 WHERE message_id = $1 AND tries = $2`,
			m.MessageID, e.tries, string(Waiting), try, tx.Now())
		return err
	})
	return try, err
}

// open makes the row of a mail that was not tried yet.
func (s *Service) open(tx *db.Tx, m Mail) (try int64, err error) {
	failing, err := failing(tx, m.Person)
	if err != nil {
		return 0, err
	}
	state := Waiting
	if failing {
		state = Suppressed
	} else {
		try = 1
	}
	return try, insert(tx, m, state, try)
}

func insert(tx *db.Tx, m Mail, state State, tries int64) error {
	n, err := tx.Exec(`INSERT INTO outbound_mail (message_id, person_id, kind, case_number, state, tries, first_at, last_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (message_id) DO NOTHING`,
		m.MessageID, m.Person, m.Kind, m.Number, string(state), tries, tx.Now())
	if err == nil && n == 0 {
		err = ErrBusy
	}
	return err
}

// failing reports whether mail to a person comes back.
func failing(tx *db.Tx, person id.ID) (bool, error) {
	if person.IsZero() {
		return false, nil
	}
	var n int64
	err := tx.Row(`SELECT count(*) FROM mail_failure WHERE person_id = $1`, []any{person}, &n)
	return n > 0, err
}

// hand notes that the text is about to leave. Whoever lost the mail to another worker must not send.
func (s *Service) hand(ctx context.Context, m Mail, try int64) error {
	return s.DB.Update(ctx, db.ForSystem("dispatch.book"), func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE outbound_mail SET state = $3, last_at = $4 WHERE message_id = $1 AND tries = $2 AND state = $5`,
			m.MessageID, try, string(Sending), tx.Now(), string(Waiting))
		if err == nil && n == 0 {
			err = ErrBusy
		}
		return err
	})
}

func (s *Service) settle(ctx context.Context, m Mail, try int64, out Outcome) error {
	return s.DB.Update(ctx, db.ForSystem("dispatch.book"), func(tx *db.Tx) error { return s.conclude(tx, m, try, out) })
}

// conclude writes how a try ended, unless a later one has begun, and tells staff what a person has to look at.
func (s *Service) conclude(tx *db.Tx, m Mail, try int64, out Outcome) error {
	n, err := tx.Exec(`UPDATE outbound_mail SET state = $3, error = $4, last_at = $5 WHERE message_id = $1 AND tries = $2
		AND state IN ('waiting', 'sending')`, m.MessageID, try, string(out.State), out.Why, tx.Now())
	if err != nil || n == 0 || m.Case.IsZero() || s.Tell == nil {
		return err
	}
	switch {
	case out.State == Refused:
		return s.Tell(tx, m.Tenant, m.Case, NoticeRefused)
	case out.State == Unknown && m.Once:
		return s.Tell(tx, m.Tenant, m.Case, NoticeUnknown)
	}
	return nil
}

// Forget removes what left long ago. It is periodic work.
func (s *Service) Forget(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "dispatch.Forget")
	return s.DB.Update(ctx, db.ForSystem("dispatch.forget"), func(tx *db.Tx) error {
		if err := tx.Buffer(`DELETE FROM mail_line WHERE at < $1`, tx.Now().Add(-keepMail)); err != nil {
			return err
		}
		return tx.Buffer(`DELETE FROM outbound_mail WHERE last_at < $1`, tx.Now().Add(-keepMail))
	})
}

// keepMail is how long the book keeps a mail: longer than any job about it may still be tried.
const keepMail = 90 * 24 * time.Hour

// record writes the journal's line of a use case of a person.
func record(tx *db.Tx, a access.Actor, person id.ID, kind string, data map[string]any) error {
	side := "customer"
	switch {
	case a.System:
		side = "system"
	case a.Role.IsStaff():
		side = "staff"
	}
	return journal.Record(tx, journal.Line{Actor: a.Person, ActorKind: side, SubjectKind: "person", Subject: person, Kind: kind,
		Visibility: journal.System, Data: data})
}

// String is the outcome for a log.
func (o Outcome) String() string { return fmt.Sprintf("%s %s", o.State, o.Why) }
