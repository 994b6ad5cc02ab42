// Package webtest holds what every section of the site is tested with: its templates against its structs, its
// message keys against the catalogue, its markup against the house rules.
package webtest

import (
	"html/template"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/jba/templatecheck"

	"liaison/internal/text"
	"liaison/internal/web"
)

// Check fails the test for every page of the section that names a field, method or part that is not there, a message
// that the catalogue does not hold, or a glyph that the sprite does not; and for markup with a colour, a script or a
// style of its own.
func Check(t *testing.T, site *web.Site, sec web.Section) {
	t.Helper()
	for _, pt := range sec.Pages {
		t.Run(strings.TrimSuffix(pt.File, ".html"), func(t *testing.T) {
			tmpl, err := site.Template(pt.Zero, text.English)
			if err != nil {
				t.Fatal(err)
			}
			if err := templatecheck.CheckHTML(tmpl.Lookup(string(pt.Layout)), pt.Zero); err != nil {
				t.Errorf("%s does not fit its struct: %v", pt.File, err)
			}
			checkWords(t, site, tmpl)
		})
	}
	if sec.Templates != nil {
		CheckMarkup(t, sec.Templates)
	}
}

// checkWords looks up every literal message key and glyph of the page's templates.
func checkWords(t *testing.T, site *web.Site, tmpl *template.Template) {
	t.Helper()
	for _, part := range tmpl.Templates() {
		if part.Tree == nil {
			continue
		}
		walk(part.Tree.Root, func(cmd *parse.CommandNode) {
			name, arg := call(cmd)
			switch {
			case arg == "":
			case name == "t" && !site.Text.Has(arg):
				t.Errorf("%s: no message %q in the catalogue", part.Name(), arg)
			case name == "icon" && !site.Icon(arg):
				t.Errorf("%s: no icon %q", part.Name(), arg)
			}
		})
	}
}

// call is the function and its first argument when that is a literal text.
func call(cmd *parse.CommandNode) (name, arg string) {
	if len(cmd.Args) < 2 {
		return "", ""
	}
	fn, ok := cmd.Args[0].(*parse.IdentifierNode)
	lit, isText := cmd.Args[1].(*parse.StringNode)
	if !ok || !isText {
		return "", ""
	}
	return fn.Ident, lit.Text
}

// walk calls fn for every command below node.
func walk(node parse.Node, fn func(*parse.CommandNode)) {
	pipe := func(p *parse.PipeNode) {
		if p == nil {
			return
		}
		for _, cmd := range p.Cmds {
			fn(cmd)
			for _, arg := range cmd.Args {
				walk(arg, fn)
			}
		}
	}
	list := func(p *parse.PipeNode, body, other *parse.ListNode) {
		pipe(p)
		walk(body, fn)
		walk(other, fn)
	}
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				walk(child, fn)
			}
		}
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.PipeNode:
		pipe(n)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	case *parse.IfNode:
		list(n.Pipe, n.List, n.ElseList)
	case *parse.RangeNode:
		list(n.Pipe, n.List, n.ElseList)
	case *parse.WithNode:
		list(n.Pipe, n.List, n.ElseList)
	}
}

// CheckMarkup holds the template files of a section to the house rules: colours live in app.css, script in app.js.
func CheckMarkup(t *testing.T, fsys fs.FS) {
	t.Helper()
	rules := map[string]*regexp.Regexp{
		"a colour":                regexp.MustCompile(`[^&\w]#[0-9a-fA-F]{3,8}\b["';) ]`),
		"a script of its own":     regexp.MustCompile(`<script(>| [^>]*[^r]>)|\son[a-z]+=|javascript:|hx-on`),
		"a style of its own":      regexp.MustCompile(`<style|style\s*=\s*"[^-"{]|style\s*=\s*"--[^"]*;\s*[a-z]`),
		"words of a language":     regexp.MustCompile(`[\p{Han}]`),
		"an evaluated htmx value": regexp.MustCompile(`hx-(vals|headers)="?'?js:|hx-trigger="[^"]*\[`),
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".html") {
			return err
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		for what, re := range rules {
			if hit := re.Find(body); hit != nil {
				t.Errorf("%s holds %s: %s", name, what, hit)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
