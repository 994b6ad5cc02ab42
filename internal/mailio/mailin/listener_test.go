package mailin

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"liaison/internal/clock"
)

// TestOneAddressHasOnlySoManyLines: who says nothing counts, too, and a line that ends makes room.
func TestOneAddressHasOnlySoManyLines(t *testing.T) {
	t.Parallel()
	addr := serve(t, &box{}, nil)
	var open []*client
	for range maxOfOne {
		c := dial(t, addr)
		c.answers("220")
		open = append(open, c)
	}
	one := dial(t, addr)
	one.answers("421")
	if _, err := one.in.ReadByte(); err != io.EOF {
		t.Fatalf("the line that is too much stays open: %v", err)
	}
	open[0].send("QUIT\r\n")
	open[0].answers("221")
	if _, err := io.Copy(io.Discard, open[0].in); err != nil {
		t.Fatal(err)
	}
	for { // the place is given back after the client has seen the end
		c := dial(t, addr)
		if c.answers("?"); strings.HasPrefix(c.last, "220") {
			return
		}
	}
}

func TestARelayHasAsManyLinesAsThereAre(t *testing.T) {
	t.Parallel()
	relay := Relay{Nets: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	addr := serve(t, &box{}, func(o *Options) { o.Verdicts.Relays = []Relay{relay} })
	for range maxOfOne + 5 {
		dial(t, addr).answers("220")
	}
}

func TestASilentClientIsCut(t *testing.T) {
	t.Parallel()
	addr := serve(t, &box{}, func(o *Options) { o.Idle = 20 * time.Millisecond })
	c := dial(t, addr)
	if _, err := io.Copy(io.Discard, c.in); err != nil {
		t.Fatalf("the line stays open: %v", err)
	}
}

func TestAStopCutsWhoeverGoesOn(t *testing.T) {
	t.Parallel()
	l := NewListener(Options{Clock: clock.Real{}, Log: slog.New(slog.DiscardHandler), Domain: "desk.example", MaxBytes: 1000})
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- l.Serve(ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // the listener may have been faster
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "220 ") {
		t.Fatalf("it is not greeted: %q %v", line, err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Shutdown(over); err != nil {
		t.Errorf("a stop that had to cut somebody is no failure: %v", err)
	}
	if line, err := in.ReadString('\n'); err == nil {
		t.Errorf("the line is still open and says %q", line)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
