package account

import (
	"context"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// resetLife is how long the link of a reset works.
const resetLife = time.Hour

// ResetPath is the page that a reset's link opens, followed by the token.
const ResetPath = "/reset/"

// ResetMailJob is the kind of job that mails the link of a reset.
const ResetMailJob = "mail.reset"

// ResetMail is the argument of a ResetMailJob: ids only. The link is ResetLink(Reset), made when the mail is sent.
type ResetMail struct {
	Person id.ID `json:"person"`
	Reset  id.ID `json:"reset"`
}

// ResetLink is the link that a reset's mail carries. It starts with the configured origin, whatever a request said.
func (s *Service) ResetLink(reset id.ID) string {
	return s.origin + ResetPath + s.resetToken(reset)
}

func (s *Service) resetToken(reset id.ID) string { return s.derive("password reset", reset) }

// RequestReset mails a link to set a new password to the person with this e-mail, if there is one. The answer is the
// same whether there is one or not; earlier links stop working. Limited only by the remote address: too many mails to
// one person are left out in silence.
func (s *Service) RequestReset(ctx context.Context, email, remote string) (err error) {
	defer errs.Wrap(&err, "account.RequestReset")
	account, err := NormaliseEmail(email)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	if !s.limits.resetsFrom.take(addressKey(remote), now) {
		return tooMany()
	}
	if !s.limits.resetsForMail.take(account, now) {
		return nil
	}
	return s.db.Update(ctx, db.ForSystem("account.reset"), func(tx *db.Tx) error {
		known, err := credentialsByEmail(tx, account)
		if err != nil {
			return err
		}
		if known.person.IsZero() || known.disabled != nil {
			return record(tx, access.Actor{}, line{about: "person", subject: known.person, kind: "password.reset_refused", visibility: journal.System})
		}
		reset, err := s.insertReset(tx, access.Actor{}, known.person)
		if err != nil {
			return err
		}
		return s.jobs.Enqueue(tx, ResetMailJob, ResetMail{Person: known.person, Reset: reset})
	})
}

// IssueReset makes the link of a reset for the command line, which hands it over without a mail: for the first
// administrator, and where mail does not work. Only the program itself may.
func (s *Service) IssueReset(ctx context.Context, a access.Actor, email string) (link string, err error) {
	defer errs.Wrap(&err, "account.IssueReset")
	if !a.System {
		return "", errs.New(errs.Refused, "error.forbidden")
	}
	account, err := NormaliseEmail(email)
	if err != nil {
		return "", err
	}
	err = s.db.Update(ctx, db.ForSystem("account.reset"), func(tx *db.Tx) error {
		known, err := credentialsByEmail(tx, account)
		if err != nil {
			return err
		}
		if known.person.IsZero() || known.disabled != nil {
			return errs.Missing()
		}
		reset, err := s.insertReset(tx, a, known.person)
		link = s.ResetLink(reset)
		return err
	})
	return link, err
}

func (s *Service) insertReset(tx *db.Tx, a access.Actor, person id.ID) (reset id.ID, err error) {
	reset = id.New()
	if err := voidResets(tx, person); err != nil {
		return reset, err
	}
	err = tx.Buffer(`INSERT INTO password_reset (id, token_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		reset, digest(s.resetToken(reset)), person, tx.Now(), tx.Now().Add(resetLife))
	if err != nil {
		return reset, err
	}
	return reset, record(tx, a, line{about: "person", subject: person, kind: "password.reset_requested", visibility: journal.System})
}

// badLink is the one answer for a link that was used, has run out, was replaced, or never was.
func badLink() error { return errs.New(errs.Conflict, "auth.set.bad_link") }

// openReset finds whose open reset has this token.
func openReset(tx *db.Tx, token string) (reset id.ID, c credentials, err error) {
	err = tx.Row(`SELECT r.id, p.id, p.email_norm FROM password_reset r JOIN person p ON p.id = r.person_id AND p.disabled_at IS NULL
		WHERE r.token_hash = $1 AND r.used_at IS NULL AND r.expires_at > $2`, []any{digest(token), tx.Now()}, &reset, &c.person, &c.email)
	if errors.Is(err, db.ErrNoRows) {
		err = badLink()
	}
	return reset, c, err
}

// CheckReset tells whether the link with this token still works, before a new password is typed: Conflict when not.
func (s *Service) CheckReset(ctx context.Context, token string) (err error) {
	defer errs.Wrap(&err, "account.CheckReset")
	_, err = s.readReset(ctx, token)
	return err
}

func (s *Service) readReset(ctx context.Context, token string) (c credentials, err error) {
	err = s.db.View(ctx, db.ForSystem("account.reset"), func(tx *db.Tx) error {
		_, c, err = openReset(tx, token)
		return err
	})
	return c, err
}

// Reset sets a new password by the link of a mail. The link works once; all sessions of the person end.
func (s *Service) Reset(ctx context.Context, token, password string) (err error) {
	defer errs.Wrap(&err, "account.Reset")
	known, err := s.readReset(ctx, token)
	if err != nil {
		return err
	}
	if err := checkPassword(password, known.email); err != nil {
		return err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, db.ForSystem("account.reset"), func(tx *db.Tx) error {
		reset, now, err := openReset(tx, token)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE password_reset SET used_at = $2 WHERE id = $1 AND used_at IS NULL`, reset, tx.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			return badLink()
		}
		if err := replacePassword(tx, now.person, hash); err != nil {
			return err
		}
		return record(tx, access.Actor{Person: now.person}, line{about: "person", subject: now.person, kind: "password.reset",
			visibility: journal.System})
	})
}

// replacePassword sets a new password and ends what the old one opened: sessions, and resets that are under way.
func replacePassword(tx *db.Tx, person id.ID, hash string) error {
	if err := setPassword(tx, person, hash); err != nil {
		return err
	}
	if err := endSessions(tx, person); err != nil {
		return err
	}
	return voidResets(tx, person)
}

// ResetTo is who gets the mail of a reset, and until when its link works.
type ResetTo struct {
	Name, Email, Language, Zone string
	Until                       time.Time
}

// ResetRecipient reads who gets the mail of a reset at the moment it is sent; ok is false when the reset was used or
// replaced meanwhile, or the person may not sign in any more.
func (s *Service) ResetRecipient(ctx context.Context, m ResetMail) (to ResetTo, ok bool, err error) {
	defer errs.Wrap(&err, "account.ResetRecipient")
	err = s.db.View(ctx, db.ForSystem("account.reset"), func(tx *db.Tx) error {
		return tx.Row(`SELECT p.name, p.email, p.language, p.zone, r.expires_at FROM password_reset r JOIN person p ON p.id = r.person_id
			WHERE r.id = $1 AND r.used_at IS NULL AND r.expires_at > $2 AND p.disabled_at IS NULL`, []any{m.Reset, tx.Now()},
			&to.Name, &to.Email, &to.Language, &to.Zone, db.Time(&to.Until))
	})
	if errors.Is(err, db.ErrNoRows) {
		return to, false, nil
	}
	return to, err == nil, err
}
