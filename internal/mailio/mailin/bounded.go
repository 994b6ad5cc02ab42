package mailin

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
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
		line := &counted{Conn: conn}
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

// counted is a connection that gives its place back when it is closed, and that knows how slowly a mail may come.
type counted struct {
	net.Conn
	leave func()
	pace  pace
}

// Read is the connection's. While a mail comes in, each read has a deadline of its own: the server sets one at the command,
// and a large file takes longer than a client may be silent. Who is too slow is cut, and tries again: an answer would be for
// good, and what comes of the mail after it would be read as commands.
func (c *counted) Read(p []byte) (int, error) {
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
	return n, err
}

// Close ends the connection.
func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
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
