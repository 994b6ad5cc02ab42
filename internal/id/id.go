// Package id is the identity of a row: a UUID of version 7, so that new rows lie together in the index.
package id

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"
)

// ID names one row. The zero value names nothing and is stored as NULL.
type ID [16]byte

// New makes an identity that has never been used before.
func New() ID { return ID(uuid.Must(uuid.NewV7())) }

// Parse reads the canonical text form. It refuses every other spelling, so that an id has one text.
func Parse(s string) (ID, error) {
	u, err := uuid.Parse(s)
	if err != nil || u.String() != s {
		return ID{}, fmt.Errorf("id: %q is no canonical UUID", s)
	}
	return ID(u), nil
}

// MustParse is Parse for literals in tests and wiring; it panics on a bad one.
func MustParse(s string) ID {
	v, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return v
}

// IsZero reports whether i names nothing.
func (i ID) IsZero() bool { return i == ID{} }

// String is the canonical text form; "" for the zero value.
func (i ID) String() string {
	if i.IsZero() {
		return ""
	}
	return uuid.UUID(i).String()
}

// MarshalText and UnmarshalText let ids stand in JSON as their text.
func (i ID) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (i *ID) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*i = ID{}
		return nil
	}
	*i, err = Parse(string(b))
	return err
}

// Value stores the 16 bytes (SQLite); the PostgreSQL side of db sends a uuid.
func (i ID) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i[:], nil
}

// Scan reads 16 bytes, the text form, or NULL as the zero value.
func (i *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = ID{}
		return nil
	case []byte:
		if len(v) == 16 {
			copy(i[:], v)
			return nil
		}
		return i.Scan(string(v))
	case [16]byte:
		*i = v
		return nil
	case string:
		u, err := uuid.Parse(v)
		*i = ID(u)
		return err
	}
	return fmt.Errorf("id: cannot read %T", src)
}

// Short is the last 6 hex digits, for logs that need a hint and not the key.
func (i ID) Short() string { return hex.EncodeToString(i[13:]) }
