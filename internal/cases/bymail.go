package cases

import (
	"context"
	"errors"
	"io"
	"time"

	"liaison/internal/access"
	"liaison/internal/blob"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// ChannelEmail is the channel of what came by mail. Texts of this channel are plain text.
const ChannelEmail = "email"

// sent reports whether there is an HTML part, which MessageHTML gives.
func (m *ByMail) sent() bool { return m != nil && m.HTML != "" }

// adopted reports whether somebody made a case of a mail that had been held.
func (m *ByMail) adopted() bool { return m != nil && !m.ClockFrom.IsZero() }

// ByMail is what comes with a mail beside its text.
type ByMail struct {
	Received  time.Time // when our server, or the polled one, took it: clocks start here, and a wait ends here
	ClockFrom time.Time // when the clock starts instead, for a held mail that was adopted; zero: Received
	Triage    bool      // system, environment and version are guessed
	Language  string    // of the text; "" = the person's
	Quoted    string    // what it quoted, shown folded
	HTML      string    // its HTML part, sanitised; "" = none
	Files     []MailFile
	Author    *Party // the person of the customer who wrote it, when somebody else puts it on the case or makes one of it; nil: who acts
}

// MailFile is a file of a mail, stored under the customer's key by StoreMailFile before the transaction.
type MailFile struct {
	ID          id.ID  `json:"id"`
	Name        string `json:"name"`
	ContentType string `json:"contentType"`
	ContentID   string `json:"contentId,omitempty"` // of an inline picture
	Size        int64  `json:"size"`
	SHA256      string `json:"sha256"`
}

// received never lies after the transaction's own instant: two clocks may differ.
func (m *ByMail) received(now time.Time) time.Time {
	at := m.Received.UTC().Truncate(time.Microsecond)
	if at.After(now) {
		return now
	}
	return at
}

func (m *ByMail) clockFrom(received time.Time) time.Time {
	if m.ClockFrom.IsZero() {
		return received
	}
	return m.ClockFrom
}

// StoreMailFile stores a file of a mail under a customer's key. A restricted customer has none: nothing is stored.
func (s *Service) StoreMailFile(ctx context.Context, customer id.ID, name, contentID string, body io.Reader) (f MailFile, err error) {
	defer errs.Wrap(&err, "cases.StoreMailFile")
	key, err := s.customerKey(ctx, access.Actor{System: true, Customer: customer}, customer)
	if err != nil {
		return f, err
	}
	clean := blob.CleanName(name)
	f = MailFile{ID: id.New(), Name: clean, ContentType: blob.ContentType(clean), ContentID: contentID}
	f.Size, f.SHA256, err = s.Blobs.Put(ctx, blob.Key{ID: f.ID, Data: key}, body)
	return f, err
}

// DropMailFiles removes stored files that no row names, after the transaction that should have named them failed with why.
func (s *Service) DropMailFiles(files []MailFile, why error) (err error) {
	if !Undone(why) {
		return nil // the rows may be there
	}
	for _, f := range files {
		err = errors.Join(err, s.Blobs.Delete(f.ID))
	}
	return err
}

// writeMail adds a mail's files, which are found by their names from now on, and its HTML to a case (message zero) or to a
// message. Without a mail it does nothing.
func (s *Service) writeMail(tx *db.Tx, c *Case, m *ByMail, message, person id.ID) error {
	if m == nil {
		return nil
	}
	files := make([]Attachment, 0, len(m.Files))
	for _, f := range m.Files {
		err := tx.Buffer(`INSERT INTO attachment (tenant_id, id, blob_id, person_id, case_id, message_id, name, content_type, size, sha256, created_at, content_id)
			VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			c.Tenant, f.ID, person, c.ID, message, f.Name, f.ContentType, f.Size, f.SHA256, tx.Now(), f.ContentID)
		if err != nil {
			return err
		}
		files = append(files, Attachment{Name: f.Name})
	}
	s.indexFiles(tx, c, false, files)
	if m.HTML == "" {
		return nil
	}
	if message.IsZero() {
		return tx.Buffer(`INSERT INTO description_html (tenant_id, case_id, html) VALUES ($1, $2, $3)`, c.Tenant, c.ID, m.HTML)
	}
	return tx.Buffer(`INSERT INTO message_html (tenant_id, message_id, html) VALUES ($1, $2, $3)`, c.Tenant, message, m.HTML)
}
