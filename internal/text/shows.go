package text

import (
	"html"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Blank reports whether nobody sees anything of s: white space, and characters that are drawn as nothing or as a gap.
func Blank(s string) bool { return !strings.ContainsFunc(s, visible) }

// visible is false for what Unicode calls space, control or format, for marks without a letter, and for the few letters
// and symbols that are drawn empty: the Hangul fillers and the blank Braille pattern.
func visible(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800', '\ufffc':
		return false
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.M, unicode.Z, unicode.Cf)
}

// Hidden reports whether Markdown is drawn as nothing, although it may hold characters: a comment, a link without words,
// tags alone, a picture. Pages draw neither raw HTML nor pictures.
func Hidden(markdown string) bool {
	if Blank(markdown) {
		return true
	}
	source := []byte(markdown)
	hidden := true
	_ = ast.Walk(goldmark.DefaultParser().Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker never fails
		if !entering {
			return ast.WalkContinue, nil
		}
		var said []byte
		switch n := n.(type) {
		case *ast.Image, *ast.HTMLBlock, *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			said = n.Value(source)
		case *ast.String:
			said = n.Value
		case *ast.AutoLink:
			said = n.Label(source)
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			said = n.Lines().Value(source)
		}
		if !Blank(html.UnescapeString(string(said))) {
			hidden = false
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return hidden
}
