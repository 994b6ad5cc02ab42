package inbound

import (
	"liaison/internal/db"
	"liaison/internal/mailmsg"
)

// suspect reports whether a mail whose writer is not identified may be of a restricted customer: one of their domains is
// named by the envelope or by the head, or a case of theirs by its subject or by a token that is none. It is then kept as a
// restricted customer's is: closed, and without files (R7.1-07). A mail of an identified person is what that person is.
func (s *Service) suspect(tx *db.Tx, r *receipt, f facts) (bool, error) {
	if f.known && f.verdict.Pass && f.mail.Trouble == "" && f.token != mailmsg.Bad {
		return false, nil
	}
	is, err := s.Accounts.RestrictedAt(tx, append(mailmsg.Domains(r.EnvelopeFrom), mailmsg.NamedIn(r.Raw)...))
	if err != nil || is {
		return is, err
	}
	inSubject, _ := numberInSubject(r.msg.Subject)
	for _, number := range append(s.Tokens.Numbers(&r.msg, r.Recipients), inSubject) {
		if number == "" {
			continue
		}
		on, err := caseOf(tx, number)
		if err != nil || on != nil && on.restricted {
			return err == nil, err
		}
	}
	return false, nil
}
