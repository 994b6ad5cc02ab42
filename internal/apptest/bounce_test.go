package apptest_test

import (
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// report is a delivery report or a complaint that came to an address of ours.
func report(to, kind, fields string) apptest.Letter {
	part := map[string]string{"delivery-status": "message/delivery-status", "feedback-report": "message/feedback-report"}[kind]
	return apptest.Letter{From: "mailer-daemon@mx.example", Envelope: "<>", To: to, Subject: "Undelivered",
		Head: []string{"Content-Type: multipart/report; report-type=" + kind + "; boundary=b"},
		Text: "--b\r\nContent-Type: " + part + "\r\n\r\n" + fields + "\r\n\r\n--b--"}
}

// An address that comes back, or complains, is marked, and those who handle the person's open cases are told once. Only a
// report that comes to the signed return path counts: anybody can write that somebody's mail has bounced.
func TestAnAddressThatComesBackIsMarkedAndStaffAreTold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		inbox, things := w.App.Inbound.Inboxes[0].Address, w.Things(home)
		person := personOf(t, things.Person)
		signed := w.App.Tokens.BounceAddress(inbox, person)
		const gone, later = "Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1", "Action: delayed\r\nStatus: 4.4.1"
		marked := func() int64 { return w.Count(`SELECT count(*) FROM mail_failure WHERE person_id = $1`, person) }
		told := func() int64 {
			return w.Count(`SELECT count(*) FROM notice WHERE kind = 'address_fails' AND number = $1`, things.Number)
		}
		for name, l := range map[string]apptest.Letter{
			"a report to the inbox":     report(inbox, "delivery-status", gone),
			"a report to a case":        report(token(w, things.Number), "delivery-status", gone),
			"a forged return path":      report(strings.Replace(signed, "+b.", "+b.a", 1), "delivery-status", gone),
			"a mail that is only late":  report(signed, "delivery-status", later),
			"a complaint to the inbox":  report(inbox, "feedback-report", "Feedback-Type: abuse\r\nOriginal-Rcpt-To: katrin.vogel@nordwind.example"),
			"a report that says no why": report(signed, "delivery-status", "Reporting-MTA: dns; mx.example"),
		} {
			if out := w.Mail(l); out.Reason != inbound.DeliveryReport || marked() != 0 || told() != 0 {
				t.Errorf("%s: %+v, marked %d, told %d", name, out, marked(), told())
			}
		}
		for range 2 {
			w.Mail(report(signed, "delivery-status", gone))
			l := report(signed, "feedback-report", "Feedback-Type: abuse")
			l.Envelope = ""
			w.Mail(l)
		}
		if marked() != 1 || told() != 1 {
			t.Errorf("marked %d, told %d times", marked(), told())
		}
		if page := w.In("sofia.lindqvist").Get("/desk/notices"); !strings.Contains(string(page.Body), "comes back") || !strings.Contains(string(page.Body), things.Number) {
			t.Error("the notice is not shown to those who handle the case")
		}
		if page := w.In("sam.carter").Get("/admin"); !strings.Contains(string(page.Body), w.LiaisonOf(home).Email) {
			t.Error("the address is not among those that fail")
		}
	})
}

// Whichever inbox a liaison writes to, the case goes to the customer's own centre, and the mail's row says which inbox.
func TestAnyInboxMakesACaseOfTheCustomersOwnCentre(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	katrin, seen := w.Person("katrin.vogel"), map[string]bool{}
	for _, in := range w.App.Inbound.Inboxes {
		w.Clock.Forward(11 * time.Minute)
		l := apptest.Letter{From: katrin.Email, To: in.Address, Subject: "Misdirected", Text: "No data."}
		out, err := w.App.Inbound.Receive(t.Context(), inbound.Delivery{Inbox: in, EnvelopeFrom: katrin.Email, Recipients: []string{in.Address}, At: w.Clock.Now(),
			Raw: l.Bytes(), Verdict: mailmsg.Verdict{Pass: true, By: "test"}})
		if err != nil || out.State != inbound.StateCase {
			t.Fatalf("%s: %+v, %v", in.Address, out, err)
		}
		seen[in.Centre] = true
		if n := w.Count(`SELECT count(*) FROM support_case c JOIN inbound_mail m ON m.case_id = c.id WHERE c.number = $1 AND c.centre = 'emea' AND m.inbox = $2`, out.Number, in.Address); n != 1 {
			t.Errorf("the case that came to %s is not of the customer's centre", in.Address)
		}
	}
	if len(seen) < 4 {
		t.Errorf("inboxes of %v", seen)
	}
}
