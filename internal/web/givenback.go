package web

import (
	"context"
	"io"
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
	read  bool
	vain  bool // who sent it may not: sending it again to that address is no use
}

// readLate reads the form of a request that was refused before anybody looked at it, for its address or for who sent it:
// what was typed is not lost by that either, and the answer looks as for an address that somebody had to look up first.
func readLate(r *http.Request, e *errs.Error) {
	sent, ok := r.Context().Value(postedKey{}).(*postedForm)
	if !ok || sent.read || e.Kind == errs.TooLarge || e.Kind == errs.Malformed || r.ContentLength > maxFormBytes {
		return
	}
	sent.vain = e.Kind == errs.Refused
	r.Body = http.MaxBytesReader(nil, r.Body, maxFormBytes)
	_, _ = ReadFiles(r, func(string, io.Reader) error { return nil }) // what could be read is remembered, and the answer is an error already
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
	Unsure bool // whether it was carried out: it may have been, and only the answer failed
}

// GivenField is one entry. What was chosen travels hidden; what was typed is shown, to be put right or copied.
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
	out := &GivenBack{Action: ownPath(r.URL.RequestURI()), Files: sent.files, Unsure: e.Kind == errs.Internal || e.Kind == errs.Unavailable}
	if e.Kind == errs.NotFound || sent.vain {
		out.Action, out.Files = "", false
	}
	typed := false
	for name, value := range sent.form.All() {
		if secret(name) {
			continue
		}
		f := GivenField{Name: name, Value: value, Label: p.entryLabel(name), Rows: rowsOf(value)}
		by := writerOf(name)
		f.Shown = by != program && (looksTyped(value) ||
			slices.ContainsFunc(e.Fields, func(bad errs.Field) bool { return bad.Name == name && value != "" }))
		if f.Shown || out.Action != "" {
			out.Fields = append(out.Fields, f)
			typed = typed || f.Shown || by == person && strings.TrimSpace(value) != ""
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

// writer is who writes an entry of a form.
type writer int

const (
	person  writer = iota // types or chooses it
	either                // some form sends it hidden, another lets a person type or choose it
	program               // it is state of the page or a button's, and no use to anybody else
)

// writerOf is who writes the entries of a name. A form that sends a new name hidden says so here.
func writerOf(name string) writer {
	switch strings.TrimPrefix(name, carriedPrefix) {
	case "archive", "attachment", "back", "breachedAt", "carried-action", "carried-files", "do", "etag", "kept", "lang", "next", "row",
		"seen", "shown", "tab", "theme", "week":
		return program
	case "centre", "customer", "day", "from", "into", "kind", "number", "state", "status", "system", "then", "to", "year":
		return either
	}
	return person
}

// looksTyped reports whether a value is text of a person: a choice, an id, a number or a date is one word, in small letters or
// of digits.
func looksTyped(value string) bool {
	value = strings.TrimSpace(value)
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r > unicode.MaxASCII }) || len(value) > shortEntry {
		return true
	}
	code := len(value) < 4 || '0' <= value[0] && value[0] <= '9' // P1, DE, 2026-11-29T09:00
	return !code && strings.ContainsFunc(value, func(r rune) bool { return 'A' <= r && r <= 'Z' || r == '@' || r == '+' })
}

// rowsOf is how high the field of a value is: one row for what was typed into one.
func rowsOf(value string) int {
	lines := strings.Count(value, "\n")
	if lines == 0 && utf8.RuneCountInString(value) <= shortEntry {
		return 1
	}
	return min(16, 3+lines+len(value)/80)
}
