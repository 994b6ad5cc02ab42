package apptest_test

import (
	"strings"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// A mail whose file is too large makes its case all the same, and its writer is told which file it was and where to put it.
func TestALargeFileDoesNotKeepItsCaseAway(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		l := withFile(apptest.Letter{From: w.Person("katrin.vogel").Email, Subject: "With a large file"}, "saluki-core.dmp")
		l.Text = strings.Replace(l.Text, "\r\n\r\nx\r\n", "\r\n\r\n"+strings.Repeat(strings.Repeat("x", 60)+"\r\n", 4000), 1)
		thin := mailmsg.NewThinner(64 << 10) // as the listener does it
		raw := l.Bytes()
		if _, err := thin.Write(raw); err != nil || thin.End() != nil || !thin.Thinned() {
			t.Fatal(err)
		}
		_, l.Text, _ = strings.Cut(string(thin.Bytes()), "\r\n\r\n")
		before := answers(w)
		out := w.Mail(l)
		if out.State != inbound.StateCase || answers(w)-before != 1 {
			t.Fatalf("%+v, %d answers", out, answers(w)-before)
		}
		left, err := w.App.Inbound.LeftOut(t.Context(), out.Mail)
		if err != nil || len(left) != 1 || left[0].Name != "saluki-core.dmp" || left[0].Size < 200_000 {
			t.Errorf("left out: %+v, %v", left, err)
		}
		if n := w.Count(`SELECT count(*) FROM attachment WHERE name = 'saluki-core.dmp'`); n != 0 {
			t.Errorf("%d files are on the case", n)
		}
		page := string(w.In("katrin.vogel").Get("/cases/" + out.Number).Body)
		if !strings.Contains(page, "Please see the file.") {
			t.Error("the text is not on the case")
		}
	})
}

// What a mail quotes is folded on its case, also of the mail that made it, and is found; of a forwarded one it is the matter.
func TestWhatAMailQuotesIsFoldedAndFound(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin, address := w.As("katrin.vogel"), w.Person("katrin.vogel").Email
		quote := func(word string) string {
			return "\r\n\r\nOn Mon, Nov 23, 2026 at 10:00 AM Lena <l@x.example> wrote:\r\n> the " + word + " has an exact phrase"
		}
		first := w.Mail(apptest.Letter{From: address, Subject: "Folded", Text: "It fails." + quote("borzoi")})
		reply := w.Mail(apptest.Letter{From: address, To: token(w, first.Number), Subject: "Re: Folded", Text: "And again." + quote("azawakh")})
		passed := w.Mail(apptest.Letter{From: address, Subject: "Fwd: Passed on", Text: "FYI" + quote("sloughi")})
		if first.State != inbound.StateCase || reply.State != inbound.StateMessage || passed.State != inbound.StateCase {
			t.Fatalf("%+v, %+v, %+v", first, reply, passed)
		}
		for word, number := range map[string]string{"borzoi": first.Number, "azawakh": first.Number, "sloughi": passed.Number, `"azawakh has an exact phrase"`: first.Number, `"borzoi has an exact phrase"`: first.Number} {
			found := apptest.Is[apptest.Cases](t, katrin.Get("/api/v1/cases?q="+strings.ReplaceAll(strings.ReplaceAll(word, `"`, "%22"), " ", "+")), 200).Items
			if len(found) != 1 || found[0].Number != number {
				t.Errorf("%s is found in %+v, want %s", word, found, number)
			}
		}
		page := string(w.In("katrin.vogel").Get("/cases/" + first.Number).Body)
		if _, folded, ok := strings.Cut(page, `<details class="quoted">`); !ok || !strings.Contains(folded, "borzoi") {
			t.Error("the quote of the first mail is not folded")
		}
		page = string(w.In("katrin.vogel").Get("/cases/" + passed.Number).Body)
		if before, _, _ := strings.Cut(page, `<details class="quoted">`); !strings.Contains(before, "sloughi") {
			t.Error("what was passed on is folded")
		}
	})
}

