package mailin

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
	"golang.org/x/net/publicsuffix"

	"liaison/internal/mailmsg"
)

// Peer is who hands a mail over.
type Peer struct {
	Addr  netip.Addr
	Hello string // what it calls itself
	From  string // the envelope's sender
}

// Relay is a server of ours that has checked the sender before us.
type Relay struct {
	Nets  []netip.Prefix
	Trust mailmsg.Trust
}

// Resolver asks the DNS.
type Resolver interface {
	spf.DNSResolver
}

// Verdicts says whether a sender's domain stands for a mail: a relay of ours says it, or we ask ourselves.
type Verdicts struct {
	Relays   []Relay
	Polled   mailmsg.Trust // whose results count in a polled mailbox: those of the server that keeps it
	Resolver Resolver      // nil asks nobody: a mail that no relay of ours has checked is not authenticated
}

// relays reports whether an address is one of our relays.
func (v Verdicts) relays(peer netip.Addr) bool {
	for _, r := range v.Relays {
		for _, n := range r.Nets {
			if n.Contains(peer) {
				return true
			}
		}
	}
	return false
}

// Of gives the verdict. An error means that the DNS does not answer for the moment.
func (v Verdicts) Of(ctx context.Context, raw []byte, p Peer) (mailmsg.Verdict, error) {
	return v.of(ctx, raw, p, nil)
}

// asks reports whether a mail of a peer is looked at by ourselves.
func (v Verdicts) asks(p Peer) bool { return v.Resolver != nil && !v.relays(p.Addr) }

// of is Of for a mail of which raw is what is kept; whole has looked at all of it, and is nil when raw is all of it.
func (v Verdicts) of(ctx context.Context, raw []byte, p Peer, whole *signatures) (mailmsg.Verdict, error) {
	from := mailmsg.SenderOf(raw)
	for _, r := range v.Relays {
		for _, n := range r.Nets {
			if n.Contains(p.Addr) {
				return mailmsg.Results(raw, from, r.Trust), nil
			}
		}
	}
	if v.Resolver == nil || from.Addr == "" {
		return mailmsg.Verdict{By: "own check", Why: "nobody asked"}, nil
	}
	return v.ask(ctx, raw, p, from, whole)
}

// OfPolled gives the verdict on a mail of a polled mailbox: what its server has found, else what the signatures say. The
// network that the mail came from is not known there.
func (v Verdicts) OfPolled(ctx context.Context, raw []byte) (mailmsg.Verdict, error) {
	return v.ofPolled(ctx, raw, nil)
}

func (v Verdicts) ofPolled(ctx context.Context, raw []byte, whole *signatures) (mailmsg.Verdict, error) {
	if len(v.Polled.AuthservIDs) > 0 || v.Polled.Topmost {
		found := mailmsg.Results(raw, mailmsg.SenderOf(raw), v.Polled)
		if found.Why != mailmsg.NoResult {
			return found, nil
		}
	}
	return v.of(ctx, raw, Peer{}, whole)
}

// head is a mail without its body: enough to know the sender.
func head(raw []byte) []byte {
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(raw, []byte(end)); i >= 0 {
			return raw[:i+len(end)]
		}
	}
	return raw
}

// maxSignatures is how many DKIM signatures of a mail are looked at.
const maxSignatures = 5

// ask checks DKIM and SPF, and whether one of those that pass is of the sender's own domain (DMARC alignment).
func (v Verdicts) ask(ctx context.Context, raw []byte, p Peer, from mailmsg.Address, whole *signatures) (mailmsg.Verdict, error) {
	domain := from.Addr[strings.LastIndexByte(from.Addr, '@')+1:]
	out := mailmsg.Verdict{Domain: domain, By: "own check"}
	lookup := func(name string) ([]string, error) { return v.Resolver.LookupTXT(ctx, name) }
	strictDKIM, strictSPF, err := modes(domain, lookup)
	if err != nil {
		return out, err
	}
	signed, err := v.dkim(raw, domain, strictDKIM, lookup, whole)
	if err != nil {
		return out, err
	}
	if signed {
		out.Pass, out.Why = true, "dkim"
		return out, nil
	}
	sent, err := v.spf(ctx, p, domain, strictSPF)
	if err != nil {
		return out, err
	}
	if sent {
		out.Pass, out.Why = true, "spf"
		return out, nil
	}
	out.Why = "neither dkim nor spf of the sender's domain"
	return out, nil
}

