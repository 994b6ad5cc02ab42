package mailmsg

import (
	"mime"
	netmail "net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// maxAddresses bounds an address field in bytes: parsers are slow on long comments and phrases.
const maxAddresses = 4 << 10

// sender reads the one mailbox of the one From field. Reply-To and Sender count for nothing: identity is From's
// address, and only when there is no doubt which one that is.
func sender(h header) (Address, Trouble) {
	from := h.all("from")
	switch {
	case len(from) == 0:
		return Address{}, NoSender
	case len(from) > 1:
		return Address{}, TwoSenders
	case len(from[0]) > maxAddresses:
		return Address{}, NoSender
	}
	if bare := withoutText(from[0]); strings.ContainsAny(bare, ":;,") || strings.Count(bare, "<") > 1 || strings.Count(bare, "@") > 1 {
		return Address{}, TwoSenders
	}
	p := netmail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: charsetReader}}
	list, err := p.ParseList(toUTF8(from[0]))
	if err != nil || len(list) == 0 {
		return Address{}, NoSender
	}
	if len(list) > 1 {
		return Address{}, TwoSenders
	}
	addr, ok := Normalise(list[0].Address)
	if !ok {
		return Address{}, UnsafeSender
	}
	return Address{Name: visible(list[0].Name), Addr: addr}, ""
}

// withoutText removes comments and quoted strings from an address field.
func withoutText(s string) string {
	var out strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (quoted || depth > 0):
			i++
		case quoted:
			quoted = c != '"'
		case c == '"' && depth == 0:
			quoted = true
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// Normalise gives an address in the form in which it is compared: lower case, an ASCII domain. ok is false for what
// only looks like an address: other scripts, wide dots, domains that are no canonical ones, quoted local parts.
func Normalise(addr string) (norm string, ok bool) {
	local, domain, both := strings.Cut(addr, "@")
	if !both || local == "" || len(addr) > 254 || strings.Trim(strings.ToLower(local), atext) != "" || !plainDomain(domain) {
		return "", false
	}
	return strings.ToLower(addr), true
}

const atext = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~"

// plainDomain takes names of letters, digits and hyphens; a label in punycode must be the one that its letters give.
func plainDomain(domain string) bool {
	if domain == "" || strings.Trim(strings.ToLower(domain), "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || !strings.Contains(domain, ".") {
		return false
	}
	shown, err := idna.Lookup.ToUnicode(domain)
	if err != nil {
		return false
	}
	back, err := idna.Lookup.ToASCII(shown)
	return err == nil && strings.EqualFold(back, domain)
}

// recipients are the addresses of To and Cc that are sound, at most 200.
func recipients(h header) (out []string) {
	for _, v := range append(h.all("to"), h.all("cc")...) {
		if len(v) > maxAddresses*16 {
			continue
		}
		list, err := netmail.ParseAddressList(toUTF8(v))
		if err != nil {
			continue
		}
		for _, a := range list {
			if norm, ok := Normalise(a.Address); ok && len(out) < 200 {
				out = append(out, norm)
			}
		}
	}
	return out
}
