package demo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// secrets derives what must be the same at every start of one folder.
type secrets struct{ root []byte }

func (s secrets) derive(purpose, who string) []byte {
	m := hmac.New(sha256.New, s.root)
	m.Write([]byte(purpose))
	m.Write([]byte{0})
	m.Write([]byte(who))
	return m.Sum(nil)
}

// password is easy to type: three groups of letters and digits.
func (s secrets) password(mail string) string {
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s.derive("password", mail)))
	return text[:5] + "-" + text[5:10] + "-" + text[10:15]
}

// token is the secret behind a person's API token.
func (s secrets) token(mail string) []byte { return s.derive("token", mail) }
