package mailio

import (
	"context"
	"crypto/tls"
	"errors"
	netmail "net/mail"
	"time"

	"github.com/wneessen/go-mail"

	"liaison/internal/errs"
)

// ErrRefused is in the chain of an error that another try would meet again: the server said no for good.
var ErrRefused = errors.New("the mail server refuses the mail for good")

// SMTPOptions say which server takes our mail.
type SMTPOptions struct {
	Host     string
	Port     int
	Username string // "" sends without signing in
	Password string
	From     netmail.Address
	Bounce   string        // envelope sender, where failures are reported; "" is From's address
	NoTLS    bool          // a relay on the same machine that has no certificate; otherwise STARTTLS is required
	TLS      *tls.Config   // nil checks the server's certificate against the system's authorities
	Timeout  time.Duration // of one mail; 0 is 30 s
}

// SMTPSender sends through a mail server, each mail in a connection of its own.
type SMTPSender struct {
	o      SMTPOptions
	client []mail.Option
}

// NewSMTPSender checks the options. It does not connect.
func NewSMTPSender(o SMTPOptions) (s *SMTPSender, err error) {
	defer errs.Wrap(&err, "mailio.NewSMTPSender(%s)", o.Host)
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Bounce == "" {
		o.Bounce = o.From.Address
	}
	if _, err := address("", o.From.Address); err != nil {
		return nil, err
	}
	s = &SMTPSender{o: o, client: []mail.Option{mail.WithPort(o.Port), mail.WithTimeout(o.Timeout), mail.WithTLSPolicy(mail.TLSMandatory)}}
	if o.NoTLS {
		s.client = append(s.client, mail.WithTLSPolicy(mail.NoTLS))
	}
	if o.TLS != nil {
		s.client = append(s.client, mail.WithTLSConfig(o.TLS))
	}
	if o.Username != "" {
		s.client = append(s.client, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(o.Username), mail.WithPassword(o.Password))
	}
	_, err = mail.NewClient(o.Host, s.client...)
	return s, err
}

// Send hands m to the server and returns when the server has taken it. An error with ErrRefused is final; after any
// other one the same message may be sent again. When the server has taken the mail and the connection then breaks,
// the mail is sent: only an answer that was lost on the way can have it sent twice, with the same Message-ID.
func (s *SMTPSender) Send(ctx context.Context, m Message) (err error) {
	defer errs.Wrap(&err, "SMTPSender.Send(%s)", m.MessageID)
	out, err := s.message(m)
	if err != nil {
		return err
	}
	c, err := mail.NewClient(s.o.Host, s.client...) // a client keeps its connection: one for each mail
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	err = c.DialAndSendWithContext(ctx, out)
	if err == nil || out.IsDelivered() {
		return nil
	}
	if refused(err) {
		return errors.Join(ErrRefused, err)
	}
	return err
}

func (s *SMTPSender) message(m Message) (*mail.Msg, error) {
	out := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := out.EnvelopeFrom(s.o.Bounce); err != nil {
		return nil, err
	}
	out.FromMailAddress(&s.o.From)
	out.ToMailAddress(&m.To)
	out.Subject(m.Subject)
	out.SetMessageIDWithValue(m.MessageID)
	out.SetDateWithValue(m.At)
	for name, value := range m.Headers {
		out.SetGenHeader(mail.Header(name), value)
	}
	out.SetBodyString(mail.TypeTextPlain, m.Text)
	out.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	return out, nil
}

// refused: the server has answered with a code of the 500s to this mail, not to the connection.
func refused(err error) bool {
	var sent *mail.SendError
	return errors.As(err, &sent) && !sent.IsTemp() && sent.ErrorCode() >= 500 && sent.ErrorCode() < 600
}
