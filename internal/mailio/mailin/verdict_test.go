package mailin

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"liaison/internal/mailmsg"
)

// names is a DNS of the test's own. What is in down does not answer.
type names struct {
	txt   map[string][]string
	ips   map[string][]string
	down  map[string]bool
	asked atomic.Int64
}

func (n *names) missing(name string) error {
	n.asked.Add(1)
	if n.down[name] {
		return &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (n *names) LookupTXT(_ context.Context, name string) ([]string, error) {
	name = strings.TrimSuffix(name, ".")
	if v := n.txt[name]; v != nil && !n.down[name] {
		n.asked.Add(1)
		return v, nil
	}
	return nil, n.missing(name)
}

func (n *names) LookupIPAddr(_ context.Context, host string) (out []net.IPAddr, err error) {
	host = strings.TrimSuffix(host, ".")
	if n.ips[host] == nil {
		return nil, n.missing(host)
	}
	n.asked.Add(1)
	for _, ip := range n.ips[host] {
		out = append(out, net.IPAddr{IP: net.ParseIP(ip)})
	}
	return out, nil
}

func (n *names) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	return nil, n.missing(name)
}
func (n *names) LookupAddr(_ context.Context, addr string) ([]string, error) {
	return nil, n.missing(addr)
}

// plainMail is a mail of lena at a domain.
func plainMail(domain string) []byte {
	return []byte("From: Lena <lena@" + domain + ">\r\nTo: emea@support.example\r\nSubject: hello\r\nMessage-ID: <1@" + domain + ">\r\n\r\nThe report is empty.\r\n")
}

// keyring makes keys and publishes them.
type keyring struct {
	t   *testing.T
	dns *names
}

func (k keyring) ed25519(domain string) crypto.Signer {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		k.t.Fatal(err)
	}
	k.dns.txt["s1._domainkey."+domain] = []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub)}
	return key
}

func (k keyring) rsa(domain string, bits int) crypto.Signer {
	k.t.Setenv("GODEBUG", "rsa1024min=0") // a key that is too short has to be made first
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		k.t.Fatal(err)
	}
	pub, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		k.t.Fatal(err)
	}
	k.dns.txt["s1._domainkey."+domain] = []string{"v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(pub)}
	return key
}

