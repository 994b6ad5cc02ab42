package account

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// The length of a new password in characters. What is longer is refused, never cut.
const (
	MinPassword = 12
	MaxPassword = 128
)

// maxPasswordBytes is the longest password that is hashed at all.
const maxPasswordBytes = MaxPassword * utf8.UTFMax

// checkPassword says what is wrong with a new password of the person with this e-mail.
func checkPassword(password, email string) error {
	local, _, _ := strings.Cut(email, "@")
	lower := strings.ToLower(password)
	var bad errs.Field
	switch n := utf8.RuneCountInString(password); {
	case len(password) > maxPasswordBytes || n > MaxPassword:
		bad = errs.BadField("password", "field.too_long", "max", MaxPassword)
	case !utf8.ValidString(password):
		bad = errs.BadField("password", "field.not_text")
	case n < MinPassword:
		bad = errs.BadField("password", "field.too_short", "min", MinPassword)
	case len(local) >= 4 && strings.Contains(lower, local), distinct(lower) < 5, slices.Contains(widelyUsed(), lower):
		bad = errs.BadField("password", "account.password_guessable")
	default:
		return nil
	}
	return errs.BadFields(bad)
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// widelyUsed are the passwords of at least MinPassword characters that stand in published lists of the most used
// ones; nearly all of those lists are shorter passwords, which the length refuses.
func widelyUsed() []string {
	return []string{
		"123456789012", "1234567890123", "12345678901234", "123456789012345", "1234567890abc", "012345678910",
		"qwertyuiop12", "qwertyuiop123", "qwertyuiop1234", "qwertyuiopasdfgh", "qwertyuiop[]", "qwerty123456", "qwerty1234567",
		"1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "q1w2e3r4t5y6", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "qazwsxedcrfv", "zaq12wsxcde3",
		"zxcvbnm12345", "asdfghjkl123", "abcdefghijkl", "abcd12345678", "abc123456789", "a123456789012",
		"password1234", "password12345", "password123456", "passwordpassword", "mypassword123", "passw0rd1234", "p@ssw0rd1234",
		"administrator", "administrator1", "changeme1234", "letmein12345", "welcome12345", "welcome123456", "iloveyou1234",
		"iloveyou12345", "princess1234", "football1234", "superman1234", "woaini1314520", "woaini520131", "unknownunknown",
	}
}

// ChangePassword replaces the actor's own password. All their sessions end; the one that asked goes on under a new
// token, which is returned. A wrong current password is Invalid, too many are Limited. API tokens stay.
func (s *Service) ChangePassword(ctx context.Context, a access.Actor, current, next string) (token string, err error) {
	defer errs.Wrap(&err, "account.ChangePassword")
	if err := access.Check(a, access.PasswordChange); err != nil {
		return "", err
	}
	if a.Session.IsZero() {
		return "", errs.New(errs.Refused, "account.session_only")
	}
	known, err := s.checkCurrent(ctx, a, current)
	if err != nil {
		return "", err
	}
	if err := checkPassword(next, known.email); err != nil {
		return "", err
	}
	hash, err := s.passwords.hash(ctx, next)
	if err != nil {
		return "", err
	}
	token = newSecret()
	err = s.db.Update(ctx, db.ForSystem("account.password"), func(tx *db.Tx) error {
		now, err := credentialsByID(tx, a.Person)
		if err != nil {
			return err
		}
		if now.hash != known.hash || now.disabled != nil {
			return noSession() // changed elsewhere meanwhile: that ended this session
		}
		if err := replacePassword(tx, a.Person, hash); err != nil {
			return err
		}
		if err := insertSession(tx, id.New(), a.Person, a.Customer, token); err != nil {
			return err
		}
		return record(tx, a, line{about: "person", subject: a.Person, kind: "password.changed", visibility: journal.System})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// checkCurrent verifies the password that the actor has now.
func (s *Service) checkCurrent(ctx context.Context, a access.Actor, current string) (known credentials, err error) {
	key := a.Person.String()
	if !s.limits.byAccount.take(key, s.clock.Now()) {
		return known, tooMany()
	}
	err = s.db.View(ctx, db.ForSystem("account.password"), func(tx *db.Tx) (err error) {
		known, err = credentialsByID(tx, a.Person)
		return err
	})
	if err != nil {
		return known, err
	}
	right := false
	if len(current) <= maxPasswordBytes {
		if right, err = s.passwords.verify(ctx, known.hash, current); err != nil {
			return known, err
		}
	}
	if !right {
		return known, errs.BadFields(errs.BadField("current", "account.password_wrong"))
	}
	s.limits.byAccount.giveBack(key)
	return known, nil
}
