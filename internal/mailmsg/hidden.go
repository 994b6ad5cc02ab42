package mailmsg

import (
	"strings"

	"golang.org/x/net/html"
)

// withoutHidden leaves out of a page what its writer has hidden, such as the line that mail programs show in their lists: the
// allow-list drops the styles that hide it. A page that hides all that it says stays as it is.
func withoutHidden(page string) string {
	if !mayHide(page) {
		return page
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return page
	}
	hidden := false
	for n := doc; n != nil; {
		next := following(n)
		if n.Type == html.ElementNode && isHidden(n) && n.Parent != nil {
			next = behind(n)
			n.Parent.RemoveChild(n)
			hidden = true
		}
		n = next
	}
	var out strings.Builder
	if !hidden || html.Render(&out, doc) != nil || strings.TrimSpace(PlainText(out.String())) == "" {
		return page
	}
	return out.String()
}

// following is the next node in the order of the text.
func following(n *html.Node) *html.Node {
	if n.FirstChild != nil {
		return n.FirstChild
	}
	return behind(n)
}

// behind is the next node that is not within n.
func behind(n *html.Node) *html.Node {
	for n != nil && n.NextSibling == nil {
		n = n.Parent
	}
	if n == nil {
		return nil
	}
	return n.NextSibling
}

// mayHide is a quick look, since most pages hide nothing.
func mayHide(page string) bool {
	page = strings.ToLower(page)
	for _, word := range []string{"none", "hidden"} {
		if strings.Contains(page, word) {
			return true
		}
	}
	return false
}

func isHidden(n *html.Node) bool {
	style := ""
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style = strings.ToLower(strings.Join(strings.Fields(a.Val[:min(len(a.Val), maxAddresses)]), ""))
		}
	}
	clipped := false
	for one := range strings.SplitSeq(style, ";") {
		name, value, _ := strings.Cut(one, ":")
		value = strings.TrimSuffix(value, "!important")
		switch name {
		case "display":
			if value == "none" {
				return true
			}
		case "visibility":
			if value == "hidden" {
				return true
			}
		case "max-height":
			clipped = value == "0" || value == "0px"
		}
	}
	return clipped && strings.Contains(style, "overflow:hidden")
}
