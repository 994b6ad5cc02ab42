package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/minio/sio"

	"liaison/internal/errs"
	"liaison/internal/id"
)

// Key names one file and the data key that it is encrypted under.
type Key struct {
	ID   id.ID
	Data DataKey
}

// Store is the directory with the files.
type Store struct {
	dir   string
	limit int64
	disk  disk

	mu   sync.Mutex
	sure map[string]bool // folders whose own names are durable, since this process has seen to it

	// Lost is told when the disk has failed to make a file durable (see db.Options). nil does nothing.
	Lost func(error)
}

// New opens the store in dir and makes the directory when it is missing. A file of more than limit bytes is refused.
func New(dir string, limit int64) (s *Store, err error) {
	defer errs.Wrap(&err, "blob.New(%s)", dir)
	s = &Store{dir: dir, limit: limit, disk: machine(), sure: map[string]bool{}}
	for _, d := range []string{s.incoming(), s.objects()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, storageError(err)
		}
	}
	return s, nil
}

// SweepIncoming removes what an earlier process was receiving when it ended. Only the one process that serves
// calls it, and only before it takes its first file. It reports how many there were.
func (s *Store) SweepIncoming() (n int, err error) {
	defer errs.Wrap(&err, "blob.SweepIncoming")
	entries, err := os.ReadDir(s.incoming())
	if err != nil {
		return 0, storageError(err)
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(s.incoming(), e.Name())); err != nil {
			return n, storageError(err)
		}
		n++
	}
	return n, nil
}

// Put stores what r gives under key and reports its size in bytes and the SHA-256 of the plain bytes in hex. After
// it returned without an error the file survives a power cut. A file of the same id is replaced as a whole.
// Errors: TooLarge, NoSpace, Malformed when r ended early, or r's own error when that is an *errs.Error.
func (s *Store) Put(ctx context.Context, key Key, r io.Reader) (size int64, sum string, err error) {
	defer errs.Wrap(&err, "blob.Put(%s)", key.ID)
	f, err := s.disk.create(s.incoming())
	if err != nil {
		return 0, "", storageError(err)
	}
	defer func() {
		if err != nil {
			f.Close()               // a second close of the same file does no harm
			_ = os.Remove(f.Name()) // best effort: err is what is told
		}
	}()
	in := &upload{ctx: ctx, r: r, left: s.limit}
	hash := sha256.New()
	config, err := key.config()
	if err != nil {
		return 0, "", err
	}
	_, err = sio.Encrypt(f, io.TeeReader(in, hash), config)
	if err = s.putError(in, err); err != nil {
		return 0, "", err
	}
	if err = errors.Join(s.synced(f.Sync()), f.Close()); err != nil {
		return 0, "", storageError(err)
	}
	if err = s.place(f.Name(), key.ID); err != nil {
		return 0, "", storageError(err)
	}
	return in.size, hex.EncodeToString(hash.Sum(nil)), nil
}

// putError names what ended the receiving, nil when nothing did. The reader is asked first: sio takes an unexpected
// end for the end of the file and reports nothing.
func (s *Store) putError(in *upload, err error) error {
	switch {
	case in.over:
		return errs.New(errs.TooLarge, "error.file_too_large", "limit", s.limit)
	case in.err == nil:
		return storageError(err)
	}
	if known := (*errs.Error)(nil); errors.As(in.err, &known) {
		return in.err
	}
	return errs.Because(errs.Malformed, "error.upload_cut", in.err)
}

// place gives a received file its name and makes the name durable, with its folder if that is new to this process: a
// flush of a folder costs as much as one of the file.
func (s *Store) place(from string, name id.ID) error {
	to := s.path(name)
	folder := filepath.Dir(to)
	if err := s.disk.mkdir(folder); err != nil {
		return err
	}
	if err := s.disk.rename(from, to); err != nil {
		return err
	}
	if err := s.synced(s.disk.sync(folder)); err != nil {
		return err
	}
	return s.secure(folder)
}

// secure makes the name of a folder durable, once.
func (s *Store) secure(folder string) error {
	s.mu.Lock()
	sure := s.sure[folder]
	s.mu.Unlock()
	if sure {
		return nil
	}
	if err := s.synced(s.disk.sync(s.objects())); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sure[folder] = true
	return nil
}

// synced hands a failed sync on to Lost; a full disk has lost nothing.
func (s *Store) synced(err error) error {
	if s.Lost != nil && err != nil && errs.KindOf(storageError(err)) == errs.Internal {
		s.Lost(err)
	}
	return err
}

