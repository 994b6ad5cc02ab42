package apptest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/inbound"
)

const patientFile = "--b\r\nContent-Type: text/plain\r\n\r\nThe patient of bed 7 is missing in the list.\r\n--b\r\n" +
	"Content-Disposition: attachment; filename=patients.csv\r\n\r\nbed;name\r\n--b--"

// heldIDs are the held mails that a caller is shown by REST.
func heldIDs(t *testing.T, c *apptest.Caller) map[string]bool {
	t.Helper()
	list := apptest.Is[struct {
		Items []struct{ ID string }
	}](t, c.Get("/api/v1/held?limit=200"), http.StatusOK)
	ids := map[string]bool{}
	for _, m := range list.Items {
		ids[m.ID] = true
	}
	return ids
}

// Restricted customers by mail (R7.1-01, -02, -07, -08): no case, no reply without the case's token, no file, and what a
// reply says is read by cleared staff before anybody else sees it.
func TestMailOfARestrictedCustomerIsNeverStoredInTheOpen(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Forward(25 * time.Hour)
		grace := noted(t, w, "liaison", "restricted")
		own := w.WithToken(grace.Token)
		number := own.Register(*grace.Customer, "P2").Number
		mixed := []string{"Content-Type: multipart/mixed; boundary=b"}
		files, cases := w.Count(`SELECT count(*) FROM attachment`), w.Count(`SELECT count(*) FROM support_case`)
		for name, c := range map[string]struct {
			letter apptest.Letter
			state  inbound.State
			reason string
		}{
			"a new case":                   {apptest.Letter{From: grace.Email, Subject: "New", Head: mixed, Text: patientFile}, inbound.StateRefused, inbound.RestrictedNew},
			"the number without the token": {apptest.Letter{From: grace.Email, Subject: "Re: [#" + number + "]", Head: mixed, Text: patientFile}, inbound.StateRefused, inbound.RestrictedNoToken},
			"a forged sender":              {apptest.Letter{From: grace.Email, To: token(w, number), Forged: true, Head: mixed, Text: patientFile}, inbound.StateHeld, inbound.Unauthenticated},
			"a stranger on their case":     {apptest.Letter{From: noted(t, w, "liaison", "").Email, To: token(w, number), Head: mixed, Text: patientFile}, inbound.StateHeld, inbound.UnverifiedParticipant},
		} {
			if out := w.Mail(c.letter); out.State != c.state || out.Reason != c.reason {
				t.Errorf("%s: %+v", name, out)
			}
		}
		if n := answers(w); n == 0 {
			t.Error("nobody told the liaison which way to go")
		}
		w.Clock.Forward(25 * time.Hour)
		before := answers(w)
		out := w.Mail(apptest.Letter{From: grace.Email, To: token(w, number), Subject: "Re: it", Head: mixed, Text: patientFile})
		if out.State != inbound.StateHeld || out.Reason != inbound.RestrictedReply || answers(w) != before+1 {
			t.Errorf("%+v, %d answers", out, answers(w)-before)
		}
		if n := w.Count(`SELECT count(*) FROM attachment`) - files; n != 0 || w.Count(`SELECT count(*) FROM support_case`) != cases {
			t.Errorf("%d files, %d cases", n, w.Count(`SELECT count(*) FROM support_case`)-cases)
		}
		if n := w.Count(`SELECT count(*) FROM inbound_mail WHERE restricted AND (subject <> '' OR body <> '' OR files <> '[]' OR sender_name <> '')`); n != 0 {
			t.Errorf("%d rows of restricted mail hold words", n)
		}
		seen := map[string]bool{}
		for _, who := range []string{"elena.petrova", "sofia.lindqvist", "sam.carter", "katrin.vogel"} {
			seen[who] = heldIDs(t, w.As(who))[out.Mail.String()]
		}
		if !seen["elena.petrova"] || seen["sofia.lindqvist"] || seen["katrin.vogel"] || heldIDs(t, own)[out.Mail.String()] {
			t.Errorf("shown to %v", seen)
		}
		if got := w.As("sofia.lindqvist").Get("/api/v1/held/" + out.Mail.String()); got.Status != http.StatusNotFound || strings.Contains(string(got.Body), "bed 7") {
			t.Errorf("staff who are not cleared get %d", got.Status)
		}
		if got := w.As("elena.petrova").Get("/api/v1/held/" + out.Mail.String()); got.Status != http.StatusOK || !strings.Contains(string(got.Body), "bed 7") || strings.Contains(string(got.Body), "patients.csv") {
			t.Errorf("cleared staff get %d %s", got.Status, got.Body)
		}
		if got := w.As("elena.petrova").Post("/api/v1/held/"+out.Mail.String()+"/release", map[string]any{"number": number}); got.Status >= 300 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		if tl := own.Get("/api/v1/cases/" + number + "/timeline"); !strings.Contains(string(tl.Body), "bed 7") {
			t.Error("the cleared text is not on the case")
		}
	})
}

