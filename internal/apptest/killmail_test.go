package apptest_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/smtp"
	"strings"
	"sync"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/db"
)

// outbox is a mail server that hands mail over while the program is killed: what was answered 250 has left, anything else
// is handed over again.
type outbox struct {
	mu     sync.Mutex
	taken  []string // Message-IDs that were answered 250
	unsure []string // whose answer did not come
}

// work hands mails over until stop is closed or the program is gone, what is unsure first.
func (o *outbox) work(d *apptest.Demo, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		o.mu.Lock()
		id := rand.Text() + "@relay.example"
		if len(o.unsure) > 0 {
			id, o.unsure = o.unsure[0], o.unsure[1:]
		}
		o.mu.Unlock()
		err := handOver(d, id)
		o.mu.Lock()
		if err == nil {
			o.taken = append(o.taken, id)
		} else {
			o.unsure = append(o.unsure, id)
		}
		o.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func handOver(d *apptest.Demo, id string) error {
	inbox := d.Inboxes[0].Address
	c, err := smtp.Dial(d.SMTP)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // what counts is the answer to the text
	if err := c.Mail("somebody@elsewhere.example"); err != nil {
		return err
	}
	if err := c.Rcpt(inbox); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	text := "From: somebody@elsewhere.example\r\nTo: " + inbox + "\r\nSubject: Killed\r\nMessage-ID: <" + id + ">\r\n\r\n" + strings.Repeat("Nothing of this may be lost.\r\n", 20)
	if _, err := fmt.Fprint(w, text); err != nil {
		return err
	}
	return w.Close()
}

// check compares what was answered 250 with what is in the database of the dead program: each mail once, with its original.
func (o *outbox) check(t *testing.T, d *db.DB) {
	t.Helper()
	rows := map[string]int{}
	err := d.View(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Query(`SELECT m.header_id FROM inbound_mail m JOIN mail_original o ON o.id = m.sealed_id WHERE m.subject = 'Killed' AND m.state = 'held'`, nil, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			rows[id]++
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range o.taken {
		if rows[id] != 1 {
			t.Errorf("a mail that was answered 250 is there %d times", rows[id])
		}
	}
	for id, n := range rows {
		if n != 1 {
			t.Errorf("%s is there %d times", id, n)
		}
	}
	if len(o.taken) == 0 {
		t.Error("no mail was taken")
	}
}
