package mailmsg_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"liaison/internal/id"
	"liaison/internal/mailmsg"
)

func mail(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n")) }

// M09 to M12: the sender is the one mailbox of the one From, or the mail goes to quarantine.
func TestTheSenderIsOneMailboxOrNone(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]any{
		"ceo@bank.example":                               "ceo@bank.example",
		"CEO <Ceo@Bank.Example>":                         "ceo@bank.example",
		`"ceo@victim.example" <evil@x.example>`:          "evil@x.example",
		"ceo@victim.example (evil@x.example)":            "ceo@victim.example",
		"=?UTF-8?B?6ZmI56uL?= <chen.li@bank.example>":    "chen.li@bank.example",
		"ceo@bank.example, evil@x.example":               mailmsg.TwoSenders,
		"Team: ceo@bank.example, evil@x.example;":        mailmsg.TwoSenders,
		"Team: ceo@bank.example;":                        mailmsg.TwoSenders,
		"a <ceo@bank.example> <evil@x.example>":          mailmsg.TwoSenders,
		"":                                               mailmsg.NoSender,
		"undisclosed":                                    mailmsg.NoSender,
		"ceo@b\u0430nk.example":                          mailmsg.UnsafeSender,
		"ceo@bank\u3002example":                          mailmsg.UnsafeSender,
		"ceo@xn--bank-.example":                          mailmsg.UnsafeSender,
		`"ceo@bank.example\"x"@evil.example`:             mailmsg.UnsafeSender,
		"ceo@bank":                                       mailmsg.UnsafeSender,
		"(" + strings.Repeat("(", 5000) + " c@b.example": mailmsg.NoSender,
	} {
		m := mailmsg.Parse(mail("From: "+from, "Subject: x", "", "text"), mailmsg.DefaultLimits())
		if got := any(m.From.Addr); m.Trouble != "" {
			if got = any(m.Trouble); got != want {
				t.Errorf("%.60q: %v, want %v", from, got, want)
			}
		} else if got != want {
			t.Errorf("%.60q: %v, want %v", from, got, want)
		}
	}
	if m := mailmsg.Parse(mail("From: a@b.example", "From: c@d.example", "", "x"), mailmsg.DefaultLimits()); m.Trouble != mailmsg.TwoSenders {
		t.Error(m.Trouble)
	}
}