// sign adds a signature of domain over the given fields.
func sign(t *testing.T, raw []byte, domain string, key crypto.Signer, fields ...string) []byte {
	t.Helper()
	if fields == nil {
		fields = []string{"From", "To", "Subject", "Message-ID"}
	}
	var b bytes.Buffer
	err := dkim.Sign(&b, bytes.NewReader(raw), &dkim.SignOptions{Domain: domain, Selector: "s1", Signer: key, Hash: crypto.SHA256, HeaderKeys: fields})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhoseDomainStandsForAMail(t *testing.T) {
	dns := &names{txt: map[string][]string{}, ips: map[string][]string{}, down: map[string]bool{}}
	keys := keyring{t, dns}
	own, foreign, sub := keys.ed25519("nord.example.com"), keys.ed25519("evil.example.net"), keys.ed25519("news.nord.example.com")
	short := keys.rsa("short.example.com", 512)
	strict := keys.ed25519("mail.strict.example.com")
	dns.txt["_dmarc.strict.example.com"] = []string{"v=DMARC1; p=reject; adkim=s; aspf=s"}
	dns.txt["spf.example.com"] = []string{"v=spf1 ip4:192.0.2.7 -all"}
	dns.txt["elsewhere.example.net"] = []string{"v=spf1 ip4:192.0.2.7 -all"}
	dns.txt["bounce.spf.example.com"] = []string{"v=spf1 ip4:192.0.2.7 -all"}
	dns.txt["bounce.strict.example.com"] = []string{"v=spf1 ip4:192.0.2.7 -all"}
	dns.txt["soft.example.com"] = []string{"v=spf1 ~all"}
	good := sign(t, plainMail("nord.example.com"), "nord.example.com", own)
	changed := bytes.Replace(good, []byte("is empty"), []byte("is  full"), 1)
	appended := append(bytes.Clone(good), "one more line\r\n"...)
	ours := Peer{Addr: netip.MustParseAddr("192.0.2.7"), Hello: "mta.example.com"}
	for _, c := range []struct {
		says string
		raw  []byte
		peer Peer
		want bool
	}{
		{"signed by its own domain", good, Peer{}, true},
		{"signed by a part of its organisation", sign(t, plainMail("nord.example.com"), "news.nord.example.com", sub), Peer{}, true},
		{"signed by somebody else", sign(t, plainMail("nord.example.com"), "evil.example.net", foreign), Peer{}, false},
		{"changed after it was signed", changed, Peer{}, false},
		{"with a line behind what was signed", appended, Peer{}, false},
		{"signed without its sender", withoutFrom(good), Peer{}, false},
		{"with a key of 512 bits", sign(t, plainMail("short.example.com"), "short.example.com", short), Peer{}, false},
		{"from a part of the organisation of a strict domain", sign(t, plainMail("strict.example.com"), "mail.strict.example.com", strict), Peer{}, false},
		{"a body length beside a good signature", append([]byte("DKIM-Signature: v=1; a=ed25519-sha256; d=nord.example.com; s=s1; h=from;\r\n l=5; bh=x; b=y\r\n"), good...), Peer{}, false},
		{"SHA-1 beside a good signature", append([]byte("DKIM-Signature: v=1; a=rsa-SHA1; d=nord.example.com; s=s1; h=from; bh=x; b=y\r\n"), good...), Peer{}, false},
		{"from its domain's server", plainMail("spf.example.com"), with(ours, "lena@spf.example.com"), true},
		{"bounces to a part of the organisation", plainMail("spf.example.com"), with(ours, "b@bounce.spf.example.com"), true},
		{"the same of a strict domain", plainMail("strict.example.com"), with(ours, "b@bounce.strict.example.com"), false},
		{"from another's server", plainMail("spf.example.com"), with(Peer{Addr: netip.MustParseAddr("192.0.2.8"), Hello: "x"}, "lena@spf.example.com"), false},
		{"from the envelope's server only", plainMail("nord.example.com"), with(ours, "lena@elsewhere.example.net"), false},
		{"from a domain that is not sure", plainMail("soft.example.com"), with(ours, "lena@soft.example.com"), false},
		{"from a domain that says nothing", plainMail("silent.example.com"), with(ours, "lena@silent.example.com"), false},
		{"with two senders", append([]byte("From: boss@nord.example.com\r\n"), good...), Peer{}, false},
		{"with no sender", []byte("Subject: x\r\n\r\nx\r\n"), ours, false}, //nolint:dupword // a subject, and a text
		{"from nobody's server without a name", plainMail("spf.example.com"), Peer{}, false},
	} {
		t.Run(c.says, func(t *testing.T) {
			got, err := Verdicts{Resolver: dns}.Of(t.Context(), c.raw, c.peer)
			if err != nil || got.Pass != c.want {
				t.Errorf("%+v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func with(p Peer, from string) Peer {
	p.From = from
	return p
}

// withoutFrom takes the sender out of what a signature names as signed.
func withoutFrom(raw []byte) []byte {
	return bytes.Replace(raw, []byte("h=From:"), []byte("h="), 1)
}

// TestADNSThatDoesNotAnswerIsNoVerdict: the mail is asked for again, and never taken as authentic.
func TestADNSThatDoesNotAnswerIsNoVerdict(t *testing.T) {
	t.Parallel()
	for _, down := range []string{"_dmarc.nord.example.com", "s1._domainkey.nord.example.com", "nord.example.com"} {
		dns := &names{txt: map[string][]string{}, ips: map[string][]string{}, down: map[string]bool{down: true}}
		raw := sign(t, plainMail("nord.example.com"), "nord.example.com", keyring{t, dns}.ed25519("nord.example.com"))
		if down == "nord.example.com" { // only SPF asks for it
			raw = plainMail("nord.example.com")
		}
		peer := Peer{Addr: netip.MustParseAddr("192.0.2.7"), Hello: "mta", From: "lena@nord.example.com"}
		got, err := Verdicts{Resolver: dns}.Of(t.Context(), raw, peer)
		if err == nil || got.Pass {
			t.Errorf("%s is down: %+v, %v", down, got, err)
		}
	}
}

// TestAMailMakesOnlySoManyLookups: a mail with a thousand signatures, and a domain whose SPF names a thousand others.
func TestAMailMakesOnlySoManyLookups(t *testing.T) {
	t.Parallel()
	dns := &names{txt: map[string][]string{"nord.example.com": {"v=spf1 include:a.example.com include:b.example.com -all"}}, ips: map[string][]string{}, down: map[string]bool{}}
	for _, n := range []string{"a.example.com", "b.example.com"} {
		dns.txt[n] = []string{"v=spf1 include:a.example.com include:b.example.com -all"}
	}
	signature := "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=nord.example.com; s=s1; h=From; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"
	raw := append([]byte(strings.Repeat(signature, 1000)), plainMail("nord.example.com")...)
	got, err := Verdicts{Resolver: dns}.Of(t.Context(), raw, Peer{Addr: netip.MustParseAddr("192.0.2.7"), Hello: "mta", From: "lena@nord.example.com"})
	if err != nil || got.Pass {
		t.Errorf("%+v, %v", got, err)
	}
	if n := dns.asked.Load(); n > 40 {
		t.Errorf("%d lookups", n)
	}
}

// TestARelayIsBelievedOnlyFromItsOwnNetwork: the same line means nothing when somebody else brings it.
func TestARelayIsBelievedOnlyFromItsOwnNetwork(t *testing.T) {
	t.Parallel()
	v := Verdicts{Relays: []Relay{{Nets: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Trust: mailmsg.Trust{AuthservIDs: []string{"mx.support.example"}}}}}
	raw := append([]byte("Authentication-Results: mx.support.example; dmarc=pass header.from=nord.example.com\r\n"), plainMail("nord.example.com")...)
	for addr, want := range map[string]bool{"10.1.2.3": true, "192.0.2.7": false, "::ffff:10.1.2.3": true, "::1": false} {
		got, err := v.Of(t.Context(), raw, Peer{Addr: netip.MustParseAddr(addr).Unmap()})
		if err != nil || got.Pass != want {
			t.Errorf("from %s: %+v, %v", addr, got, err)
		}
	}
}
