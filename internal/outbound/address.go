package outbound

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// ErrBlocked is in the chain of an error about an address that requests may not go to.
var ErrBlocked = errors.New("this address is not on the open internet, and the operator has not named its host")

// refused are the blocks that are not the open internet: IANA's special registries, and what carries an IPv4 address
// inside an IPv6 one (6to4, Teredo, NAT64).
func refused() []string {
	return []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
	}
}

// guard knows which addresses may be connected.
type guard struct {
	refused []netip.Prefix
	unicast netip.Prefix // the only part of IPv6 that is handed out for the open internet
}

func newGuard() guard {
	g := guard{unicast: netip.MustParsePrefix("2000::/3")}
	for _, p := range refused() {
		g.refused = append(g.refused, netip.MustParsePrefix(p))
	}
	return g
}

// allows reports whether a is an address of the open internet.
func (g guard) allows(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if a.Is6() && !g.unicast.Contains(a) {
		return false
	}
	for _, p := range g.refused {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// CheckURL reads the address of a web hook: https, a host that is a plain name or address, and no user. Hosts that the
// operator has named may also be reached by http. Error: ErrBlocked, or what is wrong with the address.
func (c *Client) CheckURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.Join(ErrBlocked, errors.New("the address of a web hook cannot be read"))
	}
	host := strings.ToLower(u.Hostname())
	private := c.private[host]
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !private):
		return nil, errors.Join(ErrBlocked, errors.New("the address of a web hook begins with https://"))
	case u.User != nil || u.Opaque != "" || host == "":
		return nil, errors.Join(ErrBlocked, errors.New("the address of a web hook has a host and no user"))
	case private:
		return u, nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if !c.guard.allows(a) {
			return nil, ErrBlocked
		}
		return u, nil
	}
	if !isName(host) {
		return nil, errors.Join(ErrBlocked, errors.New("the host is no plain name"))
	}
	return u, nil
}

// isName takes names of letters, digits and hyphens whose last label is no number: others are read as an address by
// some programs (0x7f.1, 017700000001, 2130706433) or become one when they are folded (①②⑦.⓪.⓪.①).
func isName(host string) bool {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, l := range labels {
		if l == "" || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}
