package web

import (
	"cmp"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"liaison/internal/errs"
)

// maxEntries is how many entries, and maxEntryBytes how many bytes of text, a form with files may hold.
const (
	maxEntries    = 1000
	maxEntryBytes = 2 << 20
)

// MaxTyped is how many characters are kept of one entry that is longer than a whole form may be.
const MaxTyped = 100_000

// ReadFiles reads a posted form whose files are handed to take one after the other as they arrive: no byte of them
// waits in memory or in a temporary file. Empty file entries are passed over. A form without files is read as
// ReadForm does. What take returns is returned, after all that was typed is read: it may stand behind the file. An entry
// that is too long is cut, and is Invalid. The form is good beside an error, too.
func ReadFiles(r *http.Request, take func(name string, body io.Reader) error) (Form, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return ReadForm(r)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return Form{}, errs.Because(errs.Malformed, "error.malformed", err)
	}
	form, left := Form{values: url.Values{}}, int64(maxEntryBytes)
	var failed error // the first one; what follows is read nevertheless
	for range maxEntries {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, failed
		}
		if err != nil {
			return form, cmp.Or(failed, brokenForm(err))
		}
		if part.FileName() != "" {
			if failed == nil {
				failed = take(part.FileName(), part)
			}
			continue
		}
		if left, err = form.readEntry(part, left); err != nil && errs.KindOf(err) != errs.Invalid {
			return form, err
		}
		failed = cmp.Or(failed, err)
	}
	return form, errs.New(errs.TooLarge, "error.too_large")
}

// readEntry reads one entry of text; left is how many bytes the form may still hold.
func (f Form) readEntry(part *multipart.Part, left int64) (int64, error) {
	b, err := io.ReadAll(io.LimitReader(part, left+1))
	if err != nil {
		return left, brokenForm(err)
	}
	if int64(len(b)) > left {
		kept := Cut(b)
		f.values.Add(part.FormName(), kept)
		return max(left-int64(len(kept)), 0), errs.BadFields(errs.BadField(part.FormName(), "field.cut", "max", MaxTyped))
	}
	if !utf8.Valid(b) {
		return left, errs.New(errs.Malformed, "error.malformed")
	}
	if part.FormName() != "files" || len(b) > 0 { // an empty choice of files is an entry without a file name
		f.values.Add(part.FormName(), string(b))
	}
	return left - int64(len(b)), nil
}

// Cut is the beginning of a text that is longer than a form may be: MaxTyped characters, or all of it when it has fewer.
func Cut(b []byte) string {
	runes := 0
	for i := range string(b) {
		if runes++; runes > MaxTyped {
			return strings.ToValidUTF8(string(b[:i]), "")
		}
	}
	return strings.ToValidUTF8(string(b), "")
}

func brokenForm(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.Because(errs.TooLarge, "error.too_large", err)
	}
	return errs.Because(errs.Malformed, "error.malformed", err)
}
