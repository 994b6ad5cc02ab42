// Package mailin takes mail in: an SMTP or LMTP listener and polled IMAP inboxes. It answers 250 when the outcome of a
// mail is durable and not before; what could not be stored is asked for again. What becomes of a mail is decided
// elsewhere: this package says where the mail came from and whether the sender's domain stands for it.
package mailin

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"liaison/internal/clock"
	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// Receiver handles a mail. An error means that nothing was done and that it may be tried again.
type Receiver interface {
	Receive(ctx context.Context, d inbound.Delivery) (inbound.Outcome, error)
}

// Limits of a listener.
const (
	maxRecipients  = 20
	maxLine        = 4000 // bytes; RFC 5321 asks for 1,000, some clients write longer ones
	maxConnections = 200
	maxOfOne       = 20 // connections of one address that is no relay of ours
	idleFor        = 2 * time.Minute
)

// Options of a listener.
type Options struct {
	Receiver Receiver
	Inboxes  []inbound.Inbox
	Clock    clock.Clock // what the received time is read from
	Log      *slog.Logger
	Domain   string // our name in the greeting
	MaxBytes int64  // that are kept of one mail: files that do not fit are left out
	MaxWhole int64  // of one mail as it comes; a larger one is refused. 0 is MaxBytes
	Room     *Room  // that is shared with others; nil has one of its own
	LMTP     bool
	TLS      *tls.Config        // nil offers no STARTTLS
	Verdicts Verdicts           // how the sender's domain is asked
	Idle     time.Duration      // after which a silent client is cut, also within a mail; 0 is two minutes
	Seen     func(state string) // told what became of each mail, for the metrics; nil for nobody
}

// Listener serves SMTP or LMTP.
type Listener struct {
	o      Options
	server *smtp.Server
	room   *Room

	mu    sync.Mutex
	lines *bounded // nil before Serve
}

// NewListener makes a listener; Serve starts it.
func NewListener(o Options) *Listener {
	if o.Idle == 0 {
		o.Idle = idleFor
	}
	if o.Seen == nil {
		o.Seen = func(string) {}
	}
	o.MaxWhole = max(o.MaxBytes, o.MaxWhole)
	if o.Room == nil {
		o.Room = NewRoom(o.MaxBytes)
	}
	l := &Listener{o: o, room: o.Room}
	s := smtp.NewServer(smtp.BackendFunc(l.session))
	s.Domain, s.LMTP, s.TLSConfig = o.Domain, o.LMTP, o.TLS
	s.MaxRecipients, s.MaxLineLength = maxRecipients, maxLine // how large a mail may be is asked here, to answer it with what to do
	s.ReadTimeout, s.WriteTimeout = o.Idle, o.Idle
	s.EnableSMTPUTF8 = true
	s.ErrorLog = quiet{o.Log}
	l.server = s
	return l
}

