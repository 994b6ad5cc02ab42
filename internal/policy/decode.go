package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"liaison/internal/calendar"
)

// decoder fills Go values from YAML nodes. Unlike the library's own decoder it finds every unknown key and every
// value of a wrong kind at once, remembers where each value stands, and merges an overlay into what is there.
type decoder struct {
	problems Problems
	where    map[string]place // path -> where it was written last; paths begin with the kind of file
}

type place struct {
	file string
	line int
}

// source is one parsed file. root begins the paths of its values.
type source struct {
	file string
	root string
	text []byte

	stored string // its name in an archive of the pack
	node   ast.Node
}

// decode fills the value that into points to. What the file does not name stays as it was.
func (d *decoder) decode(s source, into any) {
	if s.node == nil {
		return
	}
	d.value(s.file, s.root, s.node, reflect.ValueOf(into).Elem())
}

func (d *decoder) value(file, path string, n ast.Node, v reflect.Value) {
	d.where[path] = place{file, n.GetToken().Position.Line}
	switch {
	case v.Type() == reflect.TypeFor[calendar.Date]():
		d.date(path, n, v)
	case v.Kind() == reflect.Struct:
		d.mapping(file, path, n, func(key string, node ast.Node) { d.field(file, path, key, node, v) })
	case v.Kind() == reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		d.mapping(file, path, n, func(key string, node ast.Node) {
			if isNull(node) && v.Type().Elem().Kind() != reflect.String { // an entry without a text is a slip: {en: Rest, and play}
				return
			}
			d.entry(file, join(path, key), key, node, v)
		})
	case v.Kind() == reflect.Slice:
		d.list(file, path, n, v)
	default:
		d.scalar(path, n, v)
	}
}

func (d *decoder) mapping(file, path string, n ast.Node, each func(key string, node ast.Node)) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.wrongKind(path, n, "mapping")
		return
	}
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next(); {
		key := it.Key().GetToken().Value
		if seen[key] {
			d.where[join(path, key)] = place{file, it.Key().GetToken().Position.Line}
			d.add(join(path, key), "pack.duplicate_key", "found", key)
			continue
		}
		seen[key] = true
		each(key, it.Value())
	}
}

// isNull reports whether nothing stands behind a key: what it is about stays as it was.
func isNull(n ast.Node) bool { return n.Type() == ast.NullType }

func (d *decoder) field(file, path, key string, n ast.Node, v reflect.Value) {
	fields := v.Type()
	var allowed []string
	for i := range fields.NumField() {
		name := fields.Field(i).Tag.Get("yaml")
		if name == key {
			if isNull(n) {
				return
			}
			d.value(file, join(path, key), n, v.Field(i))
			return
		}
		allowed = append(allowed, name)
	}
	d.where[join(path, key)] = place{file, n.GetToken().Position.Line}
	d.add(join(path, key), "pack.unknown_key", "found", key, "allowed", strings.Join(allowed, ", "))
}

// entry decodes one value of a map over the one that the base pack has under the same key.
func (d *decoder) entry(file, path, key string, n ast.Node, m reflect.Value) {
	v := reflect.New(m.Type().Elem()).Elem()
	if old := m.MapIndex(reflect.ValueOf(key)); old.IsValid() {
		v.Set(old)
	}
	d.value(file, path, n, v)
	m.SetMapIndex(reflect.ValueOf(key), v)
}

func (d *decoder) list(file, path string, n ast.Node, v reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrongKind(path, n, "list")
		return
	}
	out := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, item := range seq.Values {
		d.value(file, fmt.Sprintf("%s[%d]", path, i), item, out.Index(i))
	}
	v.Set(out)
}

func (d *decoder) scalar(path string, n ast.Node, v reflect.Value) {
	var found any
	switch n := n.(type) {
	case *ast.StringNode:
		found = n.Value
	case *ast.LiteralNode:
		found = strings.TrimSpace(n.Value.Value)
	case *ast.IntegerNode:
		switch i := n.Value.(type) {
		case uint64:
			found = int(i)
		case int64:
			found = int(i)
		}
	case *ast.BoolNode:
		found = n.Value
	}
	if found == nil || reflect.TypeOf(found).Kind() != v.Kind() {
		d.wrongKind(path, n, v.Kind().String())
		return
	}
	v.Set(reflect.ValueOf(found).Convert(v.Type()))
}

func (d *decoder) date(path string, n ast.Node, v reflect.Value) {
	text := n.GetToken().Value
	date, err := calendar.ParseDate(text)
	if _, far := time.Parse(time.DateOnly, text); err != nil && far == nil {
		d.add(path, "pack.far_year", "found", text, "allowed", fmt.Sprintf("%d-%d", calendar.FirstYear, calendar.LastYear))
		return
	}
	if err != nil {
		d.add(path, "pack.bad_date", "found", text)
		return
	}
	v.Set(reflect.ValueOf(date))
}

func (d *decoder) wrongKind(path string, n ast.Node, want string) {
	d.add(path, "pack.wrong_kind", "found", n.Type().YAMLName(), "allowed", want)
}

// add notes a problem, once.
func (d *decoder) add(path, key string, kv ...any) {
	p := d.problem(path, key, kv...)
	if !slices.ContainsFunc(d.problems, func(o Problem) bool { return o.Error() == p.Error() }) {
		d.problems = append(d.problems, p)
	}
}

// problem is one at the place where path was written, or, when it was not, its nearest parent.
func (d *decoder) problem(path, key string, kv ...any) Problem {
	p := Problem{Path: path, Key: key, Args: map[string]any{}}
	for i := 0; i+1 < len(kv); i += 2 {
		name, ok := kv[i].(string)
		if !ok {
			panic(fmt.Sprintf("policy: the name of an argument of %s is a %T", key, kv[i])) // names are written in the code
		}
		p.Args[name] = kv[i+1]
	}
	at := path
	for {
		if pl, ok := d.where[at]; ok {
			p.File, p.Line = pl.file, pl.line
			break
		}
		i := strings.LastIndexAny(at, ".[")
		if i < 0 {
			break
		}
		at = at[:i]
	}
	return p
}

func join(path, key string) string { return path + "." + key }
