package web

import (
	"strings"
	"testing"
	"time"

	"liaison/internal/text"
	"liaison/internal/text/markup"
)

func samplePage(t *testing.T, lang text.Lang) Page {
	t.Helper()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, time.November, 20, 1, 4, 0, 0, time.UTC)
	return Page{Lang: lang, words: words, Format: text.Formatter{Lang: lang, Now: now}}
}

func TestChipSaysHowAPromiseStands(t *testing.T) {
	t.Parallel()
	p := samplePage(t, text.English)
	in := func(d time.Duration) time.Time { return p.Format.Now.Add(d) }
	for _, tt := range []struct {
		name    string
		promise Promise
		state   SLAState
		text    string
	}{
		{"far off", Promise{State: "running", Due: in(5 * time.Hour)}, OnTrack, "5h"},
		{"an hour is not soon yet", Promise{State: "running", Due: in(time.Hour)}, OnTrack, "1h"},
		{"under an hour", Promise{State: "running", Due: in(59 * time.Minute)}, DueSoon, "59m"},
		{"last quarter", Promise{State: "running", Due: in(5 * time.Hour), Target: 24 * time.Hour}, DueSoon, "5h"},
		{"due now", Promise{State: "running", Due: in(0)}, DueSoon, "0m"},
		{"over", Promise{State: "running", Due: in(-18 * time.Minute)}, Late, "18m over"},
		{"breached and open", Promise{State: "breached", Due: in(-18 * time.Minute)}, Late, "18m over"},
		{"breached and given", Promise{State: "breached", Due: in(-18 * time.Minute), Done: true}, Late, "Late"},
		{"paused past its due", Promise{State: "paused", Due: in(-time.Hour)}, Paused, "Paused"},
		{"met", Promise{State: "met"}, Met, "Met"},
		{"cancelled", Promise{State: "cancelled"}, Cancelled, "Not given"},
	} {
		if got := p.SLA(tt.promise); got.State != tt.state || got.Text != tt.text {
			t.Errorf("%s: %s %q", tt.name, got.State, got.Text)
		}
	}
}

func TestAvatarLetters(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Daniel Kim": "DK", "陈立": "陈", "maría de la ortiz": "MO", "": "", "  ": "", "Cher": "C"} {
		if got := AvatarOf(name, true); got.Initials != want {
			t.Errorf("%q: %q", name, got.Initials)
		}
	}
}

func TestMarkdownOfPeopleIsInert(t *testing.T) {
	t.Parallel()
	m := markup.New()
	for _, src := range []string{`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `[a](javascript:alert(1))`, "[a](java\nscript:alert(1))",
		`[a](data:text/html,x)`, `![x](https://evil.example/p.png)`, `<a href="&#106;avascript:alert(1)">x</a>`, `[x](vbscript:x)`, `<svg onload=alert(1)>`, `<style>*{}</style>`,
		"```\"><script>\nx\n```", `<iframe src=//evil>`, `[x](//evil "onmouseover=alert(1)")`} {
		got := strings.ToLower(m.Page(src))
		for _, bad := range []string{"<script", "javascript:", "vbscript:", "data:", "<img", "onerror=", "onload=", "<svg", "<style", "<iframe"} {
			if strings.Contains(got, bad) && !strings.Contains(got, "&lt;") {
				t.Errorf("%q gives %s", src, got)
			}
		}
	}
	if got := m.Page("[a](https://example.com)"); !strings.Contains(got, `rel="nofollow ugc noreferrer noopener"`) {
		t.Error(got)
	}
	if got := m.Page("a `b` **c**\nd"); got != "<p>a <code>b</code> <strong>c</strong><br>\nd</p>\n" {
		t.Error(got)
	}
}

func TestWordsInAnotherScriptAreMarked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lang        text.Lang
		words, want string
	}{
		{text.English, "夜间备份失败", `lang="zh-Hans"`}, {text.English, "Backup fails", ""}, {text.Chinese, "Backup fails", `lang="en"`},
		{text.Chinese, "备份 Oracle 失败", ""}, {text.Chinese, "404", ""},
	} {
		if got := string(langAttr(tt.lang, tt.words)); got != tt.want {
			t.Errorf("%s %q: %q", tt.lang, tt.words, got)
		}
	}
}

func TestNoticeOfAnAddressIsAKnownOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for query, want := range map[string]bool{"notice=signed_out": true, "notice=no_such": false, "notice=%3Cb%3E": false, "notice=": false} {
		body := read(t, h.ask("GET", "/ui?"+query+"&undo=u-1", "session-1", nil))
		if got := strings.Contains(body, "data-toast"); got != want {
			t.Errorf("%s: shown %v", query, got)
		}
		if got := strings.Contains(body, `action="/desk/undo/u-1"`); got != want {
			t.Errorf("%s: undo offered %v", query, got)
		}
	}
	if body := read(t, h.ask("GET", "/ui?notice=signed_out&undo=../sign-out%3F", "session-1", nil)); strings.Contains(body, "/desk/undo") {
		t.Error("undo leads elsewhere")
	}
}
