package cursor_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"liaison/internal/cursor"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func secret() cursor.Key { return cursor.Key("a secret of the tests, 32 bytes..") }

func TestACursorGivesItsPartsBack(t *testing.T) {
	t.Parallel()
	row := id.New()
	var at int64
	var name string
	var got id.ID
	given, err := secret().Open("cases", secret().Seal("cases", int64(-7), "上海 \x00\"", row), &at, &name, &got)
	if !given || err != nil || at != -7 || name != "上海 \x00\"" || got != row {
		t.Error(given, err, at, name, got)
	}
	if given, err := secret().Open("cases", "", &at); given || err != nil {
		t.Error("the beginning of a list is no error:", given, err)
	}
}

func TestForeignAndChangedCursorsAreRefused(t *testing.T) {
	t.Parallel()
	mine := secret().Seal("cases", int64(12))
	changed := []byte(mine)
	changed[len(changed)/2] ^= 1
	for what, text := range map[string]string{
		"of another list":         secret().Seal("people", int64(12)),
		"of another installation": cursor.Key("another secret").Seal("cases", int64(12)),
		"with a part more":        secret().Seal("cases", int64(12), int64(13)),
		"of another kind":         secret().Seal("cases", "12"),
		"with a part too few":     secret().Seal("cases"),
		"changed":                 string(changed),
		"cut":                     mine[:len(mine)-1],
		"longer":                  mine + "A",
		"in other letters":        strings.ToLower(mine),
		"not base64":              "é",
		"without a secret":        base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdef[12]")),
	} {
		var n int64
		_, err := secret().Open("cases", text, &n)
		var e *errs.Error
		if !errors.As(err, &e) || e.Kind != errs.Malformed || n == 13 {
			t.Errorf("a cursor %s: %v", what, err)
		}
	}
}

// Whatever opens was sealed by us: sealing what came out gives the same text.
func FuzzOpen(f *testing.F) {
	for _, text := range []string{"", "x", secret().Seal("cases", int64(0), ""), secret().Seal("cases", int64(1), "a"), secret().Seal("people", int64(1), "a")} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var n int64
		var s string
		if given, err := secret().Open("cases", text, &n, &s); err == nil && given && secret().Seal("cases", n, s) != text {
			t.Fatalf("%q opens and is none of ours", text)
		}
	})
}
