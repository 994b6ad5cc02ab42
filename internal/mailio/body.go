package mailio

import (
	"strings"
	"unicode"
)

// block is a paragraph or a piece of code of a person's text; the template escapes every word of it. The mail shows
// Markdown nearly as it was typed: the page shows it in full.
type block struct {
	Code  string   // not empty: preformatted
	Lines [][]span // else: lines of a paragraph
}

type span struct {
	Code bool
	Text string
}

// readable leaves out what cannot be seen and would turn or hide a text; lines and tabs stay.
func readable(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, s))
}

// blocks cuts a text at fences and empty lines.
func blocks(body string) (all []block) {
	var lines []string
	code := false
	end := func() {
		switch {
		case code && len(lines) > 0:
			all = append(all, block{Code: strings.Join(lines, "\n")})
		case len(lines) > 0:
			all = append(all, paragraph(lines))
		}
		lines = nil
	}
	for line := range strings.SplitSeq(body, "\n") {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence:
			end()
			code = !code
		case !code && strings.TrimSpace(line) == "":
			end()
		default:
			lines = append(lines, line)
		}
	}
	end()
	return all
}

func paragraph(lines []string) (b block) {
	for _, line := range lines {
		var spans []span
		parts := strings.Split(line, "`")
		if len(parts)%2 == 0 { // one mark stands alone
			parts = []string{line}
		}
		for i, p := range parts {
			if p != "" {
				spans = append(spans, span{Code: i%2 == 1, Text: p})
			}
		}
		b.Lines = append(b.Lines, spans)
	}
	return b
}
