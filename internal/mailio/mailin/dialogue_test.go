package mailin

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/inbound"
)

// box is a receiver that keeps what it is given.
type box struct {
	mu    sync.Mutex
	mails []inbound.Delivery
	fail  int // so many deliveries cannot be stored
}

func (b *box) Receive(_ context.Context, d inbound.Delivery) (inbound.Outcome, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail > 0 {
		b.fail--
		return inbound.Outcome{}, errors.New("the disk is full")
	}
	b.mails = append(b.mails, d)
	return inbound.Outcome{State: inbound.StateCase}, nil
}

func (b *box) all() []inbound.Delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

// within bounds every step of a dialogue: it is reached only when something is broken.
const within = 20 * time.Second

// serve starts a listener for the box and gives its address.
func serve(t *testing.T, b *box, change func(*Options)) string {
	t.Helper()
	o := Options{Receiver: b, Clock: clock.NewStepping(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)), Log: slog.New(slog.DiscardHandler),
		Domain: "support.example", MaxBytes: 1 << 20,
		Inboxes: []inbound.Inbox{{Address: "emea@support.example", Centre: "emea"}, {Address: "china@support.example", Centre: "china"}}}
	if change != nil {
		change(&o)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := NewListener(o)
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // nobody is waited for
		_ = l.Shutdown(ctx)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// certificate is one that no client should trust outside a test.
func certificate(t *testing.T) *tls.Config {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	t.Cleanup(s.Close)
	return &tls.Config{Certificates: s.TLS.Certificates}
}

// TestDialogues plays what clients say, line by line, against the real listener:
//
//	C: line        the client sends a line
//	RAW "..."      the client sends these bytes
//	FLOOD n        the client sends n bytes without an end of line, as far as anybody reads them
//	LINES n        the same in lines
//	REPEAT n line  the client sends a line n times, with its count, and each time gets 250
//	S: code text   the answer begins with the code and holds the text; "?" takes any answer or none
//	NOT text       the last answer does not hold the text
//	TLS, TLS?      the client begins to encrypt; with ? it may fail
//	EOF, CUT       the server has closed the line; the client drops it
//	MAILS n, ATMOST n, HAS n text, RAWHAS n "...", FROM n address, TO n addresses, NONE sender
//
// Comments at the top set the listener up: lmtp, tls, fail n.
func TestDialogues(t *testing.T) {
	t.Parallel()
	list, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(list) < 25 {
		t.Fatal(len(list), err)
	}
	for _, path := range list {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			play(t, string(text))
		})
	}
}

func play(t *testing.T, script string) {
	b := &box{}
	addr := serve(t, b, func(o *Options) {
		o.LMTP = strings.Contains(script, "# lmtp\n")
		if strings.Contains(script, "# tls\n") {
			o.TLS = certificate(t)
		}
		if strings.Contains(script, "# fail 1\n") {
			b.fail = 1
		}
	})
	c := dial(t, addr)
	for n, line := range strings.Split(strings.TrimSpace(script), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		if word == "#" || c.speak(word, rest) || held(t, b, word, rest) {
			continue
		}
		t.Fatalf("line %d is no step: %s", n+1, line)
	}
}

// client is one end of a line.
type client struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	last string // answer
}

func dial(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c := &client{t: t, conn: conn}
	c.on(conn)
	return c
}

func (c *client) on(conn net.Conn) {
	if err := conn.SetDeadline(clock.Real{}.Now().Add(within)); err != nil {
		c.t.Fatal(err)
	}
	c.conn, c.in = conn, bufio.NewReader(conn)
}

