package mailin

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"liaison/internal/clock"
	"liaison/internal/inbound"
)

// These tests run in synctest bubbles: hours pass in no time, and nobody waits for a machine.

// pipes is a network listener whose lines lie in memory.
type pipes struct {
	lines chan net.Conn
	ended chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case line := <-p.lines:
		return line, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.ended) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }

// slow is a client that sends a mail in pieces.
type slow struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func (s slow) says(line, answer string) {
	s.t.Helper()
	if line != "" {
		if _, err := io.WriteString(s.conn, line); err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
	}
	if got, err := s.in.ReadString('\n'); err != nil || !strings.HasPrefix(got, answer) {
		s.t.Fatalf("%q is answered with %q, %v", line, got, err)
	}
}

// sends gives out a piece each time that every has passed. It gives false when the line was closed.
func (s slow) sends(piece string, times int, every time.Duration) bool {
	for range times {
		<-time.After(every)
		if _, err := io.WriteString(s.conn, piece); err != nil {
			return false
		}
	}
	return true
}

// slowly plays a client against a listener, and gives what came in.
func slowly(t *testing.T, play func(s slow)) (mails []inbound.Delivery) {
	t.Helper()
	b := &box{}
	l := NewListener(Options{Receiver: b, Clock: clock.Real{}, Log: slog.New(slog.DiscardHandler), Domain: "support.example", MaxBytes: 64 << 20,
		Inboxes: []inbound.Inbox{{Address: "emea@support.example", Centre: "emea"}}})
	ln := &pipes{lines: make(chan net.Conn), ended: make(chan struct{})}
	served := make(chan error, 1)
	go func() { served <- l.Serve(ln) }()
	ours, theirs := net.Pipe()
	ln.lines <- theirs
	defer func() {
		_ = ours.Close()
		if err := l.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	s := slow{t: t, conn: ours, in: bufio.NewReader(ours)}
	if greeting, err := s.in.ReadString('\n'); err != nil || !strings.HasPrefix(greeting, "220") {
		t.Errorf("greeted with %q, %v", greeting, err)
	}
	s.says("HELO relay.example\r\n", "250")
	s.says("MAIL FROM:<a@customer.example>\r\n", "250")
	s.says("RCPT TO:<emea@support.example>\r\n", "250")
	play(s)
	_ = ours.Close()
	synctest.Wait() // until the listener waits for the next client
	return b.all()
}

// A large mail takes longer than a client may be silent, by DATA and by BDAT.
func TestALargeMailMayTakeItsTime(t *testing.T) {
	t.Parallel()
	piece := strings.Repeat(strings.Repeat("x", 1022)+"\r\n", 4<<10) // 4 MiB
	for name, play := range map[string]func(s slow){
		"data": func(s slow) {
			s.says("DATA\r\n", "354")
			if !s.sends(piece, 4, 100*time.Second) {
				t.Error("the line is closed")
			}
			s.says(".\r\n", "250")
		},
		"chunk": func(s slow) {
			if !s.sends("BDAT 16777216 LAST\r\n", 1, 0) || !s.sends(piece, 4, 100*time.Second) {
				t.Error("the line is closed")
			}
			s.says("", "250")
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			if mails := slowly(t, func(s slow) { s.t = t; play(s) }); len(mails) != 1 || len(mails[0].Raw) < 16<<20 {
				t.Errorf("%s: %d mails came in", name, len(mails))
			}
		})
	}
}

// A byte now and then, or nothing, is no mail: the line is closed, and what comes later is no command.
func TestAMailThatOnlyHoldsItsRoomIsCut(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		piece string
		every time.Duration
		most  int // pieces that are taken
	}{
		"drips":        {"x", 100 * time.Second, 1},
		"goes silent":  {strings.Repeat("x\r\n", 1<<20), idleFor + time.Second, 0},
		"is too slow":  {strings.Repeat("x", 100) + "\r\n", time.Second, 121},
		"has no hurry": {strings.Repeat("x\r\n", 100<<10), 100 * time.Second, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			mails := slowly(t, func(s slow) {
				s.t = t
				s.says("DATA\r\n", "354")
				taken := 0
				for taken < 2*tt.most+2 && s.sends(tt.piece, 1, tt.every) {
					taken++
				}
				if taken > tt.most {
					t.Errorf("%s: %d pieces were taken", name, taken)
				}
				if rest, err := io.ReadAll(s.in); err != nil || len(rest) > 0 {
					t.Errorf("%s: it is answered with %q, %v", name, rest, err)
				}
			})
			if len(mails) > 0 {
				t.Errorf("%s: it came in", name)
			}
		})
	}
}

func TestNoMailTakesLongerThanTheWholeMay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var p pace
		if _, mail := p.next(); mail {
			t.Error("a mail comes in before it began")
		}
		begun := clock.Real{}.Now()
		p.begin(idleFor)
		p.got(1 << 40)
		if until, mail := p.next(); !mail || !until.Equal(begun.Add(idleFor)) {
			t.Errorf("the next bytes have until %v", until.Sub(begun))
		}
		<-time.After(wholeFor - time.Minute)
		if until, _ := p.next(); !until.Equal(begun.Add(wholeFor)) {
			t.Errorf("at the end they have until %v", until.Sub(begun))
		}
		p.end()
		if _, mail := p.next(); mail {
			t.Error("a mail comes in after its end")
		}
	})
}
