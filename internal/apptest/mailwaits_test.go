package apptest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/inbound"
)

// L04: of our own mails no bytes are kept. They are not offered to anybody, and nothing is made of them.
func TestOurOwnMailIsNotOffered(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who, lin := noted(t, w, "liaison", ""), w.As("lin.wei")
	number := w.WithToken(who.Token).Register(*who.Customer, "P3").Number
	ours := w.Mail(apptest.Letter{From: who.Email, Subject: "Ours", Text: "x", MessageID: w.App.Tokens.MessageID(id.New(), id.New(), "")})
	other := w.Mail(apptest.Letter{From: who.Email, Subject: "Away", Text: "x", Head: []string{"Auto-Submitted: auto-replied"}})
	list := string(lin.Get("/api/v1/held?state=ignored&limit=200").Body)
	if ours.Reason != inbound.OwnMail || strings.Contains(list, ours.Mail.String()) || !strings.Contains(list, other.Mail.String()) {
		t.Errorf("%+v: %.300s", ours, list)
	}
	got := lin.Post("/api/v1/held/"+ours.Mail.String()+"/release", map[string]any{"number": number})
	if got.Status != http.StatusConflict {
		t.Errorf("%d %.300s", got.Status, got.Body)
	}
	page := w.In("lin.wei").Get("/desk/held/" + ours.Mail.String() + "?lang=en")
	if page.Status != 200 || strings.Contains(string(page.Body), ours.Mail.String()+"/release") || !strings.Contains(string(page.Body), "nothing can be made of it") {
		t.Errorf("the page: %d", page.Status)
	}
}

// A liaison whose mail waits for a person knows it by an answer, and finds what came through a list in the portal, where nobody
// else of the customer sees it.
func TestALiaisonKnowsThatAMailWaits(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	katrin, before := w.Person("katrin.vogel"), answers(w)
	list := w.Mail(apptest.Letter{From: katrin.Email, Subject: "Is it down?", Text: "x", Head: []string{"List-Id: <ops.client.example>"}})
	if list.Reason != inbound.ByList || answers(w) != before+1 || !heldIDs(t, w.As("katrin.vogel"))[list.Mail.String()] || heldIDs(t, w.As("chen.li"))[list.Mail.String()] {
		t.Errorf("%+v, %d answers", list, answers(w)-before)
	}
	w.Rewrite(func(tx *db.Tx) error {
		tx.MarkJournaled()
		_, err := tx.Exec(`UPDATE system SET version = 'gone' WHERE version <> ''`)
		return err
	})
	w.StartWork()
	w.Clock.Forward(time.Second)
	out := w.Mail(apptest.Letter{From: katrin.Email, Subject: "Unknown version", Text: "It fails."})
	w.Eventually("the writer is told", func() bool {
		return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND subject = 'Re: Unknown version' AND text_body LIKE '%/cases%'`, katrin.Email) == 1
	})
	if out.Reason != inbound.NotTaken {
		t.Errorf("%+v", out)
	}
}