// R7.1-01, -02, -07: every mail that is not taken as it is gets its answer, each kind and each mail, also within a minute; two
// machines that answer each other fall silent.
func TestEveryMailOfARestrictedCustomerIsAnswered(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		grace := noted(t, w, "liaison", "restricted")
		number := w.WithToken(grace.Token).Register(*grace.Customer, "P2").Number
		mixed := []string{"Content-Type: multipart/mixed; boundary=b"}
		for _, l := range []apptest.Letter{
			{Subject: "New"}, {Subject: "Another one"}, {Subject: "Re: [#" + number + "]"}, {Subject: "Re: Fwd: [#" + number + "]"},
			{Subject: "Re: it", To: token(w, number), Head: mixed}, {Subject: "Re: more", To: token(w, number), Head: mixed},
		} {
			l.From, l.Text = grace.Email, patientFile
			before := answers(w)
			if out := w.Mail(l); answers(w) != before+1 {
				t.Errorf("%s: %+v, %d answers", l.Subject, out, answers(w)-before)
			}
		}
		before := answers(w)
		for i := range 60 {
			w.Mail(apptest.Letter{From: grace.Email, Subject: "Re: " + strings.Repeat("Re: ", i), Text: "We have got your mail."})
		}
		if n := answers(w) - before; n > 6 {
			t.Errorf("two machines: %d answers", n)
		}
	})
}

// R7.1-07: whoever cannot be identified and may be of a restricted customer is read by cleared staff alone, and no file of
// theirs is kept: the sender's field is unsound, the address unknown, the domain's word missing, or the case named is theirs.
func TestAMailThatMayBeOfARestrictedCustomerIsKeptClosed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		grace, other := noted(t, w, "liaison", "restricted"), noted(t, w, "liaison", "")
		number := w.WithToken(grace.Token).Register(*grace.Customer, "P2").Number
		_, domain, _ := strings.Cut(grace.Email, "@")
		mixed, bad := "Content-Type: multipart/mixed; boundary=b", strings.Replace(token(w, number), number+".", number+".x", 1)
		var all []string
		for name, l := range map[string]apptest.Letter{
			"an address as its own name": {From: grace.Email + " <" + grace.Email + ">"},
			"a group":                    {From: "ward: " + grace.Email + ";"},
			"two fields":                 {From: other.Email + "\r\nFrom: " + grace.Email},
			"wide letters":               {From: "grace@" + strings.ReplaceAll(domain, ".", "．")},
			"an unknown colleague":       {From: "night.shift@" + domain},
			"a machine of theirs":        {From: "scanner@ward7." + domain},
			"an encoded name":            {From: "=?utf-8?q?grace=40" + domain + "?= <x@evil.example>"},
			"only the envelope":          {From: "x@evil.example", Envelope: grace.Email},
			"only the answer's address":  {From: "x@evil.example", Head: []string{"Reply-To: " + grace.Email}},
			"only who gets it, too":      {From: "x@evil.example", Head: []string{"Cc: a@b.example, " + grace.Email}},
			"somebody else's, forged":    {From: other.Email, Forged: true, Envelope: grace.Email},
			"a token that is none":       {From: "x@evil.example", To: bad},
			"a reference that is none":   {From: "x@evil.example", Head: []string{"References: <case." + number + ".x@support.liaison.test>"}},
		} {
			l.Subject, l.Head, l.Text = "Bed 7 "+name, append(l.Head, mixed), patientFile
			if l.Envelope == "" {
				l.Envelope = "x@evil.example"
			}
			out := w.Mail(l)
			if out.State != inbound.StateHeld {
				t.Errorf("%s: %+v", name, out)
			}
			all = append(all, out.Mail.String())
			if n := w.Count(`SELECT count(*) FROM inbound_mail WHERE id = $1 AND restricted AND subject = '' AND body = '' AND files = '[]' AND sender_name = ''`, out.Mail); n != 1 {
				t.Errorf("%s is kept in the open", name)
			}
		}
		engineer, cleared := heldIDs(t, w.As("sofia.lindqvist")), heldIDs(t, w.As("elena.petrova"))
		for _, m := range all {
			if engineer[m] || !cleared[m] {
				t.Errorf("%s: shown to an engineer %t, to cleared staff %t", m, engineer[m], cleared[m])
			}
		}
		if out := w.Mail(apptest.Letter{From: other.Email, Subject: "Mine", Text: "x", Head: []string{"Cc: " + grace.Email}}); out.State != inbound.StateCase ||
			w.Count(`SELECT count(*) FROM inbound_mail WHERE id = $1 AND NOT restricted AND subject = 'Mine'`, out.Mail) != 1 {
			t.Errorf("who is identified is who they are: %+v", out)
		}
		if out := w.Mail(apptest.Letter{From: "x@evil.example", Subject: "Spam", Text: "x"}); w.Count(`SELECT count(*) FROM inbound_mail WHERE id = $1 AND NOT restricted`, out.Mail) != 1 {
			t.Error("a stranger's mail is closed")
		}
	})
}

