package mailin

import (
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"
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
