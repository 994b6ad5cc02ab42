package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"unicode/utf8"

	"liaison/internal/errs"
)

// maxEntries is how many entries, and maxEntryBytes how many bytes of text, a form with files may hold.
const (
	maxEntries    = 1000
	maxEntryBytes = 2 << 20
)

// ReadFiles reads a posted form whose files are handed to take one after the other as they arrive: no byte of them
// waits in memory or in a temporary file. Empty file entries are passed over. A form without files is read as
// ReadForm does. What take returns is returned.
func ReadFiles(r *http.Request, take func(name string, body io.Reader) error) (Form, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return ReadForm(r)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return Form{}, errs.Because(errs.Malformed, "error.malformed", err)
	}
	form, left := Form{values: url.Values{}}, int64(maxEntryBytes)
	for range maxEntries {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, nil
		}
		if err != nil {
			return form, brokenForm(err)
		}
		if part.FileName() != "" {
			if err := take(part.FileName(), part); err != nil {
				return form, err
			}
			continue
		}
		if left, err = form.readEntry(part, left); err != nil {
			return form, err
		}
	}
	return form, errs.New(errs.TooLarge, "error.too_large")
}

// readEntry reads one entry of text; left is how many bytes the form may still hold.
func (f Form) readEntry(part *multipart.Part, left int64) (int64, error) {
	b, err := io.ReadAll(io.LimitReader(part, left+1))
	switch {
	case err != nil:
		return left, brokenForm(err)
	case int64(len(b)) > left:
		return left, errs.New(errs.TooLarge, "error.too_large")
	case !utf8.Valid(b):
		return left, errs.New(errs.Malformed, "error.malformed")
	}
	if part.FormName() != "files" || len(b) > 0 { // an empty choice of files is an entry without a file name
		f.values.Add(part.FormName(), string(b))
	}
	return left - int64(len(b)), nil
}

func brokenForm(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.Because(errs.TooLarge, "error.too_large", err)
	}
	return errs.Because(errs.Malformed, "error.malformed", err)
}
