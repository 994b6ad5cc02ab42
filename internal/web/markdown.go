package web

import "html/template"

// Markdown is source as sanitised HTML.
func (s *Site) Markdown(source string) template.HTML {
	return template.HTML(s.md.Page(source)) //nolint:gosec // sanitised by markup
}
