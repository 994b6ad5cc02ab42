package policy

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"liaison/internal/errs"
)

// ownFolder is what an archive calls the pack's own folder, so that the same files have the same digest wherever they
// lie.
const ownFolder = "pack"

// Archive is the files of a pack and of the one it is based on, as one zip whose bytes depend on their names and
// contents only. It is nil for a pack that was changed after Load.
func (p *Pack) Archive() (_ []byte, err error) {
	defer errs.Wrap(&err, "policy.Archive(%s)", p.Name)
	if len(p.files) == 0 {
		return nil, nil
	}
	return zipped(p.sortedFiles())
}

// ArchiveWithExamples is Archive with the worked examples of the pack, as its author wrote them: they decide nothing, so
// that the digest is without them.
func (p *Pack) ArchiveWithExamples() (_ []byte, err error) {
	defer errs.Wrap(&err, "policy.ArchiveWithExamples(%s)", p.Name)
	if len(p.files) == 0 {
		return nil, nil
	}
	return zipped(append(p.sortedFiles(), p.examples...))
}

// readExamples are the worked examples in the folder of a pack. One that is too large is a problem of d.
func readExamples(d *decoder, fsys fs.FS, folder string) (found []source, err error) {
	at := path.Join(folder, examplesFolder)
	if there, err := fs.Stat(fsys, at); err != nil || !there.IsDir() {
		return nil, nil //nolint:nilerr // a pack without examples
	}
	files, _, err := filesEnding(fsys, at, ".json")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		if len(text) > maxExamples {
			d.problems = append(d.problems, Problem{File: file, Line: 1, Path: examplesFolder, Key: "pack.file_too_large", Args: map[string]any{"found": len(text), "allowed": maxExamples}})
			continue
		}
		found = append(found, source{file: file, root: examplesFolder, text: text})
	}
	storedAs(found, folder, ownFolder)
	return found, nil
}

func zipped(files []source) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.stored, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.text); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// Digest is the SHA-256 of the names and contents of a pack's files, in hexadecimal; "" for a pack that was changed
// after Load.
func (p *Pack) Digest() string {
	if len(p.files) == 0 {
		return ""
	}
	all := sha256.New()
	for _, f := range p.sortedFiles() {
		one := sha256.Sum256(f.text)
		all.Write(append(append([]byte(f.stored), 0), one[:]...))
	}
	return hex.EncodeToString(all.Sum(nil))
}

func (p *Pack) sortedFiles() []source {
	return slices.SortedFunc(slices.Values(p.files), func(a, b source) int { return strings.Compare(a.stored, b.stored) })
}

// storedAs notes under which names the files of a folder stand in an archive.
func storedAs(folder []source, name, stored string) {
	for i, f := range folder {
		folder[i].stored = path.Join(stored, strings.TrimPrefix(f.file, name))
	}
}

// The bounds of an archive that somebody sends.
const (
	maxArchiveFiles = 500
	maxArchiveBytes = 16 << 20 // unpacked
	maxExamples     = 1 << 20  // one file of worked examples
)

// LoadZip reads a pack from a zip that somebody sends: what Archive gave, or one folder with a policy.yaml, or the files
// of one. shipped has the packs that it may be based on. Nothing in the zip is passed over in silence. Errors:
// policy.archive_bad, policy.archive_several, policy.archive_twice, and those of Load.
func LoadZip(data []byte, shipped fs.FS) (_ *Pack, err error) {
	defer errs.Wrap(&err, "policy.LoadZip")
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errs.Because(errs.Invalid, "policy.archive_bad", err)
	}
	folders, err := packsIn(z)
	if err != nil {
		return nil, err
	}
	folder, below := folders[0], ""
	if i := slices.Index(folders, ownFolder); i >= 0 && len(folders) == 2 { // the pack that it is based on came with it
		folder, below, shipped = ownFolder, folders[1-i], z
	} else if len(folders) > 1 {
		return nil, severalPacks(folders)
	}
	p, err := load(z, folder, shipped)
	found, unsound := errors.AsType[Problems](err)
	switch {
	case below != "" && (err == nil && p.Base != below || errs.KindOf(err) == errs.NotFound): // not what it is based on
		return nil, severalPacks(folders)
	case err != nil && !unsound:
		return nil, err
	}
	for _, f := range z.File {
		if !liesIn(f.Name, folder) && !liesIn(f.Name, below) && !slices.ContainsFunc(strings.Split(f.Name, "/"), beside) {
			found = append(found, strayFile(f.Name, f.Name, f.Name))
		}
	}
	if len(found) > 0 {
		return nil, invalid(found)
	}
	if p.Name = path.Base(folder); folder == ownFolder || folder == "." {
		p.Name = p.Edition
	}
	return p, nil
}

// packsIn are the folders of a zip that have a policy.yaml, at least one.
func packsIn(z *zip.Reader) (folders []string, err error) {
	var size uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		if size += f.UncompressedSize64; seen[f.Name] {
			return nil, errs.New(errs.Invalid, "policy.archive_twice", "found", f.Name)
		}
		seen[f.Name] = true
		if path.Base(f.Name) == "policy.yaml" && !slices.ContainsFunc(strings.Split(f.Name, "/"), beside) {
			folders = append(folders, path.Dir(f.Name))
		}
	}
	if len(folders) == 0 || len(z.File) > maxArchiveFiles || size > maxArchiveBytes {
		return nil, errs.New(errs.Invalid, "policy.archive_bad")
	}
	return folders, nil
}

func severalPacks(folders []string) error {
	files := make([]string, len(folders))
	for i, folder := range folders {
		files[i] = path.Join(folder, "policy.yaml")
	}
	return errs.New(errs.Invalid, "policy.archive_several", "found", strings.Join(files, ", "))
}

// liesIn reports whether a name in a zip is that of a folder, of something in it, or of a folder around it.
func liesIn(name, folder string) bool {
	return folder == "." || folder != "" && (strings.HasPrefix(name, folder+"/") || strings.HasSuffix(name, "/") && strings.HasPrefix(folder+"/", name))
}

// Unpack writes the own files of an archived pack, without those of the pack it is based on.
func Unpack(archive []byte, write func(name string, text []byte) error) (err error) {
	defer errs.Wrap(&err, "policy.Unpack")
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	for _, f := range z.File {
		name, own := strings.CutPrefix(f.Name, ownFolder+"/")
		if !own {
			continue // shipped with the program
		}
		text, err := fs.ReadFile(z, f.Name)
		if err != nil {
			return err
		}
		if err := write(name, text); err != nil {
			return err
		}
	}
	return nil
}

// LoadArchive is Load of what Archive gave; name is the pack's.
func LoadArchive(archive []byte, name string) (_ *Pack, err error) {
	defer errs.Wrap(&err, "policy.LoadArchive(%s)", name)
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	p, err := load(z, ownFolder, z)
	if err != nil {
		return nil, err
	}
	p.Name = name
	return p, nil
}
