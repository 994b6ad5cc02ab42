package apptest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// noted is a person of the world with a note, or with none ("") and in a role.
func noted(t testing.TB, w *apptest.World, role, note string) apptest.Person {
	t.Helper()
	for _, p := range w.People {
		if p.Role == role && (note == "" && len(p.Notes) == 0 || len(p.Notes) > 0 && p.Notes[0] == note) {
			return p
		}
	}
	t.Fatalf("no %s with note %q", role, note)
	return apptest.Person{}
}

func answers(w *apptest.World) int64 {
	return w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.answer'`)
}

// token is the Reply-To of mails about a case.
func token(w *apptest.World, number string) string {
	return w.App.Tokens.ReplyAddress(w.App.Inbound.Inboxes[0].Address, number)
}

func TestAMailOfALiaisonIsACaseAndItsReplyAMessage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		who := noted(t, w, "liaison", "")
		at, mails := w.Clock.Now(), w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.case'`)
		out := w.Mail(apptest.Letter{From: who.Name + " <" + who.Email + ">", Subject: "Server does not start", Text: "ORA-00054 since 08:00.\r\n\r\n-- \r\nLi"})
		if out.State != inbound.StateCase || out.Number == "" {
			t.Fatalf("%+v", out)
		}
		liaison := w.WithToken(who.Token)
		c := apptest.Is[apptest.Case](t, liaison.Get("/api/v1/cases/"+out.Number), 200)
		if c.Channel != "email" || c.Priority != "P3" || c.Environment != "production" || !c.ReceivedAt.Equal(at) || c.Subject != "Server does not start" {
			t.Errorf("%+v", c)
		}
		if n := w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.case'`) - mails; n != 1 {
			t.Errorf("%d acknowledgements", n)
		}
		w.As("lin.wei").Say(out.Number, "Which version?", "question", true)
		if c := liaison.Case(out.Number); c.Status != "waiting_customer" {
			t.Fatal(c.Status)
		}
		w.Clock.Forward(time.Hour)
		reply := w.Mail(apptest.Letter{From: who.Email, To: token(w, out.Number), Subject: "Re: x", Text: "2026.2\r\n\r\nOn Mon, Nov 23, 2026 Support wrote:\r\n> Which version?"})
		if reply.State != inbound.StateMessage || reply.Number != out.Number {
			t.Fatalf("%+v", reply)
		}
		if c := liaison.Case(out.Number); c.Status != "open" {
			t.Errorf("after the reply the case is %s", c.Status)
		}
		tl := apptest.Is[apptest.Timeline](t, liaison.Get("/api/v1/cases/"+out.Number+"/timeline"), 200)
		var said []string
		for _, it := range tl.Items {
			if it.Message != nil {
				said = append(said, it.Message.Text)
			}
		}
		if strings.Join(said, "|") != "Which version?|2026.2" {
			t.Errorf("said %q", said)
		}
	})
}

