package inbound

import (
	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/id"
	"liaison/internal/mailmsg"
)

// State is what became of a mail.
type State string

// The states. Held waits for a person; Adopted, Released and Discarded say what the person did.
const (
	StateCase      State = "case"
	StateMessage   State = "message"
	StateHeld      State = "held"
	StateAdopted   State = "adopted"
	StateReleased  State = "released"
	StateDiscarded State = "discarded"
	StateIgnored   State = "ignored"
	StateRefused   State = "refused"
	StateEvent     State = "event" // a delivery report or complaint
)

// The reasons why a mail is held, ignored or refused. A mail in quarantine has its Trouble as reason, a refused
// registration the code of the decision.
const (
	UnknownSender         = "unknown_sender"
	Unauthenticated       = "unauthenticated"
	NotALiaison           = "not_a_liaison"
	UnverifiedParticipant = "unverified_participant"
	BadToken              = "bad_token"
	StrangerOnCase        = "stranger_on_case"
	CaseNotVisible        = "case_not_visible"
	StaffSender           = "staff_sender"
	LoopSuspected         = "loop_suspected"
	RestrictedReply       = "restricted_reply"
	RestrictedNew         = "restricted_new"
	RestrictedNoToken     = "restricted_no_token"
	OwnMail               = "own_mail"
	Automatic             = "automatic"
	DeliveryReport        = "delivery_report"
	CaseClosed            = "case_closed"
	SeveralCustomers      = "several_customers" // of whom the sender is a liaison: which one is meant?
	ByList                = "by_list"           // a known sender's, through a list
	NotTaken              = "not_taken"         // what it leads to cannot take it as it is
)

// AnswerKind is an answer that is not about a case's content.
type AnswerKind string

// The answers. Each goes to an authenticated person only and never to automatic mail: the neutral ones at most once in
// 24 hours, the others for each mail they are about, as long as it is not two machines that answer each other.
const (
	AnswerNeutral           AnswerKind = "neutral"             // only liaisons register; the community
	AnswerRefused           AnswerKind = "refused"             // the decision, in words
	AnswerByHand            AnswerKind = "by_hand"             // it cannot be taken as it is: a person reads it
	AnswerRestrictedNew     AnswerKind = "restricted_new"      // by portal or phone
	AnswerRestrictedNoToken AnswerKind = "restricted_no_token" // returned: no identifier
	AnswerRestrictedFiles   AnswerKind = "restricted_files"    // attachments were not taken
	AnswerTooLarge          AnswerKind = "too_large"           // how to upload
	AnswerClosed            AnswerKind = "closed"              // to staff: reopen it first
	AnswerWhichCustomer     AnswerKind = "which_customer"      // the sender says for whom it is
	AnswerWaits             AnswerKind = "waits"               // neutral, too: a reply waits for a liaison to decide
	AnswerByList            AnswerKind = "by_list"             // neutral, too: what came through a list waits for its writer
)

// act is what has to be done beside writing the row.
type act int

const (
	none act = iota
	register
	post
)

// facts are what the decision rests on.
type facts struct {
	mail      *mailmsg.Message
	null      bool // the envelope has no sender: a machine wrote it (RFC 3834)
	verdict   mailmsg.Verdict
	own       bool           // from one of our inboxes, or with a Message-ID of ours
	token     mailmsg.State  // of a case
	on        *onCase        // the case of a good token, else the one whose number stands in the subject
	sender    account.Sender // zero unless known
	known     bool
	recent    []string // subjects of the cases that the sender has registered by mail lately
	answersUs bool     // it names a mail of ours as the one it answers
	marked    bool     // the number in its subject is written as a case's
	suspect   bool     // nobody is identified, and it may come from a restricted customer
}

// onCase is the case that a mail is about.
type onCase struct {
	number     string
	customer   id.ID
	restricted bool
	hidden     bool // from the sender, who belongs to the customer and sees a part of its cases only
}

// outcome is the decision on a mail.
type outcome struct {
	state      State
	reason     string
	act        act
	as         access.Actor // who acts, for register and post
	customer   id.ID        // whose matter it is: that customer's liaisons see it when it is held
	restricted bool         // no original, no file, text sealed
	answer     AnswerKind   // "" = none
}

// decide says what becomes of a mail. It is the whole of the rules on mail (semantics, Mail; security M and L).
func decide(f facts) outcome {
	restricted := f.suspect || f.on != nil && f.on.restricted
	for _, g := range f.sender.Standing {
		restricted = restricted || g.Restricted
	}
	o := f.byNature()
	if o.state == "" {
		o = f.byIdentity()
	}
	o.restricted = restricted
	return o
}

func held(reason string) outcome { return outcome{state: StateHeld, reason: reason} }

