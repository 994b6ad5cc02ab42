package mailin

import (
	"errors"
	"io"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"liaison/internal/clock"
)

// bounded is a network listener that lets in so many clients at once, and so many of one address; others are told to
// come again. It counts before a client has said anything: who only holds the line open counts, too.
type bounded struct {
	net.Listener
	all, each int
	exempt    func(netip.Addr) bool // addresses that may have more than each: our relays
	patience  time.Duration         // for telling who is too much

	mu    sync.Mutex
	lines map[*counted]struct{} // that are open
	peers map[netip.Addr]int
}

func newBounded(ln net.Listener, all, each int, exempt func(netip.Addr) bool, patience time.Duration) *bounded {
	return &bounded{Listener: ln, all: all, each: each, exempt: exempt, patience: patience,
		lines: map[*counted]struct{}{}, peers: map[netip.Addr]int{}}
}

// Accept gives the next client that there is room for.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		conn, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer := addrOf(conn)
		line := &counted{Conn: conn, gone: make(chan struct{})}
		line.leave = sync.OnceFunc(func() { b.leave(line, peer) })
		if b.enter(line, peer) {
			return line, nil
		}
		_ = conn.SetWriteDeadline(clock.Real{}.Now().Add(b.patience))
		_, _ = conn.Write([]byte("421 4.7.0 Too many connections, try again later\r\n")) // it fits the socket's buffer; who has gone is not missed
		_ = conn.Close()
	}
}

func (b *bounded) enter(line *counted, peer netip.Addr) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) >= b.all || b.peers[peer] >= b.each && !b.exempt(peer) {
		return false
	}
	b.lines[line] = struct{}{}
	b.peers[peer]++
	return true
}

func (b *bounded) leave(line *counted, peer netip.Addr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.lines, line)
	if b.peers[peer]--; b.peers[peer] == 0 {
		delete(b.peers, peer)
	}
}

// cut ends all connections.
func (b *bounded) cut() {
	b.mu.Lock()
	lines := slices.Collect(maps.Keys(b.lines))
	b.mu.Unlock()
	for _, line := range lines {
		_ = line.Close() // whoever has gone meanwhile is not missed
	}
}

// errBroken is what reading gives at the end of a line. It is no io.EOF, which would be the end of a chunk, and none of those that
// encryption takes for one.
var errBroken = errors.New("the line broke off")

// counted is a connection that gives its place back when it is closed, and that knows how slowly a mail may come.
type counted struct {
	net.Conn
	leave func()
	pace  pace
	over  atomic.Bool   // what still comes is for nobody
	gone  chan struct{} // closed with the line
	ended sync.Once
}

// Read is the connection's. While a mail comes in, each read has a deadline of its own: the server sets one at the command,
// and a large file takes longer than a client may be silent. Who is too slow is cut, and tries again: an answer would be for
// good, and what comes of the mail after it would be read as commands.
//
// A line never ends well: a chunk of a mail that breaks off is no whole mail, and clients that are done say QUIT.
func (c *counted) Read(p []byte) (int, error) {
	if c.over.Load() {
		return c.nothing()
	}
	until, mail := c.pace.next()
	if mail {
		if err := c.SetReadDeadline(until); err != nil {
			return 0, err
		}
	}
	n, err := c.Conn.Read(p)
	c.pace.got(n)
	if mail && errors.Is(err, os.ErrDeadlineExceeded) {
		_ = c.Close() // whoever has gone meanwhile is not missed
	}
	switch {
	case c.over.Load():
		return c.nothing()
	case errors.Is(err, io.EOF):
		return n, errBroken
	}
	return n, err
}

// nothing is read of a line that is over. Its reader waits until it is closed, and does not close it before the client has read
// why.
func (c *counted) nothing() (int, error) {
	<-c.gone
	return 0, errBroken
}

// drain throws away what still comes, up to so many bytes.
func (c *counted) drain(most int64) { _, _ = io.CopyN(io.Discard, c.Conn, most) }

// Close ends the connection.
func (c *counted) Close() error {
	c.leave()
	err := c.Conn.Close()
	c.ended.Do(func() { close(c.gone) })
	return err
}

// CloseWrite says that nothing more will be sent.
func (c *counted) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}

func addrOf(conn net.Conn) netip.Addr {
	peer, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
	return peer.Addr().Unmap()
}
