// Package cursor seals the place in a list at which the next page begins: the sort key of the last row shown, with a MAC,
// so that nobody can use one to probe for rows (T21). The list's name is part of the MAC: a cursor of one list is none of
// another.
package cursor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"liaison/internal/errs"
)

const macSize = 16

// Key is an installation's secret for the cursors of its lists.
type Key []byte

// Seal gives the cursor of a row in the list: parts are the strings, integers and ids that the list is sorted by.
func (k Key) Seal(list string, parts ...any) string {
	body, err := json.Marshal(parts)
	if err != nil {
		return "" // for parts of the kinds above this cannot happen
	}
	return base64.RawURLEncoding.EncodeToString(append(k.mac(list, body), body...))
}

// Open reads the parts that Seal was given for the list into the values that into points to. given is false for the
// empty cursor, the list's beginning. A cursor that was changed, cut, made up or is another list's is Malformed.
func (k Key) Open(list, text string, into ...any) (given bool, err error) {
	if text == "" {
		return false, nil
	}
	bad := errs.New(errs.Malformed, "error.bad_cursor")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) <= macSize || !hmac.Equal(raw[:macSize], k.mac(list, raw[macSize:])) {
		return false, bad
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw[macSize:], &parts) != nil || len(parts) != len(into) {
		return false, bad
	}
	for i, part := range parts {
		if json.Unmarshal(part, into[i]) != nil {
			return false, bad
		}
	}
	return true, nil
}

func (k Key) mac(list string, body []byte) []byte {
	m := hmac.New(sha256.New, k)
	m.Write([]byte(list))
	m.Write([]byte{0})
	m.Write(body)
	return m.Sum(nil)[:macSize]
}
