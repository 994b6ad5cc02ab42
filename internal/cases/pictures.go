package cases

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"liaison/internal/access"
	"liaison/internal/blob"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// maxPictures is how many bytes of pictures a mail shows as it was sent; the others are among the files of its message.
const maxPictures = 8 << 20

// picture is a file of a mail that its HTML may refer to.
type picture struct {
	contentID string
	blob      id.ID
	size      int64
}

// picturesOf are the inline files of a message that came by mail, or of the mail that a case was filed with (message zero).
func picturesOf(tx *db.Tx, tenant, caseID, message id.ID) (out []picture, err error) {
	q, args := ` AND case_id = $2 AND message_id IS NULL`, []any{tenant, caseID}
	if !message.IsZero() {
		q, args = ` AND message_id = $2`, []any{tenant, message}
	}
	err = tx.Query(`SELECT content_id, blob_id, size FROM attachment WHERE tenant_id = $1`+q+` AND content_id <> '' AND NOT internal ORDER BY created_at, id`,
		args, func(scan func(...any) error) error {
			var p picture
			err := scan(&p.contentID, &p.blob, &p.size)
			out = append(out, p)
			return err
		})
	return out, err
}

// withPictures puts a mail's own pictures into its sanitised HTML where it refers to them (cid:). They become part of the
// document: it runs and loads nothing, and has no sign-in to fetch them with. What is no picture by its bytes stays out, and
// shows the words that the mail has for it.
func (s *Service) withPictures(ctx context.Context, a access.Actor, tenant id.ID, html string, list []picture) (string, error) {
	if len(list) == 0 || !strings.Contains(html, pictureSource) {
		return withoutPictures(html), nil
	}
	key, err := s.customerKey(ctx, a, tenant)
	if err != nil && errs.KindOf(err) == errs.Refused { // restricted since: files are not shown any more
		return withoutPictures(html), nil
	}
	if err != nil {
		return "", err
	}
	left := int64(maxPictures)
	for _, p := range list {
		reference := pictureSource + p.contentID + `"`
		n := int64(strings.Count(html, reference))
		if n == 0 || p.size > left || n*p.size > left || strings.ContainsAny(p.contentID, `"<>`) {
			continue
		}
		body, err := s.bytesOf(blob.Key{ID: p.blob, Data: key})
		if err != nil {
			return "", err
		}
		if kind := pictureType(body); kind != "" {
			html = strings.ReplaceAll(html, reference, `src="data:`+kind+`;base64,`+base64.StdEncoding.EncodeToString(body)+`"`)
			left -= n * p.size
		}
	}
	return withoutPictures(html), nil
}

// pictureSource is how sanitised HTML refers to a picture of its mail. In a text its quotation marks would be escaped.
const pictureSource = `src="cid:`

// withoutPictures takes out the references to pictures that are not there.
func withoutPictures(html string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(html, pictureSource)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		_, html, _ = strings.Cut(rest, `"`)
	}
}

func (s *Service) bytesOf(key blob.Key) (body []byte, err error) {
	f, err := s.Blobs.Open(key)
	if err != nil {
		return nil, err
	}
	body, err = io.ReadAll(io.LimitReader(f, maxPictures+1))
	return body, errors.Join(err, f.Close())
}

// pictureType is what a file is by its first bytes, of the kinds that every browser shows; "" for all others.
func pictureType(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "image/gif"
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}
