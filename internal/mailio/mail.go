package mailio

import (
	netmail "net/mail"
	"time"

	"liaison/internal/id"
	"liaison/internal/text"
)

// Kind is why a mail is sent.
type Kind string

// The kinds. Warning and Breach go to staff, PasswordReset to anybody with an account, the others to liaisons.
const (
	Acknowledgement Kind = "acknowledgement"
	Answer          Kind = "answer"
	Question        Kind = "question"
	Status          Kind = "status"
	Warning         Kind = "warning"
	Breach          Kind = "breach"
	Resolved        Kind = "resolved"
	PasswordReset   Kind = "password_reset"
)

// Kinds are all kinds.
func Kinds() []Kind {
	return []Kind{Acknowledgement, Answer, Question, Status, Warning, Breach, Resolved, PasswordReset}
}

// Clock says which promise a box, warning or breach is about.
type Clock string

// The clocks, as in the cases' API.
const (
	InitialResponse Clock = "initial_response"
	StatusUpdate    Clock = "status_update"
)

// Mail is what one mail says, as values.
type Mail struct {
	Kind     Kind
	Event    id.ID     // what caused it: the journal's subject, message or reset; with the recipient it names the mail
	At       time.Time // instant of the event; the Date of the mail, and what "today" refers to
	To       Recipient
	Path     string    // where the button leads, below the origin: "/cases/20418"
	Case     *Case     // nil for PasswordReset
	Promise  *Promise  // the next promise to the customer; nil when none is running
	Author   *Author   // who wrote Body
	Body     string    // Markdown as it was written: the answer, the question, the remedy, the reason
	Percent  int       // Warning: how much of the time is used
	Until    time.Time // Resolved: reopening ends; PasswordReset: the link ends
	Customer string    // name, for the line that says why the reader gets the mail
}

// Recipient is the reader.
type Recipient struct {
	Person id.ID
	Name   string
	Email  string
	Lang   text.Lang
	Zone   *time.Location
}

// Case is what the head of a mail shows.
type Case struct {
	ID       id.ID
	Number   string
	Subject  string
	Priority int    // 1..4
	Status   string // code, e.g. "waiting_customer"
	Assignee string // name; "" for nobody
}

// Promise is a due instant.
type Promise struct {
	Clock Clock
	Due   time.Time
}

// Author is who wrote the text of a mail.
type Author struct {
	Name string
	Role string // code of a role, e.g. "engineer"
}

// Message is a mail ready to be sent.
type Message struct {
	To        netmail.Address
	Subject   string
	Text      string
	HTML      string
	MessageID string            // without angle brackets
	Headers   map[string]string // further ones; names in canonical form
	At        time.Time
}
