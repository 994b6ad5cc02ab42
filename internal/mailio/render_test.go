package mailio_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/mailio"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
)

const origin = "https://support.example.org"

func renderer(t testing.TB, inbox string) *mailio.Renderer {
	t.Helper()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	words.OnMissing(func(lang text.Lang, key string) { t.Errorf("%s has no %s", lang, key) })
	o := mailio.Options{Origin: origin, Tokens: tokens()}
	if inbox != "" {
		o.Inboxes = map[string]string{"apac": inbox}
	}
	r, err := mailio.NewRenderer(words, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tokens() mailmsg.Tokens {
	return mailmsg.NewTokens([]byte("0123456789abcdef0123456789abcdef"), "support.example.org")
}

// update is the mail of the picture in the design: an answer to a P1 with the next promise.
func update(kind mailio.Kind, lang text.Lang) mailio.Mail {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err) // the zones are part of Go
	}
	at := time.Date(2026, 11, 20, 1, 12, 0, 0, time.UTC)
	m := mailio.Mail{
		Kind: kind, Event: id.MustParse("0193a0b0-0000-7000-8000-000000000001"), At: at, Path: "/cases/20418", Customer: "华东银行",
		To: mailio.Recipient{Person: id.MustParse("0193a0b0-0000-7000-8000-000000000002"), Name: "陈立", Email: "chen.li@bank.example", Lang: lang, Zone: shanghai},
		Case: &mailio.Case{ID: id.MustParse("0193a0b0-0000-7000-8000-000000000003"), Number: "20418", Priority: 1, Status: "open", Assignee: "林薇", Centre: "apac",
			Subject: "生产环境 Intelligence Server 无法启动，所有报表不可用"},
		Promise: &mailio.Promise{Clock: mailio.StatusUpdate, Due: at.Add(48 * time.Minute)},
		Percent: 75, Until: at.Add(14 * 24 * time.Hour),
	}
	switch kind {
	case mailio.Answer, mailio.Question, mailio.Resolved:
		m.Author = &mailio.Author{Name: "林薇", Role: "engineer"}
		m.Body = "陈立您好，可以结束该会话。请先执行 `alter system kill session '1187,40213' immediate;`，再启动 IServer。\n\n```\nsrvctl start\n```\n\n若仍失败，请直接回电。"
	case mailio.PasswordReset:
		m.Case, m.Promise, m.Path = nil, nil, "/reset?token=abc"
	case mailio.PolicyEdition, mailio.PolicyWithdrawn:
		m.Case, m.Promise, m.Path, m.Edition = nil, nil, "/policy", "2026-12"
	case mailio.Digest:
		m.Case, m.Promise, m.Path, m.More = nil, nil, "/cases", 3
		m.Lines = []mailio.Line{{Number: "20418", Subject: "报表不可用", Status: "open", Kinds: []mailio.Kind{mailio.Answer, mailio.Status}, At: at},
			{Number: "20419", Subject: "<b>x</b>", Status: "resolved", Kinds: []mailio.Kind{mailio.Resolved}, At: at}}
	default: // the others say what every mail says
	}
	return m
}

