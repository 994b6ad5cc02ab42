package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"liaison/internal/mailio"
)

type adminDKIMKey struct {
	Domain   string `required:"" help:"The domain of the sender's address." placeholder:"DOMAIN"`
	Selector string `default:"liaison" help:"The name of the key in the domain's DNS." placeholder:"NAME"`
	Type     string `default:"rsa" enum:"rsa,ed25519" help:"rsa, which every receiver knows, or ed25519."`
	Out      string `required:"" help:"The file that the key is written to; it must not exist." placeholder:"FILE" type:"path"`
}

// Run makes a key. It never replaces one: mail that is under way is signed with it.
func (x adminDKIMKey) Run(c *console) (err error) {
	key, record, err := mailio.NewKey(x.Type)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(x.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the key cannot be written: %w", err)
	}
	_, err = f.WriteString(key)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s._domainkey.%s. IN TXT %s\n", x.Selector, x.Domain, quoted(record))
	return err
}

// quoted writes a record's text in strings of at most 255 bytes, as DNS wants.
func quoted(record string) string {
	const longest = 255
	var parts []string
	for len(record) > longest {
		parts, record = append(parts, `"`+record[:longest]+`"`), record[longest:]
	}
	return strings.Join(append(parts, `"`+record+`"`), " ")
}
