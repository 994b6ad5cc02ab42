package apptest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/mailio"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
)

// relay is a mail server that takes mails, after the faults it was told to show, one for each mail in turn.
type relay struct {
	mu     sync.Mutex
	faults []string // "": none, unanswered: takes the mail and breaks the line, refuse: 550 at the recipient
	faulty string   // the recipient whose mails are treated so; "": everybody
	never  string   // a mail with these words is never taken, and never refused for good
	got    []*letter
}

// letter is a mail that the relay took.
type letter struct {
	r     *relay
	c     *smtp.Conn
	fault string
	from  string
	to    []string
	raw   []byte
}

// NewSession begins a connection.
func (r *relay) NewSession(c *smtp.Conn) (smtp.Session, error) { return &letter{r: r, c: c}, nil }

// Mail takes the sender.
func (l *letter) Mail(from string, _ *smtp.MailOptions) error {
	l.from = from
	return nil
}

// Rcpt takes a recipient.
func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error {
	l.to = append(l.to, to)
	l.r.mu.Lock()
	if len(l.r.faults) > 0 && (l.r.faulty == "" || l.r.faulty == to) {
		l.fault, l.r.faults = l.r.faults[0], l.r.faults[1:]
	}
	l.r.mu.Unlock()
	if l.fault == "refuse" {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody here"}
	}
	return nil
}

// Data takes the text.
func (l *letter) Data(in io.Reader) (err error) {
	if l.raw, err = io.ReadAll(in); err != nil {
		return err
	}
	if l.r.never != "" && bytes.Contains(l.raw, []byte(l.r.never)) {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "not now"}
	}
	l.r.mu.Lock()
	l.r.got = append(l.r.got, l)
	l.r.mu.Unlock()
	if l.fault == "unanswered" {
		_ = l.c.Conn().Close() // the client is told nothing
	}
	return nil
}

// Reset and Logout end nothing.
func (l *letter) Reset()        {}
func (l *letter) Logout() error { return nil }

// taken are the mails that the relay has, by Message-ID.
func (r *relay) taken() map[string][]*letter {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string][]*letter{}
	for _, l := range r.got {
		m, err := netmail.ReadMessage(bytes.NewReader(l.raw))
		if err != nil {
			all["unreadable"] = append(all["unreadable"], l)
			continue
		}
		key := strings.Trim(m.Header.Get("Message-ID"), "<>")
		all[key] = append(all[key], l)
	}
	return all
}

// open serves on an address.
func (r *relay) open(t *testing.T, address string) net.Listener {
	t.Helper()
	server := smtp.NewServer(r)
	server.Domain = "relay.example"
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }() // it ends with an error once it is closed
	t.Cleanup(func() { _ = server.Close() })
	return l
}

// relayFor lets the program's mail leave through a relay of the test.
func relayFor(t *testing.T, w *apptest.World, faults ...string) *relay {
	t.Helper()
	r := &relay{faults: faults}
	l := r.open(t, "127.0.0.1:0")
	var err error
	w.App.Sender, err = mailio.NewSMTPSender(mailio.SMTPOptions{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port,
		From: netmail.Address{Name: "Support", Address: "support@example.org"}, Encryption: mailio.NoTLS})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Reliability R6: a relay that takes the mail and breaks the line gets it again under the same Message-ID, and only
// then; a mail that is refused holds nobody up, is marked, and staff are told.
func TestMailLeavesOnceAndItsOutcomeIsInTheBook(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		relay := relayFor(t, w, "refuse", "unanswered")
		relay.faulty = w.Person("katrin.vogel").Email // her mails are about cases, and none of them is an alarm, which is not sent again
		for range 3 {
			w.As("katrin.vogel").Register(home, "P3")
		}
		w.StartWork()
		w.Eventually("one mail is refused and all others are sent, one of them twice", func() bool {
			return w.Count(`SELECT count(*) FROM outbound_mail WHERE state = 'refused'`) == 1 &&
				w.Count(`SELECT count(*) FROM outbound_mail WHERE state = 'sent' AND tries = 2`) == 1 &&
				w.Count(`SELECT count(*) FROM outbound_mail WHERE state NOT IN ('sent', 'refused')`) == 0
		})
		twice := 0
		for key, letters := range relay.taken() {
			if n := w.Count(`SELECT count(*) FROM outbound_mail WHERE message_id = $1 AND state = 'sent' AND tries = $2`, key, len(letters)); n != 1 {
				t.Errorf("%s was taken %d times, which the book does not know", key, len(letters))
			}
			if len(letters) > 1 {
				twice++
			}
			for _, l := range letters {
				if who, ok := w.App.Tokens.Bounced(l.from); len(l.to) != 1 || !ok || who.IsZero() {
					t.Errorf("from %s to %v", l.from, l.to)
				}
			}
		}
		if twice != 1 || w.Count(`SELECT count(*) FROM notice WHERE kind = 'mail_refused'`) != 1 {
			t.Errorf("%d mails were taken twice", twice)
		}
		if n := w.Count(`SELECT count(*) FROM outbound_mail WHERE error = '550 5.1.1' AND state = 'refused'`); n != 1 {
			t.Error("the server's answer is not in the book")
		}
	})
}

