package archive

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"liaison/internal/errs"
	"liaison/internal/id"
)

// maxManifest is the largest manifest that is read, in bytes: some millions of files.
const maxManifest = 1 << 30

// sink is what a reader hands the members to, before the manifest has been compared with them.
type sink struct {
	dump func(io.Reader) error
	file func(id.ID, io.Reader) error
}

// reader goes through an archive once.
type reader struct {
	tar    *tar.Reader
	seen   map[string]Member
	report reporter
	done   bool // the manifest was read: nothing may follow
	m      Manifest
}

// read goes through the archive at path, hands its members to s and gives the manifest, once it is sure that every
// member is what the manifest says, and that none is missing and none too many.
func read(ctx context.Context, path string, s sink, tell func(Progress)) (m Manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, diskError(err)
	}
	defer func() { _ = f.Close() }() // only read
	r := &reader{tar: tar.NewReader(bufio.NewReaderSize(f, 1<<20)), seen: map[string]Member{}, report: reporter{tell: tell}}
	if err := r.format(); err != nil {
		return m, err
	}
	for {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		h, err := r.tar.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, errs.Because(errs.Invalid, "archive.cut", err)
		}
		if err := r.member(h, s); err != nil {
			return m, err
		}
	}
	if !r.done {
		return m, errs.New(errs.Invalid, "archive.cut")
	}
	return r.m, r.compare()
}

// format reads the first member: is this an archive, and one that this program knows.
func (r *reader) format() error {
	h, err := r.tar.Next()
	if err != nil {
		return errs.Because(errs.Invalid, "archive.not_one", err)
	}
	if h.Name != formatMember || h.Typeflag != tar.TypeReg || h.Size > 20 {
		return errs.New(errs.Invalid, "archive.not_one")
	}
	sum := sha256.New()
	text, err := io.ReadAll(io.TeeReader(r.tar, sum))
	if err != nil {
		return errs.Because(errs.Invalid, "archive.cut", err)
	}
	have, err := strconv.Atoi(strings.TrimSpace(string(text)))
	switch {
	case err != nil || have < 1:
		return errs.New(errs.Invalid, "archive.not_one")
	case have > format:
		return errs.New(errs.Conflict, "archive.newer_format", "have", have, "want", format)
	}
	r.seen[h.Name] = Member{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))}
	return nil
}

// member reads one member. Links, folders, devices and every name that this program does not write are refused here,
// before any byte is taken.
func (r *reader) member(h *tar.Header, s sink) error {
	file, isFile := fileOf(h.Name)
	_, twice := r.seen[h.Name]
	known := isFile || h.Name == dumpMember || h.Name == manifestMember
	if h.Typeflag != tar.TypeReg || !known || twice || r.done {
		return errs.New(errs.Invalid, "archive.bad_member", "name", h.Name)
	}
	if h.Name == manifestMember {
		r.done = true
		return r.manifest(h)
	}
	sum := sha256.New()
	in := io.TeeReader(r.tar, sum)
	var err error
	if isFile {
		err = s.file(file, in)
		r.report.file(h.Size)
	} else {
		err = s.dump(in)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, in) // what the sink left
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errs.Because(errs.Invalid, "archive.cut", err)
	}
	r.seen[h.Name] = Member{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))}
	return err
}

func (r *reader) manifest(h *tar.Header) error {
	if h.Size > maxManifest {
		return errs.New(errs.Invalid, "archive.bad_member", "name", h.Name)
	}
	if err := json.NewDecoder(r.tar).Decode(&r.m); err != nil {
		return errs.Because(errs.Invalid, "archive.cut", err)
	}
	return nil
}

// compare holds what was read against the manifest.
func (r *reader) compare() error {
	if _, ok := r.seen[dumpMember]; !ok {
		return errs.New(errs.Invalid, "archive.missing_member", "name", dumpMember)
	}
	for _, want := range r.m.Members {
		got, ok := r.seen[want.Name]
		switch {
		case !ok:
			return errs.New(errs.Invalid, "archive.missing_member", "name", want.Name)
		case got != want:
			return errs.New(errs.Invalid, "archive.wrong_member", "name", want.Name)
		}
		delete(r.seen, want.Name)
	}
	for name := range r.seen {
		return errs.New(errs.Invalid, "archive.unlisted_member", "name", name)
	}
	return nil
}