func TestWhatIsQuotedAndSignedIsFolded(t *testing.T) {
	t.Parallel()
	const own = "It fails again.\nORA-00054 in the log."
	for name, rest := range map[string]string{
		"outlook":            "\n\n-----Original Message-----\nFrom: Support\nSent: Monday\nTo: Li\nSubject: x\n\nold",
		"heads":              "\n\nFrom: Support <s@v.example>\nSent: Monday, 23 November 2026 10:00\nTo: Li\nSubject: [#200018] x\n\nold",
		"chinese":            "\n\n发件人：支持中心\n发送时间：2026年11月23日\n收件人：陈立\n主题：回复\n\nold",
		"gmail":              "\n\nOn Mon, Nov 23, 2026 at 10:00 AM Support <s@v.example> wrote:\n> old\n> older",
		"wrapped":            "\n\nOn Mon, Nov 23, 2026 at 10:00 AM Support Centre of Corvane\n<support@v.example> wrote:\n> old",
		"qq":                 "\n\n------------------ 原始邮件 ------------------\n发件人: x\nold",
		"foxmail":            "\n\n在 2026-11-23 10:00，支持中心 写道：\nold",
		"german":             "\n\nAm 23.11.2026 um 10:00 schrieb Support:\n> old",
		"japanese":           "\n\n2026年11月23日(月) 10:00 Support <s@v.example>:\n\nold",
		"signature":          "\n\n-- \nLi Chen\nold",
		"phone":              "\n\nSent from my iPhone",
		"quotes":             "\n\n> old\n> older",
		"163":                "\n\nAt 2026-11-23 10:00:12, \"Support\" <s@v.example> wrote:\n>old",
		"dingtalk":           "\n\n------------------------------------------------------------------\n发件人：支持中心 <s@v.example>\n发送时间：2026年11月23日(星期一) 10:00\n收件人：陈立 <li@x.example>\n主　题：回复\n\nold",
		"korean":             "\n\n2026년 11월 23일 (월) 오전 10:00, Support <s@v.example>님이 작성:\n\n> old",
		"korean outlook":     "\n\n보낸 사람: Support <s@v.example>\n보낸 날짜: 2026년 11월 23일\n받는 사람: Li\n제목: x\n\nold",
		"polish":             "\n\npon., 23 lis 2026 o 10:00 Support Centre <s@v.example> napisał(a):\n\n> old",
		"polish wrapped":     "\n\npon., 23 lis 2026 o 10:00 Support Centre of the Vendor <s@v.example>\nnapisał(a):\n\nold",
		"polish thunderbird": "\n\nW dniu 23.11.2026 o 10:00, Support pisze:\n> old",
		"outlook for ios":    "\n\n获取 Outlook for iOS<https://aka.ms/o0ukef>\nold",
		"ours":               "\n\nAnswer above this line and it becomes part of the case\nold",
	} {
		written, quoted := mailmsg.Fold(own + rest)
		if written != own || quoted == "" {
			t.Errorf("%s: wrote %q, quoted %q", name, written, quoted)
		}
	}
	for name, text := range map[string]string{
		"a log with dashes": "See:\n-- start --\nFrom: cache\nline two", "a mail of one quote": "> all of it is quoted",
		"a step of a log": "At 2026-11-23 the node fails.\nW dniu 23 pisze do logu.", "a name in Korean": "2026년 작성 규칙이 틀립니다.",
		"a table": "Subject: is not a head\nand From here on it fails", "nothing": "",
	} {
		if written, quoted := mailmsg.Fold(text); written != strings.TrimSpace(text) || quoted != "" {
			t.Errorf("%s: %q, %q", name, written, quoted)
		}
	}
	if written, quoted := mailmsg.Fold("On Monday, Support wrote:\n> Which version?\n\n2026.2\n> And the host?\nnode 3"); written != "2026.2\nnode 3" || !strings.Contains(quoted, "host") {
		t.Errorf("an answer between the quotes: %q, %q", written, quoted)
	}
}

func TestTokensLeadToTheirCaseAndNowhereElse(t *testing.T) {
	t.Parallel()
	tokens := mailmsg.NewTokens([]byte("0123456789abcdef"), "support.example.org")
	other := mailmsg.NewTokens([]byte("another secret.."), "support.example.org")
	person, event := id.New(), id.New()
	const inbox, number = "support@vendor.example", "200018"
	read := func(refs []string, rcpt ...string) (string, mailmsg.State) {
		return tokens.Case(&mailmsg.Message{References: refs}, rcpt)
	}
	for name, c := range map[string]struct {
		refs, rcpt []string
		want       mailmsg.State
	}{
		"nothing":                 {nil, []string{inbox}, mailmsg.None},
		"foreign references":      {[]string{"x@y.example"}, nil, mailmsg.None},
		"the thread":              {[]string{"x@y.example", tokens.Thread(number)}, []string{inbox}, mailmsg.Good},
		"a mail of ours":          {[]string{tokens.MessageID(event, person, number)}, nil, mailmsg.Good},
		"a mail about no case":    {[]string{tokens.MessageID(event, person, "")}, nil, mailmsg.None},
		"the reply address":       {nil, []string{tokens.ReplyAddress(inbox, number)}, mailmsg.Good},
		"in capitals":             {nil, []string{strings.ToUpper(tokens.ReplyAddress(inbox, number))}, mailmsg.Good},
		"a guessed number":        {nil, []string{"support+200026.aaaaaaaaaaaaaaaa@vendor.example"}, mailmsg.Bad},
		"a guessed thread":        {[]string{"case.200018.aaaaaaaaaaaaaaaa@support.example.org"}, nil, mailmsg.Bad},
		"an old, unsigned form":   {[]string{"case.0193a0b0-0000-7000-8000-000000000003@support.example.org"}, nil, mailmsg.Bad},
		"another's secret":        {[]string{other.Thread(number)}, nil, mailmsg.Bad},
		"two cases":               {[]string{tokens.Thread(number), tokens.Thread("200026")}, nil, mailmsg.Bad},
		"a good and a bad one":    {[]string{tokens.Thread(number)}, []string{"support+200026.aaaaaaaaaaaaaaaa@vendor.example"}, mailmsg.Bad},
		"fields that are shifted": {[]string{strings.Replace(tokens.Thread("1200018"), "case.1200018.", "case.200018.", 1)}, nil, mailmsg.Bad},
	} {
		got, state := read(c.refs, c.rcpt...)
		if state != c.want || (got == number) != (c.want == mailmsg.Good) {
			t.Errorf("%s: %s %s", name, got, state)
		}
	}
	bounce := tokens.BounceAddress(inbox, person)
	if p, ok := tokens.Bounced(bounce); !ok || p != person {
		t.Error(bounce)
	}
	if _, ok := tokens.Bounced(strings.Replace(bounce, "+b.", "+b.a", 1)); ok {
		t.Error("a forged bounce address is read")
	}
	if local, _, _ := strings.Cut(bounce, "@"); len(local) > 64 {
		t.Errorf("%d letters before the @", len(local))
	}
}

