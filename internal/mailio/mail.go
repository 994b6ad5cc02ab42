package mailio

import (
	netmail "net/mail"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/id"
	"liaison/internal/text"
)

// Kind is why a mail is sent.
type Kind string

// The kinds. Warning, Breach and Urgent go to staff and duty addresses, PasswordReset to anybody with an account, the
// others to liaisons and, from Neutral on, to those who wrote to an inbox.
const (
	Acknowledgement Kind = "acknowledgement"
	Answer          Kind = "answer"
	Question        Kind = "question"
	Status          Kind = "status"
	Warning         Kind = "warning"
	Breach          Kind = "breach"
	Resolved        Kind = "resolved"
	Merged          Kind = "merged"          // another case goes on in this one
	Waived          Kind = "waived"          // a missed deadline of the case is not held against support
	Task            Kind = "task"            // the customer is to test, send or carry out something
	TaskLate        Kind = "task_late"       // and has not until it was due
	NoContact       Kind = "no_contact"      // the priority is lower because nobody got in touch
	ColleagueWrote  Kind = "colleague_wrote" // a colleague's reply waits for the reader to decide
	Urgent          Kind = "urgent"          // a P1 was registered
	Digest          Kind = "digest"
	PasswordReset   Kind = "password_reset"
	PolicyEdition   Kind = "policy_edition"   // another edition of the policy takes effect
	PolicyWithdrawn Kind = "policy_withdrawn" // it will not

	Neutral           Kind = "neutral"             // only liaisons register by mail
	Refused           Kind = "refused"             // a case by mail was refused
	ByHand            Kind = "by_hand"             // what came cannot be taken as it is: a person reads it
	RestrictedNew     Kind = "restricted_new"      // cases of this customer are not taken by mail
	RestrictedFiles   Kind = "restricted_files"    // files came along that are not taken by mail
	RestrictedNoToken Kind = "restricted_no_token" // an answer that does not name its case
	TooLarge          Kind = "too_large"           // files came along that are too large for mail
	Closed            Kind = "closed"              // to staff: the case is closed
	ByList            Kind = "by_list"             // what came through a mailing list waits for the reader
	WhichCustomer     Kind = "which_customer"      // for which of several customers a mail is meant
	Waits             Kind = "waits"               // a reply waits for a liaison of the writer's organisation

	LiaisonInvited   Kind = "liaison_invited" // to an address that may be nobody's yet
	LiaisonBegan     Kind = "liaison_began"
	LiaisonSucceeded Kind = "liaison_succeeded" // in somebody's place, with their cases
	LiaisonReplaced  Kind = "liaison_replaced"
	LiaisonEnded     Kind = "liaison_ended"
	LiaisonDeparted  Kind = "liaison_departed" // cases without an owner: who follows?
	AccessReview     Kind = "access_review"

	InvoiceDue     Kind = "invoice_due"
	InvoiceOverdue Kind = "invoice_overdue" // support is suspended
	SupportEnds    Kind = "support_ends"    // of software on premises
	TermEnds       Kind = "term_ends"       // and is not renewed yet
	TermEnded      Kind = "term_ended"
)

// aboutMoney are the kinds about invoices, renewals and the end of what was bought.
func aboutMoney() []Kind { return []Kind{InvoiceDue, InvoiceOverdue, SupportEnds, TermEnds, TermEnded} }

// aboutPeople are the kinds about who is a liaison.
func aboutPeople() []Kind {
	return []Kind{LiaisonInvited, LiaisonBegan, LiaisonSucceeded, LiaisonReplaced, LiaisonEnded, LiaisonDeparted, AccessReview}
}

// Kinds are all kinds.
func Kinds() []Kind {
	return append([]Kind{Acknowledgement, Answer, Question, Status, Warning, Breach, Resolved, Merged, Waived, NoContact, ColleagueWrote, Task, TaskLate, Urgent, Digest, PasswordReset, PolicyEdition, PolicyWithdrawn,
		Neutral, Refused, ByHand, RestrictedNew, RestrictedFiles, RestrictedNoToken, TooLarge, Closed, WhichCustomer, Waits, ByList}, append(aboutPeople(), aboutMoney()...)...)
}

