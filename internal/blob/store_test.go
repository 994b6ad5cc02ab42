package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"liaison/internal/errs"
	"liaison/internal/id"
)

const limit = 1 << 20

func open(t *testing.T) (*Store, *Keyring) {
	t.Helper()
	dir := t.TempDir()
	s, err := New(filepath.Join(dir, "files"), limit)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := OpenKeyring(filepath.Join(dir, "installation.key"))
	if err != nil {
		t.Fatal(err)
	}
	return s, ring
}

func newKey(t *testing.T, ring *Keyring) Key {
	t.Helper()
	customer := id.New()
	data, err := ring.Unwrap(customer, ring.NewDataKey(customer))
	if err != nil {
		t.Fatal(err)
	}
	return Key{ID: id.New(), Data: data}
}

func content(n int) []byte { return bytes.Repeat([]byte("启动日志 ORA-00054\n"), n/20+1)[:n] }

// files counts what lies in the store, received or being received.
func files(t *testing.T, s *Store) (n int) {
	t.Helper()
	err := filepath.WalkDir(s.dir, func(_ string, e fs.DirEntry, err error) error {
		if e.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAFileComesBackAsItWasPut(t *testing.T) {
	t.Parallel()
	s, ring := open(t)
	for _, n := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 300_000, limit} {
		key, plain := newKey(t, ring), content(n)
		size, sum, err := s.Put(t.Context(), key, iotest.HalfReader(bytes.NewReader(plain)))
		want := sha256.Sum256(plain)
		if err != nil || size != int64(n) || sum != hex.EncodeToString(want[:]) {
			t.Fatalf("Put of %d bytes: %d, %s, %v", n, size, sum, err)
		}
		f, err := s.Open(key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(got, plain) || f.Size() != size {
			t.Errorf("%d bytes: read %d of %d, %v", n, len(got), f.Size(), err)
		}
		if n > 70_000 {
			if _, err := f.Seek(65_530, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			part := make([]byte, 20)
			if _, err := io.ReadFull(f, part); err != nil || !bytes.Equal(part, plain[65_530:65_550]) {
				t.Errorf("a part across two blocks: %q, %v", part, err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStoredBytesShowNothingOfTheContent(t *testing.T) {
	t.Parallel()
	s, ring := open(t)
	key := newKey(t, ring)
	if _, _, err := s.Put(t.Context(), key, bytes.NewReader(content(1000))); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(s.path(key.ID))
	if err != nil || bytes.Contains(raw, []byte("ORA-00054")) {
		t.Errorf("the content can be read on the disk (%v)", err)
	}
}

func TestUploadsThatFailLeaveNothing(t *testing.T) {
	t.Parallel()
	s, ring := open(t)
	for _, c := range []struct {
		why  string
		r    io.Reader
		kind errs.Kind
		key  string
	}{
		{"one byte over the limit", bytes.NewReader(content(limit + 1)), errs.TooLarge, "error.file_too_large"},
		{"cut", io.MultiReader(bytes.NewReader(content(200_000)), iotest.ErrReader(io.ErrUnexpectedEOF)), errs.Malformed, "error.upload_cut"},
		{"refused by the reader", iotest.ErrReader(errs.New(errs.Refused, "refusal.x")), errs.Refused, "refusal.x"},
	} {
		_, _, err := s.Put(t.Context(), newKey(t, ring), c.r)
		if e := errs.As(err); e.Kind != c.kind || e.Key != c.key {
			t.Errorf("%s: %v", c.why, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Put(ctx, newKey(t, ring), strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled upload: %v", err)
	}
	if n := files(t, s); n != 0 {
		t.Errorf("%d files were left", n)
	}
}

// fullDisk takes some bytes and then reports that there is no space, in Write or in Sync.
type fullDisk struct {
	*os.File
	left int
}

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, &fs.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	return f.File.Write(p)
}

func (f *fullDisk) Sync() error {
	return &fs.PathError{Op: "sync", Path: f.Name(), Err: syscall.ENOSPC}
}

func TestAFullDiskIsNamedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, left := range []int{0, 70_000, 1 << 30} {
		s, ring := open(t)
		s.disk.create = func(dir string) (receiver, error) {
			f, err := os.CreateTemp(dir, "part-*")
			return &fullDisk{f, left}, err
		}
		_, _, err := s.Put(t.Context(), newKey(t, ring), bytes.NewReader(content(200_000)))
		if e := errs.As(err); e.Kind != errs.NoSpace || e.Key != "error.disk_full" {
			t.Errorf("space for %d bytes: %v", left, err)
		}
		if n := files(t, s); n != 0 {
			t.Errorf("space for %d bytes: %d files were left", left, n)
		}
	}
}

func TestAChangedOrForeignFileDoesNotOpen(t *testing.T) {
	t.Parallel()
	s, ring := open(t)
	key, other := newKey(t, ring), newKey(t, ring)
	for _, k := range []Key{key, other} {
		if _, _, err := s.Put(t.Context(), k, bytes.NewReader(content(100_000))); err != nil {
			t.Fatal(err)
		}
	}
	read := func(k Key) error {
		f, err := s.Open(k)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		_, err = io.Copy(io.Discard, f)
		return err
	}
	if read(Key{ID: key.ID, Data: other.Data}) == nil {
		t.Error("another customer's key opens the file")
	}
	raw, _ := os.ReadFile(s.path(other.ID))
	if err := os.WriteFile(s.path(key.ID), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if read(Key{ID: key.ID, Data: other.Data}) == nil {
		t.Error("a file of the same customer stands in for another one")
	}
	raw[80_000] ^= 1
	if err := os.WriteFile(s.path(other.ID), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if read(other) == nil {
		t.Error("a flipped bit goes unseen")
	}
	if err := read(newKey(t, ring)); errs.KindOf(err) != errs.NotFound {
		t.Errorf("a file that does not exist: %v", err)
	}
}

func TestCopyGivesAStaffFileToACustomer(t *testing.T) {
	t.Parallel()
	s, ring := open(t)
	own, err := ring.Installation()
	if err != nil {
		t.Fatal(err)
	}
	from, to := Key{ID: id.New(), Data: own}, newKey(t, ring)
	_, sum, err := s.Put(t.Context(), from, bytes.NewReader(content(100_000)))
	if err != nil {
		t.Fatal(err)
	}
	size, copied, err := s.Copy(t.Context(), from, to)
	if err != nil || copied != sum || size != 100_000 {
		t.Fatalf("copied %d bytes %s of %s: %v", size, copied, sum, err)
	}
	if err := errors.Join(s.Delete(from.ID), s.Delete(from.ID)); err != nil {
		t.Errorf("removing twice: %v", err)
	}
	var left []id.ID
	err = s.Walk(t.Context(), func(name id.ID) error { left = append(left, name); return nil })
	if err != nil || fmt.Sprint(left) != fmt.Sprint([]id.ID{to.ID}) {
		t.Errorf("walked %v, %v; want %v", left, err, to.ID)
	}
}

func TestTheStartSweepsWhatWasBeingReceived(t *testing.T) {
	t.Parallel()
	s, ring := open(t)
	key := newKey(t, ring)
	if _, _, err := s.Put(t.Context(), key, strings.NewReader("stays")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.incoming(), "part-123"), content(100), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := s.SweepIncoming(); n != 1 || err != nil || files(t, s) != 1 {
		t.Errorf("swept %d, %v, %d files left", n, err, files(t, s))
	}
}

// What was stored when files lay one folder deeper is read, listed and removed like any other.
func TestFilesOfTheOldLayoutAreFound(t *testing.T) {
	t.Parallel()
	s, ring := open(t)
	key, ctx := newKey(t, ring), t.Context()
	if _, _, err := s.Put(ctx, key, bytes.NewReader(content(3000))); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(s.oldPath(key.ID)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.path(key.ID), s.oldPath(key.ID)); err != nil {
		t.Fatal(err)
	}
	if got, err := whole(s, key); err != nil || !bytes.Equal(got, content(3000)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if r, _, err := s.OpenStored(key.ID); err != nil {
		t.Error(err)
	} else {
		r.Close()
	}
	listed := 0
	if err := s.Walk(ctx, func(name id.ID) error { listed++; return nil }); err != nil || listed != 1 {
		t.Errorf("%d files are listed, %v", listed, err)
	}
	if err := s.Delete(key.ID); err != nil || files(t, s) != 0 {
		t.Errorf("%d files are left, %v", files(t, s), err)
	}
}
