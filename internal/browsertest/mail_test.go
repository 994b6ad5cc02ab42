package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"

	"liaison/internal/cases"
	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// letter is a mail with a plain and an HTML part and a file.
func letter(from, subject, plain, html, file string) []byte {
	head := []string{"From: " + from, "Subject: " + subject, "Message-ID: <" + subject[:min(len(subject), 8)] + fmt.Sprint(len(plain)) + "@client.example>",
		"MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=outer", "", "--outer",
		"Content-Type: multipart/alternative; boundary=inner", "", "--inner", "Content-Type: text/plain; charset=utf-8", "", plain,
		"--inner", "Content-Type: text/html; charset=utf-8", "", html, "--inner--", "--outer",
		"Content-Type: text/plain", "Content-Disposition: attachment; filename=\"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(file) + "\"", "", "x", "--outer--", ""}
	return []byte(strings.Join(head, "\r\n"))
}

// perMail is how many payloads one mail holds.
const perMail = 9

// deliver hands a mail to the program as its listener would.
func (s *stage) deliver(t *testing.T, from, to string, raw []byte) inbound.Outcome {
	t.Helper()
	out, err := s.Inbound.Receive(t.Context(), inbound.Delivery{Inbox: s.Inbound.Inboxes[0], EnvelopeFrom: from, Recipients: []string{to},
		At: s.Clock.Now(), Raw: raw, Verdict: mailmsg.Verdict{Pass: true, By: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mailScripts shows mails that are made of payloads wherever mail is shown: as text, as it was sent, while it is held (H01).
// The browser is told to ignore the pages' policy, so that only what the program does to a mail stands in the way.
func (s *stage) mailScripts(t *testing.T) {
	liaison, engineer, inbox := s.by(t, "katrin.vogel"), s.by(t, "sofia.lindqvist"), s.Inbound.Inboxes[0].Address
	first := s.deliver(t, liaison.Email, inbox, letter("K <"+liaison.Email+">", "payloads by mail", strings.Join(payloads()[:20], "\n"), strings.Join(payloads()[:20], "\n"), "a.html"))
	if first.State != inbound.StateCase {
		t.Fatalf("the first mail is %s (%s)", first.State, first.Reason)
	}
	reply := s.Tokens.ReplyAddress(inbox, first.Number)
	for i := 0; i < len(payloads()); i += perMail {
		part := payloads()[i:min(len(payloads()), i+perMail)]
		p, all := part[len(part)/2], strings.Join(part, "\n")
		name := strings.Map(func(r rune) rune {
			if strings.ContainsRune("\"\\\r\n<>", r) {
				return -1
			}
			return r
		}, p)
		out := s.deliver(t, liaison.Email, reply, letter(`"`+name+`" <`+liaison.Email+">", fmt.Sprintf("%d %s", i, p), all, "<div>"+strings.Join(part, "</div><div>")+"</div>", p))
		if out.State != inbound.StateMessage {
			t.Fatalf("payload %d is %s (%s)", i, out.State, out.Reason)
		}
	}
	var waiting []string
	for i := 0; i < len(payloads()); i += len(payloads()) / 3 {
		p := strings.Join(payloads()[i:min(len(payloads()), i+len(payloads())/3)], "\n")
		out := s.deliver(t, "jonas.brandt@nordwind.example", inbox, letter("jonas.brandt@nordwind.example", fmt.Sprint(i, payloads()[i]), p, p, payloads()[i]))
		if out.State != inbound.StateHeld {
			t.Fatalf("a member's mail is %s", out.State)
		}
		waiting = append(waiting, out.Mail.String())
	}
	for _, at := range []struct {
		who        person
		held, page string
	}{{liaison, "/held", "/cases/"}, {engineer, "/desk/held", "/desk/"}} {
		paths := append(s.asSent(t, at.who, first.Number), at.held, at.page+first.Number)
		for _, id := range waiting {
			paths = append(paths, at.held+"/"+id)
		}
		t.Run(at.who.Role, func(t *testing.T) {
			t.Parallel()
			s.showMails(t, at.who, paths)
		})
	}
}

// asSent are the addresses of all mails of a case as they were sent.
func (s *stage) asSent(t *testing.T, who person, number string) (paths []string) {
	t.Helper()
	base := "/cases/" + number + "/sent"
	if who.Customer == nil {
		base = "/desk" + base
	}
	paths = []string{base}
	for cursor := ""; ; {
		part, err := s.Cases.Timeline(t.Context(), s.actor(t, who), number, cursor, cases.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range part.Items {
			if it.Message != nil && it.Message.Sent {
				paths = append(paths, base+"/"+it.Message.ID.String())
			}
		}
		if cursor = part.Next; cursor == "" {
			break
		}
	}
	if len(paths) < len(payloads())/perMail/2 { // of many payloads nothing is left to show
		t.Fatalf("only %d mails have an HTML part", len(paths))
	}
	return paths
}

func (s *stage) showMails(t *testing.T, who person, paths []string) {
	w := s.window(t, who)
	w.do(call(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
	w.expect("favicon.ico") // a mail in a document of its own names none
	for _, path := range paths {
		if status := w.visit(path); status != 200 {
			t.Fatalf("%s answers %d", path, status)
		}
		w.settle(t)
		if t.Failed() {
			t.Fatalf("it was on %s", path)
		}
	}
}

// adoptStory is a colleague's mail that a liaison makes a case of, in Chinese.
func (s *stage) adoptStory(t *testing.T) {
	t.Parallel()
	who, inbox := s.by(t, "zhou.min"), s.Inbound.Inboxes[0].Address
	const subject = "导出的报表打不开"
	out := s.deliver(t, "wu.yue@huadong-bank.example", inbox, letter("wu.yue@huadong-bank.example", subject, "请看附件。", "<p>请看<b>附件</b>。</p>", "报表.log"))
	w := s.window(t, who)
	w.expect("422") // the version that does not exist
	w.visit("/")
	if status := w.follow(`a[href="/held"]`); status != 200 {
		t.Fatalf("the mail of colleagues answers %d", status)
	}
	if status := w.follow(`a[href="/held/` + out.Mail.String() + `"]`); status != 200 {
		t.Fatalf("the mail answers %d", status)
	}
	w.says("h1", subject)
	w.says("main", "报表.log")
	w.write("#version", "1.0") // no such version
	w.follow(`form[action$="/adopt"] button.pri`)
	w.must(`[role="alert"]`)
	w.choose(`#version`, "")
	if status := w.follow(`form[action$="/adopt"] button.pri`); status != 200 {
		t.Fatalf("adopting answers %d: %s", status, w.shows())
	}
	w.says("h1", subject)
	w.says(".files", "报表.log")
	w.says(".msg .plain", "请看附件。")
	w.standsInset()
	w.settle(t)
}

// standsInset holds that no text of a message touches the frame around it, whatever it came by.
func (w *window) standsInset() {
	w.t.Helper()
	w.holds("the texts of messages stand inset", `[...document.querySelectorAll('.msg>*')].every(e => parseFloat(getComputedStyle(e).paddingLeft) >= 8)
		&& [...document.querySelectorAll('.msg>:last-child')].every(e => parseFloat(getComputedStyle(e).paddingBottom) >= 8)`)
}

// triageStory is a case by mail whose system the liaison confirms, and a reply with what it quotes.
func (s *stage) triageStory(t *testing.T) {
	t.Parallel()
	who, inbox := s.by(t, "claire.fontanel"), s.Inbound.Inboxes[0].Address
	out := s.deliver(t, who.Email, inbox, letter("C <"+who.Email+">", "Export stops", "It *stops*\n# after three files", "<p>It <b>stops</b></p>", "a.log"))
	s.deliver(t, who.Email, s.Tokens.ReplyAddress(inbox, out.Number), letter("C <"+who.Email+">", "Re: Export stops", "Still so.\r\n\r\nOn Monday, Support wrote:\r\n> Which version is it?", "<p>Still so.</p>", "b.log"))
	w := s.window(t, who)
	w.visit("/cases/" + out.Number)
	w.says(".msg .plain", "It *stops*") // the stars are the sender's, no markup
	w.says("details.quoted summary", "Quoted text")
	w.standsInset()
	w.must("#correction")
	if status := w.follow("#correction button.pri"); status != 200 {
		t.Fatalf("the correction answers %d: %s", status, w.shows())
	}
	if w.has("#correction") {
		t.Error("the case still asks what it is about")
	}
	w.settle(t)
}

// heldStory is a forged mail that an engineer puts away, and one whose case does not exist.
func (s *stage) heldStory(t *testing.T) {
	t.Parallel()
	w := s.window(t, s.by(t, "lin.wei"))
	w.expect("422") // the case that does not exist
	out := s.deliver(t, "nobody@elsewhere.example", s.Inbound.Inboxes[0].Address, letter("nobody@elsewhere.example", "Buy now", "cheap", "<p>cheap</p>", "x.pdf"))
	if status := w.visit("/desk/held/" + out.Mail.String()); status != 200 {
		t.Fatalf("the mail answers %d", status)
	}
	w.size(390, 844)
	w.visit("/desk/held")
	w.holds("on a phone, subject and reason stand in the window", `[...document.querySelectorAll('.tbl td>div')].every(e => e.getBoundingClientRect().right <= innerWidth)`)
	w.size(1440, 900)
	w.visit("/desk/held/" + out.Mail.String())
	w.write("#number", "123456789")
	w.follow(`form[action$="/release"] button.pri`)
	w.must("#err-number")
	if got := w.value("#number"); got != "123456789" {
		t.Errorf("the number that was typed is %q now", got)
	}
	if status := w.follow(`form[action$="/discard"] button`); status != 200 {
		t.Fatalf("putting it away answers %d", status)
	}
	if w.has(`a[href="/desk/held/` + out.Mail.String() + `"]`) {
		t.Error("the mail is still in the list")
	}
	w.settle(t)
}
