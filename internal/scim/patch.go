package scim

import (
	"maps"
	"slices"
	"strings"

	"liaison/internal/errs"
)

// maxOperations is how many operations one PATCH may have.
const maxOperations = 100

// operation is one step of a PATCH (RFC 7644, 3.5.2).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// target is where an operation works: an attribute, some elements of its list, a part of it or of them.
type target struct {
	attrPath
	where *filter
}

func noTarget() error { return errs.New(errs.Malformed, "directory.no_target") }
func badPath() error  { return errs.New(errs.Malformed, "directory.bad_path") }
func badValue(field string) error {
	return errs.BadFields(errs.BadField(field, "field.wrong_type"))
}
func readOnly() error { return errs.New(errs.Malformed, "directory.read_only") }

// parsePath reads the path of an operation: attribute, attribute.part, attribute[filter], attribute[filter].part.
func parsePath(text string) (t target, err error) {
	if len(text) > maxFilter {
		return t, badPath()
	}
	p := &parser{rest: text}
	t.attrPath = p.path()
	if !p.bad && strings.HasPrefix(p.rest, "[") && p.take("[") {
		t.where = p.closed("]", 0)
		if !p.bad && strings.HasPrefix(p.rest, ".") {
			t.sub = strings.ToLower(p.rest[1:])
			p.rest = ""
		}
	}
	if p.skip(); p.bad || p.rest != "" || t.where != nil && strings.ContainsAny(t.sub, ".:[ ") {
		return t, badPath()
	}
	return t, nil
}

// apply makes the operations on a copy of a resource: all of them or none.
func apply(resource map[string]any, ops []operation) (map[string]any, error) {
	if len(ops) > maxOperations {
		return nil, errs.New(errs.TooLarge, "directory.too_many_operations", "limit", maxOperations)
	}
	if len(ops) == 0 {
		return nil, badValue("Operations")
	}
	out := cloneMap(resource)
	for _, o := range ops {
		op := strings.ToLower(o.Op)
		if !slices.Contains([]string{"add", "replace", "remove"}, op) {
			return nil, badValue("op")
		}
		if err := step(out, op, o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return cloneMap(v)
	case []any:
		l := make([]any, len(v))
		for i, x := range v {
			l[i] = clone(x)
		}
		return l
	}
	return v
}

func cloneMap(v map[string]any) map[string]any {
	m := make(map[string]any, len(v))
	for k, x := range v {
		m[k] = clone(x)
	}
	return m
}

func step(out map[string]any, op string, o operation) error {
	if o.Path != "" {
		t, err := parsePath(o.Path)
		if err != nil {
			return err
		}
		if isReadOnly(t.attr) {
			return readOnly()
		}
		return change(out, op, t, lowered(o.Value))
	}
	if op == "remove" {
		return noTarget()
	}
	all, ok := o.Value.(map[string]any)
	if !ok {
		return badValue("value")
	}
	for _, name := range slices.Sorted(maps.Keys(all)) { // some directories name parts here as they do in a path
		t, err := parsePath(name)
		_, isWhole := all[name].(map[string]any)
		if strings.HasPrefix(strings.ToLower(name), "urn:") && (err != nil || isWhole) || isReadOnly(t.attr) {
			continue // an extension as a whole, or what the answer of a GET held
		}
		if err != nil {
			return err
		}
		if err := change(out, op, t, lowered(all[name])); err != nil {
			return err
		}
	}
	return nil
}

func isReadOnly(attr string) bool {
	return slices.Contains([]string{"id", "meta", "schemas", "groups", "roles"}, attr)
}

// lowered gives objects their names in lower case.
func lowered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return loweredMap(v)
	case []any:
		l := make([]any, len(v))
		for i, x := range v {
			l[i] = lowered(x)
		}
		return l
	}
	return v
}

func loweredMap(v map[string]any) map[string]any {
	m := make(map[string]any, len(v))
	for k, x := range v {
		m[strings.ToLower(k)] = lowered(x)
	}
	return m
}