// Copy stores the file from again under to, with to's key: how a file that a member of staff has uploaded comes to
// the customer. The caller deletes from after its own transaction is durable.
func (s *Store) Copy(ctx context.Context, from, to Key) (size int64, sum string, err error) {
	defer errs.Wrap(&err, "blob.Copy(%s, %s)", from.ID, to.ID)
	f, err := s.Open(from)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = f.Close() }() // only read
	return s.Put(ctx, to, f)
}

// File is the plain content of one stored file. Reading fails when the stored bytes were changed or the key is
// not the file's own.
type File struct {
	*io.SectionReader
	f *os.File
}

// Close ends the reading.
func (f *File) Close() error { return f.f.Close() }

// Open gives the file for reading, from any position. Size is the length in plain bytes; a caller compares it with
// the one that Put gave, for a file that was cut at a block's edge still reads. Error NotFound when there is none.
func (s *Store) Open(key Key) (file *File, err error) {
	defer errs.Wrap(&err, "blob.Open(%s)", key.ID)
	f, err := s.find(key.ID)
	if err != nil {
		return nil, storageError(err)
	}
	defer func() {
		if err != nil {
			_ = f.Close() // only read
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, storageError(err)
	}
	size, err := sio.DecryptedSize(uint64(info.Size()))
	if err != nil {
		return nil, err
	}
	config, err := key.config()
	if err != nil {
		return nil, err
	}
	plain, err := sio.DecryptReaderAt(f, config)
	if err != nil {
		return nil, err
	}
	return &File{SectionReader: io.NewSectionReader(plain, 0, int64(size)), f: f}, nil
}

// Delete removes a file for good. It is no error when there is none, so that a removal can be repeated.
func (s *Store) Delete(name id.ID) (err error) {
	defer errs.Wrap(&err, "blob.Delete(%s)", name)
	for _, path := range []string{s.path(name), s.oldPath(name)} {
		switch err := os.Remove(path); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return storageError(err)
		default:
			if err := syncDir(filepath.Dir(path)); err != nil {
				return storageError(err)
			}
		}
	}
	return nil
}

// Walk calls fn for every stored file, in no promised order; a verification compares them with the rows. Files
// that are not named by an id were not put there by the store and are passed over.
func (s *Store) Walk(ctx context.Context, fn func(name id.ID) error) (err error) {
	defer errs.Wrap(&err, "blob.Walk")
	return filepath.WalkDir(s.objects(), func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return storageError(err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name, err := id.Parse(e.Name())
		if err != nil || !e.Type().IsRegular() {
			return nil //nolint:nilerr // the store did not put it there: passed over
		}
		return fn(name)
	})
}

func (s *Store) incoming() string { return filepath.Join(s.dir, "incoming") }
func (s *Store) objects() string  { return filepath.Join(s.dir, "objects") }

// path is where a file lies: in one of 256 folders, by the last byte of its id, which is random.
func (s *Store) path(name id.ID) string {
	return filepath.Join(s.objects(), folder(name[15]), name.String())
}

// oldPath is where it lies when it was stored before: a folder deeper. Those folders were almost all new, and each cost a
// flush more.
func (s *Store) oldPath(name id.ID) string {
	return filepath.Join(s.objects(), folder(name[15]), folder(name[14]), name.String())
}

func folder(b byte) string {
	const hexDigits = "0123456789abcdef"
	return string([]byte{hexDigits[b>>4], hexDigits[b&15]})
}

// find opens a stored file, wherever it lies.
func (s *Store) find(name id.ID) (*os.File, error) {
	f, err := os.Open(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return os.Open(s.oldPath(name))
	}
	return f, err
}

// upload counts what comes in, stops above the limit and when ctx ends, and keeps the reader's error apart from
// one of the disk.
type upload struct {
	ctx        context.Context
	r          io.Reader
	left, size int64
	over       bool
	err        error
}

func (u *upload) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		u.err = err
		return 0, err
	}
	n, err := u.r.Read(p)
	u.left -= int64(n)
	u.size += int64(n)
	if u.left < 0 {
		u.over, u.err = true, errors.New("over the limit")
		return 0, u.err
	}
	if err != nil && err != io.EOF {
		u.err = err
	}
	return n, err
}

// storageError tells apart a full disk, a file that is not there, and everything else. nil stays nil.
func storageError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.Because(errs.NoSpace, "error.disk_full", err)
	case errors.Is(err, fs.ErrNotExist):
		return errs.Missing()
	}
	return errs.Because(errs.Internal, "error.internal", err)
}
