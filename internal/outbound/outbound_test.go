package outbound_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"liaison/internal/outbound"
)

// nowhere is a resolver that leads every name to the addresses given, in turn.
func nowhere(answers ...[]string) func(context.Context, string) ([]netip.Addr, error) {
	turn := 0
	return func(context.Context, string) (list []netip.Addr, err error) {
		for _, a := range answers[min(turn, len(answers)-1)] {
			list = append(list, netip.MustParseAddr(a))
		}
		turn++
		return list, nil
	}
}

// Security W01: whatever the way it is written, an address inside is not called. Names lead to 127.0.0.1 here.
func TestAddressesInsideAreBlocked(t *testing.T) {
	t.Parallel()
	c := outbound.NewClient(outbound.Options{Lookup: nowhere([]string{"127.0.0.1"}), Timeout: 2 * time.Second})
	hosts := []string{
		// IPv4
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3", "127.255.255.254",
		"169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1",
		"192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
		"240.0.0.1", "255.255.255.255",
		// IPv4 in odd spellings
		"127.1", "127.0.1", "0", "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "00127.0.0.1",
		"127.0.0.01", "3232235521", "169.254.43518", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1",
		// IPv6
		"[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]",
		"[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[100::1]", "[2001::1]",
		"[2001:0:53aa:64c::1]", "[2001:2::1]", "[2001:10::1]", "[2001:20::1]", "[2001:db8::1]", "[2002:7f00:1::]", "[2002:7f00:1::1]",
		"[2002:a00:1::]", "[2002:a9fe:a9fe::]", "[3fff::1]", "[5f00::1]", "[fc00::1]", "[fd00::1]", "[fd00:ec2::254]", "[fe80::1]",
		"[fe80::1%25eth0]", "[fec0::1]", "[ff02::1]", "[ff0e::1]", "[4000::1]",
		// names
		"localhost", "LOCALHOST", "localhost.", "a.localhost", "metadata.google.internal", "127.0.0.1.nip.io", "inside.example.org",
		"xn--example.org", "ｌocalhost", "exam_ple.org", "a..b",
	}
	urls := []string{"http://example.org", "HTTP://example.org", "ftp://example.org", "file:///etc/passwd", "gopher://example.org", "//example.org",
		"example.org", "https://user@example.org", "https://user:pw@example.org", "https://example.org@127.0.0.1", "https://127.0.0.1#@example.org",
		"https://", "https:example.org", "https:///x", "javascript:alert(1)", "https://[::1", ""}
	for _, h := range hosts {
		urls = append(urls, "https://"+h+"/hook", "https://"+h+":8443/hook")
	}
	for _, u := range urls {
		status, err := c.Post(t.Context(), u, http.Header{}, nil)
		if !errors.Is(err, outbound.ErrBlocked) || status != 0 {
			t.Errorf("%s: %d, %v", u, status, err)
		}
	}
	if len(urls) < 80 {
		t.Errorf("only %d addresses", len(urls))
	}
}

// watched is a server inside that notes whether it was connected.
func watched(t *testing.T, h http.HandlerFunc) (s *httptest.Server, host string, trust *tls.Config) {
	t.Helper()
	s = httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s, s.Listener.Addr().String(), &tls.Config{RootCAs: pool, ServerName: "example.com"}
}

// Security W02: a name that leads outside when it is checked and inside later, or to both, is never connected inside.
func TestTheConnectedAddressIsTheCheckedOne(t *testing.T) {
	t.Parallel()
	called := false
	_, host, trust := watched(t, func(http.ResponseWriter, *http.Request) { called = true })
	_, port, _ := net.SplitHostPort(host)
	for why, answers := range map[string][][]string{
		"good, then bad":       {{"192.0.2.1"}, {"127.0.0.1"}},
		"one of several":       {{"93.184.215.14", "127.0.0.1"}},
		"mapped":               {{"::ffff:127.0.0.1"}},
		"translated":           {{"64:ff9b::127.0.0.1"}},
		"of this network only": {{"fe80::1%lo"}},
	} {
		c := outbound.NewClient(outbound.Options{Lookup: nowhere(answers...), TLS: trust, Timeout: 2 * time.Second})
		for range 2 {
			if _, err := c.Post(t.Context(), "https://hook.example.com:"+port+"/", http.Header{}, nil); !errors.Is(err, outbound.ErrBlocked) {
				t.Errorf("%s: %v", why, err)
			}
		}
	}
	if called {
		t.Error("a server inside was called")
	}
}

func TestAHostThatTheOperatorHasNamedIsCalled(t *testing.T) {
	t.Parallel()
	secret := "0123456789abcdef01234567"
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	var got http.Header
	var body []byte
	_, host, trust := watched(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
	})
	name, _, _ := net.SplitHostPort(host)
	c := outbound.NewClient(outbound.Options{Private: []string{name}, TLS: trust})
	h, err := outbound.NewHook(c, "https://"+host+"/hook", secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Send(t.Context(), "msg_1", at, []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	if got.Get("webhook-id") != "msg_1" || got.Get("webhook-timestamp") != "1795428000" || string(body) != `{"a":1}` ||
		got.Get("webhook-signature") != outbound.Sign([]byte(secret), "msg_1", at, body) {
		t.Errorf("%v %s", got, body)
	}
}

// The example of the Standard Webhooks specification's own libraries.
func TestSignaturesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := outbound.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
}

func TestASecretThatCanBeGuessedIsRefused(t *testing.T) {
	t.Parallel()
	c := outbound.NewClient(outbound.Options{})
	for _, secret := range []string{"", "brief", "whsec_", "whsec_c2hvcnQ=", "whsec_***"} {
		if _, err := outbound.NewHook(c, "https://pager.example.org/hook", secret); err == nil || secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

// Security W05: redirects are not followed, proxies not asked, and what drips or floods is cut.
func TestAReceiverHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	for why, c := range map[string]struct {
		answer http.HandlerFunc
		fails  bool
	}{
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/hook" {
				t.Error("the redirect was followed")
			}
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, true},
		"flood": {func(w http.ResponseWriter, _ *http.Request) {
			for range 10_000 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}, false},
		"drip": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, true},
		"error": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }, true},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			_, host, trust := watched(t, c.answer)
			name, _, _ := net.SplitHostPort(host)
			h, err := outbound.NewHook(outbound.NewClient(outbound.Options{Private: []string{name}, TLS: trust, Timeout: time.Second}), "https://"+host+"/hook", strings.Repeat("s", 24))
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Send(t.Context(), "msg_1", time.Unix(0, 0), nil); (err != nil) != c.fails {
				t.Errorf("%v", err)
			}
		})
	}
}
