package entitlement

import (
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Sender is what is known of somebody who writes or calls.
type Sender int

// The senders.
const (
	SenderUnknown Sender = iota // nobody that is known, or whose name could not be confirmed
	SenderMember                // of a customer, and no liaison
	SenderLiaison
)

// Contacted is what becomes of a message: Allowed when it opens a case. Reply is the code of what the sender is told,
// "" for nothing: somebody who is not known, or not for certain, learns nothing at all (R1.0-01).
type Contacted struct {
	errs.Decision
	Reply string
}

// Contact decides what becomes of what somebody writes or says on a channel. What belongs to a case that is there opens
// no other one, whoever sends it.
func Contact(p *policy.Pack, s Standing, from Sender, newCase bool, at time.Time) Contacted {
	s.Liaison = from == SenderLiaison
	c := Contacted{Decision: Register(p, s.RegisterFacts, at)}
	switch {
	case c.Allowed && !newCase:
		c.Allowed = false
	case !c.Allowed && from != SenderUnknown && (newCase || from == SenderMember):
		c.Reply = c.Code
	}
	if from == SenderUnknown {
		c.Allowed, c.Reply = false, ""
	}
	return c
}
