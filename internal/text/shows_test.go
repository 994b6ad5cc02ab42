package text

import "testing"

func TestWhatNobodySeesIsBlank(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", " \t\r\n", "\u200b", "\u00ad\u2060\ufeff", "\u3000", "\u3164", "\u2800", "\u0301", "\u202e", "\x07"} {
		if !Blank(s) || !Hidden(s) {
			t.Errorf("%q counts as text", s)
		}
	}
	for _, s := range []string{"a", "。", "0", "👍", "👩\u200d💻", "a\u0301", "é", "\u200bok"} {
		if Blank(s) || Hidden(s) {
			t.Errorf("%q counts as nothing", s)
		}
	}
}

func TestMarkdownThatIsDrawnAsNothingIsHidden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"<!-- x -->", "[](x)", "[ ](https://a.example)", "![words](x.png)", "<Envelope><Fault/></Envelope>", "[a]: https://a.example",
		"text\n---\n"[4:], "```\n\n```", "&#8203;", "&nbsp;", "- \n- ", "> "} {
		if !Hidden(s) {
			t.Errorf("%q is drawn as nothing and counts as text", s)
		}
	}
	for _, s := range []string{"a <!-- x -->", "[x](y)", "`<Envelope>`", "```\n<Envelope/>\n```", "    <Envelope/>", "# 标题", "<https://a.example>", "&lt;", "**b**",
		"<b>bold</b>", "| a |\n|---|\n| b |", "\\*"} {
		if Hidden(s) {
			t.Errorf("%q is seen and counts as nothing", s)
		}
	}
}
