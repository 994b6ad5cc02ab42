package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"liaison/internal/errs"
)

// maxEmail is the longest address in bytes that SMTP carries.
const maxEmail = 254

// NormaliseEmail is the one form in which addresses are compared: lower case, NFC, the domain in ASCII. It refuses
// everything that is not one plain addr-spec: several addresses, display names, comments, quoted local parts, control
// and invisible characters, and domains that only look like another one (full-width letters or dots).
func NormaliseEmail(address string) (string, error) {
	bad := errs.BadFields(errs.BadField("email", "account.email_malformed"))
	address = strings.Trim(address, " ")
	local, domain, ok := strings.Cut(address, "@")
	if !ok || len(address) > maxEmail || !utf8.ValidString(address) || strings.ContainsFunc(address, notInAddress) {
		return "", bad
	}
	if local == "" || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return "", bad
	}
	domain = strings.ToLower(norm.NFC.String(domain))
	if domain != norm.NFKC.String(domain) || !strings.Contains(domain, ".") {
		return "", bad
	}
	ascii, err := domainProfile().ToASCII(domain)
	if err != nil || strings.ContainsFunc(domain, foreignDot) || strings.HasSuffix(ascii, ".") {
		return "", bad
	}
	full := norm.NFC.String(strings.ToLower(norm.NFC.String(local))) + "@" + ascii
	if len(full) > maxEmail {
		return "", bad
	}
	return full, nil
}

// domainProfile is IDNA as registries look names up, with the lengths that DNS has.
func domainProfile() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true))
}

// notInAddress are the characters that no address has which a person types; the first @ is already cut off, a second
// one is caught by the domain.
func notInAddress(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`,;:<>()[]"\`, r)
}

// foreignDot are the full stops that IDNA reads as dots.
func foreignDot(r rune) bool { return r == '\u3002' || r == '\uff0e' || r == '\uff61' }
