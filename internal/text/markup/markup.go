// Package markup turns what people write as Markdown into HTML that is safe to show: one reading of it for pages and for
// mails, so that a case says the same in both.
package markup

import (
	"bytes"
	"html"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	written "github.com/yuin/goldmark/renderer/html"
)

// Markup reads Markdown behind two walls: the writer drops raw HTML and dangerous addresses, and an allow-list goes over
// what it wrote. Images stay out: their addresses would tell who reads. It is safe for concurrent use.
type Markup struct {
	writer     goldmark.Markdown
	page, mail *bluemonday.Policy
}

// New makes a reader of Markdown.
func New() *Markup {
	page := allowed()
	page.AllowRelativeURLs(true)
	page.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[\w+#-]{1,30}$`)).OnElements("code")
	page.AddTargetBlankToFullyQualifiedLinks(true)
	return &Markup{
		writer: goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.Table),
			goldmark.WithRendererOptions(written.WithHardWraps())),
		page: page, mail: allowed(),
	}
}

func allowed() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li",
		"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^[a-z ]+$`)).OnElements("a")
	return p
}

func (m *Markup) write(source string) ([]byte, bool) {
	var b bytes.Buffer
	err := m.writer.Convert([]byte(source), &b)
	return b.Bytes(), err == nil
}

func escaped(source string) string { return "<p>" + html.EscapeString(source) + "</p>" }

// Page is source for a page of ours. Links tell search engines nothing and give the other site no handle.
func (m *Markup) Page(source string) string {
	wrote, ok := m.write(source)
	if !ok {
		return escaped(source)
	}
	clean := m.page.SanitizeBytes(wrote)
	clean = bytes.ReplaceAll(clean, []byte(`rel="nofollow noreferrer`), []byte(`rel="nofollow ugc noreferrer`))
	clean = bytes.ReplaceAll(clean, []byte("<pre>"), []byte(`<pre tabindex="0">`)) // wide ones scroll, by keyboard too
	return string(clean)
}

// Mail is source for the HTML of a mail: a link to a page of ours leads to origin (scheme and host, without a slash at the
// end), and one that leads nowhere from a mail is its text. No element but a link has attributes, except for the first number of
// a list.
func (m *Markup) Mail(source, origin string) string {
	wrote, ok := m.write(source)
	if !ok {
		return escaped(source)
	}
	// What the writer made of the text has no other "<": those that people typed are escaped.
	wrote = bytes.ReplaceAll(wrote, []byte(`<a href="//`), []byte(`<a href="https://`))
	wrote = bytes.ReplaceAll(wrote, []byte(`<a href="/`), []byte(`<a href="`+html.EscapeString(origin)+`/`))
	return string(m.mail.SanitizeBytes(wrote))
}