// M05: who has lost their access writes nothing by mail any more, staff or liaison, with whatever token.
func TestNobodyWritesByMailAfterLosingAccess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin, lin := w.Person("katrin.vogel"), w.Person("lin.wei")
		number := w.As("katrin.vogel").Register(home, "P3").Number
		w.Disable("katrin.vogel")
		w.Disable("lin.wei")
		said := w.Count(`SELECT count(*) FROM message`)
		for _, who := range []apptest.Person{katrin, lin} {
			if out := w.Mail(apptest.Letter{From: who.Email, To: token(w, number), Subject: "Re: it", Text: "I am still here."}); out.State != inbound.StateHeld {
				t.Errorf("%s: %+v", who.Email, out)
			}
		}
		if n := w.Count(`SELECT count(*) FROM message`) - said; n != 0 {
			t.Errorf("%d messages", n)
		}
	})
}

// A file over the limit is left out, the case is made all the same, and its sender told how to upload the file.
func TestAFileOverTheLimitDoesNotStopItsCase(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	w.App.Inbound.MaxFile = 1000
	who, past := noted(t, w, "liaison", ""), answers(w)
	body := "--b\r\nContent-Type: text/plain\r\n\r\nTwo logs.\r\n--b\r\nContent-Disposition: attachment; filename=small.log\r\n\r\nfits\r\n" +
		"--b\r\nContent-Disposition: attachment; filename=large.log\r\n\r\n" + strings.Repeat("x", 2000) + "\r\n--b--"
	mixed := []string{"Content-Type: multipart/mixed; boundary=b"}
	out := w.Mail(apptest.Letter{From: who.Email, Subject: "Logs", Head: mixed, Text: body})
	if out.State != inbound.StateCase || answers(w) != past+1 {
		t.Errorf("%+v, %d answers", out, answers(w)-past)
	}
	reply := w.Mail(apptest.Letter{From: who.Email, To: token(w, out.Number), Subject: "Re: Logs", Head: mixed, Text: body})
	if reply.State != inbound.StateMessage || answers(w) != past+2 {
		t.Errorf("%+v, %d answers", reply, answers(w)-past)
	}
	if small, large := w.Count(`SELECT count(*) FROM attachment WHERE name = 'small.log'`), w.Count(`SELECT count(*) FROM attachment WHERE name = 'large.log'`); small != 2 || large != 0 {
		t.Errorf("%d small files, %d large ones", small, large)
	}
}