// pastMailsLeft reports whether no mail about a case waits for its turn. The jobs say less: one whose mail had to wait
// looks again after minutes, when the mail before it has long called it.
func pastMailsLeft(w *apptest.World) bool {
	return w.Count(`SELECT count(*) FROM mail_line`) == 0
}

// Reliability R7, scaled: the relay is away while cases go on; people notice nothing, and when it is back everything
// leaves once, the mails about a case in their order. One mail that the relay never takes holds up no other case, and its
// own case not for long.
func TestMailsWaitForARelayThatIsAwayAndKeepTheirOrder(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	r := relayFor(t, w)
	r.never = "poison"
	road := &road{}
	road.leads(w.App.Sender)
	w.App.Sender = road
	w.StartWork()
	w.Eventually("the mails of the world's past have left", func() bool { return pastMailsLeft(w) })
	away, err := mailio.NewSMTPSender(mailio.SMTPOptions{Host: "127.0.0.1", Port: unused(t), From: netmail.Address{Address: "support@example.org"}, Encryption: mailio.NoTLS})
	if err != nil {
		t.Fatal(err)
	}
	back := road.leads(away)
	const cases, answers = 8, 4
	katrin, sofia := w.As("katrin.vogel"), w.As("sofia.lindqvist")
	var numbers []string
	for i := range cases {
		numbers = append(numbers, katrin.Register(home, "P3").Number)
		for k := range answers {
			what := "step"
			if i == 0 && k == 1 {
				what = "poison"
			}
			w.Clock.Forward(time.Second)
			sofia.Say(numbers[i], fmt.Sprintf("%s %d", what, k))
		}
	}
	w.Eventually("every first mail of a case has met the closed door", func() bool {
		return w.Count(`SELECT count(*) FROM outbound_mail WHERE state = 'waiting' AND error = 'unreachable'`) >= cases
	})
	w.Clock.Forward(6 * time.Hour)
	road.leads(back)
	w.Eventually("all but the poison have left", func() bool {
		return w.Count(`SELECT count(*) FROM outbound_mail WHERE state = 'sent' AND kind = 'answer' AND case_number >= $1`, numbers[0]) == cases*answers-1
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := map[string][]string{}
	for _, l := range r.got {
		for _, n := range numbers {
			if step := regexp.MustCompile(`step (\d)`).FindSubmatch(l.raw); bytes.Contains(l.raw, []byte("#"+n)) && step != nil {
				seen[n] = append(seen[n], string(step[1]))
			}
		}
	}
	for i, n := range numbers {
		want := "0 1 2 3"
		if i == 0 {
			want = "0 2 3"
		}
		if got := strings.Join(seen[n], " "); got != want {
			t.Errorf("case %d: %q left, want %q", i, got, want)
		}
	}
}

// road is a way out that can be led elsewhere while mails are on it.
type road struct{ to atomic.Value }

// leads sends what comes next to another sender, and gives the one before.
func (r *road) leads(to mailio.Sender) (before mailio.Sender) {
	if old, ok := r.to.Swap(&to).(*mailio.Sender); ok {
		before = *old
	}
	return before
}

// Send is the sender's.
func (r *road) Send(ctx context.Context, m mailio.Message, hand func(context.Context) error) error {
	return (*r.to.Load().(*mailio.Sender)).Send(ctx, m, hand)
}

// unused is a port where nobody listens.
func unused(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().(*net.TCPAddr).Port
}

// sentTo waits for a mail of a kind to an address and gives it from the demo's mailbox.
func sentTo(w *apptest.World, email, subjectPart string) (m *netmail.Message, id string) {
	var headers string
	w.Eventually("a mail to "+email+" about "+subjectPart, func() bool {
		w.Rows(`SELECT CAST(id AS TEXT), headers FROM demo_mail WHERE recipient = $1 AND subject LIKE $2 ORDER BY id DESC LIMIT 1`,
			[]any{email, "%" + subjectPart + "%"}, func(scan func(...any) error) error { return scan(&id, &headers) })
		return headers != ""
	})
	m, err := netmail.ReadMessage(strings.NewReader(headers + "\r\n\r\n"))
	if err != nil {
		w.T().Fatal(err)
	}
	return m, id
}

// A person answers the acknowledgement by mail, an engineer answers that: the mail program shows one thread.
func TestAMailAnswersTheMailThatThePersonWrote(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin := w.Person("katrin.vogel")
		c := w.As("katrin.vogel").Register(home, "P3")
		w.StartWork()
		ack, _ := sentTo(w, katrin.Email, "[#"+c.Number+"]")
		w.Clock.Forward(time.Minute)
		in := w.Mail(apptest.Letter{From: katrin.Email, To: ack.Header.Get("Reply-To"), Subject: "Re: it", Text: "Here is more.", MessageID: "mine.1@client.example",
			Head: []string{"References: " + ack.Header.Get("References") + " " + ack.Header.Get("Message-ID"), "In-Reply-To: " + ack.Header.Get("Message-ID")}})
		if in.Number != c.Number {
			t.Fatalf("the answer did not reach its case: %+v", in)
		}
		w.Clock.Forward(time.Minute)
		w.As("sofia.lindqvist").Say(c.Number, "Thank you.")
		w.Eventually("the answer is mailed", func() bool {
			return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND headers LIKE '%In-Reply-To: <mine.1@client.example>%'`, katrin.Email) == 1
		})
		if n := w.Count(`SELECT count(DISTINCT subject) FROM demo_mail WHERE recipient = $1 AND subject LIKE $2`, katrin.Email, "%#"+c.Number+"%"); n != 1 {
			t.Errorf("%d subjects in one thread", n)
		}
	})
}

// Cases of priority 1 are told to the addresses on duty, each once; of a restricted customer without any text.
func TestTheAddressesOnDutyAreToldAboutUrgentCases(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.App.Settings.Alarm.Mail = []string{"duty@example.org", "night@example.org"}
		c := w.As("katrin.vogel").Register(home, "P1")
		other := w.As("katrin.vogel").Register(home, "P3")
		w.StartWork()
		for _, address := range w.App.Settings.Alarm.Mail {
			m, _ := sentTo(w, address, "[#"+c.Number+"] P1 registered")
			if m.Header.Get("Reply-To") != "" || m.Header.Get("Return-Path") != "<>" {
				t.Errorf("%s: %v", address, m.Header)
			}
		}
		due := c.Clocks[0].DueAt
		w.Sweep(due.Add(time.Second))
		for _, address := range w.App.Settings.Alarm.Mail {
			sentTo(w, address, "Overdue")
			if n := w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND subject LIKE $2`, address, "%#"+other.Number+"%"); n != 0 {
				t.Errorf("%d mails about cases that are not urgent", n)
			}
		}
	})
}

