package apptest_test

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/apptest"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Cleared staff fetch a mail of a case as it came, byte for byte, be it the case itself, a reply or a held mail that was
// released; each time leaves a line. Others and other cases get none, and of a restricted customer there is none.
func TestClearedStaffFetchAMailAsItCame(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin, helen := w.Person("katrin.vogel"), w.In("helen.marsh")
		letter := apptest.Letter{From: katrin.Email, Subject: "Empty tiles", Text: "No data.", MessageID: "first@client.example"}
		made := w.Mail(letter)
		reply := apptest.Letter{From: katrin.Email, To: token(w, made.Number), Subject: "Re: it", Text: "Still.", MessageID: "second@client.example"}
		said := w.Mail(reply)
		asked := w.Mail(apptest.Letter{From: noted(t, w, "member", "").Email, To: token(w, made.Number), Subject: "Re: it", Text: "As she said."})
		if got := w.In("lin.wei").Post("/desk/held/"+asked.Mail.String()+"/release", url.Values{"number": {made.Number}}); got.Status != http.StatusSeeOther {
			t.Fatal(got.Status, string(got.Body))
		}
		list := helen.Get("/desk/cases/" + made.Number + "/mails")
		if n := strings.Count(string(list.Body), `/mails/`); list.Status != http.StatusOK || n != 3 {
			t.Errorf("%d, %d mails are listed", list.Status, n)
		}
		lines := func() int64 { return w.Count(`SELECT count(*) FROM journal WHERE kind = 'mail.original_read'`) }
		for mail, want := range map[string]apptest.Letter{made.Mail.String(): letter, said.Mail.String(): reply} {
			if want.To == "" {
				want.To = w.App.Inbound.Inboxes[0].Address
			}
			before, at := lines(), "/desk/cases/"+made.Number+"/mails/"+mail
			got := helen.Post(at, url.Values{})
			if got.Status != http.StatusOK || string(got.Body) != string(want.Bytes()) || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%d %v %q", got.Status, got.Header, got.Body)
			}
			if n := lines() - before; n != 1 {
				t.Errorf("%d lines", n)
			}
			other := w.As("katrin.vogel").Register(home, "P3").Number
			for what, refused := range map[string]apptest.Answer{"an engineer": w.In("lin.wei").Post(at, url.Values{}), "the sender": w.In("katrin.vogel").Post(at, url.Values{}),
				"by another case": helen.Post("/desk/cases/"+other+"/mails/"+mail, url.Values{})} {
				if refused.Status != http.StatusForbidden && refused.Status != http.StatusNotFound {
					t.Errorf("%s gets %d", what, refused.Status)
				}
			}
			if n := lines() - before; n != 1 {
				t.Errorf("%d lines after refusals", n)
			}
		}
		grace := noted(t, w, "liaison", "restricted")
		number := bareCase(t, w, grace)
		w.Mail(apptest.Letter{From: grace.Email, To: token(w, number), Subject: "Re: it", Text: "bed 7"})
		if list := helen.Get("/desk/cases/" + number + "/mails"); strings.Contains(string(list.Body), "/mails/") {
			t.Error("a restricted customer's mail is offered")
		}
	})
}

// A short original lies in the database, so that it is durable with the mail's row and not before; a long one is a file. Both
// come back as they came, a verification opens both, and both go when the mail is forgotten.
func TestAnOriginalLiesInARowOrInAFileByItsLength(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		staff, files := access.Actor{Role: access.Engineer, Person: id.New()}, storedFiles(t, w)
		for text, want := range map[string][2]int64{"short": {1, 0}, strings.Repeat("Line after line of a log.\r\n", 4000): {0, 1}} {
			rows := w.Count(`SELECT count(*) FROM mail_original`)
			letter := apptest.Letter{From: "nobody@elsewhere.example", To: w.App.Inbound.Inboxes[0].Address, Subject: "Log", Text: text, MessageID: rand.Text() + "@elsewhere.example"}
			out := w.Mail(letter)
			got, err := w.App.Inbound.Original(t.Context(), staff, out.Mail)
			if err != nil || string(got) != string(letter.Bytes()) {
				t.Errorf("%d bytes of %d, %v", len(got), len(letter.Bytes()), err)
			}
			now := storedFiles(t, w)
			if n := w.Count(`SELECT count(*) FROM mail_original`) - rows; n != want[0] || int64(now-files) != want[1] {
				t.Errorf("a mail of %d bytes: %d rows, %d files", len(letter.Bytes()), n, now-files)
			}
			files = now
			again := w.Mail(letter)
			if !again.Again || storedFiles(t, w) != files || w.Count(`SELECT count(*) FROM mail_original`) != rows+want[0] {
				t.Errorf("it is kept twice: %+v", again)
			}
		}
		faults := func() (out []cases.FileFault) {
			err := w.App.Cases.CheckFiles(t.Context(), access.Actor{System: true}, func(f cases.CheckedFile) {
				if f.Fault != "" {
					out = append(out, f.Fault)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := faults(); len(got) > 0 {
			t.Errorf("faults of what nobody touched: %v", got)
		}
		err := w.App.DB.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
			return errors.Join(tx.Buffer(`UPDATE mail_original SET bytes = $1`, []byte("changed")), journal.Record(tx, line))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := faults(); len(got) == 0 || got[0] != cases.FileDamaged {
			t.Errorf("faults of what was changed: %v", got)
		}
		w.Clock.Forward(91 * 24 * time.Hour)
		if _, err := w.App.Inbound.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.Count(`SELECT count(*) FROM mail_original o WHERE NOT EXISTS (SELECT 1 FROM inbound_mail m WHERE m.sealed_id = o.id)`); n != 0 || storedFiles(t, w) >= files {
			t.Errorf("%d rows and %d files are left of forgotten mails", n, storedFiles(t, w))
		}
	})
}

// storedFiles counts what lies in the folder.
func storedFiles(t *testing.T, w *apptest.World) (n int) {
	t.Helper()
	if err := w.App.Blobs.Walk(t.Context(), func(id.ID) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// What was kept of a customer's mail is neither listed nor handed out once the customer is restricted (R7).
func TestNoOriginalOfACustomerThatIsRestrictedNow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		helen := w.In("helen.marsh")
		made := w.Mail(apptest.Letter{From: w.Person("katrin.vogel").Email, Subject: "Empty tiles", Text: canary})
		list, at := "/desk/cases/"+made.Number+"/mails", "/desk/cases/"+made.Number+"/mails/"+made.Mail.String()
		if got := helen.Get(list); !strings.Contains(string(got.Body), at) {
			t.Fatalf("%d, it is not offered", got.Status)
		}
		err := w.App.DB.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
			return errors.Join(tx.Buffer(`UPDATE customer SET restricted = TRUE WHERE key = $1`, home), journal.Record(tx, line))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := helen.Get(list); got.Status != http.StatusOK || strings.Contains(string(got.Body), "/mails/") {
			t.Errorf("%d, the mail is offered", got.Status)
		}
		if got := helen.Post(at, url.Values{}); got.Status != http.StatusNotFound || strings.Contains(string(got.Body), canary) {
			t.Errorf("%d, the mail is handed out", got.Status)
		}
	})
}
