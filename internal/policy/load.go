package policy

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"liaison/internal/errs"
)

// Load reads and checks the pack in the folder name of fsys, with the pack it is based on from the same fsys.
// Errors: pack.missing when there is no such pack; pack.invalid, whose chain holds Problems with everything that
// is wrong and where.
func Load(fsys fs.FS, name string) (_ *Pack, err error) {
	defer errs.Wrap(&err, "policy.Load(%s)", name)
	return load(fsys, name, fsys)
}

// LoadDir is Load for an operator's own folder; shipped has the packs that it may be based on.
func LoadDir(dir string, shipped fs.FS) (_ *Pack, err error) {
	defer errs.Wrap(&err, "policy.LoadDir(%s)", dir)
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	return load(os.DirFS(filepath.Dir(dir)), filepath.Base(dir), shipped)
}

func load(fsys fs.FS, name string, shipped fs.FS) (*Pack, error) {
	d := &decoder{where: map[string]place{}}
	top, err := readFolder(d, fsys, name)
	if err != nil {
		return nil, err
	}
	var raw rawPack
	storedAs(top, name, ownFolder)
	files := top
	base, at := baseOf(top)
	if base != "" {
		below, err := readFolder(d, shipped, base)
		if err != nil {
			return nil, err
		}
		if deeper, _ := baseOf(below); deeper != "" { // every line of what is missing then would mislead
			return nil, invalid(Problems{{File: at.file, Line: at.line, Path: "policy.base", Key: "pack.base_of_base", Args: map[string]any{"found": base, "allowed": deeper}}})
		}
		raw.add(d, below)
		storedAs(below, base, base)
		files = slices.Concat(below, top)
	}
	raw.add(d, top)
	unread := d.problems
	if unreadParts(unread)["policy"] { // there is nothing to compare anything with
		return nil, invalid(unread)
	}
	d.problems = nil
	p := build(d, &raw)
	d.problems = withoutConsequences(unread, d.problems)
	p.Name, p.Base, p.files, p.raw = name, base, files, &raw
	if p.examples, err = readExamples(d, fsys, name); err != nil {
		return nil, err
	}
	for i := range p.files {
		p.files[i].node = nil // read; the trees are ten times as large as the texts
	}
	if len(d.problems) > 0 {
		return nil, invalid(d.problems)
	}
	return p, nil
}

func invalid(ps Problems) error {
	ps.sort()
	return errs.Because(errs.Invalid, "pack.invalid", ps)
}

// rawPack is everything that the files of a pack and its base say.
type rawPack struct {
	policy    packFile
	names     map[string]Text                  // of holidays
	clauses   map[string]map[string]clauseFile // language -> number
	calendars map[string]calendarFile          // country
	told      toldFile
}

// add lays the files of a folder over what is there. A calendar file replaces that country's whole list.
func (r *rawPack) add(d *decoder, folder []source) {
	for _, s := range folder {
		if r.told.add(d, s) {
			continue
		}
		kind, key, _ := strings.Cut(s.root, " ")
		switch kind {
		case "policy":
			d.decode(s, &r.policy)
		case "holidays":
			d.decode(s, &r.names)
		case "clauses":
			if r.clauses == nil {
				r.clauses = map[string]map[string]clauseFile{}
			}
			byNumber := r.clauses[key]
			d.decode(s, &byNumber)
			r.clauses[key] = byNumber
		case "calendar":
			if r.calendars == nil {
				r.calendars = map[string]calendarFile{}
			}
			var c calendarFile
			d.decode(s, &c)
			r.calendars[key] = c
		}
	}
}

// readFolder parses the files of a pack, side by side. Text that is no YAML, and what is no file of a pack, is a problem
// of d.
func readFolder(d *decoder, fsys fs.FS, name string) ([]source, error) {
	files, strays, err := filesOf(fsys, name)
	if err != nil {
		return nil, err
	}
	for _, stray := range strays {
		d.stray(name, stray)
	}
	if len(files) == 0 && !unreadParts(d.problems)["policy"] {
		return nil, errs.New(errs.NotFound, "pack.missing", "name", name)
	}
	found := make([]source, len(files))
	failed := make([]error, len(files))
	var all sync.WaitGroup
	for i, file := range files {
		all.Go(func() { found[i], failed[i] = parse(fsys, file) })
	}
	all.Wait()
	for i, err := range failed {
		if err != nil {
			if err := d.unreadable(files[i], err); err != nil {
				return nil, err
			}
		}
		d.where[found[i].root] = place{files[i], 1}
	}
	return found, nil
}

func parse(fsys fs.FS, file string) (source, error) {
	s := source{file: file, root: rootOf(file)}
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return s, err
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // some editors begin a file with a byte order mark
	s.text = text
	if err := readable(text); err != nil {
		return s, err
	}
	// The decoder finds duplicate keys itself, all of them.
	tree, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return s, err
	}
	var bodies []ast.Node
	for _, doc := range tree.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.NullType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch {
	case len(bodies) > 1:
		return s, unreadFile{line: bodies[1].GetToken().Position.Line, key: "pack.second_document"}
	case len(bodies) == 1:
		s.node = bodies[0]
	case s.root == "policy":
		return s, unreadFile{line: 1, key: "pack.empty_file"}
	}
	return s, nil
}

// rootOf begins the paths of a file: "policy", "holidays", "clauses en", "calendar DE".
func rootOf(file string) string {
	stem := strings.TrimSuffix(path.Base(file), ".yaml")
	if path.Base(path.Dir(file)) == "calendars" {
		return "calendar " + stem
	}
	return strings.Replace(stem, ".", " ", 1)
}

// knownRoot reports whether the file of a root lies in the folder of a pack itself.
func knownRoot(root string) bool {
	language, clauses := strings.CutPrefix(root, "clauses ")
	return slices.Contains([]string{"policy", "holidays", "facts", "readings", "links"}, root) || clauses && language != ""
}

// baseOf is the pack that a folder is laid over, and where that is written; "" for none.
func baseOf(folder []source) (base string, at place) {
	var head packFile
	d := &decoder{where: map[string]place{}}
	for _, s := range folder {
		if s.root == "policy" {
			d.decode(s, &head)
		}
	}
	return head.Base, d.where["policy.base"]
}

// unreadable turns a complaint about a file into a problem; any other error is given back.
func (d *decoder) unreadable(file string, err error) error {
	if unread, ok := errors.AsType[unreadFile](err); ok {
		d.problems = append(d.problems, Problem{File: file, Line: unread.line, Path: rootOf(file), Key: unread.key, Args: unread.args})
		return nil
	}
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return err
	}
	p := Problem{File: file, Path: rootOf(file), Key: "pack.no_yaml", Args: map[string]any{"found": syntax.GetMessage()}}
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		p.Line = t.Position.Line
	}
	d.problems = append(d.problems, p)
	return nil
}