func (c *client) speak(word, rest string) bool {
	c.t.Helper()
	switch word {
	case "C:":
		c.send(rest + "\r\n")
	case "RAW":
		c.send(unquoted(c.t, rest))
	case "FLOOD":
		c.flood(strings.Repeat("x", 4096), number(c.t, rest))
	case "LINES":
		c.flood(strings.Repeat("x", 62)+"\r\n", number(c.t, rest))
	case "REPEAT":
		n, text, _ := strings.Cut(rest, " ")
		for i := range number(c.t, n) {
			c.send(fmt.Sprintf(text, i) + "\r\n")
			c.answers("250")
		}
	case "S:":
		c.answers(rest)
	case "NOT":
		if strings.Contains(c.last, rest) {
			c.t.Errorf("the answer holds %q: %s", rest, c.last)
		}
	case "TLS", "TLS?":
		c.encrypt(word == "TLS?")
	case "EOF":
		if _, err := io.Copy(io.Discard, c.in); err != nil && !strings.Contains(err.Error(), "reset") {
			c.t.Errorf("the line is not closed: %v", err)
		}
	case "CUT":
		_ = c.conn.Close()
	default:
		return false
	}
	return true
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatalf("sending %.60q: %v", text, err)
	}
}

// flood sends until the server reads no more.
func (c *client) flood(part string, n int) {
	for ; n > 0; n -= len(part) {
		if _, err := io.WriteString(c.conn, part); err != nil {
			return
		}
	}
}

// answers reads one answer of one or more lines.
func (c *client) answers(want string) {
	c.t.Helper()
	code, text, _ := strings.Cut(want, " ")
	c.last = ""
	for {
		line, err := c.in.ReadString('\n')
		c.last += line
		if err != nil {
			if strings.HasPrefix(code, "?") {
				return
			}
			c.t.Fatalf("no answer, want %s: %v (%q so far)", want, err, c.last)
		}
		if len(line) < 4 || line[3] != '-' {
			break
		}
	}
	if !strings.HasPrefix(c.last, strings.TrimPrefix(code, "?")) || !strings.Contains(c.last, text) {
		c.t.Fatalf("answer %q, want %s", c.last, want)
	}
}

func (c *client) encrypt(mayFail bool) {
	c.t.Helper()
	conn := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true}) // the test's own certificate
	if err := conn.SetDeadline(clock.Real{}.Now().Add(within)); err != nil {
		c.t.Fatal(err)
	}
	if err := conn.Handshake(); err != nil && !mayFail {
		c.t.Fatal(err)
	}
	c.on(conn)
}

// held checks what the receiver has got.
func held(t *testing.T, b *box, word, rest string) bool {
	t.Helper()
	mails := b.all()
	which, text, _ := strings.Cut(rest, " ")
	mail := func() inbound.Delivery {
		if n := number(t, which); n <= len(mails) {
			return mails[n-1]
		}
		t.Fatalf("there is no mail %s of %d", which, len(mails))
		return inbound.Delivery{}
	}
	switch word {
	case "MAILS", "ATMOST":
		if n := number(t, which); len(mails) > n || word == "MAILS" && len(mails) < n {
			t.Fatalf("%d mails, want %s %d", len(mails), word, n)
		}
	case "HAS":
		if !strings.Contains(string(mail().Raw), text) {
			t.Errorf("the mail does not hold %q: %q", text, mail().Raw)
		}
	case "RAWHAS":
		if !strings.Contains(string(mail().Raw), unquoted(t, text)) {
			t.Errorf("the mail does not hold %s: %q", text, mail().Raw)
		}
	case "FROM":
		if got := mail().EnvelopeFrom; got != text {
			t.Errorf("from %q, want %q", got, text)
		}
	case "TO":
		if got := strings.Join(mail().Recipients, " "); got != text {
			t.Errorf("to %q, want %q", got, text)
		}
	case "NONE":
		if slices.ContainsFunc(mails, func(d inbound.Delivery) bool { return d.EnvelopeFrom == rest }) {
			t.Errorf("a mail of %s came in", rest)
		}
	default:
		return false
	}
	return true
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func unquoted(t *testing.T, s string) string {
	t.Helper()
	text, err := strconv.Unquote(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return text
}