// traits are what sets a kind apart.
type traits struct {
	caseless bool // it shows no case
	staff    bool // for staff: its subject says what it is about, and an answer to it is no answer to the customer
	reply    bool // answers a mail that somebody wrote
	people   bool // about who is a liaison
	money    bool // about what was bought
}

func (k Kind) traits() traits {
	switch k {
	case Warning, Breach, Urgent:
		return traits{staff: true}
	case Digest, PasswordReset, PolicyEdition, PolicyWithdrawn:
		return traits{caseless: true}
	case LiaisonInvited, LiaisonBegan, LiaisonSucceeded, LiaisonReplaced, LiaisonEnded, LiaisonDeparted, AccessReview:
		return traits{caseless: true, people: true}
	case InvoiceDue, InvoiceOverdue, SupportEnds, TermEnds, TermEnded:
		return traits{caseless: true, money: true}
	case Neutral, Refused, ByHand, RestrictedNew, RestrictedNoToken, RestrictedFiles, TooLarge, Closed, WhichCustomer, Waits, ByList:
		return traits{caseless: true, reply: true}
	default: // about a case, for its customer
		return traits{}
	}
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
	Case     *Case     // nil for a mail that is about none, or about several
	Number   string    // of the case that an answer to a mail is about; Merged: of the case that goes on in this one
	Title    string    // subject of the mail that an answer to it answers; "" for none
	Replying string    // Message-ID of the mail that the reader wrote last, without angle brackets; "" for none
	Guess    *Guess    // Acknowledgement: what the case is taken to be about until it is confirmed; nil when nothing is guessed
	Promise  *Promise  // the next promise to the customer; nil when none is running
	Author   *Author   // who wrote Body
	Body     string    // as it was written: the answer, the question, the remedy, the reason; Markdown unless Plain
	Plain    bool      // Body is plain text: it came by mail
	Percent  int       // Warning: how much of the time is used
	Closes   int       // Resolved: working days after which the case closes by itself; 0 says nothing of it
	Until    time.Time // Resolved: reopening ends; PasswordReset: the link ends; PolicyEdition, PolicyWithdrawn: it takes effect, or would have; Waived: was due; Task, TaskLate: is or was due
	Edition  string    // PolicyEdition, PolicyWithdrawn: its name
	Customer string    // name, for the line that says why the reader gets the mail
	Decision *Decision // Refused: why
	Lines    []Line    // Digest: what changed, by case
	About    About     // of the kinds about who is a liaison
	Money    Money     // of the kinds about money
	Left     []File    // TooLarge: what was not taken
	More     int       // Digest: how many changes are not listed
	Bare     bool      // no text of people: neither title nor names (restricted customers); of a Restricted case always
}

// About is what a mail about liaisons names.
type About struct {
	System, Other string // names: the system, the person whom it is about besides
	Count         int    // of cases, or of people with access
	Days          int    // working days after which staff look at cases that nobody follows
}

// File is one that came with a mail.
type File struct {
	Name string
	Size int64 // bytes; 0 when nobody knows
}

// Money is what a mail about an invoice, a renewal or the end of support names.
type Money struct {
	Number string        // of the invoice or the renewal
	Amount string        // "1234.50 EUR"; "": nobody said how much
	Day    calendar.Date // the last day to pay or to order, the first one without support; vendor's zone
	Stops  calendar.Date // of an invoice: the day from which it suspends support, vendor's zone
	Count  int           // of systems
}

// Decision is why a case was refused: the reader's words for it stand in the catalogue.
type Decision struct {
	Code   string // of the decision, e.g. "invoice_overdue"
	Clause string // of the policy, "" for none
	Args   map[string]any
}

// Line is what a digest tells about one case.
type Line struct {
	Number, Subject, Status string // Status is a code
	Restricted              bool   // of a customer with restricted data: shown without its title
	Kinds                   []Kind // what happened, in order, each once
	At                      time.Time
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
	Centre   string // key of the regional centre whose inbox takes answers

	// Restricted: of a customer with restricted data. A mail about it says number, state and promise, and leads to the
	// page; whatever people wrote stays there (R7.1-08).
	Restricted bool
}

// Guess is what a case that came by mail is taken to be about.
type Guess struct {
	System, Environment, Version string // names
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
	Return    string            // the envelope's sender, where reports go; "" is the empty one, to which none come
	Headers   map[string]string // further ones; names in canonical form
	At        time.Time
}
