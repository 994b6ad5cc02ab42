package browsertest

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/vendor/axe-4.14.1.min.js
var axe string

// violation is what axe-core finds wrong.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

func (v violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "axe (%s) %s: %s", v.Impact, v.ID, v.Help)
	for i, n := range v.Nodes {
		if i == 3 {
			fmt.Fprintf(&b, "\n    and %d more", len(v.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n    %v %.160s\n      %s", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", " "))
	}
	return b.String()
}

// sight is how much of a page axe-core looks at.
type sight int

const (
	nothing sight = iota
	asWhole       // the rules about how the parts of a page stand to each other
	around        // every rule, on what stands around <main>
	inside        // every rule, on what stands in <main>
	everything
)

// wholePage are the rules that look at a page as a whole: its headings, its landmarks, what stands outside of them, what its
// head says.
func wholePage() []string {
	return []string{"bypass", "document-title", "duplicate-id-aria", "heading-order", "landmark-banner-is-top-level", "landmark-contentinfo-is-top-level",
		"landmark-main-is-top-level", "landmark-no-duplicate-banner", "landmark-no-duplicate-contentinfo", "landmark-no-duplicate-main", "landmark-one-main",
		"landmark-unique", "page-has-heading-one", "skip-link", "html-has-lang", "html-lang-valid", "meta-refresh", "meta-viewport"}
}

// rules are the rules that axe is to look by.
type rules string

const (
	everyRule  rules = ""
	theColours rules = `, runOnly: ["color-contrast"]`
	butColours rules = `, rules: { "color-contrast": { enabled: false } }`
)

// axe looks at as much of the page as is said.
func (w *window) axe(much sight, by rules) []violation {
	w.t.Helper()
	switch part := `document`; much {
	case nothing:
		return nil
	case asWhole:
		if by == theColours {
			return nil // they are looked at element by element
		}
		return w.axeOn(part, rules(`, runOnly: ["`+strings.Join(wholePage(), `", "`)+`"]`))
	case around, inside:
		part = `{ exclude: [["main"]] }`
		if much == inside {
			part = `document.querySelector("main") ?? document`
		}
		return append(w.axeOn(part, by), w.axe(asWhole, by)...)
	default:
		return w.axeOn(part, by)
	}
}

func (w *window) axeOn(part string, by rules) []violation {
	w.t.Helper()
	if !ask[bool](w, `typeof axe == "object"`) {
		ask[chromedp.Void](w, axe)
	}
	return ask[[]violation](w, `axe.run(`+part+`, { resultTypes: ["violations"]`+string(by)+` }).then(r => r.violations)`)
}
