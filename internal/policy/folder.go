package policy

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The folders inside of a pack.
const (
	listsFolder    = "calendars"
	examplesFolder = "examples"
)

// allowedFiles says in the words of a pack what files it may have.
const allowedFiles = "policy.yaml, holidays.yaml, facts.yaml, readings.yaml, links.yaml, clauses.LANGUAGE.yaml, calendars/COUNTRY.yaml, examples/NAME.json"

// filesOf sorts what lies in the folder of a pack: its files, and what is none of them. A file that is passed over in
// silence is a slip that nobody sees, calendars/FR.yml or calenders/FR.yaml. What a machine or a person keeps beside the
// pack is no part of it: names that begin with a dot or an underscore, and notes (.md, .txt).
func filesOf(fsys fs.FS, folder string) (files, strays []string, err error) {
	if at, err := fs.Stat(fsys, folder); err != nil || !at.IsDir() {
		return nil, nil, nil //nolint:nilerr // no such folder: a pack without files
	}
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return nil, nil, err
	}
	var lists []string
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		switch {
		case beside(e.Name()):
		case e.IsDir() && (e.Name() == listsFolder || e.Name() == examplesFolder):
			ending := map[string]string{listsFolder: ".yaml", examplesFolder: ".json"}[e.Name()]
			found, others, err := filesEnding(fsys, name, ending)
			if err != nil {
				return nil, nil, err
			}
			strays = append(strays, others...)
			if e.Name() == listsFolder {
				lists = found
			}
		case e.IsDir():
			strays = append(strays, name+"/")
		case path.Ext(e.Name()) == ".yaml" && knownRoot(rootOf(name)):
			files = append(files, name)
		default:
			strays = append(strays, name)
		}
	}
	return slices.Concat(files, lists), strays, nil
}

// filesEnding are the files of a folder that end so, and what else lies in it.
func filesEnding(fsys fs.FS, folder, ending string) (files, strays []string, err error) {
	entries, err := fs.ReadDir(fsys, folder)
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		switch {
		case beside(e.Name()):
		case e.IsDir():
			strays = append(strays, name+"/")
		case path.Ext(e.Name()) == ending:
			files = append(files, name)
		default:
			strays = append(strays, name)
		}
	}
	return files, strays, err
}

// beside reports whether a name is of what lies beside a pack.
func beside(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || slices.Contains([]string{".md", ".txt"}, strings.ToLower(path.Ext(name)))
}

// stray notes what is no file of the pack in folder. Its path is that of the file which it was probably meant to be, so
// that what follows from its absence is not said beside it.
func (d *decoder) stray(folder, name string) {
	below := strings.TrimPrefix(name, strings.TrimPrefix(folder+"/", "./"))
	meant := strings.ToLower(below)
	if ext := path.Ext(meant); ext == ".yml" || ext == ".yaml" {
		meant = strings.TrimSuffix(meant, ext)
	}
	at := below
	if stem, list := strings.CutPrefix(meant, listsFolder+"/"); list && stem != "" {
		at = "calendar " + strings.ToUpper(stem)
	} else if root := strings.Replace(meant, ".", " ", 1); knownRoot(root) {
		at = root
	}
	d.problems = append(d.problems, strayFile(name, at, below))
}

func strayFile(file, at, found string) Problem {
	return Problem{File: file, Line: 1, Path: at, Key: "pack.unknown_file", Args: map[string]any{"found": found, "allowed": allowedFiles}}
}