// change makes one step at one place.
func change(out map[string]any, op string, t target, value any) error {
	if !isKnown(t.attr) {
		if isOfSchema(t.attr) {
			return nil // forgotten, as in a body
		}
		return badPath()
	}
	multi := isMulti(t.attr)
	if t.where != nil && !multi {
		return badPath()
	}
	switch {
	case multi && (t.where != nil || t.sub != ""):
		return changeElements(out, op, t, value)
	case t.sub != "":
		return changePart(out, op, t, value)
	case op == "remove":
		if multi && value != nil {
			return removeElements(out, t.attr, value)
		}
		delete(out, t.attr)
		return nil
	}
	return set(out, op, t.attr, value)
}

// set adds or replaces an attribute as a whole.
func set(out map[string]any, op, attr string, value any) error {
	switch {
	case isMulti(attr):
		list, ok := value.([]any)
		if !ok {
			if _, isObject := value.(map[string]any); !isObject {
				return badValue(attr)
			}
			list = []any{value}
		}
		if op == "add" {
			old, _ := out[attr].([]any)
			list = append(slices.Clone(old), list...)
		}
		if len(list) > maxOperations {
			return errs.New(errs.TooLarge, "directory.too_many_operations", "limit", maxOperations)
		}
		out[attr] = onePrimary(list)
	case isComplex(attr):
		parts, ok := value.(map[string]any)
		if !ok {
			return badValue(attr)
		}
		old, _ := out[attr].(map[string]any)
		if old == nil {
			old = map[string]any{}
		}
		maps.Copy(old, parts) // a part that is not named stays, with "replace" too (RFC 7644, 3.5.2.3)
		out[attr] = old
	default:
		out[attr] = value
	}
	return nil
}

// onePrimary keeps the last element that says it is the primary one as such.
func onePrimary(list []any) []any {
	seen := false
	for _, v := range slices.Backward(list) {
		if m, ok := v.(map[string]any); ok && m["primary"] == true {
			if seen {
				m["primary"] = false
			}
			seen = true
		}
	}
	return list
}

func changePart(out map[string]any, op string, t target, value any) error {
	if !isComplex(t.attr) {
		return badPath()
	}
	parts, _ := out[t.attr].(map[string]any)
	if parts == nil {
		parts = map[string]any{}
	}
	if op == "remove" {
		delete(parts, t.sub)
	} else {
		parts[t.sub] = value
	}
	out[t.attr] = parts
	return nil
}

// changeElements changes those elements of a list that meet the filter; all without one. One that add does not find is
// made where the filter says what it is.
func changeElements(out map[string]any, op string, t target, value any) error {
	list, _ := out[t.attr].([]any)
	kept, hit := []any{}, false
	for _, v := range list {
		e, ok := v.(map[string]any)
		if !ok || t.where != nil && !t.where.matches(e) {
			kept = append(kept, v)
			continue
		}
		hit = true
		switch parts, isObject := value.(map[string]any); {
		case op == "remove" && t.sub == "":
			continue
		case op == "remove":
			delete(e, t.sub)
		case t.sub != "":
			e[t.sub] = value
		case !isObject:
			return badValue(t.attr)
		case op == "replace":
			e = parts
		default:
			maps.Copy(e, parts)
		}
		kept = append(kept, e)
	}
	if !hit && op == "add" && t.sub != "" && (t.where == nil || t.where.op == "eq" && t.where.path.sub == "") {
		e := map[string]any{t.sub: value}
		if t.where != nil {
			e[t.where.path.attr] = t.where.value
		}
		kept, hit = append(kept, e), true
	}
	if !hit && op != "remove" {
		return noTarget()
	}
	out[t.attr] = onePrimary(kept)
	return nil
}

// removeElements removes those elements whose value is named: {"op": "remove", "path": "emails", "value": [{"value": ...}]}.
func removeElements(out map[string]any, attr string, value any) error {
	var gone []string
	for _, e := range elements(value) {
		if text, ok := e["value"].(string); ok {
			gone = append(gone, text)
		}
	}
	list, _ := out[attr].([]any)
	out[attr] = slices.DeleteFunc(list, func(v any) bool {
		e, _ := v.(map[string]any)
		text, ok := e["value"].(string)
		return ok && slices.Contains(gone, text)
	})
	return nil
}
