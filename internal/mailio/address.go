package mailio

import (
	"crypto/sha256"
	"maps"
	netmail "net/mail"
	"slices"
	"strings"
	"unicode"

	"liaison/internal/errs"
	"liaison/internal/id"
)

const (
	maxSubjectRunes = 160
	maxNameRunes    = 100
)

// address makes the one recipient of a mail. The name may be anything, it is only shown; the address must be a plain
// local@domain and nothing else. Error Invalid.
func address(name, email string) (netmail.Address, error) {
	parsed, err := netmail.ParseAddress(email)
	if err != nil || parsed.Name != "" || parsed.Address != email || len(email) > 254 || strings.ContainsFunc(email, unfit) {
		return netmail.Address{}, errs.BadFields(errs.BadField("email", "mail.bad_address"))
	}
	return netmail.Address{Name: oneLine(name, maxNameRunes), Address: email}, nil
}

func unfit(r rune) bool {
	return r <= ' ' || strings.ContainsRune(`"<>(),;:\[]`, r) || !unicode.IsPrint(r)
}

// oneLine makes a header's text: one line, without characters that cannot be seen, and not longer than limit runes.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}

// number is the case that a mail leads to in its address and its ids: none for staff, whose answer to an alarm must not
// become an answer to the customer.
func (m Mail) number() string {
	switch {
	case m.Kind.traits().staff:
		return ""
	case m.Case != nil:
		return m.Case.Number
	}
	return m.Number
}

// inbox is where answers to m are read: the inbox of the case's centre, or the one for all; "" when there is none.
func (r *Renderer) inbox(m Mail) string {
	if m.Case != nil {
		if own := r.o.Inboxes[m.Case.Centre]; own != "" {
			return own
		}
	}
	return r.o.Inboxes[""]
}

// returnPath is where reports about m go: to an inbox, under an address that names the reader. Without an inbox, and
// for addresses that are nobody's, the envelope has no sender: then no machine answers at all.
func (r *Renderer) returnPath(m Mail) string {
	inbox := r.inbox(m)
	if inbox == "" {
		for _, key := range slices.Sorted(maps.Keys(r.o.Inboxes)) {
			inbox = r.o.Inboxes[key]
			break
		}
	}
	if inbox == "" || m.To.Person.IsZero() {
		return ""
	}
	return r.o.Tokens.BounceAddress(inbox, m.To.Person)
}

// headers say that a machine wrote the mail (RFC 3834), so that no machine answers, and which case it belongs to. A
// mail refers to its case's thread and answers what the reader wrote last by mail: programs show them together.
func (r *Renderer) headers(m Mail) map[string]string {
	h := map[string]string{
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		"Content-Language":         string(m.To.Lang),
	}
	if m.Kind.traits().reply {
		h["Auto-Submitted"] = "auto-replied"
	}
	var refers []string
	if n := m.number(); n != "" {
		refers = append(refers, "<"+r.o.Tokens.Thread(n)+">")
		if inbox := r.inbox(m); inbox != "" && m.Kind != Closed {
			h["Reply-To"] = r.o.Tokens.ReplyAddress(inbox, n)
		}
	}
	if isMessageID(m.Replying) {
		refers = append(refers, "<"+m.Replying+">")
	}
	if len(refers) > 0 {
		h["References"], h["In-Reply-To"] = strings.Join(refers, " "), refers[len(refers)-1]
	}
	return h
}

// isMessageID takes what may stand in a header as it is: the id of a mail of somebody else is only a claim.
func isMessageID(s string) bool {
	left, right, ok := strings.Cut(s, "@")
	return ok && left != "" && right != "" && len(s) <= 200 && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`<>(),;:\"`, r)
	})
}

// messageKey is whose mail a Message-ID is: the person's, or a key of the address where it is nobody's.
func (to Recipient) messageKey() id.ID {
	if !to.Person.IsZero() {
		return to.Person
	}
	sum := sha256.Sum256([]byte(strings.ToLower(to.Email)))
	return id.ID(sum[:16])
}
