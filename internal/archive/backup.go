package archive

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"liaison/internal/blob"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// attempts is how often a backup dumps the rows again when a file that they name went away meanwhile: a file of staff
// moves when it joins a case.
const attempts = 3

// Source is an installation to take an archive of; others may go on working with it.
type Source struct {
	DB      *db.DB
	Files   *blob.Store
	Program string
	Tell    func(Progress) // may be nil
}

// Backup writes an archive to a path where no file is yet. The file appears whole or not at all.
func (s Source) Backup(ctx context.Context, path string) (m Manifest, err error) {
	defer errs.Wrap(&err, "archive.Backup(%s)", path)
	if _, err := os.Lstat(path); err == nil {
		return m, errs.New(errs.Conflict, "error.backup_exists")
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".liaison-backup-*") // mode 0600
	if err != nil {
		return m, diskError(err)
	}
	defer func() { err = errors.Join(err, removeFile(part.Name())) }()
	w := &writer{tar: tar.NewWriter(part), known: map[id.ID]bool{}, report: reporter{tell: s.Tell}}
	m = Manifest{Format: format, Program: s.Program, Engine: string(s.DB.Engine()), At: s.DB.Clock().Now()}
	if m.KeyID, err = keyOf(ctx, s.DB); err != nil {
		return m, errors.Join(err, part.Close())
	}
	err = s.fill(ctx, w, &m, filepath.Dir(path))
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return m, diskError(err)
	}
	if err := os.Link(part.Name(), path); errors.Is(err, fs.ErrExist) {
		return m, errs.Because(errs.Conflict, "error.backup_exists", err)
	} else if err != nil {
		return m, diskError(err)
	}
	return m, nil
}

// fill writes the members, the manifest last.
func (s Source) fill(ctx context.Context, w *writer, m *Manifest, folder string) error {
	if err := w.text(formatMember, fmt.Appendf(nil, "%d\n", format), m.At); err != nil {
		return err
	}
	dump, err := os.CreateTemp(folder, ".liaison-dump-*")
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(dump.Close(), removeFile(dump.Name())) }()
	var d dumped
	for range attempts {
		if err := s.files(ctx, w, m.At); err != nil {
			return err
		}
		if d, err = s.dump(ctx, dump); err != nil {
			return err
		}
		if m.Missing, err = s.late(ctx, w, m.At, d.files); err != nil {
			return err
		}
		if len(m.Missing) == 0 {
			break
		}
	}
	info, err := dump.Stat()
	if err != nil {
		return err
	}
	if err := w.member(dumpMember, info.Size(), m.At, dump); err != nil {
		return err
	}
	m.Schema, m.Rows, m.Journal, m.Files = d.schema, d.rows, d.head, len(w.known)
	m.Members = w.members
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(w.text(manifestMember, append(text, '\n'), m.At), w.tar.Close())
}

// files writes the stored files that are not in the archive yet. One that goes away meanwhile is no failure: the rows,
// which are read afterwards, say whether it is missed.
func (s Source) files(ctx context.Context, w *writer, at time.Time) error {
	return s.Files.Walk(ctx, func(file id.ID) error {
		_, err := s.file(w, file, at)
		return err
	})
}

// late writes files that came after the others were written and gives those that rows name and that are not there.
func (s Source) late(ctx context.Context, w *writer, at time.Time, named map[id.ID]bool) (missing []string, err error) {
	for file := range named {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		there, err := s.file(w, file, at)
		if err != nil {
			return nil, err
		}
		if !there {
			missing = append(missing, file.String())
		}
	}
	slices.Sort(missing)
	return missing, nil
}

// file writes one stored file unless it is in the archive already; false when there is none.
func (s Source) file(w *writer, file id.ID, at time.Time) (there bool, err error) {
	if w.known[file] {
		return true, nil
	}
	r, size, err := s.Files.OpenStored(file)
	if errs.KindOf(err) == errs.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer r.Close()
	w.known[file] = true
	w.report.file(size)
	return true, w.member(filesFolder+file.String(), size, at, r)
}

// dump writes all rows, as they are at one instant, compressed into f, and goes through them again. It leaves f at its
// beginning.
func (s Source) dump(ctx context.Context, f *os.File) (d dumped, err error) {
	if err := errors.Join(rewind(f), f.Truncate(0)); err != nil {
		return d, err
	}
	small := gzip.NewWriter(f)
	if err := errors.Join(s.DB.Dump(ctx, small), small.Close(), rewind(f)); err != nil {
		return d, err
	}
	d, err = inspect(f)
	return d, errors.Join(err, rewind(f))
}

func rewind(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// writer writes the members and notes what it wrote.
type writer struct {
	tar     *tar.Writer
	members []Member
	known   map[id.ID]bool // files that are in the archive
	report  reporter
}

func (w *writer) text(name string, text []byte, at time.Time) error {
	return w.member(name, int64(len(text)), at, strings.NewReader(string(text)))
}

func (w *writer) member(name string, size int64, at time.Time, r io.Reader) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: at.Truncate(time.Second)}
	if err := w.tar.WriteHeader(h); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w.tar, sum), r, size); err != nil {
		return err
	}
	w.members = append(w.members, Member{name, size, hex.EncodeToString(sum.Sum(nil))})
	return nil
}
