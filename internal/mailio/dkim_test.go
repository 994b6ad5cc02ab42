package mailio_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"liaison/internal/mailio"
	"liaison/internal/text"
)

// A receiver that asks the domain's DNS finds the signature good, until something is changed or added on the way.
func TestMailIsSignedWithTheDomainsKey(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ed25519", "rsa"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			key, record, err := mailio.NewKey(kind)
			if err != nil {
				t.Fatal(err)
			}
			signer, err := mailio.NewSigner("example.org", "s1", key)
			if err != nil {
				t.Fatal(err)
			}
			s := serve(t)
			msg := render(t, renderer(t, "cases@support.example.org"), update(mailio.Answer, text.Chinese))
			if err := s.sender(t, func(o *mailio.SMTPOptions) { o.Signer = signer }).Send(t.Context(), msg, ready); err != nil {
				t.Fatal(err)
			}
			raw := s.got[0].raw
			dns := &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
				if name != "s1._domainkey.example.org" {
					t.Errorf("asked for %s", name)
				}
				return []string{record}, nil
			}}
			verify := func(raw []byte) error {
				got, err := dkim.VerifyWithOptions(bytes.NewReader(raw), dns)
				if err != nil || len(got) != 1 {
					t.Fatal(got, err)
				}
				return got[0].Err
			}
			if err := verify(raw); err != nil {
				t.Errorf("%v\n%s", err, raw[:600])
			}
			added := func(header string) []byte {
				at := bytes.Index(raw, []byte("\nFrom:")) + 1
				return bytes.Join([][]byte{raw[:at], raw[at:]}, []byte(header+"\r\n"))
			}
			for why, changed := range map[string][]byte{
				"another subject":   bytes.Replace(raw, []byte("\nSubject:"), []byte("\nSubject: x"), 1),
				"another body":      append(bytes.Clone(raw), "more\r\n"...),
				"a second From":     added("From: evil@example.net"),
				"a second Subject":  added("Subject: pay now"),
				"a second Reply-To": added("Reply-To: evil@example.net"),
			} {
				if verify(changed) == nil {
					t.Errorf("%s goes unnoticed", why)
				}
			}
		})
	}
}

func TestAKeyThatReceiversWouldNotTakeIsRefused(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := mailio.NewSigner("example.org", "s1", key); err == nil || strings.Contains(err.Error(), "AAAA") {
			t.Errorf("%q: %v", key, err)
		}
	}
}