// Who wants a summary gets one, on the next working day at eight, and no mail at once.
func TestASummaryIsMailedInTheMorning(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin := w.Person("katrin.vogel")
		if got := w.In("katrin.vogel").Post("/account/mail", url.Values{"mail_answer": {"digest"}}); got.Status != http.StatusSeeOther {
			t.Fatal(got.Status, string(got.Body))
		}
		c := w.As("katrin.vogel").Register(home, "P3")
		w.As("sofia.lindqvist").Say(c.Number, "We are looking into it.")
		w.StartWork()
		w.Eventually("the answer is kept for the summary", func() bool { return w.Count(`SELECT count(*) FROM digest_line`) == 1 })
		w.Clock.Forward(4 * 24 * time.Hour)
		if n, err := w.App.Dispatch.Sweep(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		_, mail := sentTo(w, katrin.Email, w.App.Text.T(text.Lang(katrin.Language), "mail.digest.subject", nil))
		if n := w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND text_body LIKE $2`, katrin.Email, "%/cases/"+c.Number+"%"); n < 1 {
			t.Error("the summary does not name the case", mail)
		}
	})
}

// The queue is the administrator's; a demo mail can be taken away whole and answered by hand.
func TestTheMailQueueAndTheRawMail(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin := w.Person("katrin.vogel")
		w.StartWork()
		w.Eventually("the mails of the world's past have left", func() bool { return pastMailsLeft(w) })
		w.Clock.Forward(time.Minute)
		c := w.As("katrin.vogel").Register(home, "P3")
		sentTo(w, katrin.Email, c.Number)
		w.Eventually("the book says so", func() bool {
			return w.Count(`SELECT count(*) FROM outbound_mail WHERE state = 'sent' AND case_number = $1`, c.Number) == 1
		})
		admin := ""
		for _, p := range w.People {
			if p.Role == "administrator" {
				admin, _, _ = strings.Cut(p.Email, "@")
			}
		}
		page := w.In(admin).Get("/admin?state=sent")
		if page.Status != http.StatusOK || !strings.Contains(string(page.Body), c.Number) {
			t.Errorf("the queue (%d) does not show the mail", page.Status)
		}
		if got := w.In("sofia.lindqvist").Get("/admin"); got.Status != http.StatusForbidden {
			t.Errorf("an engineer sees the queue: %d", got.Status)
		}
		list := w.Nobody().Get("/demo/mail?to=" + url.QueryEscape(katrin.Email))
		_, rest, _ := strings.Cut(string(list.Body), `href="/demo/mail/`)
		mail, _, _ := strings.Cut(rest, `"`)
		raw := w.Nobody().Get("/demo/mail/" + mail + "/raw")
		m := mailmsg.Parse(raw.Body, mailmsg.DefaultLimits())
		number, state := w.App.Tokens.Case(&m, nil)
		if raw.Header.Get("Content-Type") != "message/rfc822" || m.Trouble != "" || state != mailmsg.Good || number != c.Number {
			t.Errorf("%v %+v %s %s", raw.Header, m, number, state)
		}
	})
}
