package mailmsg

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostilePages are pages whose trees or styles cost a time that grows with the square of their length, each made of n parts.
func hostilePages(n int) map[string]string {
	var fonts strings.Builder
	for i := range n / 4 {
		fmt.Fprintf(&fonts, "<font color=#%06d>", i)
	}
	return map[string]string{
		"fonts that stay open": fonts.String() + strings.Repeat("<p>x", n),
		"links that stay open": strings.Repeat("<a><b>", n/8) + strings.Repeat("<a><p>x", n),
		"bold in paragraphs":   strings.Repeat("<b><p>", n),
		"braces in a style":    `<p style="` + strings.Repeat("{", n) + `">x</p>`,
		"quotes in a style":    `<p style="` + strings.Repeat("'", n) + `">x</p>`,
		"comments in a style":  `<p style="` + strings.Repeat("/*", n) + `">x</p>`,
		"a style of rules":     `<p style="` + strings.Repeat("color:red;", n) + `">x</p>`,
		"many styles":          strings.Repeat(`<p style="color:red;color:blue;font-weight:bold;margin:0 0 0 0;font-family:'Segoe UI',sans-serif;mso-fareast:x;color:#123456;text-align:left;font-size:11.0pt">x</p>`, n/40),
	}
}

// The work on a page is bounded by its length: nodes of trees are counted here, not time. What is kept is a fix point all
// the same, and what is not shown as HTML is still shown as text.
func TestAPageMakesNoTreeThatIsManyTimesItsSize(t *testing.T) {
	t.Parallel()
	policy := mailPolicy()
	for name, page := range hostilePages(4000) {
		short, ok := bound(page)
		if ok {
			doc, err := html.Parse(strings.NewReader(short))
			if err != nil {
				continue // deeper than the parser goes: it is escaped
			}
			nodes, longest := 0, 0
			for n := range doc.Descendants() {
				nodes++
				for _, a := range n.Attr {
					longest = max(longest, len(a.Val))
				}
			}
			if nodes > 2*maxOpen || longest > 2*maxStyle {
				t.Errorf("%s: %d bytes make %d nodes, with an attribute of %d bytes", name, len(page), nodes, longest)
			}
		}
		out := sanitise(policy, page)
		if again := sanitise(policy, out); again != out {
			t.Errorf("%s is no fix point: %.200q, then %.200q", name, out, again)
		}
		if !strings.Contains(out, "x") && !strings.HasPrefix(page, "<b>") {
			t.Errorf("%s: nothing is left of the text", name)
		}
	}
}

func TestALongStyleKeepsWhatTheAllowListKnows(t *testing.T) {
	t.Parallel()
	in := `<p style="margin:0cm 0cm 10pt;font-family:'Segoe UI',Helvetica,Arial,sans-serif;COLOR: #112233 ;font-size:11.0pt;mso-style-name:Normal;text-align:left;color:red" title=t>x</p>`
	if got, want := Sanitise(in), `<p style="color: #112233; text-align: left">x</p>`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A mail of nothing but quotes, and one whose head goes on over thousands of lines, cost what their length costs.
func TestQuotesAndFoldedFieldsAreReadOnce(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]string{
		"an answer below":  append(strings.Split(strings.Repeat("> a\n", 5000), "\n"), "Yes."),
		"an answer above":  append([]string{"Yes."}, strings.Split(strings.Repeat("> a\n", 5000), "\n")...),
		"nothing but that": strings.Split(strings.Repeat("> a\n", 5000), "\n"),
	} {
		at := onlyQuotesFrom(lines)
		for i := range lines {
			rest, quotes := lines[i:], true
			if i%97 != 0 { // a sample: the plain way is the slow one
				continue
			}
			for _, l := range rest {
				quotes = quotes && (l == "" || strings.HasPrefix(l, ">"))
			}
			if quotes != (i >= at) {
				t.Fatalf("%s: from line %d on: %t", name, i, quotes)
			}
		}
	}
	h := readHeader([]byte("A: 1\r\n 2\r\n\t3\r\nno field\r\nB:\r\n x \r\nC: last\r\n"))
	want := header{{"a", "1 2 3"}, {"b", " x"}, {"c", "last"}}
	if fmt.Sprint(h) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", h, want)
	}
}

// A line's ends say whether the pattern of attributions is tried at all: nothing that it takes may be passed over.
func TestTheQuickLookPassesOverNoMark(t *testing.T) {
	t.Parallel()
	for _, l := range []string{"-----Original Message-----", "----- 原始邮件 -----", "-- Forwarded message --   ", "On Mon, 2 Mar 2026 at 10:00, A <a@b.example> wrote:", "Am 02.03.2026 um 10:00 schrieb A:",
		"在2026年3月2日 10:00，张三写道：", "> 于 2026-03-02 写道:", "2026年3月2日(月) 10:00 A <a@b.example>:", "2026年3月2日(月) 10:00 A <a@b.example>", "________________________________",
		"---- Answer above this line ----", "Answer above this line and it becomes part of the case", "请在此行上方回复", "-- 原文 __", "At 2026-03-02 10:00:12, \"A\" <a@b.example> wrote:", "pon., 2 mar 2026 o 10:00 A <a@b.example> napisał(a):", "2026년 3월 2일 (월) 오전 10:00, A <a@b.example>님이 작성:", "-----원본 메시지-----", "-- 原始邮件", "__Original message"} {
		if got := mark.MatchString(strings.TrimSpace(l)); got != isMark(l) || !got && !strings.HasPrefix(l, "---- Answer") {
			t.Errorf("%q: the pattern says %t", l, got)
		}
	}
}
