package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"liaison/internal/errs"
)

// maxBody is the largest JSON body, in bytes.
const maxBody = 1 << 20

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
		return errs.New(errs.Malformed, "error.malformed_json")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errs.New(errs.Malformed, "error.malformed_json")
	}
	return nil
}