// M01 to M08, M23, L01 to L05: what the mail is becomes what the product does, and nobody is told what is not theirs.
func TestWhoWroteAndWhatItSaysDecideWhatBecomesOfAMail(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		own, member := noted(t, w, "liaison", ""), apptest.Person{}
		var foreign apptest.Person
		for _, p := range w.People {
			if p.Role == "liaison" && len(p.Notes) == 0 && *p.Customer != *own.Customer {
				foreign = p
			}
			if p.Role == "member" {
				member = p
			}
		}
		staff := noted(t, w, "engineer", "")
		w.Clock.Forward(25 * time.Hour) // the answers of the world's past are a day old
		restricted, overdue := noted(t, w, "liaison", "restricted"), noted(t, w, "liaison", "suspended")
		number := w.WithToken(own.Token).Register(*own.Customer, "P2").Number
		reply := token(w, number)
		for _, c := range []struct {
			name   string
			letter apptest.Letter
			state  inbound.State
			reason string
			answer int64
		}{
			{"a stranger with a number (M01)", apptest.Letter{From: foreign.Email, Subject: "[#" + number + "] x"}, inbound.StateHeld, inbound.StrangerOnCase, 0},
			{"an unknown address with a number", apptest.Letter{From: "x@evil.example", Subject: "[#" + number + "] x"}, inbound.StateHeld, inbound.UnknownSender, 0},
			{"a guessed token (M02)", apptest.Letter{From: own.Email, To: strings.Replace(reply, number+".", number+".x", 1)}, inbound.StateHeld, inbound.BadToken, 0},
			{"an old unsigned form (M03)", apptest.Letter{From: own.Email, Head: []string{"References: <case." + number + "@support.liaison.test>"}}, inbound.StateHeld, inbound.BadToken, 0},
			{"a good token of somebody else (M04)", apptest.Letter{From: foreign.Email, To: reply}, inbound.StateHeld, inbound.UnverifiedParticipant, 0},
			{"a good token, unknown sender (M04)", apptest.Letter{From: "x@evil.example", To: reply}, inbound.StateHeld, inbound.UnknownSender, 0},
			{"a forged liaison with an attacker in copy (M07)", apptest.Letter{From: own.Email, Forged: true, Head: []string{"Cc: x@evil.example"}}, inbound.StateHeld, inbound.Unauthenticated, 0},
			{"a service that confirms a sign-up (M08)", apptest.Letter{From: "no-reply@service.example", To: reply, Head: []string{"Auto-Submitted: auto-generated"}}, inbound.StateHeld, inbound.UnknownSender, 0},
			{"internal headers (M21)", apptest.Letter{From: "x@evil.example", Head: []string{"X-Liaison-Auth: ok", "X-Loop: 1"}}, inbound.StateHeld, inbound.UnknownSender, 0},
			{"two senders (M09)", apptest.Letter{From: own.Email + "\r\nFrom: x@evil.example"}, inbound.StateHeld, "two_senders", 0},
			{"a member", apptest.Letter{From: member.Email}, inbound.StateHeld, inbound.NotALiaison, 1},
			{"a member again within a day", apptest.Letter{From: member.Email, Subject: "again"}, inbound.StateHeld, inbound.NotALiaison, 0},
			{"staff", apptest.Letter{From: staff.Email}, inbound.StateHeld, inbound.StaffSender, 0},
			{"staff answers a mail", apptest.Letter{From: staff.Email, To: reply, Text: "We look into it."}, inbound.StateMessage, "", 0},
			{"an own number without token", apptest.Letter{From: own.Email, Subject: "Re: [#" + number + "] x", Text: "more"}, inbound.StateMessage, "", 0},
			{"an absent liaison (L01)", apptest.Letter{From: own.Email, Head: []string{"Auto-Submitted: auto-replied"}}, inbound.StateIgnored, inbound.Automatic, 0},
			{"an absent liaison to a case", apptest.Letter{From: own.Email, To: reply, Head: []string{"Auto-Submitted: auto-replied"}}, inbound.StateIgnored, inbound.Automatic, 0},
			{"a delivery report to a case (L02)", apptest.Letter{From: "mailer-daemon@mx.example", Envelope: "<>", To: reply, Head: []string{"Content-Type: multipart/report; report-type=delivery-status; boundary=b"}}, inbound.StateEvent, inbound.DeliveryReport, 0},
			{"our own mail (L04)", apptest.Letter{From: own.Email, MessageID: "x@support.liaison.test"}, inbound.StateIgnored, inbound.OwnMail, 0},
			{"our own inbox (L04)", apptest.Letter{From: w.App.Inbound.Inboxes[0].Address}, inbound.StateIgnored, inbound.OwnMail, 0},
			{"a ticket system with a token (L05)", apptest.Letter{From: own.Email, To: reply, Head: []string{"Auto-Submitted: auto-generated"}, Text: "from our desk"}, inbound.StateMessage, "", 0},
			{"a ticket system without one", apptest.Letter{From: own.Email, Head: []string{"Auto-Submitted: auto-generated"}}, inbound.StateIgnored, inbound.Automatic, 0},
			{"a restricted liaison (R7.1-01)", apptest.Letter{From: restricted.Email, Text: "patient 123"}, inbound.StateRefused, inbound.RestrictedNew, 1},
			{"an overdue customer", apptest.Letter{From: overdue.Email}, inbound.StateHeld, "invoice_overdue", 1},
		} {
			if c.letter.Subject == "" {
				c.letter.Subject = c.name
			}
			before, cases := answers(w), w.Count(`SELECT count(*) FROM support_case`)
			out := w.Mail(c.letter)
			if out.State != c.state || out.Reason != c.reason {
				t.Errorf("%s: %s %s", c.name, out.State, out.Reason)
			}
			if n := answers(w) - before; n != c.answer {
				t.Errorf("%s: %d answers", c.name, n)
			}
			if n := w.Count(`SELECT count(*) FROM support_case`) - cases; n != 0 {
				t.Errorf("%s: %d cases", c.name, n)
			}
		}
	})
}

