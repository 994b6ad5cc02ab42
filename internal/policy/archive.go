package policy

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range p.sortedFiles() {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.stored, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.text); err != nil {
			return nil, err
		}
	}
	err = z.Close()
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
		folder[i].stored = stored + strings.TrimPrefix(f.file, name)
	}
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
