package cases

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"liaison/internal/access"
	"liaison/internal/blob"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Attachment is one file. It belongs to the person who uploaded it until it is used once, then to the case.
type Attachment struct {
	ID          id.ID
	Name        string // cleaned for showing and saving; never a path
	ContentType string // of the allow-list; application/octet-stream otherwise
	Size        int64
	SHA256      string // hex
	At          time.Time
	Internal    bool
	Message     id.ID // the message it came with; zero for the registration
	Of          id.ID // the case it came with
}

// NewFile is an upload.
type NewFile struct {
	Name string
	Body io.Reader

	// Within runs last in the transaction.
	Within func(tx *db.Tx, f *Attachment) error
}

// Upload stores a file of the actor's: a customer's under the customer's key, a staff member's under the
// installation's until it joins a case. A restricted customer's person may never upload one (R7.1-06).
func (s *Service) Upload(ctx context.Context, a access.Actor, in NewFile) (f *Attachment, err error) {
	defer errs.Wrap(&err, "cases.Upload")
	if err := s.Permit(a, access.CaseReply); err != nil {
		return nil, err
	}
	var key blob.DataKey
	if a.Role.IsStaff() {
		key, err = s.Keys.Installation()
	} else {
		key, err = s.customerKey(ctx, a, a.Customer)
	}
	if err != nil {
		return nil, err
	}
	name := blob.CleanName(in.Name)
	f = &Attachment{ID: id.New(), Name: name, ContentType: blob.ContentType(name)}
	if f.Size, f.SHA256, err = s.Blobs.Put(ctx, blob.Key{ID: f.ID, Data: key}, in.Body); err != nil {
		return nil, err
	}
	err = s.DB.Update(ctx, scope(a, "upload a file"), func(tx *db.Tx) error {
		f.At = tx.Now()
		if err := writeUpload(tx, a, f); err != nil {
			return err
		}
		err := journal.Record(tx, journal.Line{Tenant: a.Customer, Actor: a.Person, ActorKind: string(side(a)), SubjectKind: "file", Subject: f.ID,
			Kind: "file.uploaded", Visibility: journal.Staff, Data: map[string]any{"size": f.Size, "sha256": f.SHA256}})
		if err == nil && in.Within != nil {
			err = in.Within(tx, f)
		}
		return err
	})
	if err != nil && Undone(err) {
		err = errors.Join(err, s.Blobs.Delete(f.ID))
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// UploadTo is Upload of a file for a case that is known already. For a restricted customer's case not a byte of it is
// stored, whoever sends it (R7.1-06).
func (s *Service) UploadTo(ctx context.Context, a access.Actor, number string, in NewFile) (f *Attachment, err error) {
	defer errs.Wrap(&err, "cases.UploadTo(%s)", number)
	if err := s.Permit(a, access.CaseReply); err != nil {
		return nil, err
	}
	var customer id.ID
	err = s.DB.View(ctx, scope(a, "find a case's customer"), func(tx *db.Tx) error {
		customer, _, err = locate(tx, number)
		return err
	})
	if err == nil {
		_, err = s.customerKey(ctx, a, customer)
	}
	if err != nil {
		return nil, err
	}
	return s.Upload(ctx, a, in)
}

func writeUpload(tx *db.Tx, a access.Actor, f *Attachment) error {
	if a.Role.IsStaff() {
		return tx.Buffer(`INSERT INTO pending_upload (id, person_id, name, content_type, size, sha256, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, f.ID, a.Person, f.Name, f.ContentType, f.Size, f.SHA256, f.At)
	}
	return tx.Buffer(`INSERT INTO attachment (tenant_id, id, blob_id, person_id, name, content_type, size, sha256, created_at)
		VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8)`, a.Customer, f.ID, a.Person, f.Name, f.ContentType, f.Size, f.SHA256, f.At)
}

// customerKey opens the data key of a customer's files. For a restricted customer there is none to be had: whatever
// wants to store a file asks here first.
func (s *Service) customerKey(ctx context.Context, a access.Actor, customer id.ID) (key blob.DataKey, err error) {
	err = s.DB.View(ctx, scope(a, "open a file key"), func(tx *db.Tx) error {
		var restricted bool
		var wrapped []byte
		err := tx.Row(`SELECT restricted, data_key FROM customer WHERE id = $1`, []any{customer}, &restricted, &wrapped)
		if errors.Is(err, db.ErrNoRows) {
			return errs.Missing()
		}
		if err != nil {
			return err
		}
		if restricted {
			return errs.Refuse(errs.Decision{Code: "restricted_no_attachments", Clause: "7.1", Requirement: "R7.1-06",
				Edition: s.Policy.Now().Edition, Inputs: map[string]any{"restricted": true}})
		}
		key, err = s.Keys.Unwrap(customer, wrapped)
		return err
	})
	return key, err
}

// adopted is a file on its way to a case. Staff's is copied under the customer's key beforehand, outside the
// transaction: a gigabyte must not hold up everybody's commit.
type adopted struct {
	file id.ID // as uploaded
	blob id.ID // the bytes under the customer's key
}

// errUnknownFile is the one answer for a file that is another person's, used already, or never was.
func errUnknownFile() error {
	return errs.BadFields(errs.BadField("attachments", "case.unknown_attachment"))
}

// adopt prepares files for the case of a system (registering) of which only the system is known yet.
func (s *Service) adopt(ctx context.Context, a access.Actor, system id.ID, files []id.ID) ([]adopted, error) {
	if len(files) == 0 {
		return nil, nil
	}
	customer := a.Customer
	if a.Role.IsStaff() {
		err := s.DB.View(ctx, scope(a, "find a system's customer"), func(tx *db.Tx) error {
			return tx.Row(`SELECT tenant_id FROM system WHERE id = $1`, []any{system}, &customer)
		})
		if errors.Is(err, db.ErrNoRows) {
			return nil, errs.Missing()
		}
		if err != nil {
			return nil, err
		}
	}
	return s.adoptFor(ctx, a, customer, files)
}

func (s *Service) adoptFor(ctx context.Context, a access.Actor, customer id.ID, files []id.ID) (out []adopted, err error) {
	key, err := s.customerKey(ctx, a, customer)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	if !a.Role.IsStaff() {
		for _, f := range files {
			out = append(out, adopted{file: f, blob: f})
		}
		return out, nil
	}
	mine, err := s.ownUploads(ctx, a)
	if err != nil {
		return nil, err
	}
	from, err := s.Keys.Installation()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if !mine[f] {
			return nil, errors.Join(errUnknownFile(), s.discard(out))
		}
		n := id.New()
		if _, _, err := s.Blobs.Copy(ctx, blob.Key{ID: f, Data: from}, blob.Key{ID: n, Data: key}); err != nil {
			return nil, errors.Join(err, s.discard(out))
		}
		out = append(out, adopted{file: f, blob: n})
	}
	return out, nil
}

func (s *Service) ownUploads(ctx context.Context, a access.Actor) (map[id.ID]bool, error) {
	mine := map[id.ID]bool{}
	err := s.DB.View(ctx, scope(a, "own uploads"), func(tx *db.Tx) error {
		return tx.Query(`SELECT id FROM pending_upload WHERE person_id = $1`, []any{a.Person}, func(scan func(...any) error) error {
			var f id.ID
			err := scan(&f)
			mine[f] = true
			return err
		})
	})
	return mine, err
}

// discard removes copies before any row can name them.
func (s *Service) discard(copies []adopted) (err error) {
	for _, f := range copies {
		err = errors.Join(err, s.Blobs.Delete(f.blob))
	}
	return err
}

// settle removes the copies that are no longer needed once the Update ended with err: the first one when the case has
// the file, the second when it did not come to that. What a crash leaves behind, `liaison verify` names.
func (s *Service) settle(files []adopted, err error) {
	for _, f := range files {
		switch {
		case f.file == f.blob:
		case err == nil:
			_ = s.Blobs.Delete(f.file)
		case Undone(err):
			_ = s.Blobs.Delete(f.blob)
		}
	}
}

// Undone reports whether an Update that failed with err has left nothing behind for certain. When the answer to COMMIT
// was lost the rows may be there: then their bytes stay.
func Undone(err error) bool {
	kind := errs.KindOf(err)
	return kind != errs.Internal && kind != errs.Unavailable || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// attach gives uploaded files of the actor to a case, each once; their names are found from now on.
func (s *Service) attach(tx *db.Tx, a access.Actor, c *Case, message id.ID, internal bool, files []adopted) ([]Attachment, error) {
	out := []Attachment{}
	for _, f := range files {
		u := Attachment{ID: f.file, Internal: internal, Message: message}
		var err error
		if a.Role.IsStaff() {
			err = attachStaffFile(tx, a, c, f, &u)
		} else {
			err = tx.Row(`UPDATE attachment SET case_id = $3, message_id = $4
				WHERE tenant_id = $1 AND id = $2 AND person_id = $5 AND case_id IS NULL
				RETURNING name, content_type, size, sha256, created_at`, []any{c.Tenant, f.file, c.ID, message, a.Person},
				&u.Name, &u.ContentType, &u.Size, &u.SHA256, db.Time(&u.At))
		}
		if errors.Is(err, db.ErrNoRows) {
			err = errUnknownFile()
		}
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	s.indexFiles(tx, c, internal, out)
	return out, nil
}

func attachStaffFile(tx *db.Tx, a access.Actor, c *Case, f adopted, u *Attachment) error {
	err := tx.Row(`DELETE FROM pending_upload WHERE id = $1 AND person_id = $2 RETURNING name, content_type, size, sha256, created_at`,
		[]any{f.file, a.Person}, &u.Name, &u.ContentType, &u.Size, &u.SHA256, db.Time(&u.At))
	if err != nil {
		return err
	}
	return tx.Buffer(`INSERT INTO attachment (tenant_id, id, blob_id, person_id, case_id, message_id, internal, name, content_type, size, sha256, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		c.Tenant, f.file, f.blob, a.Person, c.ID, u.Message, u.Internal, u.Name, u.ContentType, u.Size, u.SHA256, u.At)
}

const fileColumns = `SELECT id, name, content_type, size, sha256, created_at, internal, message_id, blob_id, case_id FROM attachment`

// ofCase selects the files of a case; those of the message that it was split off with are its own, too.
const ofCase = ` WHERE tenant_id = $1 AND (case_id = $2 OR message_id IN (SELECT s.split_message FROM support_case s
	WHERE s.tenant_id = $1 AND s.id = $2))`

func scanFile(scan func(...any) error) (f Attachment, bytes id.ID, err error) {
	err = scan(&f.ID, &f.Name, &f.ContentType, &f.Size, &f.SHA256, db.Time(&f.At), &f.Internal, &f.Message, &bytes, &f.Of)
	return f, bytes, err
}

// filesOf gives a case's files by message; those of the registration under the zero id.
func filesOf(tx *db.Tx, tenant, caseID id.ID, staff bool) (map[id.ID][]Attachment, error) {
	out := map[id.ID][]Attachment{}
	q := fileColumns + ofCase
	if !staff {
		q += ` AND NOT internal`
	}
	err := tx.Query(q+` ORDER BY created_at, id`, []any{tenant, caseID}, func(scan func(...any) error) error {
		f, _, err := scanFile(scan)
		if f.Of != caseID { // of the message that the case was made of
			f.Message = id.ID{}
		}
		out[f.Message] = append(out[f.Message], f)
		return err
	})
	return out, err
}

// Download opens a file of a case for reading; the caller closes it. Another case's file is as missing as none.
func (s *Service) Download(ctx context.Context, a access.Actor, number string, file id.ID) (f Attachment, r *blob.File, err error) {
	defer errs.Wrap(&err, "cases.Download(%s, %s)", number, file)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return f, nil, err
	}
	var tenant, bytes id.ID
	err = s.DB.View(ctx, scope(a, "download a file"), func(tx *db.Tx) error {
		var caseID id.ID
		if tenant, caseID, err = locateFor(tx, a, number); err != nil {
			return err
		}
		found := false
		err = tx.Query(fileColumns+ofCase+` AND id = $3`, []any{tenant, caseID, file}, func(scan func(...any) error) error {
			f, bytes, err = scanFile(scan)
			found = err == nil && (seesNotes(a) || !f.Internal)
			return err
		})
		if err == nil && !found {
			err = errs.Missing()
		}
		return err
	})
	if err != nil {
		return Attachment{}, nil, err
	}
	key, err := s.customerKey(ctx, a, tenant)
	if err != nil {
		return Attachment{}, nil, err
	}
	if r, err = s.Blobs.Open(blob.Key{ID: bytes, Data: key}); err != nil {
		return Attachment{}, nil, err
	}
	if r.Size() != f.Size { // cut at a block's edge, it would still read
		return Attachment{}, nil, errors.Join(fmt.Errorf("file %s has %d bytes, not %d", bytes, r.Size(), f.Size), r.Close())
	}
	return f, r, nil
}
