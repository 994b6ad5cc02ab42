package cases

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"liaison/internal/errs"
)

// A cursor is the sort key of the last row shown, with a MAC so that nobody can use one to probe for rows: a changed
// cursor is refused as malformed (T21). The list's name is part of the MAC: a cursor of one list is none of another.

const macSize = 16

func (s *Service) sealCursor(list string, key []any) string {
	b, err := json.Marshal(key)
	if err != nil {
		return "" // keys are strings and integers: this cannot happen
	}
	return base64.RawURLEncoding.EncodeToString(append(s.cursorMAC(list, b), b...))
}

// openCursor gives the n integers and strings that sealCursor was given; nil for the empty cursor.
func (s *Service) openCursor(list, cursor string, n int) ([]json.RawMessage, error) {
	if cursor == "" {
		return nil, nil
	}
	bad := errs.New(errs.Malformed, "error.bad_cursor")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) <= macSize || !hmac.Equal(raw[:macSize], s.cursorMAC(list, raw[macSize:])) {
		return nil, bad
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw[macSize:], &parts) != nil || len(parts) != n {
		return nil, bad
	}
	return parts, nil
}

func (s *Service) cursorMAC(list string, body []byte) []byte {
	m := hmac.New(sha256.New, s.CursorKey)
	m.Write([]byte(list))
	m.Write([]byte{0})
	m.Write(body)
	return m.Sum(nil)[:macSize]
}
