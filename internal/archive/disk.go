package archive

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"liaison/internal/errs"
)

// diskError gives the failures of the file system that an operator can mend their sentences.
func diskError(err error) error {
	var known *errs.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.Because(errs.NoSpace, "archive.disk_full", err)
	case errors.Is(err, fs.ErrNotExist):
		return errs.Because(errs.NotFound, "archive.no_such_file", err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return errs.Because(errs.Unavailable, "archive.not_allowed", err)
	}
	return err
}

// removeFile removes a file; it is no error when it is gone.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