func TestWhoWroteIsReadFromTheHead(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]mailmsg.Nature{
		"Subject: Help": mailmsg.Human,
		"Subject: out of office mails do not arrive":                              mailmsg.Human,
		"Auto-Submitted: no":                                                      mailmsg.Human,
		"Auto-Submitted: auto-replied":                                            mailmsg.Replied,
		"Auto-Submitted: auto-generated":                                          mailmsg.Generated,
		"Return-Path: <>\r\nSubject: 自动回复：休假":                                     mailmsg.Replied,
		"X-Auto-Response-Suppress: All\r\nSubject: Automatic reply: away":         mailmsg.Replied,
		"Precedence: bulk":                                                        mailmsg.Bulk,
		"Precedence: normal\r\nSubject: Out of office replies are not shown":      mailmsg.Human,
		"Precedence: bulk\r\nSubject: Out of office":                              mailmsg.Replied,
		"List-Id: <x.example>":                                                    mailmsg.Bulk,
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b": mailmsg.Bounce,
		"Content-Type: multipart/report; report-type=feedback-report; boundary=b": mailmsg.Complaint,
		"X-Loop: support@vendor.example\r\nX-Liaison-Auth: ok":                    mailmsg.Human,
	} {
		if m := mailmsg.Parse(mail("From: a@b.example", head, "", "text"), mailmsg.DefaultLimits()); m.Nature != want {
			t.Errorf("%q: %s", head, m.Nature)
		}
	}
}

func TestADeliveryReportNamesTheAddressAndOurMail(t *testing.T) {
	t.Parallel()
	m := mailmsg.Parse(mail("From: MAILER-DAEMON@mx.example", "Return-Path: <>", `Content-Type: multipart/report; report-type=delivery-status; boundary="b"`, "",
		"--b", "Content-Type: text/plain", "", "It did not arrive.", "--b", "Content-Type: message/delivery-status", "",
		"Reporting-MTA: dns; mx.example", "", "Final-Recipient: rfc822; Chen.Li@Bank.example", "Action: failed", "Status: 5.1.1", "",
		"--b", "Content-Type: message/rfc822", "", "Message-ID: <m.x@support.example.org>", "From: s@v.example", "", "hello", "--b--", ""), mailmsg.DefaultLimits())
	want := mailmsg.Delivery{Recipient: "chen.li@bank.example", Permanent: true, Status: "5.1.1", MessageID: "m.x@support.example.org"}
	if m.Nature != mailmsg.Bounce || m.Delivery == nil || *m.Delivery != want {
		t.Errorf("%+v %+v", m.Nature, m.Delivery)
	}
}

