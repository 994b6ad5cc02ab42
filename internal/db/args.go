package db

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"liaison/internal/id"
)

// bind turns the arguments of a statement into the few types that both engines store in the same way.
func bind(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := bindOne(a)
		if err != nil {
			return nil, fmt.Errorf("db: argument $%d: %w", i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

func bindOne(a any) (any, error) {
	switch v := a.(type) {
	case nil, bool, string, int64, float64, []byte:
		return v, nil
	case int:
		return int64(v), nil
	case time.Time:
		return v.UnixMicro(), nil
	case *time.Time:
		if v == nil {
			return nil, nil
		}
		return v.UnixMicro(), nil
	case id.ID:
		if v.IsZero() {
			return nil, nil
		}
		return v[:], nil
	}
	return bindKind(reflect.ValueOf(a))
}

// bindKind binds named types by what they are made of, and pointers by what they point to.
func bindKind(v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return bindOne(v.Elem().Interface())
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return nil, fmt.Errorf("%d does not fit into BIGINT", v.Uint())
		}
		return int64(v.Uint()), nil
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 { // json.RawMessage and its like are text
			return string(v.Bytes()), nil
		}
	default: // no column is made of any other kind
	}
	return nil, fmt.Errorf("%s has no form in both engines", v.Type())
}

// Time scans a BIGINT of UTC microseconds into dst; NULL becomes the zero time.
func Time(dst *time.Time) any { return micros{dst} }

// NullTime scans a BIGINT of UTC microseconds into dst; NULL becomes nil.
func NullTime(dst **time.Time) any { return nullMicros{dst} }

type micros struct{ dst *time.Time }

// Scan reads what either driver hands over for a BIGINT.
func (m micros) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m.dst = time.Time{}
	case int64:
		*m.dst = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("db: an instant is a BIGINT, not %T", src)
	}
	return nil
}

type nullMicros struct{ dst **time.Time }

// Scan reads what either driver hands over for a nullable BIGINT.
func (m nullMicros) Scan(src any) error {
	if src == nil {
		*m.dst = nil
		return nil
	}
	var t time.Time
	*m.dst = &t
	return micros{&t}.Scan(src)
}
