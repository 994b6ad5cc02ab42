package mailio

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"
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

// messageID names the mail about an event to a person. It follows from the two, and nobody without the secret can
// make one: an answer that refers to it is an answer to us.
func (r *Renderer) messageID(event, person id.ID) string {
	mac := hmac.New(sha256.New, r.o.Secret)
	mac.Write([]byte("liaison mail"))
	mac.Write(event[:])
	mac.Write(person[:])
	return strings.ReplaceAll(event.String(), "-", "") + "." + hex.EncodeToString(mac.Sum(nil)[:12]) + "@" + r.o.Domain
}

// thread names the case for mail programs, so that they show its mails together.
func (r *Renderer) thread(of id.ID) string { return "<case." + of.String() + "@" + r.o.Domain + ">" }