// byNature settles what machines write and what is not sound; the zero outcome goes on.
func (f facts) byNature() outcome {
	m := f.mail
	switch {
	case m.Nature == mailmsg.Bounce || m.Nature == mailmsg.Complaint:
		return outcome{state: StateEvent, reason: DeliveryReport}
	case f.own:
		return outcome{state: StateIgnored, reason: OwnMail}
	case m.Nature == mailmsg.Replied, f.null, m.Nature == mailmsg.Generated && f.token == mailmsg.None:
		return outcome{state: StateIgnored, reason: Automatic}
	case m.Nature == mailmsg.Bulk && f.token == mailmsg.None && (!f.known || !f.verdict.Pass): // a newsletter
		return outcome{state: StateIgnored, reason: Automatic}
	case m.Trouble != "":
		return held(string(m.Trouble))
	case f.token == mailmsg.Bad:
		return held(BadToken)
	case !f.known:
		return held(UnknownSender)
	case !f.verdict.Pass:
		return held(Unauthenticated)
	}
	return outcome{}
}

// byIdentity decides on a sound mail of an authenticated, known person.
func (f facts) byIdentity() outcome {
	if f.on != nil {
		return f.reply()
	}
	if f.mail.Nature == mailmsg.Bulk { // somebody we know, through a list: a person says what it is
		o := held(ByList)
		if g, _ := f.liaisonOf(); f.mail.ByList && g.Role == access.Liaison && !g.Restricted { // who can make it a case themselves
			o.answer = AnswerByList
		}
		return o
	}
	if f.sender.Staff != "" {
		return held(StaffSender)
	}
	if g, several := f.liaisonOf(); g.Role == access.Liaison {
		if several { // filed with the wrong one, it would show one customer's matter to another (2.1)
			o := held(SeveralCustomers)
			o.answer = AnswerWhichCustomer
			return o
		}
		return f.newMail(g)
	}
	for _, g := range f.sender.Standing {
		o := held(NotALiaison)
		o.customer, o.answer = g.Customer, AnswerNeutral
		return o
	}
	return held(UnknownSender)
}

// liaisonOf is the grant under which the sender registers: the only one as a liaison, or the first one of a restricted customer,
// whose cases are not registered by mail at all. several says that there are others beside it and nothing tells which is meant.
func (f facts) liaisonOf() (g account.Standing, several bool) {
	for _, s := range f.sender.Standing {
		switch {
		case s.Role != access.Liaison:
		case s.Restricted:
			return s, false
		case g.Role == access.Liaison:
			several = true
		default:
			g = s
		}
	}
	return g, several
}

func (f facts) newMail(g account.Standing) outcome {
	switch {
	case g.Restricted: // R7.1-01
		return outcome{state: StateRefused, reason: RestrictedNew, answer: AnswerRestrictedNew, customer: g.Customer}
	case f.looping():
		o := held(LoopSuspected)
		o.customer = g.Customer
		return o
	}
	as, _ := f.sender.For(g.Customer)
	return outcome{state: StateCase, act: register, as: as, customer: g.Customer}
}

// reply decides on a mail about a case: by a good token, or by the number in its subject alone, which suffices only for
// those who see the case anyway.
func (f facts) reply() outcome {
	as, isTheirs := f.sender.For(f.on.customer)
	byToken := f.token == mailmsg.Good
	switch {
	case f.sender.Staff != "" && byToken && access.Allows(f.sender.AsStaff(), access.CaseReply):
		return outcome{state: StateMessage, act: post, as: f.sender.AsStaff(), customer: f.on.customer}
	case isTheirs && f.on.hidden: // without an answer: it would tell that there is such a case
		o := held(CaseNotVisible)
		o.customer = f.on.customer
		return o
	case isTheirs && as.Role == access.Liaison && f.on.restricted && !byToken: // R7.1-02
		return outcome{state: StateRefused, reason: RestrictedNoToken, answer: AnswerRestrictedNoToken, customer: f.on.customer}
	case isTheirs && as.Role == access.Liaison && f.on.restricted: // R7.1-07, R7.1-08
		o := held(RestrictedReply)
		o.customer, o.as = f.on.customer, as
		if len(f.mail.Files)+len(f.mail.Left) > 0 {
			o.answer = AnswerRestrictedFiles
		}
		return o
	case isTheirs && as.Role == access.Liaison:
		return outcome{state: StateMessage, act: post, as: as, customer: f.on.customer}
	case !byToken:
		return held(StrangerOnCase)
	case isTheirs: // a colleague who is no liaison: a liaison decides
		o := held(UnverifiedParticipant)
		o.customer = f.on.customer
		if !f.on.restricted { // else cleared staff read it first
			o.answer = AnswerWaits
		}
		return o
	}
	return held(UnverifiedParticipant)
}
