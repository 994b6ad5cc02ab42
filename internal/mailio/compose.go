package mailio

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"

	"github.com/wneessen/go-mail"

	"liaison/internal/errs"
)

// compose writes m as it travels, with lines that end in CR LF. The same m has the same bytes.
func compose(m Message, from netmail.Address) (raw []byte, err error) {
	defer errs.Wrap(&err, "mailio.compose(%s)", m.MessageID)
	out := body(m)
	out.FromMailAddress(&from)
	out.ToMailAddress(&m.To)
	out.Subject(m.Subject)
	out.SetMessageIDWithValue(m.MessageID)
	out.SetDateWithValue(m.At)
	for name, value := range m.Headers {
		out.SetGenHeader(mail.Header(name), value)
	}
	var b bytes.Buffer
	_, err = out.WriteTo(&b)
	return b.Bytes(), err
}

// body is m's text and HTML between boundaries that follow from its Message-ID.
func body(m Message) *mail.Msg {
	sum := sha256.Sum256([]byte(m.MessageID))
	out := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithBoundary("part-"+hex.EncodeToString(sum[:12])))
	out.SetBodyString(mail.TypeTextPlain, m.Text)
	out.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	return out
}

// split cuts a mail behind its headers.
func split(raw []byte) (headers, body []byte) {
	headers, body, _ = bytes.Cut(raw, []byte("\r\n\r\n"))
	return headers, body
}
