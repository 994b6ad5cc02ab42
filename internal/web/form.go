package web

import (
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"liaison/internal/errs"
)

// Form is what a person typed, and what is wrong with it. Pages with a form keep one, so that every typed word is
// still there after an error. The zero Form is an empty one.
type Form struct {
	values url.Values
	errors []FieldError
}

// FieldError is what is wrong with one entry, in the reader's language. The summary at the top of a form links to
// the element whose id is Name.
type FieldError struct {
	Name  string
	Text  string
	Label string // what the entry is called, for the summary, where its text stands alone; "" for one that has no name
}

// NewForm is a form that already holds values, given as name/value pairs.
func NewForm(kv ...string) Form {
	f := Form{values: url.Values{}}
	for i := 0; i+1 < len(kv); i += 2 {
		f.values.Add(kv[i], kv[i+1])
	}
	return f
}

// memoryForFiles is how much of uploaded files is held in memory; the rest goes to temporary files.
const memoryForFiles = 1 << 20

// ReadForm reads the posted form. Its errors are Malformed, or TooLarge beyond the route's MaxBody.
func ReadForm(r *http.Request) (Form, error) {
	var err error
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		err = r.ParseMultipartForm(memoryForFiles) //nolint:gosec // Site.answer has bounded the body by the route's MaxBody
	} else {
		r.Body = http.MaxBytesReader(nil, r.Body, maxEntryBytes) // a route's limit for files is none for what is held in memory
		err = r.ParseForm()
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return Form{}, errs.Because(errs.TooLarge, "error.too_large", err)
	case err != nil:
		return Form{}, errs.Because(errs.Malformed, "error.malformed", err)
	}
	for _, values := range r.PostForm {
		if slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }) {
			return Form{}, errs.New(errs.Malformed, "error.malformed")
		}
	}
	return Form{values: r.PostForm}, nil
}

// Value is the first value of name, "" when there is none.
func (f Form) Value(name string) string { return f.values.Get(name) }

// With is f with value as the only value of name.
func (f Form) With(name, value string) Form {
	f.values = maps.Clone(f.values)
	if f.values == nil {
		f.values = url.Values{}
	}
	f.values.Set(name, value)
	return f
}

// Values are all values of name.
func (f Form) Values(name string) []string { return f.values[name] }

// Has reports whether value is among those of name: whether a box is ticked, an option selected.
func (f Form) Has(name, value string) bool { return slices.Contains(f.values[name], value) }

// Error is what is wrong with name, nil when nothing is.
func (f Form) Error(name string) *FieldError {
	for i := range f.errors {
		if f.errors[i].Name == name {
			return &f.errors[i]
		}
	}
	return nil
}

// Errors is all that is wrong, in the order in which it was found.
func (f Form) Errors() []FieldError { return f.errors }

// Explain is f with the refused values of err in the reader's language. ok is false when err is about something else
// than values: then it is the handler's to return.
func (p Page) Explain(f Form, err error) (_ Form, ok bool) {
	if errs.KindOf(err) != errs.Invalid {
		return f, false
	}
	f.errors = nil
	for _, field := range errs.As(err).Fields {
		f.errors = append(f.errors, p.fieldError(field))
	}
	return f, len(f.errors) > 0
}

func (p Page) fieldError(field errs.Field) FieldError {
	e := FieldError{Name: field.Name, Text: p.words.T(p.Lang, field.Key, p.readable(field.Args))}
	if label := "field.name." + field.Name; p.words.Has(label) {
		e.Label = p.T(label)
	}
	return e
}