// modes reads how strictly the domain wants to be compared; a domain without a DMARC record is compared loosely.
func modes(domain string, lookup func(string) ([]string, error)) (strictDKIM, strictSPF bool, err error) {
	names := []string{domain}
	if org, e := publicsuffix.EffectiveTLDPlusOne(domain); e == nil && org != domain {
		names = append(names, org)
	}
	for _, name := range names {
		r, err := dmarc.LookupWithOptions(name, &dmarc.LookupOptions{LookupTXT: lookup})
		if err == nil {
			return r.DKIMAlignment == dmarc.AlignmentStrict, r.SPFAlignment == dmarc.AlignmentStrict, nil
		}
		if temporary(err) || dmarc.IsTempFail(err) && !notFound(err) {
			return false, false, err
		}
	}
	return false, false, nil
}

// dkim reports whether a signature of the domain holds for the whole mail. One that covers only the beginning of the
// body (l=) or is made with SHA-1 says nothing, and neither does any other one beside it.
func (v Verdicts) dkim(raw []byte, domain string, strict bool, lookup func(string) ([]string, error), whole *signatures) (bool, error) {
	if weak(raw) {
		return false, nil
	}
	var list []*dkim.Verification
	var err error
	if whole != nil {
		list, err = whole.result()
	} else {
		list, err = verify(bytes.NewReader(crlf(raw)), lookup)
	}
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return false, nil // what cannot be read is not signed
	}
	for _, s := range list {
		switch {
		case s.Err == nil && aligned(s.Domain, domain, strict) && covers(s.HeaderKeys, "from"):
			return true, nil
		case s.Err != nil && dkim.IsTempFail(s.Err) && aligned(s.Domain, domain, strict):
			return false, s.Err
		}
	}
	return false, nil
}

func covers(keys []string, name string) bool {
	for _, k := range keys {
		if strings.EqualFold(k, name) {
			return true
		}
	}
	return false
}

// weak finds a signature with a body length or with SHA-1 in the head.
func weak(raw []byte) bool {
	text := strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(string(head(raw)))
	for line := range strings.SplitSeq(text, "\n") {
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(strings.TrimSpace(name), "dkim-signature") {
			continue
		}
		for tag := range strings.SplitSeq(value, ";") {
			k, val, _ := strings.Cut(tag, "=")
			switch strings.TrimSpace(k) {
			case "l":
				return true
			case "a":
				if strings.Contains(strings.ToLower(val), "sha1") {
					return true
				}
			}
		}
	}
	return false
}

// crlf gives every line the end that signatures are made over.
func crlf(raw []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

func (v Verdicts) spf(ctx context.Context, p Peer, domain string, strict bool) (bool, error) {
	from := p.From
	if from == "" {
		from = "postmaster@" + p.Hello
	}
	sent := from[strings.LastIndexByte(from, '@')+1:]
	if !aligned(sent, domain, strict) {
		return false, nil
	}
	result, err := spf.CheckHostWithSender(net.IP(p.Addr.AsSlice()), p.Hello, from, spf.WithContext(ctx), spf.WithResolver(v.Resolver))
	if result == spf.TempError {
		return false, err
	}
	return result == spf.Pass, nil
}

// aligned compares two domains: the same, or loosely of the same organisation.
func aligned(a, b string, strict bool) bool {
	a, b = strings.ToLower(strings.TrimSuffix(a, ".")), strings.ToLower(strings.TrimSuffix(b, "."))
	if a == b {
		return a != ""
	}
	if strict {
		return false
	}
	orgA, errA := publicsuffix.EffectiveTLDPlusOne(a)
	orgB, errB := publicsuffix.EffectiveTLDPlusOne(b)
	return errA == nil && errB == nil && orgA == orgB
}

func temporary(err error) bool {
	var d *net.DNSError
	return errors.As(err, &d) && d.IsTemporary
}

func notFound(err error) bool {
	var d *net.DNSError
	return errors.As(err, &d) && d.IsNotFound
}