func render(t testing.TB, r *mailio.Renderer, m mailio.Mail) mailio.Message {
	t.Helper()
	msg, err := r.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

// The page of the mail queue names the kind of each mail.
func TestEveryKindHasItsName(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range mailio.Kinds() {
		if key := "admin.mail.of." + string(kind); !words.Has(key) {
			t.Errorf("nothing is called %s", key)
		}
	}
}

func TestEveryKindSaysWhatWhenAndWhoInBothLanguages(t *testing.T) {
	t.Parallel()
	r := renderer(t, "cases@support.example.org")
	for _, c := range []struct {
		kind            mailio.Kind
		subjectEN, zh   string
		insideEN, insZH string
	}{
		{mailio.Acknowledgement, "[#20418] 生产环境", "[#20418] 生产环境", "Next update by today 10:00", "下一次更新：今天 10:00前"},
		{mailio.Answer, "[#20418] 生产环境", "[#20418] 生产环境", "Support engineer · 09:12", "· 09:12"},
		{mailio.Question, "[#20418] 生产环境", "[#20418] 生产环境", "We need your answer", "需要您的答复"},
		{mailio.Status, "[#20418] 生产环境", "[#20418] 生产环境", "is now: Open", "已变更为："},
		{mailio.Warning, "[#20418] 75% of the time used: ", "[#20418] 时限已用75%：", "Next update by today 10:00", "时限已用75%"},
		{mailio.Breach, "[#20418] Overdue: ", "[#20418] 已超时：", "Status update was due today 10:00", "状态更新应于今天 10:00前完成"},
		{mailio.Resolved, "[#20418] 生产环境", "[#20418] 生产环境", "until 4 Dec 2026", "2026年12月4日前重新打开"},
		{mailio.Merged, "[#20418] 生产环境", "[#20418] 生产环境", "goes on in this one", "并入本案例继续处理"},
		{mailio.Waived, "[#20418] 生产环境", "[#20418] 生产环境", "was missed", "未能按时"},
		{mailio.Task, "[#20418] 生产环境", "[#20418] 生产环境", "Needed by 4 Dec 09:12", "请于12月4日 09:12前完成"},
		{mailio.TaskLate, "[#20418] 生产环境", "[#20418] 生产环境", "Was needed by 4 Dec 09:12", "应于12月4日 09:12前完成"},
		{mailio.NoContact, "[#20418] 生产环境", "[#20418] 生产环境", "lowered the priority", "已降低您案例的优先级"},
		{mailio.ColleagueWrote, "[#20418] 生产环境", "[#20418] 生产环境", "it waits for you", "正等待您处理"},
		{mailio.Urgent, "[#20418] P1 registered: ", "[#20418] 新登记P1案例：", "A case of priority 1 was registered", "已登记一个优先级1的案例"},
		{mailio.Digest, "Summary of your cases", "您的案例摘要", "2 of your cases have changed", "您有2个案例有新进展"},
		{mailio.PasswordReset, "Choose a new password", "设置新密码", "chen.li@bank.example", "链接有效期至12月4日 09:12"},
		{mailio.PolicyEdition, "A new edition of the support policy", "支持政策有新版本", "Edition 2026-12 holds from 4 Dec", "版本2026-12自12月4日 09:12"},
		{mailio.PolicyWithdrawn, "An edition of the support policy is withdrawn", "支持政策版本已撤回", "Edition 2026-12 is withdrawn", "版本2026-12已撤回"},
	} {
		en, zh := render(t, r, update(c.kind, text.English)), render(t, r, update(c.kind, text.Chinese))
		if !strings.HasPrefix(en.Subject, c.subjectEN) || !strings.HasPrefix(zh.Subject, c.zh) {
			t.Errorf("%s: subjects %q and %q", c.kind, en.Subject, zh.Subject)
		}
		for _, part := range []string{html.UnescapeString(en.HTML), en.Text} {
			if !strings.Contains(part, c.insideEN) || !strings.Contains(part, "Shanghai (UTC+8)") && c.kind != mailio.Question && c.kind != mailio.Resolved && c.kind != mailio.Digest {
				t.Errorf("%s in English lacks %q or the zone:\n%s", c.kind, c.insideEN, part)
			}
		}
		for _, part := range []string{html.UnescapeString(zh.HTML), zh.Text} {
			if !strings.Contains(part, c.insZH) || strings.Contains(part, "你") {
				t.Errorf("%s in Chinese lacks %q:\n%s", c.kind, c.insZH, part)
			}
		}
	}
}

// The acknowledgement of a case by mail says what was guessed and asks for it, as the page of the case does.
func TestTheAcknowledgementSaysWhatIsGuessed(t *testing.T) {
	t.Parallel()
	r := renderer(t, "cases@support.example.org")
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		for _, promised := range []bool{true, false} {
			m := update(mailio.Acknowledgement, lang)
			m.Guess = &mailio.Guess{System: "BI-Cluster", Environment: "production", Version: "2026.2"}
			if !promised {
				m.Promise = nil
			}
			msg := render(t, r, m)
			for _, part := range []string{msg.Text, msg.HTML} {
				if !strings.Contains(part, "BI-Cluster") || !strings.Contains(part, "production") || !strings.Contains(part, "2026.2") ||
					strings.Contains(part, "need not do anything") || strings.Contains(part, "无需操作") {
					t.Errorf("in %s: %s", lang, part)
				}
			}
		}
	}
}

func TestTheMailIsBuiltLikeTheDesign(t *testing.T) {
	t.Parallel()
	msg := render(t, renderer(t, "cases@support.example.org"), update(mailio.Answer, text.Chinese))
	order := []string{`lang="zh-Hans"`, "请在此行上方直接回复", "支持中心", "案例 #20418 · P1 · ", "负责人 林薇", "生产环境 Intelligence Server", "下一次更新",
		"林薇</b>", "<code", "alter system kill session &#39;1187,40213&#39; immediate;", "<pre", "srvctl start", "若仍失败",
		`href="https://support.example.org/cases/20418"`, "查看并回复案例", "华东银行", "English version"}
	rest := msg.HTML
	for _, want := range order {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("%q is missing or out of its place in\n%s", want, msg.HTML)
		}
		rest = after
	}
	if n := strings.Count(msg.HTML, "display:inline-block"); n != 1 {
		t.Errorf("%d buttons", n)
	}
	if strings.Contains(msg.HTML, "<img") || strings.Contains(msg.HTML, "url(") || strings.Contains(msg.HTML, "<script") {
		t.Error("something is loaded from elsewhere")
	}
	for _, u := range regexp.MustCompile(`https?://[^"<\s]*`).FindAllString(msg.HTML+msg.Text, -1) {
		if !strings.HasPrefix(u, origin+"/") {
			t.Errorf("a link leads to %s", u)
		}
	}
	if !strings.Contains(msg.HTML, `width="600"`) || !strings.Contains(msg.Text, "`alter system kill") {
		t.Error("the width or the plain text is not as designed")
	}
}

