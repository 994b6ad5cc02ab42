package mailio

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emersion/go-msgauth/dkim"

	"liaison/internal/errs"
)

// Signer signs what leaves with the domain's key (RFC 6376, RFC 8463).
type Signer struct{ o dkim.SignOptions }

// minRSA is the shortest RSA key that receivers are to accept (RFC 8301 asks for 1024 and recommends 2048).
const minRSA = 2048

// NewSigner makes a signer from a PEM key: Ed25519, or RSA of 2048 bits and more, as PKCS #8 or PKCS #1.
func NewSigner(domain, selector, key string) (s *Signer, err error) {
	defer errs.Wrap(&err, "mailio.NewSigner(%s, %s)", selector, domain)
	signer, err := parseKey(key)
	if err != nil {
		return nil, err
	}
	// Each header stands once more than it occurs: one that is added on the way breaks the signature.
	keys := []string{"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "Message-ID",
		"Reply-To", "Reply-To", "References", "References", "In-Reply-To", "In-Reply-To", "MIME-Version", "Content-Type"}
	return &Signer{dkim.SignOptions{Domain: domain, Selector: selector, Signer: signer, Hash: crypto.SHA256, HeaderKeys: keys,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed}}, nil
}

// Sign puts the signature before a mail.
func (s *Signer) Sign(raw []byte) (signed []byte, err error) {
	defer errs.Wrap(&err, "Signer.Sign")
	var b bytes.Buffer
	err = dkim.Sign(&b, bytes.NewReader(raw), &s.o)
	return b.Bytes(), err
}

func parseKey(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the DKIM key is no PEM file")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if key, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("the DKIM key cannot be read: PKCS #8 or PKCS #1 is expected")
		}
	}
	switch k := key.(type) {
	case ed25519.PrivateKey:
		return k, nil
	case *rsa.PrivateKey:
		if k.N.BitLen() >= minRSA {
			return k, nil
		}
		return nil, fmt.Errorf("the RSA key has fewer than %d bits", minRSA)
	}
	return nil, errors.New("the DKIM key is neither Ed25519 nor RSA")
}

// NewKey makes a key, "ed25519" or "rsa", as PEM, and the text of the record that the domain's DNS needs.
func NewKey(kind string) (key, record string, err error) {
	defer errs.Wrap(&err, "mailio.NewKey(%s)", kind)
	var private crypto.Signer
	if kind == "rsa" {
		private, err = rsa.GenerateKey(rand.Reader, minRSA)
	} else {
		_, private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		return "", "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if public, ok := private.Public().(ed25519.PublicKey); ok { // RFC 8463: the key itself, without a wrapping
		return key, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public), nil
	}
	wrapped, err := x509.MarshalPKIXPublicKey(private.Public())
	return key, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(wrapped), err
}
