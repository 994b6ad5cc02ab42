package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liaison/internal/errs"
)

// What was typed is given back on every page that tells of an error. A page that has a form of its own shows it there;
// for all others the form that ReadFiles read is remembered with the request, and stands on the error's page.

type postedKey struct{}

// postedForm is the form of a request, once it was read.
type postedForm struct {
	form  Form
	files bool
}

// remembering gives r a place for its form.
func remembering(r *http.Request) *http.Request {
	if isSafe(r.Method) {
		return r
	}
	return r.WithContext(context.WithValue(r.Context(), postedKey{}, new(postedForm)))
}

// GivenBack is what a person typed, on the page of an error that no page with the form tells of.
type GivenBack struct {
	Action string // where the form was sent, to send it again; "" where that is no use
	Fields []GivenField
	Files  bool // there were some, which have to be chosen again
}

// GivenField is one entry. A short one travels hidden; a text is shown, to be put right or copied.
type GivenField struct {
	Name, Value, Label string
	Shown              bool
	Rows               int
}

// shortEntry is up to how many characters an entry in one line is short.
const shortEntry = 80

// givenBack is the form of r, nil when nothing was typed. What does not exist and what may not be known about look the
// same: neither says where the form was sent, nor what was chosen in it.
func (p Page) givenBack(r *http.Request, e *errs.Error) *GivenBack {
	sent, ok := r.Context().Value(postedKey{}).(*postedForm)
	if !ok {
		return nil
	}
	out := &GivenBack{Action: ownPath(r.URL.RequestURI()), Files: sent.files}
	if e.Kind == errs.NotFound {
		out.Action, out.Files = "", false
	}
	typed := false
	for name, value := range sent.form.All() {
		if secret(name) {
			continue
		}
		f := GivenField{Name: name, Value: value, Label: p.entryLabel(name), Rows: min(16, 3+strings.Count(value, "\n")+len(value)/80)}
		f.Shown = utf8.RuneCountInString(value) > shortEntry || strings.Contains(value, "\n") ||
			slices.ContainsFunc(e.Fields, func(bad errs.Field) bool { return bad.Name == name && value != "" })
		if f.Shown || out.Action != "" {
			out.Fields = append(out.Fields, f)
			typed = typed || f.Shown || isWords(value)
		}
	}
	if !typed {
		return nil
	}
	return out
}

// entryLabel is what an entry is called, "what you typed" for one that has no name.
func (p Page) entryLabel(name string) string {
	if key := "field.name." + name; p.words.Has(key) {
		return p.T(key)
	}
	return p.T("error.given_back.text")
}

// secret reports whether an entry is never written into a page.
func secret(name string) bool {
	return slices.Contains([]string{"password", "repeat", "current"}, strings.TrimPrefix(name, carriedPrefix))
}

// isWords reports whether a value looks typed: a choice, an id or a date is one word of Latin letters.
func isWords(value string) bool {
	return strings.ContainsFunc(strings.TrimSpace(value), func(r rune) bool { return unicode.IsSpace(r) || r > unicode.MaxASCII })
}
