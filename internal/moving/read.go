package moving

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"liaison/internal/errs"
)

// maxFile is the largest file that is read, in bytes.
const maxFile = 512 << 20

// Read reads a file, or all files of a folder and the folders in it: KIND.csv, and customers' documents in YAML. It
// gives every row that can be read, and everything that cannot.
func Read(path string) (rows []Row, bad []Problem, err error) {
	defer errs.Wrap(&err, "moving.Read")
	files, root, err := filesOf(path)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, nil, err
		}
		name, _ := filepath.Rel(root, f)
		name = filepath.ToSlash(name)
		add := func(r Row) { rows = append(rows, r) }
		kind := Kind(strings.TrimSuffix(filepath.Base(f), ".csv"))
		switch {
		case len(text) > maxFile:
			bad = append(bad, Problem{File: name, Field: errs.BadField("", "moving.too_large", "megabytes", maxFile>>20)})
		case filepath.Ext(f) != ".csv":
			bad = append(bad, readYAML(name, text, add)...)
		case !slices.Contains(Kinds(), kind):
			bad = append(bad, Problem{File: name, Field: errs.BadField("", "moving.unknown_file", "allowed", fileNames())})
		default:
			bad = append(bad, readCSV(name, kind, text, add)...)
		}
	}
	byPlace(bad)
	return rows, bad, nil
}

func fileNames() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k)+".csv")
	}
	return strings.Join(names, ", ")
}

// filesOf lists the files to read, in a fixed order, and the folder that their names are told from.
func filesOf(path string) (files []string, root string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", errs.Because(errs.Invalid, "moving.cannot_read", err)
	}
	if !info.IsDir() {
		return []string{path}, filepath.Dir(path), nil
	}
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && p != path && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if err == nil && d.Type().IsRegular() && slices.Contains([]string{".csv", ".yaml", ".yml"}, filepath.Ext(p)) {
			files = append(files, p)
		}
		return err
	})
	if err == nil && len(files) == 0 {
		err = errs.New(errs.Invalid, "moving.no_files", "allowed", fileNames())
	}
	slices.Sort(files)
	return files, path, err
}
