package apptest

import (
	"context"
	"crypto/rand"
	"strings"

	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// Letter is a mail that comes in, as a test writes it down.
type Letter struct {
	From, To, Subject, Text string
	Head                    []string // further fields, "Name: value"
	Envelope                string   // sender of the envelope; "" takes From, "<>" is the null sender
	Forged                  bool     // the sender's domain does not stand for it
	MessageID               string   // "" = a new one
}

// Bytes is the letter as it travels.
func (l Letter) Bytes() []byte {
	if l.MessageID == "" {
		l.MessageID = rand.Text() + "@client.example"
	}
	lines := []string{"From: " + l.From, "To: " + l.To, "Subject: " + l.Subject, "Message-ID: <" + l.MessageID + ">", "Date: Mon, 23 Nov 2026 10:00:00 +0000"}
	lines = append(append(lines, l.Head...), "", l.Text, "")
	return []byte(strings.Join(lines, "\r\n"))
}

// Mail hands a letter to the program as its listener would, at the clock's time.
func (w *World) Mail(l Letter) inbound.Outcome {
	w.t.Helper()
	out, err := w.TryMail(l)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// TryMail is Mail for a test that expects a failure.
func (w *World) TryMail(l Letter) (inbound.Outcome, error) {
	if l.To == "" {
		l.To = w.App.Inbound.Inboxes[0].Address
	}
	from := l.From
	if _, addr, ok := strings.Cut(from, "<"); ok {
		from, _, _ = strings.Cut(addr, ">")
	}
	verdict := mailmsg.Verdict{Pass: !l.Forged, By: "test"}
	switch l.Envelope {
	case "":
		l.Envelope = from
	case "<>":
		l.Envelope = ""
	}
	return w.App.Inbound.Receive(context.Background(), inbound.Delivery{Inbox: w.App.Inbound.Inboxes[0], EnvelopeFrom: l.Envelope,
		Recipients: []string{l.To}, At: w.Clock.Now(), Raw: l.Bytes(), Verdict: verdict})
}
