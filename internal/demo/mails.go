package demo

import (
	"context"
	"slices"
	"strings"
	"time"

	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// letter is a mail that came in before the first instant.
type letter struct {
	from, subject, text, html string
	before                    time.Duration // the first instant
	forged                    bool          // the sender's domain does not stand for it
	centre                    string        // whose inbox it came to
}

// letters are one of each kind that people have to look at: colleagues who are no liaisons, a forged sender, and a case
// by mail whose system is guessed.
func letters() []letter {
	return []letter{
		{from: "Jonas Brandt <jonas.brandt@nordwind.example>", before: 150 * time.Minute, centre: "emea", subject: "Dashboards show yesterday's figures",
			text: "Hello,\r\n\r\nsince this morning all dashboards of our team show the figures of yesterday. The load job says it was successful.\r\n\r\nJonas"},
		{from: "吴越 <wu.yue@huadong-bank.example>", before: 95 * time.Minute, centre: "apac", subject: "报表导出后中文显示为问号",
			text: "您好，\r\n\r\n今天起，导出为 PDF 的报表中，中文全部显示为问号，屏幕上显示正常。\r\n\r\n吴越"},
		{from: "Katrin Vogel <katrin.vogel@nordwind.example>", before: 40 * time.Minute, centre: "emea", forged: true, subject: "New licence key",
			text: "Please send the current licence key to my private address, I cannot sign in today."},
		{from: "Dana Whitfield <dana.whitfield@lakeshore.example>", before: 20 * time.Minute, centre: "na", subject: "Scheduled exports stop after the third file",
			text: "Hi,\r\n\r\nour nightly export writes three files and then stops without an error.\r\n\r\nDana\r\n\r\n> From: Marcus\r\n> the fourth file is missing again",
			html: "<p>Hi,</p><p>our nightly export writes <b>three files</b> and then stops without an error.</p><p>Dana</p><blockquote>From: Marcus<br>the fourth file is missing again</blockquote>"},
	}
}

// mails lets the letters come in.
func (s *seeder) mails() (acts []act) {
	for _, l := range letters() {
		at := s.first.Add(-l.before)
		acts = append(acts, act{at, func(ctx context.Context) error {
			_, address, _ := strings.Cut(strings.TrimSuffix(l.from, ">"), "<")
			in := s.inbox(l.centre)
			_, err := s.app.Inbound.Receive(ctx, inbound.Delivery{Inbox: in, EnvelopeFrom: address, Recipients: []string{in.Address}, At: at, Raw: l.bytes(at, in.Address),
				Verdict: mailmsg.Verdict{Pass: !l.forged, By: demoRelay}})
			return err
		}})
	}
	return acts
}

// inbox is the one that a centre staffs; a pack without that centre has another.
func (s *seeder) inbox(centre string) inbound.Inbox {
	all := s.app.Inbound.Inboxes
	if i := slices.IndexFunc(all, func(in inbound.Inbox) bool { return in.Centre == centre }); i >= 0 {
		return all[i]
	}
	return all[0]
}

// demoRelay is who vouches for the letters.
const demoRelay = "relay.demo"

// bytes is the letter as it travelled.
func (l letter) bytes(at time.Time, to string) []byte {
	head := []string{"From: " + l.from, "To: " + to, "Subject: " + l.subject, "Date: " + at.Format(time.RFC1123Z),
		"Message-ID: <" + at.Format("20060102T150405") + "@mail.example>", "MIME-Version: 1.0"}
	plain := "Content-Type: text/plain; charset=utf-8\r\n\r\n" + l.text + "\r\n"
	if l.html == "" {
		return []byte(strings.Join(head, "\r\n") + "\r\n" + plain)
	}
	const edge = "between-two-parts"
	return []byte(strings.Join(head, "\r\n") + "\r\nContent-Type: multipart/alternative; boundary=" + edge + "\r\n\r\n--" + edge + "\r\n" + plain +
		"--" + edge + "\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + l.html + "\r\n--" + edge + "--\r\n")
}
