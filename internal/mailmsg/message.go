// Package mailmsg reads mail as it comes in from the world: what was written, by whom, whether a machine wrote it,
// whether the sender's domain stands for it, and to which case a signed token leads. It is handed bytes and returns
// values: it looks nothing up and decides nothing about customers.
package mailmsg

import "time"

// Message is one mail, read. Every text is valid UTF-8 without characters that cannot be seen.
type Message struct {
	MessageID  string    // without angle brackets; "" when there is none
	From       Address   // the one sender; zero with a Trouble about the sender
	Subject    string    // decoded, one line
	Date       time.Time // as the sender claims; zero when there is none. Clocks never use it
	InReplyTo  []string  // ids without angle brackets
	References []string
	Recipients []string // normalised addresses of To and Cc
	Language   string   // "zh-Hans", "en", or "" when the text is too short to tell
	Text       string   // what the person wrote in this mail, as plain text that is safe as Markdown
	Quoted     string   // what was quoted, and the signature: shown folded
	Forwarded  bool     // it passes on what it quotes
	HTML       string   // sanitised; "" when the mail has no HTML part
	Files      []File
	Left       []LeftOut // files that were too large to be read with the mail
	Nature     Nature
	ByList     bool      // a mailing list has passed it on
	Delivery   *Delivery // of a Bounce or Complaint, when it can be read
	Trouble    Trouble   // why the mail goes to quarantine; "" when it is sound
	BodyHash   [32]byte  // SHA-256 of the body as it came
}

// Address is one mailbox.
type Address struct {
	Name string // as claimed; only shown, and after Addr
	Addr string // addr-spec, normalised: local part as written in lower case, domain in lower-case ASCII
}

// File is an attachment or an inline picture.
type File struct {
	Name        string // cleaned; never a path
	ContentType string
	ContentID   string // of an inline part, without angle brackets
	Inline      bool
	Body        []byte
}

// LeftOut is a file whose bytes were left out on the way in, because the mail was too large with it.
type LeftOut struct {
	Name        string // cleaned; never a path
	ContentType string
	Size        int64 // bytes, about; 0 when nobody knows
}

// Nature says who wrote a mail.
type Nature string

// The natures. Only a Human mail opens, reopens and resumes; a Generated or Bulk one does so when it carries a good token.
const (
	Human     Nature = "human"
	Replied   Nature = "auto_replied"   // an out-of-office answer, an acknowledgement by another help desk
	Generated Nature = "auto_generated" // Auto-Submitted: auto-generated
	Bulk      Nature = "bulk"           // to many, or through a list: a person may have written it
	Bounce    Nature = "bounce"         // a delivery report
	Complaint Nature = "complaint"      // an abuse report (RFC 5965)
)

// Delivery is what a delivery report or complaint says.
type Delivery struct {
	Recipient string // the address that could not be reached, normalised; "" when it does not say
	Permanent bool   // 5.x.x: it will not get better
	Status    string // e.g. "5.1.1"
	MessageID string // of our mail, when the report holds it
}

// Trouble is why a mail cannot be taken at its word.
type Trouble string

// The troubles.
const (
	NoSender       Trouble = "no_sender"       // no From, or none that is an address
	TwoSenders     Trouble = "two_senders"     // several From headers, several mailboxes, or a group
	UnsafeSender   Trouble = "unsafe_sender"   // an address that only looks like one: homographs, wide dots, broken IDNA
	TooComplex     Trouble = "too_complex"     // nested or numerous beyond the limits
	UnreadableBody Trouble = "unreadable_body" // no part could be decoded
)
