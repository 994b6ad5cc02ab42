package inbound

import (
	"time"

	"liaison/internal/account"
	"liaison/internal/blob"
	"liaison/internal/cases"
	"liaison/internal/cursor"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
)

// AnswerJob is the kind of job that sends an answer which is about no case.
const AnswerJob = "mail.answer"

// Answer is the argument of an AnswerJob. It goes to the person's stored address, never to one that a mail named.
type Answer struct {
	Mail     id.ID          `json:"mail"` // names the answer, so that it is sent once
	Person   id.ID          `json:"person"`
	Kind     AnswerKind     `json:"kind"`
	Number   string         `json:"number,omitempty"`   // of the case, for TooLarge, Closed and RestrictedFiles
	Decision *errs.Decision `json:"decision,omitempty"` // for Refused
	Wrote    string         `json:"wrote,omitempty"`    // Message-ID of the mail that is answered
}

// Enqueuer adds a job that runs after the transaction has committed.
type Enqueuer interface {
	Enqueue(tx *db.Tx, kind string, args any) error
}

// Service receives mail and keeps what is held. All fields but the last two are needed.
type Service struct {
	DB        *db.DB
	Cases     *cases.Service
	Accounts  *account.Service
	Jobs      Enqueuer
	Blobs     *blob.Store
	Keys      *blob.Keyring
	CursorKey cursor.Key // seals the cursors of lists
	Tokens    mailmsg.Tokens
	Text      *text.Catalogue // what the program itself says in a case that came by mail
	Inboxes   []Inbox
	MaxFile   int64 // largest attachment that is taken, in bytes
	Limits    mailmsg.Limits
	KeepHeld  time.Duration // how long a held mail waits; 0 is 90 days
}

// Inbox is one of our addresses, with the centre that staffs it.
type Inbox struct {
	Address string // normalised
	Centre  string
}

// Delivery is one mail as it was handed over.
type Delivery struct {
	Inbox        Inbox
	EnvelopeFrom string   // "" for the null sender
	Recipients   []string // as RCPT gave them, with what stands behind the plus sign
	At           time.Time
	Raw          []byte
	Cut          bool // Raw is the beginning of a longer mail: its last file is not whole
	Verdict      mailmsg.Verdict
}

// Outcome is what became of a delivery.
type Outcome struct {
	Mail   id.ID
	State  State
	Reason string
	Number string // of the case that was made or written on
	Again  bool   // it had been handled before, and nothing was done
}

func (s *Service) keepHeld() time.Duration {
	if s.KeepHeld == 0 {
		return 90 * 24 * time.Hour
	}
	return s.KeepHeld
}
