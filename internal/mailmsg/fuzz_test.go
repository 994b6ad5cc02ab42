package mailmsg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"

	"liaison/internal/id"
)

// seeds are the mails of the corpus.
func seeds(f *testing.F) (mails [][]byte) {
	f.Helper()
	list, err := filepath.Glob("testdata/corpus/*.eml")
	if err != nil || len(list) == 0 {
		f.Fatal(len(list), err)
	}
	for _, path := range list {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		mails = append(mails, raw)
	}
	return mails
}

// FuzzParse: whatever comes in is read within the limits, and what is read can be shown and stored.
func FuzzParse(f *testing.F) {
	for _, raw := range seeds(f) {
		f.Add(raw)
	}
	l := Limits{Head: 64 << 10, Parts: 30, Depth: 10, Text: 64 << 10, Files: 10, policy: mailPolicy()}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := parse(raw, l)
		for _, s := range []string{m.Subject, m.From.Name, m.From.Addr, m.Text, m.Quoted, m.HTML} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\u202e\u200b") && s != m.HTML {
				t.Errorf("%q cannot be shown", s)
			}
		}
		if len(m.Files) > l.Files || len(m.Text)+len(m.Quoted) > 8*l.Text {
			t.Errorf("%d files, %d bytes of text", len(m.Files), len(m.Text))
		}
		for _, file := range m.Files {
			if file.Name == "" || !utf8.ValidString(file.Name) {
				t.Errorf("a file is called %q", file.Name)
			}
		}
		if (m.From.Addr == "") == (m.Trouble == "") && m.Trouble != TooComplex && m.Trouble != UnreadableBody {
			t.Errorf("the sender is %q, the trouble %q", m.From.Addr, m.Trouble)
		}
	})
}

// FuzzSender: an identity is one plain address, written in the one form in which it is compared.
func FuzzSender(f *testing.F) {
	for _, s := range []string{"a@b.example", "A <a@b.example>", `"a@b.example" <c@d.example>`, "a@b.example, c@d.example", "g: a@b.example;",
		"a@b.example (c@d.example)", "ceo@victim\u3002com", "a@xn--b-.example", "=?utf-8?B?YUBiLmV4YW1wbGU=?= <c@d.example>", "<a@b.example> <c@d.example>", "a@b@c.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, from string) {
		a, trouble := sender(header{{"from", from}})
		if trouble != "" {
			if a != (Address{}) {
				t.Errorf("%q: %+v in spite of %s", from, a, trouble)
			}
			return
		}
		if again, ok := Normalise(a.Addr); !ok || again != a.Addr || strings.Count(a.Addr, "@") != 1 || strings.ContainsAny(a.Addr, " <>,;:\"()\\") {
			t.Errorf("%q: %q is no one address", from, a.Addr)
		}
		if !strings.Contains(strings.ToLower(from), a.Addr[:strings.IndexByte(a.Addr, '@')]) && !strings.ContainsAny(from, "?\"\\(") {
			t.Errorf("%q: %q does not stand in it", from, a.Addr)
		}
	})
}

// FuzzResults: no line passes that does not bear the pinned name and one pass of the sender's domain, as words of its own.
func FuzzResults(f *testing.F) {
	for _, line := range []string{"mx.vendor.example; dmarc=pass header.from=bank.example", `mx.vendor.example; spf=fail smtp.mailfrom="a) dmarc=pass (b"@evil`,
		"mx.vendor.example 1; dkim=pass (x(y)) header.d=bank.example; dmarc=pass (p=none) header.from=bank.example", "mx.evil.example; dmarc=pass header.from=bank.example",
		"mx.vendor.example; dmarc=fail; dmarc=pass", "dmarc=pass header.from=bank.example"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		line = strings.NewReplacer("\r", " ", "\n", " ").Replace(line)
		raw := []byte("Authentication-Results: " + line + "\r\nFrom: ceo@bank.example\r\n\r\nx")
		v := Results(raw, Address{Addr: "ceo@bank.example"}, Trust{AuthservIDs: []string{"mx.vendor.example"}})
		if !v.Pass {
			return
		}
		plain := strings.Join(strings.Fields(strings.ToLower(withoutText(line))), "")
		if !strings.HasPrefix(plain, "mx.vendor.example") || strings.Count(plain, "dmarc=") < 1 || !strings.Contains(plain, "pass") || !strings.Contains(plain, "header.from=") {
			t.Errorf("%q passes: %+v", line, v)
		}
	})
}

// FuzzSanitise: what the sanitiser gives it gives again, and nothing in it runs, loads or leaves.
func FuzzSanitise(f *testing.F) {
	for _, s := range []string{`<p onclick=x>a</p>`, `<a href="javascript:x">a</a>`, `<svg><style><img src=x onerror=1>`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
		`<noscript><p title="</noscript><img src=x onerror=1>">`, `<img src="cid:a@b" width=3>`, `<table><td>x`, "<b\x00>", `<a href="//x.example">`, `<form action=x><input>`, `<div style="background:url(x)">`, `<select><style></select><img src=x>`} {
		f.Add(s)
	}
	for _, raw := range seeds(f) {
		_, body := splitHead(raw)
		f.Add(string(body))
	}
	for _, page := range hostilePages(40) {
		f.Add(page)
	}
	policy := mailPolicy() // making one costs more than using it
	f.Fuzz(func(t *testing.T, s string) {
		inert(t, policy, s)
	})
}