// M24: the same delivery by many workers has one effect; the same Message-ID with another text is another mail (M23).
func TestADeliveryIsHandledOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		who := noted(t, w, "liaison", "")
		l := apptest.Letter{From: who.Email, Subject: "Once", Text: "The same words.", MessageID: "one@client.example"}
		before := w.Count(`SELECT count(*) FROM support_case`)
		var mu sync.Mutex
		numbers, fresh := map[string]bool{}, 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				out, err := w.TryMail(l)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				numbers[out.Number] = true
				if !out.Again {
					fresh++
				}
			})
		}
		wg.Wait()
		if n := w.Count(`SELECT count(*) FROM support_case`) - before; n != 1 || len(numbers) != 1 || fresh != 1 {
			t.Errorf("%d cases, numbers %v, %d first ones", n, numbers, fresh)
		}
		l.Text = "Other words under the same Message-ID."
		if out := w.Mail(l); out.State != inbound.StateCase || numbers[out.Number] {
			t.Errorf("%+v", out)
		}
	})
}

// M23: a copy that nobody stands for comes first, with the same id, sender and words. The mail itself becomes what it would have
// been, and the copy is put away; a copy that comes afterwards does nothing.
func TestAForgedCopyThatComesFirstTakesNobodysPlace(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		who := noted(t, w, "liaison", "")
		l := apptest.Letter{From: who.Email, Subject: "Copied", Text: "The same words.", MessageID: "copied@client.example", Forged: true}
		copied := w.Mail(l)
		l.Forged = false
		made := w.Mail(l)
		if copied.State != inbound.StateHeld || made.State != inbound.StateCase || made.Again {
			t.Fatalf("%+v, %+v", copied, made)
		}
		reply := apptest.Letter{From: who.Email, To: token(w, made.Number), Subject: "Re: Copied", Text: "More.", MessageID: "more@client.example", Forged: true}
		w.Mail(reply)
		reply.Forged = false
		if out := w.Mail(reply); out.State != inbound.StateMessage || out.Number != made.Number {
			t.Errorf("%+v", out)
		}
		if n := w.Count(`SELECT count(*) FROM inbound_mail WHERE id = $1 AND state = 'discarded'`, copied.Mail); n != 1 {
			t.Error("the copy waits on")
		}
		for range 2 {
			l.Forged = !l.Forged
			if out := w.Mail(l); !out.Again || out.Mail != made.Mail {
				t.Errorf("%+v", out)
			}
		}
	})
}

// Without a Message-ID a mail is the same when it was written at the same time, or came on the same day; later words are new.
func TestTheSameWordsWithoutAnIDAreNotTheSameForEver(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who, inbox := noted(t, w, "liaison", ""), w.App.Inbound.Inboxes[0]
	send := func(date string) inbound.Outcome {
		out, err := w.App.Inbound.Receive(t.Context(), inbound.Delivery{Inbox: inbox, EnvelopeFrom: who.Email, Recipients: []string{inbox.Address},
			At: w.Clock.Now(), Verdict: mailmsg.Verdict{Pass: true}, Raw: []byte("From: " + who.Email + "\r\nSubject: Down\r\n" + date + "\r\nIt is down.\r\n")})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, dates := range [][2]string{{"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n", "Date: Thu, 26 Nov 2026 10:00:00 +0000\r\n"}, {"", ""}} {
		first, again := send(dates[0]), send(dates[0])
		w.Clock.Forward(72 * time.Hour)
		if later := send(dates[1]); again.Mail != first.Mail || later.State != inbound.StateCase || later.Number == first.Number {
			t.Errorf("%q: %+v, %+v, %+v", dates[1], first, again, later)
		}
	}
}

// Clocks 3: a person may have five problems in ten minutes. Each is a case and is acknowledged; a machine that answers our
// mails is not.
func TestFiveProblemsInTenMinutesAreFiveCases(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who := noted(t, w, "liaison", "")
	mails := w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.case'`)
	for _, subject := range []string{"The import stops", "A report is empty", "Certificates expire", "The queue is full", "Nobody can sign in"} {
		if out := w.Mail(apptest.Letter{From: who.Email, Subject: subject, Text: "Please look."}); out.State != inbound.StateCase {
			t.Errorf("%s: %+v", subject, out)
		}
	}
	if n := w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.case'`) - mails; n != 5 {
		t.Errorf("%d acknowledgements", n)
	}
	ours := w.App.Tokens.MessageID(id.New(), id.New(), "")
	if out := w.Mail(apptest.Letter{From: who.Email, Subject: "We have got your mail", Text: "x", Head: []string{"In-Reply-To: <" + ours + ">"}}); out.Reason != inbound.LoopSuspected {
		t.Errorf("a machine: %+v", out)
	}
}

