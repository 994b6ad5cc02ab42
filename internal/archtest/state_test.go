package archtest

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// initFunctions finds func init: work that nobody called, in an order that nobody chose.
func initFunctions(all []source) []finding {
	var found []finding
	for _, s := range all {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				found = append(found, finding{s.at(f), "func init: let a constructor do it, where it can fail and be tested"})
			}
		}
	}
	return found
}

// immutable are the calls whose result a package may keep in a variable: nothing can change it afterwards.
func immutable() map[string][]string {
	return map[string][]string{
		"errors":                {"New"},
		"liaison/internal/errs": {"New", "Because"},
		"regexp":                {"MustCompile"},
		"strings":               {"NewReplacer"},
	}
}

// packageState finds package-level variables that somebody could change.
func packageState(all []source, allowed exceptions) []finding {
	var found []finding
	for _, s := range all {
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, name := range v.Names {
					if name.Name == "_" || isEmbedded(g, v) || keepsStill(s, v, i) || allowed[s.path+" "+name.Name] != "" {
						continue
					}
					found = append(found, finding{s.at(name), "package-level variable " + name.Name + ": two tests, or two installations in one process, would share it; use a constant, a function or a field"})
				}
			}
		}
	}
	return found
}

// isEmbedded reports whether the compiler fills the variable from files.
func isEmbedded(g *ast.GenDecl, v *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{g.Doc, v.Doc} {
		if doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return true
		}
	}
	return false
}

// keepsStill reports whether the i-th value is one that nothing can change.
func keepsStill(s source, v *ast.ValueSpec, i int) bool {
	if i >= len(v.Values) {
		return false
	}
	value := v.Values[i]
	if sel, ok := value.(*ast.SelectorExpr); ok { // another name for somebody's sentinel: sql.ErrNoRows
		return strings.HasPrefix(sel.Sel.Name, "Err") || sel.Sel.Name == "EOF"
	}
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return false
	}
	if s.isTest() && x.Name == localName(s.file, "flag") { // the test binary's own flags
		return true
	}
	for path, names := range immutable() {
		if x.Name == localName(s.file, path) && slices.Contains(names, sel.Sel.Name) {
			return true
		}
	}
	return false
}

// sharedState are the variables that stay, each with the reason.
func sharedState() exceptions {
	return exceptions{
		"cmd/liaison/main.go version":                "the linker writes it when a release is built",
		"internal/db/dbtest/cluster.go cluster":      "one throw-away PostgreSQL per test binary: starting it takes longer than the tests",
		"internal/db/dbtest/dbtest.go migrated":      "one migrated SQLite file per test binary, copied for each test: migrating takes longer than most tests",
		"internal/db/disktest/layer.go installed":    "SQLite's file layer is the process's: a second one would hide the first",
		"internal/apptest/world.go sqliteOriginal":   "one seeded world per test binary, copied for each test: making it takes longer than the tests",
		"internal/apptest/world.go postgresOriginal": "as above",
		"internal/apptest/world.go pack":             "the demo's pack, which nothing changes, read once per test binary",
	}
}

func TestNoPackageHoldsState(t *testing.T) {
	t.Parallel()
	all := sources(t)
	report(t, initFunctions(all))
	report(t, packageState(all, sharedState()))
}

func TestPackageStateIsFound(t *testing.T) {
	t.Parallel()
	bad := parse(t, "internal/x/x.go", `package x

import (
	"embed"
	"errors"
	"regexp"
)

//go:embed a.txt
var files embed.FS

var _ error = ErrA

var ErrA = errors.New("a")

var number = regexp.MustCompile("[0-9]+")

var names = []string{"a"}

var (
	count int
	limit = 5
	let   = 6
)

func init() { count++ }

type t struct{}

func (t) init() {}
`)
	expect(t, packageState([]source{bad}, exceptions{"internal/x/x.go let": "a reason"}), "internal/x/x.go:18", "internal/x/x.go:21", "internal/x/x.go:22")
	expect(t, initFunctions([]source{bad}), "internal/x/x.go:26")
}
