package blob

import (
	"context"
	"errors"
	"io"
	"os"

	"liaison/internal/errs"
	"liaison/internal/id"
)

// OpenStored gives a file's bytes as they lie on the disk, encrypted, with their number: for a backup, which needs no
// key. The caller closes it. Error NotFound when there is none.
func (s *Store) OpenStored(name id.ID) (r io.ReadCloser, size int64, err error) {
	defer errs.Wrap(&err, "blob.OpenStored(%s)", name)
	f, err := s.find(name)
	if err != nil {
		return nil, 0, storageError(err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(storageError(err), f.Close())
	}
	return f, info.Size(), nil
}

// PutStored stores bytes that OpenStored gave, under the same id: they open with the key they were encrypted with.
func (s *Store) PutStored(ctx context.Context, name id.ID, r io.Reader) (err error) {
	defer errs.Wrap(&err, "blob.PutStored(%s)", name)
	f, err := s.disk.create(s.incoming())
	if err != nil {
		return storageError(err)
	}
	defer func() {
		if err != nil {
			f.Close()
			_ = os.Remove(f.Name()) // best effort: err is what is told
		}
	}()
	in := &upload{ctx: ctx, r: r, left: s.limit}
	_, err = io.Copy(f, in)
	if err = s.putError(in, err); err != nil {
		return err
	}
	if err = errors.Join(f.Sync(), f.Close()); err != nil {
		return storageError(err)
	}
	return storageError(s.place(f.Name(), name))
}
