package web

import (
	"cmp"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"liaison/internal/errs"
)

// maxEntries is how many entries, and maxEntryBytes how many bytes of text, a form may hold; maxFormBytes is how much of
// one without files is read, so that an entry that is too long loses none that stands behind it.
const (
	maxEntries    = 10_000
	maxEntryBytes = 2 << 20
	maxFormBytes  = 12 << 20
	maxEntryName  = 1 << 10
)

// MaxTyped is how many characters are kept of one entry that is longer than a whole form may be.
const MaxTyped = 100_000

// ReadFiles reads a posted form, whose files are handed to take one after the other as they arrive: no byte of them
// waits in memory or in a temporary file. Empty file entries are passed over. What take returns is returned, after all
// that was typed is read: it may stand behind the file. An entry that is too long is cut, and is Invalid by its name. The
// form is good beside an error, too: it holds what was read, and no more than is worth holding in memory.
func ReadFiles(r *http.Request, take func(name string, body io.Reader) error) (Form, error) {
	return ReadLarge(r, maxEntryBytes, take)
}

// ReadLarge is ReadFiles for a form that may hold more bytes of text than what people type: a table that was pasted.
func ReadLarge(r *http.Request, bytes int64, take func(name string, body io.Reader) error) (Form, error) {
	in := &reading{form: Form{values: url.Values{}}, left: bytes}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = in.parts(r, take)
	case "application/x-www-form-urlencoded":
		err = in.encoded(http.MaxBytesReader(nil, r.Body, max(maxFormBytes, 4*bytes))) // a route's limit for files is none for what is typed
	}
	if p, ok := r.Context().Value(postedKey{}).(*postedForm); ok {
		p.form, p.files, p.read = in.form, in.files, true
	}
	return in.form, cmp.Or(err, in.failed, errs.BadFields(in.bad...))
}

// reading is a form while it is read.
type reading struct {
	form   Form
	left   int64 // bytes of text that the form may still hold; below zero what is left for short entries behind long ones
	files  bool  // there were some
	failed error // of the first file that was not taken; what follows is read nevertheless
	bad    []errs.Field
}

// parts reads a form with files.
func (in *reading) parts(r *http.Request, take func(name string, body io.Reader) error) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return errs.Because(errs.Malformed, "error.malformed", err)
	}
	for entries := 0; ; entries++ {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return cmp.Or(in.failed, brokenForm(err))
		case entries == maxEntries:
			return errs.New(errs.TooLarge, "error.too_large")
		}
		if part.FileName() != "" {
			in.files = true
			if in.failed == nil {
				in.failed = take(part.FileName(), part)
			}
			continue
		}
		most := in.most()
		b, err := io.ReadAll(io.LimitReader(part, most+1))
		if err != nil {
			return cmp.Or(in.failed, brokenForm(err))
		}
		if part.FormName() == "files" && len(b) == 0 { // an empty choice of files is an entry without a file name
			continue
		}
		if err := in.add(part.FormName(), b, int64(len(b)) > most); err != nil {
			return err
		}
	}
}

// most is how many bytes of the next entry are worth reading: what the form may still hold, and always a whole field.
func (in *reading) most() int64 { return max(in.left, utf8.UTFMax*MaxTyped) }

// add keeps one entry, and as much as one field may hold of an entry for which the form has no room. over says that it was
// longer than what is handed in.
func (in *reading) add(name string, b []byte, over bool) error {
	if over {
		b = wholeRunes(b)
	}
	if !utf8.Valid(b) || !utf8.ValidString(name) {
		return errs.New(errs.Malformed, "error.malformed")
	}
	if over || int64(len(b)) > in.left {
		kept := Cut(b)
		if over || len(kept) < len(b) {
			in.bad = append(in.bad, errs.BadField(name, "field.cut", "max", MaxTyped))
			b = []byte(kept)
		}
	}
	if in.left -= int64(len(b)); in.left < -maxEntryBytes {
		return errs.New(errs.TooLarge, "error.too_large")
	}
	if _, known := in.form.values[name]; !known {
		in.form.order = append(in.form.order, name)
	}
	in.form.values.Add(name, string(b))
	return nil
}

// wholeRunes is b without the beginning of a character at its end, which a limit has cut.
func wholeRunes(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if last := b[len(b)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return b[:len(b)-n]
			}
			break
		}
	}
	return b
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
