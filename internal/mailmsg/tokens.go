package mailmsg

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"liaison/internal/id"
)

// Tokens signs what leads an answer back to its case, and reads it again. Nobody without the secret can make one; a
// token names a case and gives no access by itself.
type Tokens struct {
	secret []byte
	domain string // right side of our Message-IDs
	ours   func(address string) bool
}

// NewTokens makes the signer of an installation. domain is in lower case.
func NewTokens(secret []byte, domain string) Tokens { return Tokens{secret: secret, domain: domain} }

// Reading is t for mail that comes in. ours says which addresses are inboxes of ours: other people's addresses may have a
// number behind a plus sign, too.
func (t Tokens) Reading(ours func(address string) bool) Tokens {
	t.ours = ours
	return t
}

// Domain is the right side of our Message-IDs.
func (t Tokens) Domain() string { return t.domain }

// State says what came of looking for a token.
type State string

// The states.
const (
	None State = "none" // nothing that looks like a token of ours
	Good State = "good"
	Bad  State = "bad" // something that looks like one and is not signed by us: no threading, and it is noted
)

const tokenMAC = 10 // bytes of a MAC in a token: 16 letters

// lower is base32 in letters that survive programs that fold the case of addresses.
func lower() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

// mac signs fields, each with its length before it, so that no two lists of fields have the same MAC.
func (t Tokens) mac(purpose string, fields ...string) string {
	m := hmac.New(sha256.New, t.secret)
	for _, f := range append([]string{purpose}, fields...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		m.Write(n[:])
		m.Write([]byte(f))
	}
	return lower().EncodeToString(m.Sum(nil)[:tokenMAC])
}

func (t Tokens) signed(mac, purpose string, fields ...string) bool {
	return hmac.Equal([]byte(mac), []byte(t.mac(purpose, fields...)))
}

// Thread is the id that every mail about a case refers to, without angle brackets: "case.<number>.<mac>@domain".
func (t Tokens) Thread(number string) string {
	return "case." + number + "." + t.mac("thread", number) + "@" + t.domain
}

// MessageID names the mail about an event to a person; number is "" when it is about no case. It follows from the
// three alone, so a repeated try has the same id: "m.<event>.<number>.<mac>@domain".
func (t Tokens) MessageID(event, person id.ID, number string) string {
	e := lower().EncodeToString(event[:])
	return "m." + e + "." + number + "." + t.mac("message", e, person.String()) + t.mac("mail of case", e, number) + "@" + t.domain
}

// ReplyAddress is where an answer to a mail about a case goes: the inbox's address with the number and a MAC behind
// a plus sign.
func (t Tokens) ReplyAddress(inbox, number string) string {
	local, domain, _ := strings.Cut(inbox, "@")
	return local + "+" + number + "." + t.mac("reply", number) + "@" + domain
}

// Case looks for the case that a mail answers: in the address it was delivered to, then in what it refers to. rcpt
// are the envelope's recipients. One bad token makes the whole mail Bad.
func (t Tokens) Case(m *Message, rcpt []string) (number string, s State) {
	s = None
	see := func(n string, is State) {
		switch {
		case is == Bad || is == Good && s == Good && n != number:
			s = Bad
		case is == Good && s == None:
			number, s = n, Good
		}
	}
	for _, r := range append(append([]string{}, rcpt...), m.Recipients...) {
		see(t.readReply(r))
	}
	for _, r := range append(append([]string{}, m.References...), m.InReplyTo...) {
		see(t.readReference(r))
	}
	if s != Good {
		number = ""
	}
	return number, s
}

// Numbers are the case numbers in whatever looks like a token of ours, signed or not, at most ten: a reason for caution.
func (t Tokens) Numbers(m *Message, rcpt []string) (list []string) {
	see := func(number string) {
		if digits(number) && len(list) < 10 {
			list = append(list, number)
		}
	}
	for _, r := range append(append([]string{}, rcpt...), m.Recipients...) {
		local, _, _ := strings.Cut(r, "@")
		_, detail, _ := strings.Cut(local, "+")
		number, _, _ := strings.Cut(detail, ".")
		see(number)
	}
	for _, r := range append(append([]string{}, m.References...), m.InReplyTo...) {
		switch parts := strings.Split(r, "."); {
		case strings.EqualFold(parts[0], "case") && len(parts) > 1:
			number, _, _ := strings.Cut(parts[1], "@")
			see(number)
		case strings.EqualFold(parts[0], "m") && len(parts) > 2:
			number, _, _ := strings.Cut(parts[2], "@")
			see(number)
		}
	}
	return list
}

func (t Tokens) readReply(addr string) (string, State) {
	local, domain, _ := strings.Cut(strings.ToLower(addr), "@")
	base, detail, ok := strings.Cut(local, "+")
	number, mac, both := strings.Cut(detail, ".")
	if !ok || !both || !digits(number) {
		return "", None
	}
	if !t.signed(mac, "reply", number) {
		if t.ours != nil && !t.ours(base+"@"+domain) {
			return "", None
		}
		return "", Bad
	}
	return number, Good
}

func (t Tokens) readReference(ref string) (string, State) {
	left, domain, ok := strings.Cut(ref, "@")
	if !ok || !strings.EqualFold(domain, t.domain) {
		return "", None
	}
	parts := strings.Split(strings.ToLower(left), ".")
	switch {
	case parts[0] == "case" && len(parts) == 3:
		if t.signed(parts[2], "thread", parts[1]) {
			return parts[1], Good
		}
	case parts[0] == "m" && len(parts) == 4:
		if n := len(parts[3]) / 2; n > 0 && t.signed(parts[3][n:], "mail of case", parts[1], parts[2]) {
			if parts[2] == "" {
				return "", None
			}
			return parts[2], Good
		}
	}
	return "", Bad
}

func digits(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

// BounceAddress is the envelope sender of a mail to a person (VERP): a report that comes back to it names the person
// and cannot be forged.
func (t Tokens) BounceAddress(inbox string, person id.ID) string {
	local, domain, _ := strings.Cut(inbox, "@")
	p := lower().EncodeToString(person[:])
	return local + "+b." + p + "." + t.mac("bounce", p)[:8] + "@" + domain
}

// Bounced reads whom an envelope recipient is the bounce address of; ok is false when it is none of ours.
func (t Tokens) Bounced(addr string) (person id.ID, ok bool) {
	local, _, _ := strings.Cut(strings.ToLower(addr), "@")
	_, detail, _ := strings.Cut(local, "+")
	parts := strings.Split(detail, ".")
	if len(parts) != 3 || parts[0] != "b" || !hmac.Equal([]byte(parts[2]), []byte(t.mac("bounce", parts[1])[:8])) {
		return id.ID{}, false
	}
	b, err := lower().DecodeString(parts[1])
	if err != nil || len(b) != len(person) {
		return id.ID{}, false
	}
	copy(person[:], b)
	return person, true
}
