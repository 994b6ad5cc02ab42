package apptest_test

import (
	"net/http"
	"strings"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/inbound"
)

// What can be stored is answered 250: a text that is longer than a case takes is cut there and says so, and a file has all
// of it; a new case, a reply, and what a person puts on a case later.
func TestALongMailIsTakenAndNothingOfItIsLost(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who := noted(t, w, "liaison", "")
	long := strings.Repeat("A line of a log, and then the next one.\r\n", 4000) + "THE END"
	made := w.Mail(apptest.Letter{From: who.Email, Subject: "Long", Text: long})
	reply := w.Mail(apptest.Letter{From: who.Email, To: token(w, made.Number), Subject: "Re: Long", Text: long})
	if made.State != inbound.StateCase || reply.State != inbound.StateMessage {
		t.Fatalf("%+v, %+v", made, reply)
	}
	if n := w.Count(`SELECT count(*) FROM support_case WHERE number = $1 AND length(symptoms) = $2 AND symptoms LIKE '%message.txt.]'`, made.Number, cases.MaxText); n != 1 {
		t.Error("the description is not cut at the bound, with a line about the rest")
	}
	whole := int64(len(strings.ReplaceAll(long, "\r\n", "\n")))
	if n := w.Count(`SELECT count(*) FROM attachment WHERE name = 'message.txt' AND size = $1`, whole); n != 2 {
		t.Errorf("%d files have the whole text", n)
	}
	chen := w.As("chen.li")
	number := chen.Register(stranger, "P3").Number
	waits := w.Mail(apptest.Letter{From: colleague(t, w, stranger), To: token(w, number), Subject: "Re: it", Text: long})
	if got := chen.Post("/api/v1/held/"+waits.Mail.String()+"/release", map[string]any{"number": number}); got.Status >= 300 {
		t.Errorf("a colleague's long mail is not released: %d %.300s", got.Status, got.Body)
	}

	grace := noted(t, w, "liaison", "restricted")
	of := w.WithToken(grace.Token).Register(*grace.Customer, "P2").Number
	files := w.Count(`SELECT count(*) FROM attachment`)
	closed := w.Mail(apptest.Letter{From: grace.Email, To: token(w, of), Subject: "Re: it", Text: long})
	if got := w.As("elena.petrova").Post("/api/v1/held/"+closed.Mail.String()+"/release", map[string]any{"number": of}); got.Status >= 300 {
		t.Fatalf("%d %.300s", got.Status, got.Body)
	}
	if n := w.Count(`SELECT count(*) FROM message WHERE quoted LIKE '%THE END' AND body LIKE '%folded below.]'`); n != 1 || w.Count(`SELECT count(*) FROM attachment`) != files {
		t.Errorf("%d messages hold a restricted customer's whole text", n)
	}
}

// A mail that what it leads to cannot take, now or later, waits for a person; its server is not asked to bring it again.
func TestAMailThatCannotBeTakenIsHeld(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who := noted(t, w, "liaison", "")
	w.Rewrite(func(tx *db.Tx) error {
		tx.MarkJournaled()
		_, err := tx.Exec(`UPDATE system SET version = 'gone' WHERE version <> ''`)
		return err
	})
	out, err := w.TryMail(apptest.Letter{From: who.Email, Subject: "Unknown version", Text: "It fails."})
	if err != nil || out.State != inbound.StateHeld || out.Reason != inbound.NotTaken {
		t.Errorf("%+v, %v", out, err)
	}
}

// A number of another customer's case, of a hidden one, and of none look the same to a liaison who puts a colleague's mail
// on a case.
func TestAForeignNumberIsNoNumberToALiaison(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	chen, zhou := w.As("chen.li"), w.As("zhou.min")
	own, hidden := zhou.Register(stranger, "P3").Number, chen.Register(stranger, "P3").Number
	foreign := w.As("katrin.vogel").Register(home, "P3").Number
	out := w.Mail(apptest.Letter{From: colleague(t, w, stranger), To: token(w, own), Subject: "Re: it", Text: "Mine."})
	seesOnly(t, w, "own")
	told := map[string]string{}
	for what, number := range map[string]string{"foreign": foreign, "hidden": hidden, "none": "99999999"} {
		a := zhou.Post("/api/v1/held/"+out.Mail.String()+"/release", map[string]any{"number": number})
		p := apptest.Is[apptest.Problem](t, a, http.StatusUnprocessableEntity)
		told[p.Errors[0].Message] += what + " "
	}
	if len(told) != 1 {
		t.Errorf("told apart: %q", told)
	}
	if a := zhou.Post("/api/v1/held/"+out.Mail.String()+"/release", map[string]any{"number": own}); a.Status >= 300 {
		t.Errorf("an own case: %d %s", a.Status, a.Body)
	}
}