// Markdown is shown as the page of the case shows it, and who wrote says as what; what came by mail is no Markdown.
func TestAMailShowsWhatPeopleWriteAsThePageDoes(t *testing.T) {
	t.Parallel()
	r := renderer(t, "cases@support.example.org")
	for lang, role := range map[text.Lang]string{text.English: "Support engineer", text.Chinese: "技术支持工程师"} {
		m := update(mailio.Answer, lang)
		m.Body = "Please **send** the [file](https://files.example/x):\n\n- one\n- two\n\nSee [the case](/cases/20418)."
		msg := render(t, r, m)
		for _, want := range []string{"<strong>send</strong>", `href="https://files.example/x"`, "<li>one</li>", `href="https://support.example.org/cases/20418" rel`, role + " · 09:12"} {
			if !strings.Contains(msg.HTML, want) {
				t.Errorf("%s lacks %q:\n%s", lang, want, msg.HTML)
			}
		}
		if strings.Contains(msg.HTML, "**") || !strings.Contains(msg.Text, "Please **send** the [file](https://files.example/x):") {
			t.Errorf("%s: %s\n%s", lang, msg.HTML, msg.Text)
		}
		m.Plain, m.Body = true, "2 * 3 * 4 < 25\n_id_ <b>"
		if msg := render(t, r, m); !strings.Contains(msg.HTML, "2 * 3 * 4 &lt; 25<br>\n_id_ &lt;b&gt;") {
			t.Errorf("%s, plain: %s", lang, msg.HTML)
		}
	}
}

// Files that were not taken are named with their sizes, in both languages, and where to put them.
func TestTheAnswerAboutLargeFilesNamesThem(t *testing.T) {
	t.Parallel()
	r := renderer(t, "cases@support.example.org")
	for lang, want := range map[text.Lang]string{text.English: "dump.zip (118 MB), trace.log", text.Chinese: "dump.zip（118 MB）、trace.log"} {
		m := update(mailio.Status, lang)
		m.Kind, m.Case, m.Promise, m.Number, m.Left = mailio.TooLarge, nil, nil, "20418", []mailio.File{{Name: "dump.zip", Size: 118_000_000}, {Name: "trace.log\r\n"}}
		msg := render(t, r, m)
		for _, part := range []string{msg.Text, msg.HTML} {
			if !strings.Contains(part, want) || !strings.Contains(part, "#20418") || !strings.Contains(part, "https://support.example.org/cases/20418") {
				t.Errorf("%s lacks %q:\n%s", lang, want, part)
			}
		}
	}
}

func TestAMailWhoseAnswersNobodyReadsSaysSo(t *testing.T) {
	t.Parallel()
	msg := render(t, renderer(t, ""), update(mailio.Answer, text.English))
	if strings.Contains(msg.Text, "Answer above") || !strings.Contains(msg.Text, "not read") || msg.Headers["Reply-To"] != "" {
		t.Error(msg.Text, msg.Headers)
	}
}

func TestTheMessageIDFollowsFromEventAndRecipientOnly(t *testing.T) {
	t.Parallel()
	r := renderer(t, "")
	first := render(t, r, update(mailio.Answer, text.Chinese))
	again := update(mailio.Answer, text.English)
	again.Body, again.Case.Status = "changed since", "development"
	if got := render(t, r, again); got.MessageID != first.MessageID {
		t.Error("a second try has another Message-ID")
	}
	other, elsewhere := update(mailio.Answer, text.Chinese), update(mailio.Answer, text.Chinese)
	other.Event, elsewhere.To.Person = id.New(), id.New()
	for _, m := range []mailio.Mail{other, elsewhere} {
		if got := render(t, r, m); got.MessageID == first.MessageID {
			t.Error("another event or person has the same Message-ID")
		}
	}
	if first.MessageID != tokens().MessageID(again.Event, again.To.Person, "20418") {
		t.Error(first.MessageID)
	}
}

