package mailio

import (
	"html"
	htmltemplate "html/template"
	"strings"
	"unicode"
)

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

// body is what a person wrote, as the page of the case shows it.
func (w writer) body() htmltemplate.HTML {
	if w.m.Plain {
		return htmltemplate.HTML(strings.ReplaceAll(html.EscapeString(w.m.Body), "\n", "<br>\n")) //nolint:gosec // escaped in this very line
	}
	return htmltemplate.HTML(w.r.styles.Replace(w.r.markup.Mail(w.m.Body, w.r.o.Origin))) //nolint:gosec // sanitised by markup; styles put nothing else in
}
