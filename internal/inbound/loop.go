package inbound

import (
	"strings"
	"time"
	"unicode"

	"liaison/internal/mailmsg"
)

// What tells two machines that answer each other from a person with several problems at once (L03): the machine answers our
// mails, or writes the same words again and again. Every case of a person is acknowledged, also several a day.
const (
	loopWithin   = 10 * time.Minute
	loopAfter    = 3  // cases of one sender within loopWithin that look like answers
	loopInAnyWay = 20 // cases of one sender within loopWithin, whatever they look like
)

// looping reports whether a new mail is taken for a machine's. It waits for a person then.
func (f facts) looping() bool {
	if len(f.recent) < loopAfter {
		return false
	}
	if len(f.recent) >= loopInAnyWay || f.answersUs {
		return true
	}
	same, subject := 0, skeleton(f.mail.Subject)
	for _, s := range f.recent {
		if skeleton(s) == subject {
			same++
		}
	}
	return same >= loopAfter
}

// skeleton is a subject without what machines count up and mail programs put before it.
func skeleton(subject string) string {
	subject = strings.ToLower(subject)
	for {
		cut := subject
		for _, begin := range []string{"re:", "aw:", "sv:", "fwd:", "fw:", "re：", "回复:", "回复：", "答复:", "答复：", "转发:", "转发："} {
			cut = strings.TrimSpace(strings.TrimPrefix(cut, begin))
		}
		if cut == subject {
			break
		}
		subject = cut
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, subject)
}

// answersUs reports whether a mail names one of our mails as the one that it answers.
func (s *Service) answersUs(m *mailmsg.Message) bool {
	for _, list := range [][]string{m.InReplyTo, m.References} {
		for _, ref := range list {
			if _, domain, ok := strings.Cut(ref, "@"); ok && strings.EqualFold(domain, s.Tokens.Domain()) {
				return true
			}
		}
	}
	return false
}
