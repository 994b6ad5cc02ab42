package cases

import (
	"context"
	"errors"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// How long is kept what nobody uses any more.
const (
	keepUpload = 24 * time.Hour // a file that joined no case
	keepNotice = 90 * 24 * time.Hour
	keepDraft  = 90 * 24 * time.Hour
)

// forgetBatch is how many unused files one call removes.
const forgetBatch = 100

// Forget removes what is kept no longer: files that were uploaded and never used, undos whose time is over, old
// notices and drafts. It is periodic work and returns how many files went.
func (s *Service) Forget(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "cases.Forget")
	var files []id.ID
	err = s.DB.Update(ctx, db.ForSystem("cases.forget"), func(tx *db.Tx) error {
		now := tx.Now()
		err := errors.Join(
			tx.Buffer(`DELETE FROM undo WHERE expires_at < $1`, now),
			tx.Buffer(`DELETE FROM notice WHERE at < $1`, now.Add(-keepNotice)),
			tx.Buffer(`DELETE FROM notice_read WHERE at < $1`, now.Add(-keepNotice)),
			tx.Buffer(`DELETE FROM draft WHERE updated_at < $1`, now.Add(-keepDraft)))
		if err != nil {
			return err
		}
		files, err = forgetUploads(tx, now.Add(-keepUpload))
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, f := range files { // the rows are gone: what a kill leaves of these, verify names
		err = errors.Join(err, s.Blobs.Delete(f))
	}
	return len(files), err
}

// forgetUploads removes the rows of unused files, each with its journal line, and names their bytes.
func forgetUploads(tx *db.Tx, before time.Time) (files []id.ID, err error) {
	type unused struct{ tenant, file, bytes id.ID }
	var list []unused
	err = tx.Query(`SELECT tenant_id, id, blob_id FROM attachment WHERE case_id IS NULL AND created_at < $1 LIMIT $2`,
		[]any{before, forgetBatch}, func(scan func(...any) error) error {
			var u unused
			err := scan(&u.tenant, &u.file, &u.bytes)
			list = append(list, u)
			return err
		})
	if err != nil {
		return nil, err
	}
	for _, u := range list {
		err := errors.Join(
			tx.Buffer(`DELETE FROM attachment WHERE tenant_id = $1 AND id = $2 AND case_id IS NULL`, u.tenant, u.file),
			journal.Record(tx, journal.Line{Tenant: u.tenant, ActorKind: string(SystemSide), SubjectKind: "file", Subject: u.file,
				Kind: "file.expired", Visibility: journal.System}))
		if err != nil {
			return nil, err
		}
		files = append(files, u.bytes)
	}
	err = tx.Query(`DELETE FROM pending_upload WHERE created_at < $1 RETURNING id`, []any{before}, func(scan func(...any) error) error {
		var f id.ID
		err := scan(&f)
		files = append(files, f)
		return err
	})
	return files, err
}
