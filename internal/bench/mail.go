package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"

	"liaison/internal/id"
)

// The measured program takes mail as behind a relay of its own, which has found the sender to be genuine.
const (
	mailInbox  = "support@bench.example"
	mailServID = "relay.bench.example"
	mailers    = 8 // connections
	mailGoal   = 200
)

// mailSettings let the program take mail on an address.
func mailSettings(addr string) []string {
	return []string{"LIAISON_MAIL_IN_ADDR=" + addr, "LIAISON_MAIL_IN_INBOXES=" + mailInbox + "=emea", "LIAISON_MAIL_IN_RELAYS=127.0.0.0/8",
		"LIAISON_MAIL_IN_AUTHSERV_IDS=" + mailServID}
}

// freeAddr is an address of the loopback where nobody listens.
func freeAddr(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// mails measures nothing but the intake: near-empty and with the seeded cases, in a kept world with its cases only.
func (m *measuring) mails(ctx context.Context) error {
	seeded := filepath.Join(m.program.dir, "seeded")
	if _, err := os.Stat(seeded); err != nil {
		if _, err := m.program.seed(ctx, 0); err != nil {
			return err
		}
		if err := m.meet(); err != nil {
			return err
		}
		if err := m.serving(ctx, func(ctx context.Context) error { return m.intake(ctx, "mail") }); err != nil || m.cases == 0 {
			return err
		}
		if _, err := m.program.seed(ctx, m.cases); err != nil {
			return err
		}
		if err := os.WriteFile(seeded, nil, 0o600); err != nil {
			return err
		}
	} else if err := errors.Join(m.program.migrate(ctx), m.meet()); err != nil {
		return err
	}
	return m.serving(ctx, func(ctx context.Context) error { return m.intake(ctx, "mail-full") })
}

// intake measures how many mails are taken: replies of liaisons on their cases, each with a text of its own, a quote and
// an HTML part. A mail counts when the program has answered 250, which it does when the message is durable.
func (m *measuring) intake(ctx context.Context, key string) error {
	type line struct {
		client *smtp.Client
		from   string
		number string
	}
	lines := make([]line, mailers)
	for i := range lines {
		who := m.people.liaisons[i%len(m.people.liaisons)]
		b, _, err := m.client.do(ctx, m.people.newCase(i, 0))
		if err != nil {
			return err
		}
		var made struct {
			Number string `json:"number"`
		}
		if err := json.Unmarshal(b, &made); err != nil {
			return err
		}
		c, err := smtp.Dial(m.program.mail)
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }() // the mails are measured by then
		lines[i] = line{c, who.email, made.Number}
	}
	l, err := measure(ctx, limits{workers: mailers, time: m.each}, func(_ context.Context, w, n int) error {
		return send(lines[w].client, lines[w].from, lines[w].number, n)
	})
	m.note(key, l.rate() >= mailGoal, "%.0f/s; p50 %s, p95 %s", l.rate(), ms(l.at(.5)), ms(l.at(.95)))
	return err
}

// send hands one mail over.
func send(c *smtp.Client, from, number string, n int) (err error) {
	if err := errors.Join(c.Mail(from), c.Rcpt(mailInbox)); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	_, domain, _ := strings.Cut(from, "@")
	text := fmt.Sprintf("It happened again at %d minutes past the hour, with the same message in the log of the worker.", n)
	const quote = "On Mon, Nov 23, 2026 at 10:00 AM Support <" + mailInbox + "> wrote:\r\n> Please send us the log of the next export.\r\n"
	_, err = fmt.Fprintf(w, "Authentication-Results: %s; dmarc=pass header.from=%s\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: Re: [#%s] Export\r\n"+
		"Message-ID: <%s@%s>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n\r\n%s\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>%s</p>\r\n--b--\r\n",
		mailServID, domain, from, mailInbox, number, id.New(), domain, text, quote, text)
	return errors.Join(err, w.Close())
}