// M25: a field of a megabyte costs no more than a small multiple of it, however it is built.
func TestAFieldOfAMegabyteIsReadCheaply(t *testing.T) {
	const size = 1 << 20
	for name, part := range map[string]string{
		"comments": "(", "closed comments": "()", "nested comments": "(a(", "a phrase": "a ", "quoted": `"a" `, "a literal": "a@[1.", "words": "=?utf-8?B?YQ==?= ",
		"open words": "=?utf-8?Q?", "brackets": "<", "ids": "<a@b> ", "commas": "a@b.example, ", "backslashes": `\`, "semicolons": "a:;", "equals": "a=b;",
	} {
		for _, field := range []string{"From", "Subject", "Date", "To", "Message-ID", "References", "Content-Type", "Authentication-Results"} {
			for _, n := range []int{size, 100 << 10} {
				raw := mail(field+": "+strings.Repeat(part, n/len(part)), "From: a@b.example", "", "text")
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				m := mailmsg.Parse(raw, mailmsg.DefaultLimits())
				mailmsg.Results(raw, mailmsg.Address{Addr: "a@b.example"}, mailmsg.Trust{AuthservIDs: []string{"mx"}})
				runtime.ReadMemStats(&after)
				if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
					t.Errorf("%s in %s, %d bytes: %d MB", name, field, n, used>>20)
				}
				if n == size && m.Trouble != mailmsg.TooComplex {
					t.Errorf("%s in %s: %q", name, field, m.Trouble)
				}
			}
		}
	}
}

// A body of nothing but tags costs no more than one of text, and its words are read all the same.
func TestABodyOfTagsIsReadCheaply(t *testing.T) {
	for _, tag := range []string{"<b><p>", "<table><tr><td>", "<blockquote>", "<a href=x><i>", "<font color=red>", "<select><option>", "</b>", "<svg><g>"} {
		raw := mail("From: a@b.example", "Content-Type: text/html", "", "It <script>hides</script>fails. "+strings.Repeat(tag, (1<<20)/len(tag)))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m := mailmsg.Parse(raw, mailmsg.DefaultLimits())
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 || m.HTML != "" {
			t.Errorf("%s: %d MB, %d bytes of HTML", tag, used>>20, len(m.HTML))
		}
		if words := strings.Join(strings.Fields(m.Text), " "); words != "It fails." {
			t.Errorf("%s: %.60q", tag, words)
		}
	}
}

// A log of a web server, a script and a pasted mail have lines that look like parts of a mail. They are text; what nests or
// divides beyond the limits is not read, and its words are shown all the same.
func TestOnlyPartsMakeAMailTooComplex(t *testing.T) {
	limits := mailmsg.DefaultLimits()
	request := "--- request ---\r\nPOST /upload HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=----form\r\n\r\n------form\r\nContent-Disposition: form-data\r\n\r\nx\r\n------form--\r\n"
	for name, body := range map[string]string{
		"a log":    strings.Repeat("Content-Type: multipart/form-data; boundary=x\r\n", 25),
		"requests": strings.Repeat(request, 25),
		"a script": strings.Repeat("-- a comment\r\nSELECT 1;\r\n", 3100),
	} {
		for kind, raw := range map[string][]byte{
			"plain": mail("From: a@b.example", "Content-Type: text/plain", "", body+"THE END"),
			"mixed": mail("From: a@b.example", `Content-Type: multipart/mixed; boundary="b 1"`, "", "--b 1\r\nContent-Type: text/plain\r\n\r\n"+body+"THE END\r\n--b 1--"),
		} {
			if m := mailmsg.Parse(raw, limits); m.Trouble != "" || !strings.HasSuffix(m.Text+m.Quoted, "THE END") {
				t.Errorf("%s, %s: %q %.80q", name, kind, m.Trouble, m.Text)
			}
		}
	}
	for form, boundary := range map[string]string{"plain": "boundary=b%d", "quoted": `boundary="b %d"`, "spaced": `Boundary = "b%d"`, "coded": "boundary*=utf-8''b%d", "cut": "boundary*0=b; boundary*1=%d", "folded": "x=y;\r\n boundary=b%d"} {
		var nested strings.Builder
		for i := range 60 {
			name := fmt.Sprintf(map[string]string{"quoted": "b %d"}[form]+map[bool]string{true: "", false: "b%d"}[form == "quoted"], i)
			fmt.Fprintf(&nested, "Content-Type: multipart/mixed; "+boundary+"\r\n\r\n--%s\r\n", i, name)
		}
		if m := mailmsg.Parse([]byte("From: a@b.example\r\n"+nested.String()+"\r\nIt fails.\r\n"), limits); m.Trouble != mailmsg.TooComplex || !strings.Contains(m.Text, "It fails.") {
			t.Errorf("%s: %q %.80q", form, m.Trouble, m.Text)
		}
	}
	many := "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 4000)
	if m := mailmsg.Parse([]byte("From: a@b.example\r\n"+many), limits); m.Trouble != mailmsg.TooComplex {
		t.Errorf("many parts: %q", m.Trouble)
	}
}
