package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"liaison/internal/access"
	"liaison/internal/blob"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// FileFault says what is wrong with the stored bytes of a file.
type FileFault string

// The faults; "" is none.
const (
	FileMissing   FileFault = "missing" // a row names it and it is not there
	FileLocked    FileFault = "locked"  // its customer's key does not open with the installation's key
	FileDamaged   FileFault = "damaged" // the bytes were changed or cut
	FileDifferent FileFault = "differs" // it opens and is not what the row says: size or SHA-256
)

// CheckedFile is a file that a row names.
type CheckedFile struct {
	ID    id.ID // of the stored bytes
	Fault FileFault
}

// storedFile is what a row says about its bytes.
type storedFile struct {
	key     blob.Key
	locked  bool
	pending bool // not of a case yet
	mail    bool // the original of a mail: its row says neither size nor SHA-256
	inRow   bool // and it lies in the database
	size    int64
	sha256  string
}

// CheckFiles reads every file that a row names, in plain, and tells seen what it found. Only the program itself may.
func (s *Service) CheckFiles(ctx context.Context, a access.Actor, seen func(CheckedFile)) (err error) {
	defer errs.Wrap(&err, "cases.CheckFiles")
	if !a.System {
		return errs.New(errs.Refused, "error.forbidden")
	}
	files, err := s.storedFiles(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if f.inRow {
			damaged, err := s.checkRow(ctx, f.key)
			if err != nil {
				return err
			}
			seen(CheckedFile{ID: f.key.ID, Fault: damaged})
			continue
		}
		c := CheckedFile{ID: f.key.ID, Fault: s.checkFile(f)}
		if c.Fault == FileMissing && f.pending {
			if moved, err := s.hasMoved(ctx, f.key.ID); moved || err != nil {
				if err != nil {
					return err
				}
				continue
			}
		}
		seen(c)
	}
	return nil
}

// storedFiles lists the files of all customers, the originals of mails, and files of staff that are of no case yet.
func (s *Service) storedFiles(ctx context.Context) (files []storedFile, err error) {
	staff, err := s.Keys.Installation()
	if err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, db.ForSystem("cases.check_files"), func(tx *db.Tx) error {
		files = nil
		err := tx.Query(`SELECT a.tenant_id, a.blob_id, a.size, a.sha256, c.data_key FROM attachment a JOIN customer c ON c.id = a.tenant_id`,
			nil, func(scan func(...any) error) error {
				var tenant id.ID
				var wrapped []byte
				var f storedFile
				if err := scan(&tenant, &f.key.ID, &f.size, &f.sha256, &wrapped); err != nil {
					return err
				}
				data, err := s.Keys.Unwrap(tenant, wrapped)
				f.key.Data, f.locked = data, err != nil
				files = append(files, f)
				return nil
			})
		if err != nil {
			return err
		}
		if err := originals(tx, staff, &files); err != nil {
			return err
		}
		return tx.Query(`SELECT id, size, sha256 FROM pending_upload`, nil, func(scan func(...any) error) error {
			f := storedFile{key: blob.Key{Data: staff}, pending: true}
			err := scan(&f.key.ID, &f.size, &f.sha256)
			files = append(files, f)
			return err
		})
	})
	return files, err
}

// originals adds those of the mails, in rows and in files.
func originals(tx *db.Tx, data blob.DataKey, files *[]storedFile) error {
	return tx.Query(`SELECT m.sealed_id, o.id IS NOT NULL FROM inbound_mail m LEFT JOIN mail_original o ON o.id = m.sealed_id WHERE m.sealed_id IS NOT NULL`,
		nil, func(scan func(...any) error) error {
			f := storedFile{key: blob.Key{Data: data}, mail: true}
			err := scan(&f.key.ID, &f.inRow)
			*files = append(*files, f)
			return err
		})
}

// checkRow opens an original that lies in the database. One that was forgotten since it was listed has no fault.
func (s *Service) checkRow(ctx context.Context, key blob.Key) (FileFault, error) {
	var sealed []byte
	err := s.DB.Look(ctx, db.ForSystem("cases.check_files"), `SELECT bytes FROM mail_original WHERE id = $1`, []any{key.ID}, &sealed)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if _, err := blob.Unseal(key, sealed); err != nil {
		return FileDamaged, nil //nolint:nilerr // it is the finding
	}
	return "", nil
}

func (s *Service) checkFile(f storedFile) FileFault {
	if f.locked {
		return FileLocked
	}
	r, err := s.Blobs.Open(f.key)
	if errs.KindOf(err) == errs.NotFound {
		return FileMissing
	}
	if err != nil {
		return FileDamaged
	}
	defer func() { _ = r.Close() }() // read only
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	switch {
	case err != nil:
		return FileDamaged
	case !f.mail && (n != f.size || hex.EncodeToString(sum.Sum(nil)) != f.sha256):
		return FileDifferent
	}
	return ""
}

// hasMoved reports whether a file of staff has come to a case since it was listed: its bytes are elsewhere then.
func (s *Service) hasMoved(ctx context.Context, file id.ID) (moved bool, err error) {
	err = s.DB.View(ctx, db.ForSystem("cases.check_files"), func(tx *db.Tx) error {
		return tx.Row(`SELECT NOT EXISTS (SELECT 1 FROM pending_upload WHERE id = $1)`, []any{file}, &moved)
	})
	return moved, err
}
