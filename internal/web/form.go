package web

import (
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"liaison/internal/errs"
)

// Form is what a person typed, and what is wrong with it. Pages with a form keep one, so that every typed word is
// still there after an error. The zero Form is an empty one.
type Form struct {
	values url.Values
	order  []string // names as they came, of a form that was read
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

// ReadForm reads the posted form; files in it are passed over. It errs as ReadFiles does.
func ReadForm(r *http.Request) (Form, error) {
	return ReadFiles(r, func(string, io.Reader) error { return nil })
}

// All are the entries, one by one, in the order in which their names first came.
func (f Form) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for _, name := range f.order {
			for _, v := range f.values[name] {
				if !yield(name, v) {
					return
				}
			}
		}
	}
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
// than values: then it is the handler's to return. A page that calls its entries by names of its own says where those
// stand in the catalogue, so that the summary calls them what the reader sees beside the field.
func (p Page) Explain(f Form, err error, ownNames ...string) (_ Form, ok bool) {
	if errs.KindOf(err) != errs.Invalid {
		return f, false
	}
	f.errors = nil
	for _, field := range errs.As(err).Fields {
		f.errors = append(f.errors, p.fieldError(field, ownNames...))
	}
	return f, len(f.errors) > 0
}

func (p Page) fieldError(field errs.Field, ownNames ...string) FieldError {
	e := FieldError{Name: field.Name, Text: p.words.T(p.Lang, field.Key, p.readable(field.Args))}
	for _, area := range append(ownNames, "field.name.") {
		if label := area + field.Name; p.words.Has(label) {
			e.Label = p.T(label)
			break
		}
	}
	return e
}
