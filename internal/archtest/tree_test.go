package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the module's folder, seen from this package.
const root = "../.."

// source is one parsed Go file.
type source struct {
	path  string // from the module's folder, with slashes
	lines int
	file  *ast.File
	fset  *token.FileSet
}

// isTest reports whether the file is only built for tests: by its name, or in a package that only tests import.
func (s source) isTest() bool {
	return strings.HasSuffix(s.path, "_test.go") || isTestOnly(filepath.ToSlash(filepath.Dir(s.path)))
}

// in reports whether the file lies in the folder or below it.
func (s source) in(folder string) bool { return strings.HasPrefix(s.path, folder+"/") }

// at is the place of a node, for messages.
func (s source) at(n ast.Node) string { return s.atPos(n.Pos()) }

func (s source) atPos(p token.Pos) string {
	line := s.fset.Position(p).Line
	return fmt.Sprintf("%s:%d", s.path, line)
}

// textFile is one file that people wrote, as text.
type textFile struct {
	path string
	text string
}

// finding is one broken rule: where, and what with the reason.
type finding struct {
	where string
	what  string
}

func (f finding) String() string { return f.where + ": " + f.what }

// report fails the test with every finding.
func report(t *testing.T, found []finding) {
	t.Helper()
	for _, f := range found {
		t.Error(f)
	}
}

// parse makes a source of a sample; the path decides which rules hold for it.
func parse(t *testing.T, path, text string) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return source{path, strings.Count(text, "\n"), file, fset}
}

// expect compares the places that a check found in a bad sample with those it must find, in order.
func expect(t *testing.T, got []finding, want ...string) {
	t.Helper()
	var places []string
	for _, f := range got {
		places = append(places, f.where)
		if f.what == "" {
			t.Errorf("%s: the finding gives no reason", f.where)
		}
	}
	if !slices.Equal(places, want) {
		t.Errorf("found %q, want %q", places, want)
	}
}

// texts reads every text file of the tree that people of this project wrote: no vendored or generated files.
func texts(t *testing.T) []textFile {
	t.Helper()
	kinds := []string{".go", ".sql", ".html", ".css", ".js", ".yaml", ".yml", ".md", ".sh", ".svg", ".service", ".txt", ".golden", ".json", "", ".mod"}
	var files []textFile
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) { // somebody removed it while we looked
				return nil
			}
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
		if d.IsDir() {
			if slices.Contains([]string{".git", "bin", "vendor", "node_modules"}, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains(kinds, filepath.Ext(name)) || name == "THIRD-PARTY-NOTICES" || !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		files = append(files, textFile{name, string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("only %d text files below %s: is this the module's folder?", len(files), root)
	}
	return files
}

// sources parses every Go file of the tree. A file that does not parse is the compiler's to complain of.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, f := range texts(t) {
		if !strings.HasSuffix(f.path, ".go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, f.path, f.text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Logf("left out, does not parse: %v", err)
			continue
		}
		all = append(all, source{f.path, strings.Count(f.text, "\n"), file, fset})
	}
	return all
}

// pkg is what `go list` tells about a package.
type pkg struct {
	ImportPath   string
	Name         string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// packages lists the packages of the module with their imports.
func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.Command("go", "list", "-e", "-json=ImportPath,Name,Imports,TestImports,XTestImports", "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// localName is the name under which the file knows an imported package, "" when it does not import it.
func localName(f *ast.File, importPath string) string {
	for _, i := range f.Imports {
		if strings.Trim(i.Path.Value, `"`) != importPath {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return importPath[strings.LastIndex(importPath, "/")+1:]
	}
	return ""
}

// uses calls fn for every pkg.Name in the file, where pkg is the imported package.
func uses(f *ast.File, importPath string, fn func(sel *ast.SelectorExpr)) {
	local := localName(f, importPath)
	if local == "" || local == "_" {
		return
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local {
				fn(sel)
			}
		}
		return true
	})
}
