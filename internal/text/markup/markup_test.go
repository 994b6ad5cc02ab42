package markup_test

import (
	"strings"
	"testing"

	"liaison/internal/text/markup"
)

const origin = "https://support.example.org"

func TestAMailShowsMarkdownAsThePageDoes(t *testing.T) {
	t.Parallel()
	m := markup.New()
	for _, c := range []struct{ name, source, want string }{
		{"bold", "please **send** it", "<p>please <strong>send</strong> it</p>"},
		{"a link", "[here](https://a.example/x)", `<a href="https://a.example/x" rel="nofollow noreferrer">here</a>`},
		{"a bare address", "see https://a.example/x now", `href="https://a.example/x"`},
		{"a page of ours", "[case](/cases/1?x=1&y=2)", `href="https://support.example.org/cases/1?x=1&amp;y=2"`},
		{"an address without a scheme", "[x](//a.example/x)", `href="https://a.example/x"`},
		{"a link that leads nowhere", "[x](other)", "<p>x</p>"},
		{"a list", "- one\n- two", "<li>one</li>\n<li>two</li>"},
		{"a numbered list", "3. one\n4. two", `start="3"`},
		{"code in a line", "run `a <b>`", `<code>a &lt;b&gt;</code>`},
		{"a block of code", "```sql\nselect 1;\n```", "select 1;\n</code></pre>"},
		{"a quote", "> said", "<blockquote>"},
		{"lines stay lines", "one\ntwo", "one<br>\ntwo"},
		{"a table", "|a|b|\n|-|-|\n|1|2|", "<td>1</td>"},
	} {
		if got := m.Mail(c.source, origin); !strings.Contains(strings.ReplaceAll(got, "<br/>", "<br>"), c.want) {
			t.Errorf("%s: %q has no %q", c.name, got, c.want)
		}
	}
}

func TestAMailHasNothingThatActs(t *testing.T) {
	t.Parallel()
	m := markup.New()
	for _, source := range []string{
		"<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=alert(1)>", "![x](https://a.example/seen.png)",
		`<a href="/" style="position:fixed" onclick="x()">x</a>`, "[x](data:text/html,x)", `[x](/a"onmouseover="alert(1))`, "<p><a href=\"/",
		"`<pre><code>`", "[a](/x \"<a href=\\\"/\")",
	} {
		got := strings.ToLower(m.Mail(source, origin))
		for _, bad := range []string{"<script", "javascript:", "<img", "onerror=", "position:fixed", `onclick="`, "data:text", `"onmouseover`, `" onmouseover`} {
			if strings.Contains(got, bad) {
				t.Errorf("%q gives %q", source, got)
			}
		}
	}
}
