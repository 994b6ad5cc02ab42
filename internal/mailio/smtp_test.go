package mailio_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/mailio"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
)

// server is a mail server that takes mails, after the faults it was told to show, one for each mail in turn.
type server struct {
	mu     sync.Mutex
	faults []fault
	got    []received
	tls    *tls.Config
	port   int
}

type received struct {
	from    string
	to      []string
	raw     []byte
	secured bool
}

// fault is what goes wrong with one mail; the zero fault is nothing.
type fault struct {
	mail, rcpt, data error
	dropInData       bool // the connection ends while the mail is sent
	dropAfterOK      bool // the connection ends after the server has taken the mail
	dropUnanswered   bool // the server takes the mail, and the connection ends before it says so
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secured := c.TLSConnectionState()
	return &session{s: s, c: c, r: received{secured: secured}}, nil
}

type session struct {
	s *server
	c *smtp.Conn
	f fault
	r received
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if len(x.s.faults) > 0 {
		x.f, x.s.faults = x.s.faults[0], x.s.faults[1:]
	}
	x.r.from = from
	return x.f.mail
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.r.to = append(x.r.to, to)
	return x.f.rcpt
}
func (x *session) Reset()        {}
func (x *session) Logout() error { return nil }

func (x *session) Data(r io.Reader) (err error) {
	if x.f.dropInData {
		_, _ = io.CopyN(io.Discard, r, 100)
		_ = x.c.Conn().Close()
		return io.ErrClosedPipe
	}
	if x.f.data != nil {
		_, _ = io.Copy(io.Discard, r)
		return x.f.data
	}
	if x.r.raw, err = io.ReadAll(r); err != nil {
		return err
	}
	x.s.mu.Lock()
	x.s.got = append(x.s.got, x.r)
	x.s.mu.Unlock()
	if x.f.dropUnanswered {
		_ = x.c.Conn().Close()
	}
	if x.f.dropAfterOK {
		// The answer is written by hand: after it, the connection is gone before QUIT.
		_, _ = x.c.Conn().Write([]byte("250 2.0.0 OK\r\n"))
		_ = x.c.Conn().Close()
	}
	return nil
}

// serve starts a server; every mail meets the next of the faults.
func serve(t *testing.T, faults ...fault) *server { return serveAs(t, "starttls", faults...) }

