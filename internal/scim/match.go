package scim

import (
	"slices"
	"strings"
	"time"
)

// matches reports whether a resource, or an element of a list of one, meets the filter.
func (f *filter) matches(in map[string]any) bool {
	switch f.op {
	case "and":
		for _, x := range f.of {
			if !x.matches(in) {
				return false
			}
		}
		return true
	case "or":
		for _, x := range f.of {
			if x.matches(in) {
				return true
			}
		}
		return false
	case "not":
		return !f.of[0].matches(in)
	case "has":
		return slices.ContainsFunc(elements(in[f.path.attr]), f.of[0].matches)
	}
	values := valuesAt(in, f.path)
	switch f.op {
	case "pr":
		return len(values) > 0
	case "ne": // no value is equal; the one without a value is different from every value
		return !f.any(values, "eq")
	case "eq":
		if f.value == nil {
			return len(values) == 0
		}
	}
	return f.any(values, f.op)
}

func (f *filter) any(values []any, op string) bool {
	if f.value == nil {
		return len(values) == 0
	}
	exact := f.path.attr == "id" || f.path.attr == "externalid"
	for _, v := range values {
		if compare(op, v, f.value, exact) {
			return true
		}
	}
	return false
}

// elements are the members of a list that are objects; an object is a list of one.
func elements(v any) (list []map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		return []map[string]any{v}
	case []any:
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				list = append(list, m)
			} else {
				list = append(list, map[string]any{"value": e})
			}
		}
	}
	return list
}

// valuesAt are the values at a path that are there: of each element of a list, of "value" where an element has parts.
func valuesAt(in map[string]any, path attrPath) (values []any) {
	add := func(v any) {
		if v != nil && v != "" {
			values = append(values, v)
		}
	}
	switch v := in[path.attr].(type) {
	case map[string]any, []any:
		for _, e := range elements(v) {
			if path.sub != "" {
				add(e[path.sub])
			} else if _, isList := v.([]any); isList {
				add(e["value"])
			} else if len(e) > 0 {
				values = append(values, e)
			}
		}
	default:
		if path.sub == "" {
			add(v)
		}
	}
	return values
}

// compare compares a value with the one of a filter. Instants are compared as such; other text without regard to case,
// unless it is exact.
func compare(op string, have, want any, exact bool) bool {
	switch w := want.(type) {
	case bool:
		h, ok := have.(bool)
		return ok && op == "eq" && h == w
	case float64:
		h, ok := have.(float64)
		return ok && ordered(op, sign(h, w))
	case string:
		h, ok := have.(string)
		if !ok {
			return false
		}
		if a, errA := time.Parse(time.RFC3339Nano, h); errA == nil {
			if b, errB := time.Parse(time.RFC3339Nano, w); errB == nil {
				return ordered(op, a.Compare(b))
			}
		}
		if !exact {
			h, w = strings.ToLower(h), strings.ToLower(w)
		}
		switch op {
		case "co":
			return strings.Contains(h, w)
		case "sw":
			return strings.HasPrefix(h, w)
		case "ew":
			return strings.HasSuffix(h, w)
		}
		return ordered(op, strings.Compare(h, w))
	}
	return false
}

func sign(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func ordered(op string, c int) bool {
	switch op {
	case "eq":
		return c == 0
	case "gt":
		return c > 0
	case "ge":
		return c >= 0
	case "lt":
		return c < 0
	case "le":
		return c <= 0
	}
	return false
}