// One mail to two inboxes, or fetched from both, is one mail.
func TestAMailToTwoInboxesIsOneCase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		if len(w.App.Inbound.Inboxes) < 2 {
			t.Fatal("there is one inbox")
		}
		l := apptest.Letter{From: w.Person("katrin.vogel").Email, Subject: "To both", Text: "It fails.", MessageID: "both@nordwind.example"}
		l.To = w.App.Inbound.Inboxes[0].Address
		first := w.Mail(l)
		raw := l.Bytes()
		d := inbound.Delivery{Inbox: w.App.Inbound.Inboxes[1], EnvelopeFrom: l.From, Recipients: []string{w.App.Inbound.Inboxes[1].Address}, At: w.Clock.Now(), Raw: raw,
			Verdict: mailmsg.Verdict{Pass: true}}
		second, err := w.App.Inbound.Receive(t.Context(), d)
		if err != nil || first.State != inbound.StateCase || !second.Again || second.Number != first.Number {
			t.Errorf("%+v, %+v, %v", first, second, err)
		}
	})
}

// What a liaison writes to a list is held, and they are told where it waits, once a day; an accepted invitation makes nothing.
func TestWhatComesThroughAListIsAnswered(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		address, before := w.Person("katrin.vogel").Email, answers(w)
		list := []string{"List-Id: <ops.nordwind.example>", "Precedence: list"}
		for i, want := range []int64{1, 0} {
			out := w.Mail(apptest.Letter{From: address, Subject: "Through the list " + strings.Repeat("again", i), Text: "It fails.", Head: list})
			if out.Reason != inbound.ByList || answers(w)-before != want {
				t.Errorf("mail %d: %+v, %d answers", i, out, answers(w)-before)
			}
			before = answers(w)
		}
		if out := w.Mail(apptest.Letter{From: w.Person("grace.ellison").Email, Subject: "Restricted", Head: list}); out.Reason != inbound.ByList || answers(w) != before {
			t.Errorf("a restricted liaison: %+v, %d answers", out, answers(w)-before)
		}
		accepted := w.Mail(apptest.Letter{From: address, Subject: "Accepted: Upgrade window", Head: []string{"MIME-Version: 1.0", "Content-Type: text/calendar; method=REPLY"},
			Text: "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nSUMMARY:Upgrade window\r\nEND:VEVENT\r\nEND:VCALENDAR"})
		if accepted.State != inbound.StateIgnored {
			t.Errorf("an accepted invitation: %+v", accepted)
		}
	})
}

// The portal finds people and systems beside cases, of the own customer alone.
func TestThePortalFindsPeopleAndSystems(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		colleague, system := w.Person("jonas.brandt"), w.System(home)
		var stranger apptest.Person
		for _, p := range w.People {
			if p.Role == "liaison" && p.Customer != nil && *p.Customer != home {
				stranger = p
			}
		}
		found := func(name, words string) string {
			return string(w.In(name).Get("/cases?tab=all&q=" + strings.ReplaceAll(words, " ", "+")).Body)
		}
		if page := found("katrin.vogel", colleague.Name); !strings.Contains(page, colleague.Email) {
			t.Error("a colleague is not found")
		}
		if page := found("katrin.vogel", system.Name); !strings.Contains(page, `class="beside"`) || !strings.Contains(page, system.Version) {
			t.Error("a system is not found")
		}
		if page := found("katrin.vogel", stranger.Name); strings.Contains(page, stranger.Email) || strings.Contains(page, `class="beside"`) {
			t.Error("somebody of another customer is found")
		}
		if page := found("jonas.brandt", "katrin"); strings.Contains(page, w.Person("katrin.vogel").Email) {
			t.Error("a member finds a colleague, whom members do not see")
		}
	})
}
