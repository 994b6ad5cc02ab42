package apptest_test

import (
	"fmt"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/inbound"
)

// M23: whatever became of a copy that came first, short of a case, the mail itself becomes what it would have been. The head
// and the envelope are no part of what a mail is told by: a copy that looks like a machine's must not do away with a person's.
func TestACopyOfWhichNothingFollowedTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who, lin := noted(t, w, "liaison", ""), w.As("lin.wei")
	for _, c := range []struct {
		name   string
		copied apptest.Letter
		state  inbound.State
		away   bool // staff put the copy away
	}{
		{"forged, as bulk", apptest.Letter{Forged: true, Head: []string{"Precedence: bulk"}}, inbound.StateIgnored, false},
		{"forged, as a list's", apptest.Letter{Forged: true, Head: []string{"List-Id: <ops.client.example>"}}, inbound.StateIgnored, false},
		{"forged, as a note of absence", apptest.Letter{Forged: true, Head: []string{"Auto-Submitted: auto-replied"}}, inbound.StateIgnored, false},
		{"forged, without a sender", apptest.Letter{Forged: true, Envelope: "<>"}, inbound.StateIgnored, false},
		{"forged, as a report", apptest.Letter{Forged: true, Head: []string{"Content-Type: multipart/report; report-type=delivery-status; boundary=b"}}, inbound.StateEvent, false},
		{"forged and put away", apptest.Letter{Forged: true}, inbound.StateHeld, true},
		{"sent on by a list", apptest.Letter{Head: []string{"List-Id: <ops.client.example>"}}, inbound.StateHeld, false},
		{"sent again as a machine's", apptest.Letter{Head: []string{"Auto-Submitted: auto-replied"}}, inbound.StateIgnored, false},
	} {
		w.Clock.Forward(11 * time.Minute) // so that no loop is suspected
		mail := apptest.Letter{From: who.Email, Subject: "Down, " + c.name, Text: "It is down.", MessageID: "down@client.example"}
		c.copied.From, c.copied.Subject, c.copied.Text, c.copied.MessageID = mail.From, mail.Subject, mail.Text, mail.MessageID
		copied := w.Mail(c.copied)
		if c.away {
			if a := lin.Post("/api/v1/held/"+copied.Mail.String()+"/discard", map[string]any{"reason": "spoofed"}); a.Status >= 300 {
				t.Errorf("%s: %d %.200s", c.name, a.Status, a.Body)
			}
		}
		made := w.Mail(mail)
		if copied.State != c.state || made.State != inbound.StateCase || made.Again {
			t.Errorf("%s: %+v, %+v", c.name, copied, made)
		}
		if n := w.Count(`SELECT count(*) FROM inbound_mail WHERE id = $1 AND state = 'discarded'`, copied.Mail); n != 1 {
			t.Errorf("%s: the copy is not put away", c.name)
		}
		if out := w.Mail(c.copied); !out.Again || out.Mail != made.Mail {
			t.Errorf("%s, afterwards: %+v", c.name, out)
		}
	}
	member := apptest.Letter{From: noted(t, w, "member", "").Email, Subject: "Not for you", Text: "x", MessageID: "away@client.example"}
	held := w.Mail(member)
	lin.Post("/api/v1/held/"+held.Mail.String()+"/discard", map[string]any{"reason": "not_support"})
	if out := w.Mail(member); !out.Again || out.Mail != held.Mail {
		t.Errorf("what was proved and put away is back: %+v", out)
	}
}

// L03: replies that come too late to reopen their case make cases of their own, unless a machine wrote them or two machines
// answer each other.
func TestALoopOfLateRepliesIsCut(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who := noted(t, w, "liaison", "")
	own := w.WithToken(who.Token)
	closed := own.Register(*who.Customer, "P3").Number
	own.Change(closed, map[string]any{"status": "closed"})
	w.Clock.Forward(20 * 24 * time.Hour)
	cases, mails := w.Count(`SELECT count(*) FROM support_case`), w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.case'`)
	for _, sign := range []string{"Auto-Submitted: auto-generated", "Precedence: bulk"} {
		out := w.Mail(apptest.Letter{From: who.Email, To: token(w, closed), Subject: "Re: it", Text: sign, Head: []string{sign}})
		if out.State != inbound.StateHeld || out.Reason != inbound.CaseClosed || out.Number != closed {
			t.Errorf("%s: %+v", sign, out)
		}
	}
	reasons := map[string]int{}
	for i := range 20 {
		out := w.Mail(apptest.Letter{From: who.Email, To: token(w, closed), Subject: "Re: it", Text: fmt.Sprint("We have got your mail ", i)})
		reasons[string(out.State)+" "+out.Reason]++
	}
	if reasons["case "] != 3 || reasons["held "+inbound.LoopSuspected] != 17 {
		t.Errorf("%v", reasons)
	}
	if n, told := w.Count(`SELECT count(*) FROM support_case`)-cases, w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.case'`)-mails; n != 3 || told != 3 {
		t.Errorf("%d cases, %d acknowledgements", n, told)
	}
}

// A late reply that the policy refuses is held with its sender's words and no others: no case goes on in it.
func TestAHeldMailSaysWhatItsSenderWrote(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	katrin := w.As("katrin.vogel")
	closed := katrin.Register(home, "P3").Number
	katrin.Change(closed, map[string]any{"status": "closed"})
	w.Clock.Forward(20 * 24 * time.Hour)
	w.Rewrite(func(tx *db.Tx) error {
		tx.MarkJournaled()
		_, err := tx.Exec(`INSERT INTO invoice (tenant_id, id, number, due_date) SELECT c.id, id, 'R-1', '2026-01-01' FROM customer c WHERE key = $1`, home)
		return err
	})
	out := w.Mail(apptest.Letter{From: w.Person("katrin.vogel").Email, To: token(w, closed), Subject: "Re: it", Text: "It is back again."})
	var body string
	w.Rows(`SELECT body FROM inbound_mail WHERE id = $1`, []any{out.Mail}, func(scan func(...any) error) error { return scan(&body) })
	if out.State != inbound.StateHeld || out.Reason != "invoice_overdue" || body != "It is back again." {
		t.Errorf("%+v: %q", out, body)
	}
}

// What holds letters that nobody sees is no more than a mail without a word, and is taken as one.
func TestAMailThatLooksEmptyIsTaken(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who, unseen := noted(t, w, "liaison", ""), "\u3164\u2800"
	head := []string{"Content-Type: text/plain; charset=utf-8"}
	made := w.Mail(apptest.Letter{From: who.Email, Subject: unseen, Text: "It fails.", Head: head})
	if n := w.Count(`SELECT count(*) FROM support_case WHERE number = $1 AND subject IN ('(no subject)', '（无主题）')`, made.Number); made.State != inbound.StateCase || n != 1 {
		t.Errorf("a subject that nobody sees: %+v", made)
	}
	out := w.Mail(apptest.Letter{From: who.Email, To: token(w, made.Number), Subject: "Re: it", Text: unseen, Head: head})
	if n := w.Count(`SELECT count(*) FROM message WHERE body = '—'`); out.State != inbound.StateMessage || n != 1 {
		t.Errorf("a reply that nobody sees: %+v, %d messages", out, n)
	}
}