// Text of people is shown as text, whatever it is (security H08), and never makes a second header.
func TestTextOfPeopleStaysText(t *testing.T) {
	t.Parallel()
	r := renderer(t, "")
	frame := strings.Count(render(t, r, update(mailio.Answer, text.English)).HTML, "<a ")
	hostile := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"<script>alert(1)</script>", "\"><img src=x onerror=y>", "</td></table><a href=//evil>",
		"`<u>`", "```\n<i>\n```", "x\r\nBcc: evil@y", "{{.Secret}}", `{{ env "HOME" }}`, "\u202e", "javascript:alert(1)", "\n.\nMAIL FROM:<>"}))
	rapid.Check(t, func(rt *rapid.T) {
		m := update(mailio.Answer, text.English)
		m.Case.Subject, m.Case.Assignee, m.Author.Name = hostile.Draw(rt, "subject"), hostile.Draw(rt, "assignee"), hostile.Draw(rt, "author")
		m.Body, m.Customer, m.To.Name = hostile.Draw(rt, "body"), hostile.Draw(rt, "customer"), hostile.Draw(rt, "name")
		msg, err := r.Render(m)
		if err != nil {
			rt.Fatal(err)
		}
		if strings.ContainsAny(msg.Subject+msg.To.Name, "\r\n\x00\u202e") {
			rt.Fatalf("header text %q, %q", msg.Subject, msg.To.Name)
		}
		if strings.ContainsAny(msg.HTML+msg.Text, "\u202e\x00") {
			rt.Fatal("characters that cannot be seen stand in the mail")
		}
		for _, bad := range []string{"<script", "<img", "<i>", "<u>", "//evil>"} {
			if strings.Contains(msg.HTML, bad) {
				rt.Fatalf("%s stands in the mail:\n%s", bad, msg.HTML)
			}
		}
		if n := strings.Count(msg.HTML, "<a "); n != frame {
			rt.Fatalf("%d links instead of %d", n, frame)
		}
	})
}

// Security H11: what looks like an instruction to a template is text like any other, in every part of a mail.
func TestWordsThatATemplateWouldRunAreText(t *testing.T) {
	t.Parallel()
	const words = `{{ env "HOME" }} {{.To.Email}} {{template "x"}} ${HOME} #{7*7} <%= 7*7 %>`
	m := update(mailio.Answer, text.English)
	m.Case.Subject, m.Body, m.Author.Name, m.Customer = words, words, words, words
	msg := render(t, renderer(t, ""), m)
	for part, got := range map[string]string{"subject": msg.Subject, "text": msg.Text, "HTML": html.UnescapeString(msg.HTML)} {
		if !strings.Contains(got, words) {
			t.Errorf("the %s says something else than was written:\n%s", part, got)
		}
	}
}

func TestAddressesThatAreMoreThanOneAreRefused(t *testing.T) {
	t.Parallel()
	r := renderer(t, "")
	for _, email := range []string{"", "x", "a@b.example,c@d.example", "a@b.example\r\nBcc: c@d.example", "Li <a@b.example>", "<a@b.example>",
		"\"a b\"@c.example", "a@b.example c@d.example", "a;b@c.example", "a@b.example>", " a@b.example", "@", strings.Repeat("a", 300) + "@b.example"} {
		m := update(mailio.Answer, text.English)
		m.To.Email = email
		if _, err := r.Render(m); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: %v", email, err)
		}
	}
}

func TestMailsThatAreNotWholeAreRefused(t *testing.T) {
	t.Parallel()
	r := renderer(t, "")
	for why, spoil := range map[string]func(*mailio.Mail){
		"a foreign path":         func(m *mailio.Mail) { m.Path = "//evil.example/x" },
		"a whole address":        func(m *mailio.Mail) { m.Path = "https://evil.example" },
		"a path with a line":     func(m *mailio.Mail) { m.Path = "/a\nb" },
		"no event":               func(m *mailio.Mail) { m.Event = id.ID{} },
		"no case":                func(m *mailio.Mail) { m.Case = nil },
		"no such kind":           func(m *mailio.Mail) { m.Kind = "advertisement" },
		"an alarm about nothing": func(m *mailio.Mail) { m.Kind, m.Promise = mailio.Breach, nil },
	} {
		m := update(mailio.Answer, text.English)
		spoil(&m)
		if _, err := r.Render(m); err == nil {
			t.Errorf("%s is taken", why)
		}
	}
	for _, o := range []mailio.Options{
		{Origin: "support.example.org", Tokens: tokens()}, {Origin: origin + "/x", Tokens: tokens()}, {Origin: origin},
		{Origin: origin, Tokens: mailmsg.NewTokens(make([]byte, 32), "a b")}, {Origin: origin, Tokens: tokens(), Inboxes: map[string]string{"": "no address"}},
	} {
		if _, err := mailio.NewRenderer(nil, o); err == nil {
			t.Errorf("%s is taken", fmt.Sprint(o))
		}
	}
}
