package mailmsg

import (
	"regexp"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxRounds is how often a text goes through the allow-list before it is given up as HTML.
const maxRounds = 5

// Sanitise keeps of a mail's HTML what shows text: an allow-list, and the tree is built anew. Scripts, styles of the
// page, forms, frames and everything that is loaded from elsewhere are gone; pictures stay when they came with the mail
// (cid:). It is a fix point, also behind a browser's way of reading: what it gives, it gives again.
func Sanitise(s string) string { return sanitise(mailPolicy(), s) }

func sanitise(policy *bluemonday.Policy, s string) string {
	for range maxRounds {
		page, ok := bound(s)
		if !ok {
			return html.EscapeString(tagless(s))
		}
		next := rebuild(policy.Sanitize(page))
		if next == s {
			return s
		}
		s = next
	}
	return html.EscapeString(PlainText(s))
}

// maxOpen is how many elements a browser may have to open again because a mail has not closed them: each paragraph opens
// every font that stands open before it, so that a mail of n tags can make a tree of n squared elements.
const maxOpen = 200_000

// maxStyle is how many bytes a style may have that is read by the rules of style sheets, which take a time that grows with
// its square; a longer one is cut down to what the allow-list knows.
const maxStyle = 120

// bound looks through a page before it is read as a tree. It reports whether the tree is of a size that fits the page, and
// shortens styles; everything else stays as it is.
func bound(s string) (_ string, ok bool) {
	open, opened, long := map[string]int{}, 0, false
	tags := html.NewTokenizer(strings.NewReader(s))
	var out strings.Builder
	for reopens := 0; ; {
		kind := tags.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := tags.Raw()
		if reopens += opened; reopens > maxOpen {
			return s, false
		}
		if kind != html.StartTagToken && kind != html.EndTagToken && kind != html.SelfClosingTagToken {
			out.Write(raw)
			continue
		}
		text := string(raw) // before the attributes are read: that may change it
		name, more := tags.TagName()
		if formats(string(name)) {
			switch was := open[string(name)]; {
			case kind != html.EndTagToken:
				open[string(name)], opened = was+1, opened+1
			case was > 0:
				open[string(name)], opened = was-1, opened-1
			}
		}
		short, cut := shortStyle(tags, string(name), more)
		if !cut || kind == html.EndTagToken {
			out.WriteString(text)
			continue
		}
		long = true
		out.WriteString(short)
	}
	if !long {
		return s, true
	}
	return out.String(), true
}

// readableAsTree reports whether a page makes a tree of a size that fits it.
func readableAsTree(page string) bool {
	if strings.Count(page, "<") > maxTags {
		return false
	}
	_, ok := bound(page)
	return ok
}

// formats reports whether an element goes on in the next paragraph until it is closed (HTML: the list of active formatting
// elements).
func formats(name string) bool {
	switch name {
	case "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u":
		return true
	}
	return false
}

// shortStyle writes a tag again if its style is too long; cut is false when it need not be.
func shortStyle(tags *html.Tokenizer, name string, more bool) (tag string, cut bool) {
	t := html.Token{Type: html.StartTagToken, Data: name}
	for more {
		var key, value []byte
		key, value, more = tags.TagAttr()
		a := html.Attribute{Key: string(key), Val: string(value)}
		if a.Key == "style" && len(a.Val) > maxStyle {
			a.Val, cut = knownStyles(a.Val), true
		}
		t.Attr = append(t.Attr, a)
	}
	return t.String(), cut
}

// knownStyles keeps of a long style the declarations that the allow-list may let through, the first of each.
func knownStyles(style string) string {
	kept, out := map[string]bool{}, []string{}
	for one := range strings.SplitSeq(style, ";") {
		name, value, _ := strings.Cut(one, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if slices.Contains(styles(), name) && !kept[name] && value != "" && len(value) <= 24 && !strings.ContainsAny(value, `"'\\{}/`) {
			kept[name], out = true, append(out, name+": "+value)
		}
	}
	return strings.Join(out, "; ")
}

// styles are the properties of a style that the allow-list knows.
func styles() []string {
	return []string{"color", "background-color", "font-weight", "font-style", "text-decoration", "text-align"}
}

// rebuild writes a fragment as the tree that a browser makes of it.
func rebuild(s string) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		return html.EscapeString(s)
	}
	var out strings.Builder
	for _, n := range nodes {
		if err := html.Render(&out, n); err != nil {
			return html.EscapeString(s)
		}
	}
	return out.String()
}

func mailPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "div", "span", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "small", "big", "code", "pre",
		"blockquote", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tfoot", "tr", "th", "td",
		"caption", "center", "font", "address")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^\d{1,3}$`)).OnElements("td", "th")
	p.AllowAttrs("color").Matching(regexp.MustCompile(`^(#[0-9a-fA-F]{3,6}|[a-z]{3,20})$`)).OnElements("font")
	p.AllowAttrs("href").Matching(regexp.MustCompile(`(?i)^(https?://|mailto:)`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^cid:[A-Za-z0-9.@_$+-]{1,200}$`)).OnElements("img")
	p.AllowURLSchemes("cid")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^\d{1,4}$`)).OnElements("img")
	p.AllowStyles("color", "background-color").Matching(regexp.MustCompile(`^(#[0-9a-fA-F]{3,6}|[a-z]{3,20}|rgb\(\d{1,3}, ?\d{1,3}, ?\d{1,3}\))$`)).Globally()
	p.AllowStyles("font-weight").MatchingEnum("bold", "normal").Globally()
	p.AllowStyles("font-style").MatchingEnum("italic", "normal").Globally()
	p.AllowStyles("text-decoration").MatchingEnum("underline", "line-through", "none").Globally()
	p.AllowStyles("text-align").MatchingEnum("left", "right", "center").OnElements("p", "div", "td", "th")
	return p
}

// maxTags is how many tags an HTML part may have to be shown as HTML. Browsers' rules for tags that are not closed make
// trees that are many times as large as their text.
const maxTags = 20_000

// tagless is the text between the tags of an HTML part that has too many of them.
func tagless(s string) string {
	var out strings.Builder
	hidden := ""
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return readable(out.String())
		case html.StartTagToken:
			if name, _ := z.TagName(); string(name) == "script" || string(name) == "style" || string(name) == "title" {
				hidden = string(name)
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == hidden {
				hidden = ""
			}
			out.WriteByte('\n')
		case html.TextToken:
			if hidden == "" {
				out.Write(z.Text())
			}
		default: // the other tags hold nothing, and comments are not shown
		}
	}
}

// PlainText is what a mail's HTML says, with quotes marked by "> " and items by "- ".
func PlainText(s string) string {
	doc, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return readable(s)
	}
	w := &plainWriter{}
	w.write(doc)
	return readable(w.out.String())
}

// plainWriter writes a tree as text. It goes without recursion: a mail may nest as deep as it is long.
type plainWriter struct {
	out    strings.Builder
	quotes int
	pre    int
	fresh  bool // nothing stands on the line yet, or a blank
}

func (w *plainWriter) write(root *html.Node) {
	for n := root; n != nil; {
		if w.enter(n) && n.FirstChild != nil {
			n = n.FirstChild
			continue
		}
		w.leave(n)
		for n != root && n.NextSibling == nil {
			n = n.Parent
			w.leave(n)
		}
		if n == root {
			return
		}
		n = n.NextSibling
	}
}

// enter writes what stands before a node's children; it reports whether they are read.
func (w *plainWriter) enter(n *html.Node) bool {
	if n.Type == html.TextNode {
		w.text(n.Data)
		return true
	}
	if n.Type != html.ElementNode {
		return n.Type == html.DocumentNode
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Svg, atom.Math, atom.Object, atom.Iframe:
		return false
	case atom.Br:
		w.line()
	case atom.Hr:
		w.line()
		w.raw("---")
		w.line()
	case atom.Img:
		if alt := attribute(n, "alt"); alt != "" {
			w.raw("[" + visible(alt) + "]")
		}
	case atom.Blockquote:
		w.line()
		w.quotes++
	case atom.Pre:
		w.line()
		w.pre++
	case atom.Li:
		w.line()
		w.raw("- ")
	case atom.Td, atom.Th:
		if n.PrevSibling != nil {
			w.raw("\t")
		}
	default:
		if isBlock(n.DataAtom) {
			w.line()
		}
	}
	return true
}

func (w *plainWriter) leave(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.Blockquote:
		w.line()
		w.quotes--
	case atom.Pre:
		w.line()
		w.pre--
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4:
		w.line()
		w.out.WriteString("\n")
	default:
		if isBlock(n.DataAtom) {
			w.line()
		}
	}
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Tr, atom.Table, atom.Ul, atom.Ol, atom.Dl, atom.Dt, atom.Dd, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Center, atom.Address:
		return true
	default:
		return false
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (w *plainWriter) text(s string) {
	if w.pre > 0 {
		for i, l := range strings.Split(s, "\n") {
			if i > 0 {
				w.raw("")
				w.line()
			}
			w.raw(l)
		}
		return
	}
	words := strings.Fields(s)
	if len(words) == 0 {
		if s != "" && w.fresh {
			w.raw(" ")
			w.fresh = false
		}
		return
	}
	if w.fresh && strings.ContainsAny(s[:1], " \t\r\n") {
		w.raw(" ")
	}
	w.raw(strings.Join(words, " "))
	if last := s[len(s)-1]; last == ' ' || last == '\n' || last == '\t' || last == '\r' {
		w.out.WriteString(" ")
		w.fresh = false
	}
}

// raw writes within the line, behind the marks of quoting.
func (w *plainWriter) raw(s string) {
	if w.out.Len() == 0 || strings.HasSuffix(w.out.String()[max(0, w.out.Len()-1):], "\n") {
		w.out.WriteString(strings.Repeat("> ", min(w.quotes, 5)))
	}
	w.out.WriteString(s)
	w.fresh = s != ""
}

// line ends the line unless it is empty.
func (w *plainWriter) line() {
	if w.out.Len() > 0 && !strings.HasSuffix(w.out.String()[w.out.Len()-1:], "\n") {
		w.out.WriteString("\n")
	}
	w.fresh = false
}
