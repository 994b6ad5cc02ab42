package mailin

import (
	"crypto/tls"
	"net"
	"sync"
	"time"

	"liaison/internal/clock"
)

// Who sends a mail may be slow, and may not hold its room for as long as they like: a byte now and then is no mail.
const (
	wholeFor  = time.Hour // a mail may take
	slowestBy = 32 << 10  // bytes that come in a second, over all of a mail
)

// pace says until when the next bytes of a mail have to come. It is used by the goroutine that reads the line and by the one
// that takes the mail, which are two when a mail comes in chunks. The zero pace knows of no mail.
type pace struct {
	mu    sync.Mutex
	mail  bool
	begun time.Time
	idle  time.Duration // a client may be silent
	bytes int64         // that came since
}

// begin says that a mail comes in.
func (p *pace) begin(idle time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mail, p.begun, p.idle, p.bytes = true, clock.Real{}.Now(), idle, 0
}

// end says that none comes in any more: the server's own deadlines hold.
func (p *pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mail = false
}

func (p *pace) got(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += int64(n)
}

// next is until when the next bytes have to come; mail is false when none comes in.
func (p *pace) next() (until time.Time, mail bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.mail {
		return time.Time{}, false
	}
	earned := min(wholeFor, p.idle+time.Duration(p.bytes/slowestBy)*time.Second)
	until = p.begun.Add(earned)
	if silent := (clock.Real{}).Now().Add(p.idle); silent.Before(until) {
		return silent, true
	}
	return until, true
}

// paceOf is the pace of a client's line.
func paceOf(conn net.Conn) *pace {
	if line, is := lineOf(conn); is {
		return &line.pace
	}
	return new(pace) // of a line that is none of a listener's
}

// lineOf is a client's line below its encryption.
func lineOf(conn net.Conn) (line *counted, ok bool) {
	if secure, is := conn.(*tls.Conn); is {
		conn = secure.NetConn()
	}
	line, ok = conn.(*counted)
	return line, ok
}
