package mailmsg_test

import (
	"strings"
	"testing"

	"liaison/internal/mailmsg"
)

// Mail programs show the first words of a mail in their lists, which some writers hide in the mail itself.
func TestWhatAMailHidesIsNotShown(t *testing.T) {
	t.Parallel()
	for name, hidden := range map[string]string{
		"display":    `<div style="display:none; font-size:1px">SECRET</div>`,
		"important":  `<span style="Display: none !important">SECRET<b>SECRET</b></span>`,
		"clipped":    `<div style="max-height:0px;overflow:hidden;color:#fff">SECRET</div>`,
		"invisible":  `<div style="visibility:hidden">SECRET</div>`,
		"attribute":  `<p hidden>SECRET</p>`,
		"in a table": `<table><tr style="display:none"><td>SECRET</td></tr><tr><td>cell</td></tr></table>`,
	} {
		m := mailmsg.Parse(mail("From: li@bank.example", "Content-Type: text/html", "", "<html><body>"+hidden+"<p>It fails.</p></body></html>"), mailmsg.DefaultLimits())
		if !strings.Contains(m.Text, "It fails.") || strings.Contains(m.Text+m.HTML, "SECRET") || !strings.Contains(m.HTML, "It fails.") {
			t.Errorf("%s: %q, %q", name, m.Text, m.HTML)
		}
	}
	for name, shown := range map[string]string{
		"all of it":  `<div style="display:none">It fails.</div>`,
		"a word":     `<p>It fails. display:none</p>`,
		"a box":      `<div style="max-height:0;border:0">It fails.</div>`,
		"small gaps": `<div style="font-size:0"><span style="font-size:14px">It fails.</span></div>`,
	} {
		m := mailmsg.Parse(mail("From: li@bank.example", "Content-Type: text/html", "", shown), mailmsg.DefaultLimits())
		if !strings.Contains(m.Text, "It fails.") {
			t.Errorf("%s: %q", name, m.Text)
		}
	}
}

// An answer to an invitation is written by a program; an invitation is a person's.
func TestWhoAcceptsAnInvitationHasPressedAButton(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]mailmsg.Nature{"REPLY": mailmsg.Generated, "COUNTER": mailmsg.Generated, "REQUEST": mailmsg.Human, "PUBLISH": mailmsg.Human} {
		m := mailmsg.Parse(mail("From: li@bank.example", "Content-Type: text/calendar; method="+method, "",
			"BEGIN:VCALENDAR\r\nMETHOD:"+method+"\r\nBEGIN:VEVENT\r\nSUMMARY:Window\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), mailmsg.DefaultLimits())
		if m.Nature != want {
			t.Errorf("%s: %s", method, m.Nature)
		}
	}
}

// What a mail passes on is what it is about; what an answer quotes is not.
func TestAForwardedMailIsToldFromAnAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		subject, text string
		want          bool
	}{
		{"FW: it fails", "FYI\r\n\r\nFrom: A <a@b.example>\r\nSent: Monday\r\nTo: Li\r\nSubject: it fails\r\n\r\nold", true},
		{"转发：无法启动", "请看\r\n\r\n发件人：甲\r\n发送时间：周一\r\n收件人：乙\r\n主题：无法启动\r\n\r\nold", true},
		{"it fails", "FYI\r\n\r\n---------- Forwarded message ---------\r\nFrom: A <a@b.example>\r\n\r\nold", true},
		{"Re: it fails", "again\r\n\r\nOn Mon, Nov 23, 2026 at 10:00 AM A <a@b.example> wrote:\r\n> old", false},
		{"it fails", "again\r\n\r\n-- \r\nLi", false},
	} {
		if m := mailmsg.Parse(mail("From: li@bank.example", "Content-Type: text/plain; charset=utf-8", "Subject: "+c.subject, "", c.text), mailmsg.DefaultLimits()); m.Forwarded != c.want || m.Quoted == "" {
			t.Errorf("%s: forwarded %t, quoted %q", c.subject, m.Forwarded, m.Quoted)
		}
	}
}
