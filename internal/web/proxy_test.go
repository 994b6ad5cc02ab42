package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestAProxyOfOursSaysWhereARequestCameFrom(t *testing.T) {
	t.Parallel()
	ours := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("192.0.2.0/28")}
	for _, c := range []struct {
		name    string
		proxies []netip.Prefix
		peer    string
		header  []string
		want    string
	}{
		{"nobody in front", nil, "203.0.113.9:5000", nil, "203.0.113.9"},
		{"nobody in front, and a header that anybody may type", nil, "203.0.113.9:5000", []string{"198.51.100.1"}, "203.0.113.9"},
		{"a stranger's header is not ours", ours, "203.0.113.9:5000", []string{"198.51.100.1"}, "203.0.113.9"},
		{"our proxy", ours, "127.0.0.1:5000", []string{"203.0.113.9"}, "203.0.113.9"},
		{"our proxy, behind what somebody typed", ours, "127.0.0.1:5000", []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9"},
		{"in two headers", ours, "127.0.0.1:5000", []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
		{"two proxies of ours", ours, "127.0.0.1:5000", []string{"203.0.113.9, 192.0.2.3"}, "203.0.113.9"},
		{"our proxy without a word", ours, "127.0.0.1:5000", nil, "127.0.0.1"},
		{"our proxy, and no address", ours, "127.0.0.1:5000", []string{"203.0.113.9, unknown"}, "127.0.0.1"},
		{"in the newer family", ours, "[::ffff:127.0.0.1]:5000", []string{"2001:db8::7"}, "2001:db8::7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/sign-in", nil)
			r.RemoteAddr = c.peer
			for _, h := range c.header {
				r.Header.Add("X-Forwarded-For", h)
			}
			s := &Site{Options: Options{Proxies: c.proxies}}
			if got := s.remoteIP(r); got != c.want {
				t.Errorf("it came from %s, want %s", got, c.want)
			}
		})
	}
}
