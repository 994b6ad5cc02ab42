package mailmsg

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Bounds of what is looked at when every address of a head is wanted.
const (
	maxNaming = 64 << 10 // bytes of one field
	maxNamed  = 300
)

// NamedIn are all domains that the head of a mail names as its writer's or reader's, however badly the field is written. They
// say where a mail may come from when nobody can say where it does; they never identify anybody.
func NamedIn(raw []byte) (domains []string) {
	head, _ := splitHead(raw)
	for _, f := range readHeader(head[:min(len(head), maxHead)]) {
		switch f.name {
		case "from", "reply-to", "sender", "return-path", "to", "cc", "resent-from", "x-original-from", "disposition-notification-to":
			v := f.value[:min(len(f.value), maxNaming)]
			domains = appendDomains(appendDomains(domains, v), decodeWords(v))
		}
	}
	return domains
}

// Domains are the organisations' domains of whatever looks like an address in a text: "a.b@mail.example.org" is of
// "example.org". Letters that only look like others stay different ones; wide letters and dots are the plain ones.
func Domains(text string) []string { return appendDomains(nil, text) }

func appendDomains(domains []string, text string) []string {
	pieces := strings.FieldsFunc(toUTF8(text), func(r rune) bool { return strings.ContainsRune("@＠", r) })
	for i, p := range pieces {
		if i == 0 && !strings.HasPrefix(text, "@") {
			continue // what stands before the first sign
		}
		end := strings.IndexFunc(p, func(r rune) bool { return r <= ' ' || strings.ContainsRune("<>()[]\",;:\\\u00a0\u3000", r) })
		if end >= 0 {
			p = p[:end]
		}
		if d := organisation(p); d != "" && len(domains) < maxNamed && !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
	}
	return domains
}

func organisation(domain string) string {
	if len(domain) > 1000 {
		return ""
	}
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	labels := strings.FieldsFunc(strings.ToLower(domain), func(r rune) bool { return r == '.' })
	org, err := publicsuffix.EffectiveTLDPlusOne(strings.Join(labels, "."))
	if err != nil {
		return "" // of everybody, or of nobody
	}
	return org
}