// A liaison of two customers says for which of them a mail is, by making it a case in the portal; nothing is filed by guess,
// and nobody else of either customer sees the mail before.
func TestAMailOfALiaisonOfTwoCustomersIsNotFiledByGuess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		chen := w.Person("chen.li")
		w.Rows(`SELECT id FROM customer WHERE key = $1`, []any{home}, func(scan func(...any) error) error {
			var of id.ID
			if err := scan(&of); err != nil {
				return err
			}
			person, err := id.Parse(w.PersonID("chen.li"))
			if err != nil {
				return err
			}
			return w.App.Accounts.Grant(t.Context(), apptest.Program(), of, person, access.Liaison, account.Partner)
		})
		before, mail := answers(w), w.Mail(apptest.Letter{From: chen.Email, Subject: "Whose?", Text: "It fails."})
		if mail.State != inbound.StateHeld || mail.Reason != inbound.SeveralCustomers || answers(w) != before+1 {
			t.Fatalf("%+v, %d answers", mail, answers(w)-before)
		}
		if seen := heldIDs(t, w.As("chen.li")); !seen[mail.Mail.String()] || heldIDs(t, w.As("zhou.min"))[mail.Mail.String()] || heldIDs(t, w.As("katrin.vogel"))[mail.Mail.String()] {
			t.Errorf("shown to the writer %t, or to others", seen[mail.Mail.String()])
		}
		s := w.System(stranger)
		got := w.As("chen.li").Post("/api/v1/held/"+mail.Mail.String()+"/adopt", map[string]any{"system": s.ID, "environment": "production", "product": s.Product, "version": s.Version, "priority": "P3"})
		if got.Status >= 300 {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	})
}

// L01: what a machine wrote is kept with its words and as it came, for staff, who may still put it on its case; a known person's
// mail through a list waits for somebody, a newsletter does not.
func TestWhatIsIgnoredCanBeRead(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		who := noted(t, w, "liaison", "")
		number := w.WithToken(who.Token).Register(*who.Customer, "P3").Number
		note := w.Mail(apptest.Letter{From: who.Email, To: token(w, number), Subject: "Away", Text: "Back on Monday; the fix works.", Head: []string{"Auto-Submitted: auto-replied"}})
		list := w.Mail(apptest.Letter{From: who.Email, Subject: "Production is down", Text: "x", Head: []string{"List-Id: <ops.client.example>"}})
		news := w.Mail(apptest.Letter{From: "news@shop.example", Subject: "Offers", Text: "x", Head: []string{"List-Id: <news.shop.example>"}})
		if note.State != inbound.StateIgnored || list.State != inbound.StateHeld || list.Reason != inbound.ByList || news.State != inbound.StateIgnored {
			t.Errorf("%+v, %+v, %+v", note, list, news)
		}
		lin := w.As("lin.wei")
		got := lin.Get("/api/v1/held?state=ignored&limit=200")
		if !strings.Contains(string(got.Body), note.Mail.String()) || strings.Contains(string(lin.Get("/api/v1/held?limit=200").Body), note.Mail.String()) {
			t.Errorf("%d: not listed apart", got.Status)
		}
		if page := w.In("lin.wei").Get("/desk/held?show=ignored"); page.Status != 200 || !strings.Contains(string(page.Body), note.Mail.String()) {
			t.Errorf("the page: %d", page.Status)
		}
		if one := lin.Get("/api/v1/held/" + note.Mail.String()); !strings.Contains(string(one.Body), "the fix works") {
			t.Errorf("%d %.200s", one.Status, one.Body)
		}
		own := w.WithToken(who.Token)
		if a := own.Get("/api/v1/held/" + note.Mail.String()); a.Status != 404 || strings.Contains(string(own.Get("/api/v1/held?state=ignored").Body), note.Mail.String()) {
			t.Errorf("shown to a customer: %d", a.Status)
		}
		if a := lin.Post("/api/v1/held/"+note.Mail.String()+"/release", map[string]any{"number": number}); a.Status >= 300 {
			t.Errorf("%d %.200s", a.Status, a.Body)
		}
	})
}