// inert checks what the sanitiser promises of a text: what it gives it gives again, and nothing in it runs, loads or leaves.
func inert(t *testing.T, policy *bluemonday.Policy, s string) {
	t.Helper()
	out := sanitise(policy, s)
	if again := sanitise(policy, out); again != out {
		t.Fatalf("%q, then %q", out, again)
	}
	doc, err := html.Parse(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	const refused = " script style iframe object embed form input link meta base svg math template "
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && strings.Contains(refused, " "+n.Data+" ") {
			t.Errorf("%q holds a %s", out, n.Data)
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style" && strings.Contains(value, "url"),
				a.Key == "src" && !strings.HasPrefix(value, "cid:"), a.Key == "href" && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:") || strings.HasPrefix(value, "cid:")):
				t.Errorf("%q holds %s=%q", out, a.Key, a.Val)
			}
		}
	}
}

// Security H02: text that is read in one way by the allow-list and in another by a browser, in every place where the two
// differ: each payload in each wrapping, and each wrapping within each other.
func TestHostileMarkupIsInertInEveryPlace(t *testing.T) {
	t.Parallel()
	payloads := []string{`<img src=x onerror=alert(1)>`, `<script>alert(1)</script>`, `<svg/onload=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `<a href="java&#10;script:alert(1)">x</a>`,
		`<a href="&#x6a;avascript:alert(1)">x</a>`, `<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<form action=//evil.example><input name=p></form>`, `<link rel=stylesheet href=//evil.example>`,
		`<meta http-equiv=refresh content="0;url=//evil.example">`, `<base href=//evil.example>`, `<img srcset="//evil.example 1x">`, `<p style="background:url(//evil.example)">x</p>`,
		`<p style="color:red;position:fixed">x</p>`, `<object data=//evil.example></object>`, `<embed src=//evil.example>`, `<video poster=//evil.example><source src=//evil.example></video>`,
		`<math><mi xlink:href="javascript:alert(1)">x</mi></math>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<image xlink:href=//evil.example>`,
		`<style>@import "//evil.example";</style>`, `<input autofocus onfocus=alert(1)>`, `<details open ontoggle=alert(1)>x</details>`, `<isindex action=javascript:alert(1)>`, "<a\x00href=javascript:alert(1)>x</a>"}
	wrappings := []string{"%s", `<noscript><p title="</noscript>%s">`, `<title>&lt;/title&gt;%s</title>`, `<textarea></textarea>%s`, `<style><!--</style>%s-->`, `<!--><p>%s--><p>`, `<!--x--!>%s`,
		`<![CDATA[%s]]>`, `<math><mtext><table><mglyph><style>%s</style>`, `<svg><desc>%s</desc></svg>`, `<svg><style>%s</style></svg>`, `<select><template>%s</template></select>`, `<table><td>%s<table>`,
		`<template>%s</template>`, `<xmp>%s</xmp>`, `<plaintext>%s`, `<p title="%s">x</p>`, `<p title='%s'>x</p>`, `&lt;p&gt;%s&amp;lt;`, `<form><math><mtext></form><form><mglyph><style></math>%s`}
	policy, tried := mailPolicy(), 0
	for _, payload := range payloads {
		for _, outer := range wrappings {
			for _, inner := range wrappings {
				tried++
				inert(t, policy, strings.Replace(outer, "%s", strings.Replace(inner, "%s", payload, 1), 1))
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d texts", tried)
	}
}

// FuzzTokens: only what we signed leads to a case.
func FuzzTokens(f *testing.F) {
	tokens := NewTokens([]byte("0123456789abcdef"), "support.example.org")
	number := "200018"
	f.Add(tokens.ReplyAddress("support@vendor.example", number), tokens.Thread(number))
	f.Add("support+200018.aaaaaaaaaaaaaaaa@vendor.example", "case.200018.aaaaaaaaaaaaaaaa@support.example.org")
	f.Add("", tokens.MessageID(id.ID{1}, id.ID{2}, number))
	f.Fuzz(func(t *testing.T, to, reference string) {
		got, s := tokens.Case(&Message{References: []string{reference}}, []string{to})
		if s != Good {
			return
		}
		local, _, _ := strings.Cut(strings.ToLower(to), "@")
		signed := strings.HasSuffix(local, "+"+got+"."+tokens.mac("reply", got)) ||
			strings.EqualFold(reference, tokens.Thread(got)) || strings.HasPrefix(strings.ToLower(reference), "m.")
		if !signed {
			t.Errorf("%q and %q lead to %s", to, reference, got)
		}
	})
}
