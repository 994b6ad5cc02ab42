package account

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// SignIn starts a session and returns its token, which is new each time; the caller ends the session that the browser
// had before. remote is the address of the connection. An unknown e-mail, a wrong password and a disabled person get
// the same answer after the same work (Unauthenticated); too many failures from one address or for one e-mail are
// Limited.
func (s *Service) SignIn(ctx context.Context, email, password, remote string) (token string, err error) {
	defer errs.Wrap(&err, "account.SignIn")
	account, malformed := NormaliseEmail(email)
	if malformed != nil {
		account = "" // nobody's: it is looked up and hashed like any other
	}
	now, from := s.clock.Now(), addressKey(remote)
	if !s.limits.byAddress.take(from, now) || !s.limits.byAccount.take(account, now) {
		return "", tooMany()
	}
	var known credentials
	if err := s.db.View(ctx, db.ForSystem("account.sign_in"), func(tx *db.Tx) (err error) {
		known, err = credentialsByEmail(tx, account)
		return err
	}); err != nil {
		return "", err
	}
	right := false
	if len(password) <= maxPasswordBytes {
		if right, err = s.passwords.verify(ctx, known.hash, password); err != nil {
			return "", err
		}
	}
	if token, err = s.startSession(ctx, known, right, password); err != nil {
		return "", err
	}
	if token == "" {
		return "", errs.New(errs.Unauthenticated, "auth.sign_in.failed")
	}
	s.limits.byAddress.giveBack(from)
	s.limits.byAccount.giveBack(account)
	return token, nil
}

// startSession writes the session, or the line about the refusal and gives no token. It looks at the person again: a
// password that was changed, or a person who was disabled while the old password was being hashed, is refused.
func (s *Service) startSession(ctx context.Context, checked credentials, right bool, password string) (token string, err error) {
	rehashed := ""
	if right && s.passwords.outdated(checked.hash) {
		if rehashed, err = s.passwords.hash(ctx, password); err != nil {
			return "", err
		}
	}
	secret := newSecret()
	err = s.db.Update(ctx, db.ForSystem("account.sign_in"), func(tx *db.Tx) error {
		token = ""
		now, err := credentialsByEmail(tx, checked.email)
		if err != nil {
			return err
		}
		if !right || now.hash != checked.hash || now.disabled != nil {
			return record(tx, access.Actor{}, line{about: "person", subject: checked.person, kind: "session.refused", visibility: journal.System})
		}
		if rehashed != "" {
			if err := setPassword(tx, now.person, rehashed); err != nil {
				return err
			}
		}
		token = secret
		session := id.New()
		if err := insertSession(tx, session, now.person, id.ID{}, secret); err != nil {
			return err
		}
		return record(tx, access.Actor{Person: now.person}, line{about: "session", subject: session, kind: "session.started",
			visibility: journal.System})
	})
	return token, err
}
