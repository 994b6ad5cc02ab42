package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"liaison/internal/errs"
)

// maxBody is the largest JSON body, in bytes.
const maxBody = 1 << 20

// maxName is the longest name of a parameter that is repeated in an answer, in bytes.
const maxName = 64

// readBody takes the whole JSON body: bounded, of the right type, and valid UTF-8 (the decoder would replace what is
// not, and the customer would read something else than was sent).
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if ct := r.Header.Get("Content-Type"); ct != "" {
		media, _, err := mime.ParseMediaType(ct)
		if err != nil || media != "application/json" && !strings.HasSuffix(media, "+json") {
			return nil, errs.New(errs.Malformed, "error.not_json")
		}
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, errs.New(errs.TooLarge, "error.too_large", "limit", maxBody)
	case err != nil:
		return nil, errs.Because(errs.Malformed, "error.body_cut", err)
	case !utf8.Valid(b):
		return nil, errs.New(errs.Malformed, "error.not_utf8")
	}
	return b, nil
}

// decode reads one JSON object strictly. An unknown field or malformed text is Malformed, a value of the wrong type
// Invalid with the field's name; neither says what was sent.
func decode(b []byte, into any) error {
	if first := bytes.TrimLeft(b, " \t\r\n"); len(first) == 0 || first[0] != '{' || unsound(json.NewDecoder(bytes.NewReader(b)), 1) {
		return errs.New(errs.Malformed, "error.malformed_json")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
	case errors.As(err, &wrong) && wrong.Field != "":
		return errs.BadFields(errs.BadField(wrong.Field, "field.wrong_type"))
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return errs.New(errs.Malformed, "error.unknown_field")
	default:
		if bad := badInstants(b, reflect.TypeOf(into).Elem(), ""); len(bad) > 0 {
			return errs.BadFields(bad...)
		}
		return errs.New(errs.Malformed, "error.malformed_json")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errs.New(errs.Malformed, "error.malformed_json")
	}
	return nil
}

// badInstants names the fields of a body that want an instant and hold something else: the decoder does not say which.
func badInstants(raw json.RawMessage, t reflect.Type, path string) (bad []errs.Field) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		if json.Unmarshal(raw, new(time.Time)) != nil {
			bad = append(bad, errs.BadField(path, "field.instant"))
		}
	case t.Kind() == reflect.Pointer:
		return badInstants(raw, t.Elem(), path)
	case t.Kind() == reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) == nil {
			for _, item := range items {
				bad = append(bad, badInstants(item, t.Elem(), path)...)
			}
		}
	case t.Kind() == reflect.Struct:
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) != nil {
			return nil
		}
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				bad = append(bad, badInstants(raw, f.Type, path)...)
			}
			for key, value := range fields { // the decoder takes names in any case
				if name != "" && strings.EqualFold(key, name) {
					bad = append(bad, badInstants(value, f.Type, strings.TrimPrefix(path+"."+name, "."))...)
				}
			}
		}
	}
	return bad
}

// readable refuses a query or an idempotency key that is no text: PostgreSQL stores neither NUL nor bytes that are not
// UTF-8. A path of that kind names nothing.
func readable(r *http.Request) error {
	if !isText(r.URL.Path) {
		return errs.Missing()
	}
	values := []string{r.Header.Get("Idempotency-Key")}
	for _, list := range r.URL.Query() {
		values = append(values, list...)
	}
	for _, v := range values {
		if !isText(v) {
			return errs.New(errs.Malformed, "error.not_utf8")
		}
	}
	return nil
}

// declared refuses parameters of the query that the operation does not know. The language can be chosen everywhere.
func (c *call) declared() error {
	known := []string{"lang"}
	for _, p := range c.op.query {
		if p.in == "query" && p.name != "lang" {
			known = append(known, p.name)
		}
	}
	var bad []errs.Field
	for _, name := range slices.Sorted(maps.Keys(c.r.URL.Query())) {
		switch {
		case slices.Contains(known, name):
		case !isText(name) || len(name) > maxName: // not to be repeated
			return errs.New(errs.Malformed, "error.unknown_field")
		default:
			bad = append(bad, errs.BadField(name, "field.no_parameter", "allowed", strings.Join(known, ", ")))
		}
	}
	return errs.BadFields(bad...)
}

func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// maxDepth is how deep a body may nest. What is described nests to four.
const maxDepth = 32

// unsound reports whether the next value nests deeper than maxDepth, or whether an object of it holds a name twice: readers
// on the way would not agree which of the two values counts. Text that is no JSON is left to the decoder.
func unsound(d *json.Decoder, depth int) bool {
	open, err := d.Token()
	if delim, ok := open.(json.Delim); err != nil || !ok || delim != '{' && delim != '[' {
		return false
	}
	if depth > maxDepth {
		return true
	}
	var seen map[string]bool
	for d.More() {
		if open == json.Delim('{') {
			name, err := d.Token()
			key, ok := name.(string)
			if err != nil || !ok {
				return false
			}
			if key = strings.ToLower(key); seen[key] { // the decoder takes names in any case
				return true
			}
			if seen == nil {
				seen = map[string]bool{}
			}
			seen[key] = true
		}
		if unsound(d, depth+1) {
			return true
		}
	}
	_, err = d.Token()
	return err != nil
}