// serveAs starts a server that offers starttls, nothing (plain), or speaks TLS from the first byte (implicit).
func serveAs(t *testing.T, offers string, faults ...fault) *server {
	t.Helper()
	s := &server{faults: faults, tls: certificate(t)}
	srv := smtp.NewServer(s)
	srv.Domain, srv.ErrorLog = "mail.example.org", quiet{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	switch offers {
	case "starttls":
		srv.TLSConfig = s.tls
	case "implicit":
		l = tls.NewListener(l, s.tls)
	}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return s
}

// ready is a worker's word that the text may leave.
func ready(context.Context) error { return nil }

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.Real{}.Now()
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (s *server) sender(t *testing.T, change func(*mailio.SMTPOptions)) *mailio.SMTPSender {
	t.Helper()
	leaf, err := x509.ParseCertificate(s.tls.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	known := x509.NewCertPool()
	known.AddCert(leaf)
	o := mailio.SMTPOptions{Host: "127.0.0.1", Port: s.port, From: netmail.Address{Name: "支持中心", Address: "support@example.org"},
		TLS: &tls.Config{RootCAs: known, ServerName: "127.0.0.1"}, Timeout: 5 * time.Second}
	if change != nil {
		change(&o)
	}
	sender, err := mailio.NewSMTPSender(o)
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func TestAMailReachesTheServerWhole(t *testing.T) {
	t.Parallel()
	s := serve(t)
	msg := render(t, renderer(t, "cases@support.example.org"), update(mailio.Answer, text.Chinese))
	if err := s.sender(t, nil).Send(t.Context(), msg, ready); err != nil {
		t.Fatal(err)
	}
	got := s.got[0]
	parsed, err := netmail.ReadMessage(bytes.NewReader(got.raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	for name, ok := range map[string]bool{
		"STARTTLS":          got.secured,
		"envelope":          got.from == tokens().BounceAddress("cases@support.example.org", update(mailio.Answer, text.Chinese).To.Person) && len(got.to) == 1 && got.to[0] == "chen.li@bank.example",
		"Subject":           subject == msg.Subject,
		"Message-ID":        parsed.Header.Get("Message-ID") == "<"+msg.MessageID+">",
		"Auto-Submitted":    parsed.Header.Get("Auto-Submitted") == "auto-generated",
		"References":        parsed.Header.Get("References") == msg.Headers["References"],
		"Reply-To":          parsed.Header.Get("Reply-To") == tokens().ReplyAddress("cases@support.example.org", "20418"),
		"Date of the event": parsed.Header.Get("Date") == msg.At.Format(time.RFC1123Z),
		"two parts": strings.HasPrefix(parsed.Header.Get("Content-Type"), "multipart/alternative") &&
			strings.Index(string(got.raw), "text/plain") < strings.Index(string(got.raw), "text/html"),
	} {
		if !ok {
			t.Errorf("%s is not as it should be:\n%s", name, got.raw[:min(1500, len(got.raw))])
		}
	}
}

func TestFaultsOfTheServerAreTriedAgainOrFinal(t *testing.T) {
	t.Parallel()
	later := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try later"}
	never := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	for _, c := range []struct {
		why   string
		f     fault
		final bool
		sent  int // mails the server has after the first try
	}{
		{"busy at the sender", fault{mail: later}, false, 0},
		{"grey list at the recipient", fault{rcpt: later}, false, 0},
		{"busy after the text", fault{data: later}, false, 0},
		{"dropped in the text", fault{dropInData: true}, false, 0},
		{"no such recipient", fault{rcpt: never}, true, 0},
		{"refused after the text", fault{data: never}, true, 0},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.f)
			sender, msg := s.sender(t, nil), render(t, renderer(t, ""), update(mailio.Status, text.English))
			err := sender.Send(t.Context(), msg, ready)
			if err == nil || errors.Is(err, mailio.ErrRefused) != c.final || len(s.got) != c.sent {
				t.Fatalf("%v; the server has %d", err, len(s.got))
			}
			if c.final {
				return
			}
			if err := sender.Send(t.Context(), msg, ready); err != nil || len(s.got) != 1 {
				t.Fatalf("the second try: %v; the server has %d", err, len(s.got))
			}
			if !bytes.Contains(s.got[0].raw, []byte("<"+msg.MessageID+">")) {
				t.Error("the second try has another Message-ID")
			}
		})
	}
}

func TestAMailTheServerHasTakenIsSentEvenIfTheGoodbyeFails(t *testing.T) {
	t.Parallel()
	s := serve(t, fault{dropAfterOK: true})
	msg := render(t, renderer(t, ""), update(mailio.Status, text.English))
	if err := s.sender(t, nil).Send(t.Context(), msg, ready); err != nil || len(s.got) != 1 {
		t.Errorf("%v; the server has %d", err, len(s.got))
	}
}

func TestWithoutATrustedCertificateNothingIsSent(t *testing.T) {
	t.Parallel()
	s := serve(t)
	msg := render(t, renderer(t, ""), update(mailio.Status, text.English))
	if err := s.sender(t, func(o *mailio.SMTPOptions) { o.TLS = nil }).Send(t.Context(), msg, ready); err == nil || len(s.got) > 0 {
		t.Errorf("%v; the server has %d", err, len(s.got))
	}
	if err := s.sender(t, func(o *mailio.SMTPOptions) { o.Encryption = mailio.NoTLS }).Send(t.Context(), msg, ready); err != nil || len(s.got) != 1 || s.got[0].secured {
		t.Errorf("with NoTLS: %v", err)
	}
}

func TestAServerThatSaysNothingIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	s := &server{tls: certificate(t), port: l.Addr().(*net.TCPAddr).Port}
	msg := render(t, renderer(t, ""), update(mailio.Status, text.English))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err = s.sender(t, func(o *mailio.SMTPOptions) { o.Timeout = 200 * time.Millisecond }).Send(ctx, msg, ready)
	if err == nil || ctx.Err() != nil {
		t.Errorf("%v, %v", err, ctx.Err())
	}
}

// Security M20: a name can hold anything; the server sees one recipient and no header of the name's making.
func TestAHostileNameReachesOneRecipient(t *testing.T) {
	t.Parallel()
	s := serve(t)
	sender, r := s.sender(t, nil), renderer(t, "")
	names := []string{"x <evil@y.example>,", "a\r\nBcc: evil@y.example", "\"", "\\\"", "'", "<", ">", "a, b@y.example, c", "=?utf-8?q?x?=\r\n\r\nbody",
		"陈立 <evil@y.example>", "a;b:c", strings.Repeat("长", 500), "\x00\x1b", "(comment)", "evil@y.example"}
	for _, name := range names {
		m := update(mailio.Status, text.English)
		m.To.Name, m.Case.Subject, m.Customer = name, name, name
		if err := sender.Send(t.Context(), render(t, r, m), ready); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
	}
	for i, got := range s.got {
		parsed, err := netmail.ReadMessage(bytes.NewReader(got.raw))
		if err != nil {
			t.Fatalf("%q: %v", names[i], err)
		}
		to, err := parsed.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != "chen.li@bank.example" || len(got.to) != 1 || got.to[0] != to[0].Address {
			t.Errorf("%q: To %v, envelope %v, %v", names[i], to, got.to, err)
		}
		if parsed.Header.Get("Bcc") != "" || len(parsed.Header["Subject"]) != 1 || len(parsed.Header["To"]) != 1 {
			t.Errorf("%q: headers %v", names[i], parsed.Header)
		}
	}
	if len(s.got) != len(names) {
		t.Errorf("%d mails of %d", len(s.got), len(names))
	}
}

func TestTheDemoMailboxKeepsAMailOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		sender := mailio.NewMailboxSender(d, netmail.Address{Name: "支持", Address: "support@example.org"})
		msg := render(t, renderer(t, ""), update(mailio.Answer, text.Chinese))
		for range 3 {
			if err := sender.Send(t.Context(), msg, ready); err != nil {
				t.Fatal(err)
			}
		}
		var n int64
		var to, subject string
		kept, err := mailio.NewMailbox(d).List(t.Context(), "chen.li@bank.example", 10)
		if err != nil || len(kept) != 1 {
			t.Fatal(kept, err)
		}
		whole, err := mailio.NewMailbox(d).Get(t.Context(), kept[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := whole.Raw()
		if err != nil {
			t.Fatal(err)
		}
		parsed := mailmsg.Parse(raw, mailmsg.DefaultLimits())
		if parsed.MessageID != msg.MessageID || parsed.Subject != msg.Subject || !strings.Contains(parsed.Text+parsed.Quoted, "alter system kill") {
			t.Errorf("the raw mail reads as %+v", parsed)
		}
		err = d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			return tx.Row("SELECT count(*), min(recipient), min(subject) FROM demo_mail", nil, &n, &to, &subject)
		})
		if err != nil || n != 1 || to != "chen.li@bank.example" || subject != msg.Subject {
			t.Errorf("%d mails, to %s, %q, %v", n, to, subject, err)
		}
	})
}