// Serve takes mail on ln until Shutdown.
func (l *Listener) Serve(ln net.Listener) error {
	lines := newBounded(ln, maxConnections, maxOfOne, l.o.Verdicts.relays, l.o.Idle)
	l.mu.Lock()
	l.lines = lines
	l.mu.Unlock()
	err := l.server.Serve(lines)
	if errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Shutdown takes no further connection and lets the mails in progress end; when ctx ends first they are cut, and their
// senders try again.
func (l *Listener) Shutdown(ctx context.Context) error {
	err := l.server.Shutdown(ctx)
	if err == nil || !errors.Is(err, ctx.Err()) {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines != nil { // Close of a server that was shut down leaves its connections open
		l.lines.cut()
	}
	return nil
}

func (l *Listener) session(c *smtp.Conn) (smtp.Session, error) {
	return &session{l: l, c: c, peer: addrOf(c.Conn())}, nil
}

// session is one connection. Its methods are called one after the other.
type session struct {
	l     *Listener
	c     *smtp.Conn
	peer  netip.Addr
	from  string
	rcpts []string
	inbox inbound.Inbox
}

// Reset begins anew after a mail or RSET.
func (s *session) Reset() {
	s.from, s.rcpts, s.inbox = "", nil, inbound.Inbox{}
	paceOf(s.c.Conn()).end()
}

// Logout ends the connection.
func (s *session) Logout() error { return nil }

// Mail takes any sender: who wrote is decided by the mail itself. One that is said to be too large is not waited for.
func (s *session) Mail(from string, o *smtp.MailOptions) error {
	s.Reset()
	if o.Size > s.l.o.MaxWhole {
		s.l.o.Seen("too_large")
		return s.l.refusal()
	}
	if len(from) > 320 {
		return &smtp.SMTPError{Code: 501, EnhancedCode: smtp.EnhancedCode{5, 1, 7}, Message: "The sender's address is too long"}
	}
	s.from = from
	return nil
}

// Rcpt takes our inboxes, with anything behind a plus sign.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	norm, ok := mailmsg.Normalise(to)
	local, domain, _ := strings.Cut(norm, "@")
	base, _, _ := strings.Cut(local, "+")
	for _, in := range s.l.o.Inboxes {
		if ok && in.Address == base+"@"+domain {
			if s.inbox.Address == "" {
				s.inbox = in
			}
			s.rcpts = append(s.rcpts, norm)
			return nil
		}
	}
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such inbox here"}
}

// Data reads the mail and hands it on. Its pace holds until Reset: what is not taken is read to its end, too.
func (s *session) Data(r io.Reader) error {
	paceOf(s.c.Conn()).begin(s.l.o.Idle)
	at := s.l.o.Clock.Now()
	ctx, cancel := context.WithTimeout(context.Background(), wholeFor)
	defer cancel()
	peer := Peer{Addr: s.peer, Hello: s.c.Hostname(), From: s.from}
	var watch func() *signatures
	if s.l.o.Verdicts.asks(peer) {
		watch = func() *signatures { return s.l.o.Verdicts.watch(ctx) }
	}
	in, err := s.l.room.read(&measured{r, s.l.o.MaxWhole}, s.l.o.MaxBytes, watch)
	defer in.end()
	switch {
	case errors.Is(err, errTooLong), errors.Is(err, mailmsg.ErrNoFit):
		return s.tooLarge()
	case errors.Is(err, errNoRoom):
		s.l.o.Seen("failed")
		return tryAgain()
	case err != nil:
		return err
	}
	ctx, cancelled := context.WithTimeout(ctx, s.l.o.Idle)
	defer cancelled()
	raw, done, ok := in.bytes(ctx)
	defer done()
	if !ok {
		return tryAgain()
	}
	verdict, err := s.l.o.Verdicts.of(ctx, raw, peer, in.sigs)
	if err != nil { // DNS does not answer: nobody can tell
		return tryAgain()
	}
	out, err := s.l.o.Receiver.Receive(context.WithoutCancel(ctx), inbound.Delivery{Inbox: s.inbox, EnvelopeFrom: s.from, Recipients: s.rcpts,
		At: at, Raw: raw, Verdict: verdict})
	if err != nil {
		s.l.o.Log.Error("a mail could not be stored; its sender tries again", "inbox", s.inbox.Address, "error", err)
		s.l.o.Seen("failed")
		return tryAgain()
	}
	s.l.o.Seen(string(out.State))
	return nil
}

func tryAgain() error {
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
}

// lingering is how much of a mail that is too large is still read, and thrown away, so that its sender gets to read the
// answer: a line that is closed over unread bytes is reset, and the answer lost.
const lingering = 16 << 20

// tooLarge says so and closes the connection: the rest of the mail may be as long as it likes. Nobody else reads on meanwhile:
// of a mail in chunks, a part of what follows would be read as commands.
func (s *session) tooLarge() error {
	s.l.o.Seen("too_large")
	conn := s.c.Conn()
	line, ok := lineOf(conn)
	if !ok {
		return s.l.refusal()
	}
	line.over.Store(true)
	line.pace.end() // the deadline that follows is for all that is left
	if conn.SetDeadline(s.deadline()) == nil {
		_, _ = io.WriteString(conn, "552 5.3.4 "+s.l.tooLargeText()+"\r\n") // the client may be gone
		if half, ok := conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
			line.drain(lingering)
		}
	}
	_ = conn.Close()
	return s.l.refusal()
}

// refusal is the answer to a mail that is too large.
func (l *Listener) refusal() error {
	return &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 3, 4}, Message: l.tooLargeText()}
}

// tooLargeText says how large a mail may be and what to do; its sender's server shows it to them.
func (l *Listener) tooLargeText() string {
	return "The mail is larger than " + strconv.FormatInt(l.o.MaxWhole>>20, 10) + " MB, or its text than " + strconv.FormatInt(l.o.MaxBytes>>20, 10) +
		" MB. Write without the files: the case that you get has a page to upload them"
}

func (s *session) deadline() time.Time { return clock.Real{}.Now().Add(s.l.o.Idle) }

// quiet writes the server's own errors into the log, without what clients sent.
type quiet struct{ log *slog.Logger }

// Printf and Println are what the server asks for.
func (q quiet) Printf(format string, _ ...any) { q.log.Debug("mail listener", "event", format) }

// Println is Printf without a format.
func (q quiet) Println(...any) { q.log.Debug("mail listener") }
