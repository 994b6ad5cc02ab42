package mailio

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"liaison/internal/errs"
)

// What an error of Send means; without one of these the server has not taken the mail, and it may be sent again.
var (
	ErrRefused = errors.New("the mail server refuses the mail for good")
	ErrUnknown = errors.New("the connection ended after the whole mail was sent and before the answer: the server may have it")
)

// Encryption is how the connection to the server is protected.
type Encryption string

// The ways. Without a certificate that holds, nothing is sent in any of the first three.
const (
	StartTLS      Encryption = "required"      // or nothing is sent
	Opportunistic Encryption = "opportunistic" // where the server offers it
	ImplicitTLS   Encryption = "implicit"      // from the first byte
	NoTLS         Encryption = "off"
)

// SMTPOptions say which server takes our mail.
type SMTPOptions struct {
	Host       string
	Port       int
	Username   string // "" sends without signing in
	Password   string
	From       netmail.Address
	Encryption Encryption    // "" is StartTLS
	TLS        *tls.Config   // nil checks the server's certificate against the system's authorities
	Timeout    time.Duration // of one mail; 0 is 30 s
	Signer     *Signer       // nil: mail leaves without a signature of ours
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
	if _, err := address("", o.From.Address); err != nil {
		return nil, err
	}
	s = &SMTPSender{o: o, client: []mail.Option{mail.WithPort(o.Port), mail.WithTimeout(o.Timeout), mail.WithoutSMTPUTF8()}}
	switch o.Encryption {
	case "", StartTLS:
		s.client = append(s.client, mail.WithTLSPolicy(mail.TLSMandatory))
	case Opportunistic:
		s.client = append(s.client, mail.WithTLSPolicy(mail.TLSOpportunistic))
	case ImplicitTLS:
		s.client = append(s.client, mail.WithSSL())
	case NoTLS:
		s.client = append(s.client, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("no such encryption: %s", o.Encryption)
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

// Send hands m to the server and returns when the server has taken it. hand is called once the server has agreed to
// sender and recipient, before a byte of the text leaves; its error ends the try.
func (s *SMTPSender) Send(ctx context.Context, m Message, hand func(context.Context) error) (err error) {
	defer errs.Wrap(&err, "SMTPSender.Send(%s)", m.MessageID)
	raw, err := compose(m, s.o.From)
	if err == nil && s.o.Signer != nil {
		raw, err = s.o.Signer.Sign(raw)
	}
	if err != nil {
		return err
	}
	dialer, err := mail.NewClient(s.o.Host, s.client...) // a client keeps its connection: one for each mail
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	c, err := dialer.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() }) // a server that says nothing is given up
	defer stop()
	defer func() { _ = c.Close() }() // the server has the mail, or err tells
	if err := offer(ctx, c, m, hand); err != nil {
		return judge(err)
	}
	if err := transfer(c, raw); err != nil {
		return judge(err)
	}
	_ = c.Quit() // the server has the mail, whatever comes of the goodbye
	return nil
}

// offer names sender and recipient, one of each.
func offer(ctx context.Context, c *smtp.Client, m Message, hand func(context.Context) error) error {
	if err := c.Mail("<" + m.Return + ">"); err != nil {
		return err
	}
	if err := c.Rcpt("<" + m.To.Address + ">"); err != nil {
		return err
	}
	return hand(ctx)
}

// transfer sends the text. An end of the line that shows while the text is on its way is no answer, and the server
// does not have the mail; once the last byte has left, only the server knows.
func transfer(c *smtp.Client, raw []byte) error {
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	if err := c.Text.W.Flush(); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		if isAnswer(err) {
			return err
		}
		return errors.Join(ErrUnknown, err)
	}
	return nil
}

func isAnswer(err error) bool {
	var answer *textproto.Error
	return errors.As(err, &answer)
}

// judge marks an answer of the 500s to this mail: another try would meet it again.
func judge(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 && answer.Code < 600 {
		return errors.Join(ErrRefused, err)
	}
	return err
}

// Reason is what an error of Send says without a word of people or of the server: "550 5.1.1", or one of the codes
// unknown and unreachable.
func Reason(err error) string {
	var answer *textproto.Error
	switch {
	case errors.As(err, &answer):
		if e := regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`).FindString(answer.Msg); e != "" {
			return fmt.Sprintf("%d %s", answer.Code, e)
		}
		return fmt.Sprint(answer.Code)
	case errors.Is(err, ErrUnknown):
		return "unknown"
	}
	return "unreachable"
}