// R3.2-03: a number leads to its case as people write it; of somebody else's address with a plus sign nothing follows.
func TestANumberInASubjectLeadsToItsCase(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	who := noted(t, w, "liaison", "")
	number := w.WithToken(who.Token).Register(*who.Customer, "P3").Number
	for _, subject := range []string{"Re: [" + number + "] still", "回复：案例 " + number + " 进展", "［＃" + number + "］", number + " is back"} {
		if out := w.Mail(apptest.Letter{From: who.Email, Subject: subject, Text: "More."}); out.State != inbound.StateMessage || out.Number != number {
			t.Errorf("%s: %+v", subject, out)
		}
	}
	foreign := w.As("katrin.vogel").Register(home, "P3").Number
	if *who.Customer != home {
		if out := w.Mail(apptest.Letter{From: who.Email, Subject: "Order " + foreign + " of ours", Text: "x"}); out.State != inbound.StateCase {
			t.Errorf("a bare number of somebody else's: %+v", out)
		}
	}
	if out := w.Mail(apptest.Letter{From: who.Email, Subject: "With a help desk in copy", Text: "x", Head: []string{"Cc: help+4711.abcd@desk.example"}}); out.State != inbound.StateCase {
		t.Errorf("somebody else's plus address: %+v", out)
	}
}

// L03, L07, L10: machines and crowds get nobody mail, and nothing reopens.
func TestStormsMakeNoMail(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	member, liaison := noted(t, w, "member", ""), noted(t, w, "liaison", "")
	w.Clock.Forward(25 * time.Hour) // the answers of the world's past are a day old
	past := answers(w)
	for i := range 500 { // anonymous mail that names a victim
		w.Mail(apptest.Letter{From: member.Email, Subject: fmt.Sprint(i), Text: "x", Forged: i%2 == 0})
		w.Mail(apptest.Letter{From: fmt.Sprintf("x%d@nobody.example", i), Subject: "x", Head: []string{"Reply-To: " + member.Email}})
	}
	if n := answers(w) - past; n != 1 {
		t.Errorf("%d answers to the victim and to strangers", n)
	}
	var cases int
	for i := range 20 { // another help desk that answers every mail with a new one
		if w.Mail(apptest.Letter{From: liaison.Email, Subject: fmt.Sprint("Thank you for your request ", i), Text: "x"}).State == inbound.StateCase {
			cases++
		}
	}
	if cases != 3 {
		t.Errorf("a loop made %d cases", cases)
	}
	c := w.WithToken(liaison.Token).Register(*liaison.Customer, "P3")
	w.WithToken(liaison.Token).Change(c.Number, map[string]any{"status": "closed"})
	for i := range 100 {
		w.Mail(apptest.Letter{From: liaison.Email, To: token(w, c.Number), Subject: fmt.Sprint("Automatic reply ", i), Head: []string{"Auto-Submitted: auto-replied"}})
	}
	if got := w.WithToken(liaison.Token).Case(c.Number); got.Status != "closed" {
		t.Errorf("an out-of-office answer made it %s", got.Status)
	}
	w.Mail(apptest.Letter{From: liaison.Email, To: token(w, c.Number), Text: "It is back."})
	if got := w.WithToken(liaison.Token).Case(c.Number); got.Status != "open" {
		t.Errorf("a person's answer left it %s", got.Status)
	}
	w.WithToken(liaison.Token).Change(c.Number, map[string]any{"status": "closed"})
	before := answers(w)
	if out := w.Mail(apptest.Letter{From: w.Person("lin.wei").Email, To: token(w, c.Number), Text: "One more thing."}); out.Reason != inbound.CaseClosed || answers(w) != before+1 {
		t.Errorf("an engineer: %+v, %d answers", out, answers(w)-before)
	}
	w.Clock.Forward(20 * 24 * time.Hour)
	before, mails := answers(w), w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.case'`)
	out := w.Mail(apptest.Letter{From: liaison.Email, To: token(w, c.Number), Subject: "Re: it", Text: "It is back again."})
	if out.State != inbound.StateCase || out.Number == c.Number || answers(w) != before || w.Count(`SELECT count(*) FROM river_job WHERE kind = 'mail.case'`) != mails+1 {
		t.Errorf("a reply that comes too late (Clocks 14): %+v, %d answers", out, answers(w)-before)
	}
	if n := w.Count(`SELECT count(*) FROM support_case WHERE number = $1 AND symptoms LIKE $2`, out.Number, "%#"+c.Number+"%It is back again."); n != 1 {
		t.Error("the new case does not name the one it goes on with")
	}
}