func TestALineThatBreaksBeforeTheAnswerLeavesTheOutcomeUnknown(t *testing.T) {
	t.Parallel()
	s := serve(t, fault{dropUnanswered: true})
	msg := render(t, renderer(t, ""), update(mailio.Status, text.English))
	err := s.sender(t, nil).Send(t.Context(), msg, ready)
	if !errors.Is(err, mailio.ErrUnknown) || len(s.got) != 1 || mailio.Reason(err) != "unknown" {
		t.Errorf("%v; the server has %d", err, len(s.got))
	}
}

func TestNothingLeavesWithoutTheWordOfTheWorker(t *testing.T) {
	t.Parallel()
	s := serve(t)
	msg := render(t, renderer(t, ""), update(mailio.Status, text.English))
	lost := errors.New("another worker has it")
	err := s.sender(t, nil).Send(t.Context(), msg, func(context.Context) error { return lost })
	if !errors.Is(err, lost) || errors.Is(err, mailio.ErrUnknown) || len(s.got) != 0 {
		t.Errorf("%v; the server has %d", err, len(s.got))
	}
}

func TestTheServersAnswerIsKeptAsACodeWithoutItsWords(t *testing.T) {
	t.Parallel()
	s := serve(t, fault{rcpt: &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no chen.li@bank.example here"}})
	msg := render(t, renderer(t, ""), update(mailio.Status, text.English))
	if got := mailio.Reason(s.sender(t, nil).Send(t.Context(), msg, ready)); got != "550 5.1.1" {
		t.Error(got)
	}
}

func TestTheConnectionIsEncryptedAsConfigured(t *testing.T) {
	t.Parallel()
	msg := render(t, renderer(t, ""), update(mailio.Status, text.English))
	for _, c := range []struct {
		mode          mailio.Encryption
		offers        string // what the server does: starttls, plain, implicit
		sent, secured bool
	}{
		{mailio.StartTLS, "starttls", true, true},
		{mailio.StartTLS, "plain", false, false},
		{mailio.Opportunistic, "starttls", true, true},
		{mailio.Opportunistic, "plain", true, false},
		{mailio.ImplicitTLS, "implicit", true, true},
		{mailio.ImplicitTLS, "plain", false, false},
		{mailio.NoTLS, "starttls", true, false},
	} {
		s := serveAs(t, c.offers)
		err := s.sender(t, func(o *mailio.SMTPOptions) { o.Encryption, o.Timeout = c.mode, 2*time.Second }).Send(t.Context(), msg, ready)
		if (err == nil) != c.sent || c.sent && (len(s.got) != 1 || s.got[0].secured != c.secured) {
			t.Errorf("%s with a server that offers %s: %v, %d mails", c.mode, c.offers, err, len(s.got))
		}
	}
}
