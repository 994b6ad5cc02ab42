package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"liaison/internal/errs"
)

const (
	timeLimit = 10 * time.Second
	sizeLimit = 64 << 10 // bytes that are read of an answer
)

// Options of a Client; the zero value serves production.
type Options struct {
	Private []string                                                     // hosts that the operator allows although they are not on the open internet
	Lookup  func(ctx context.Context, host string) ([]netip.Addr, error) // nil asks the machine's resolver
	TLS     *tls.Config                                                  // nil checks certificates against the machine's authorities
	Timeout time.Duration                                                // of a whole request; 0 is 10 s
}

// Client makes requests to addresses of the open internet.
type Client struct {
	guard   guard
	private map[string]bool
	lookup  func(ctx context.Context, host string) ([]netip.Addr, error)
	http    *http.Client
	timeout time.Duration
}

// NewClient makes a client. Proxies of the environment are not used: they would connect what is refused here.
func NewClient(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = timeLimit
	}
	if o.Lookup == nil {
		o.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	c := &Client{guard: newGuard(), private: map[string]bool{}, lookup: o.Lookup, timeout: o.Timeout}
	for _, host := range o.Private {
		c.private[strings.ToLower(host)] = true
	}
	c.http = &http.Client{
		Transport: &http.Transport{Proxy: nil, DialContext: c.dial, TLSClientConfig: o.TLS, DisableKeepAlives: true,
			MaxResponseHeaderBytes: sizeLimit},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Post sends body and gives the status of the answer; the answer's text is read up to a limit and thrown away. An
// error is a refused address or a failed connection.
func (c *Client) Post(ctx context.Context, address string, header http.Header, body []byte) (status int, err error) {
	defer errs.Wrap(&err, "outbound.Post")
	u, err := c.CheckURL(address)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header = header
	res, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.CopyN(io.Discard, res.Body, sizeLimit)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	// A receiver that ends its answer just as it is cut off was too slow all the same.
	return res.StatusCode, ctx.Err()
}

// dial connects one of the addresses of a name, after all of them were checked: a name that also leads inside is
// refused as a whole. The connected address is looked at once more.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if c.private[strings.ToLower(host)] {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	all, err := c.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if !c.guard.allows(a) {
			return nil, ErrBlocked
		}
	}
	checked := net.Dialer{Control: c.control}
	err = fmt.Errorf("the name has no address")
	for _, a := range all {
		var conn net.Conn
		if conn, err = checked.DialContext(ctx, network, net.JoinHostPort(a.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

func (c *Client) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	return c.lookup(ctx, host)
}

// control looks at the address that is about to be connected.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !c.guard.allows(at.Addr()) {
		return ErrBlocked
	}
	return nil
}
