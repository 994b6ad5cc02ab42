package moving

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"liaison/internal/errs"
)

// nested is where a kind stands in the document of a customer: under which name, in which mapping, and which columns
// the mapping around it says already.
type nested struct {
	kind  Kind
	under string
	in    Kind
	said  []string
}

func nesting() []nested {
	return []nested{
		{People, "people", Customers, []string{"customer"}},
		{Systems, "systems", Customers, []string{"customer"}},
		{Invoices, "invoices", Customers, []string{"customer"}},
		{Agreements, "agreements", Customers, []string{"customer"}},
		{Orders, "orders", Customers, []string{"customer"}},
		{Contacts, "contacts", Customers, []string{"customer"}},
		{Links, "links", Customers, []string{"customer"}},
		{Components, "components", Systems, []string{"customer", "system"}},
		{Extended, "extended", Systems, []string{"customer", "system"}},
		{Subscriptions, "subscriptions", Systems, []string{"customer", "system"}},
		{Exceptions, "exceptions", Systems, []string{"customer", "system"}},
		{Seats, "seats", Systems, []string{"customer", "system"}},
		{Designations, "liaisons", Systems, []string{"customer", "system"}},
	}
}

// yamlReader reads documents of customers: one mapping each, several parted by lines of "---".
type yamlReader struct {
	file string
	base int // lines before the document
	add  func(Row)
	bad  []Problem
}

func readYAML(file string, text []byte, add func(Row)) []Problem {
	r := &yamlReader{file: file, add: add}
	if !utf8.Valid(text) {
		return []Problem{{File: file, Line: 1 + bytes.Count(text[:invalidAt(text)], []byte("\n")), Field: errs.Field{Key: "moving.not_utf8"}}}
	}
	var doc []string
	begin, line := 0, 0
	for l := range strings.Lines(string(text)) {
		if strings.TrimRight(l, " \r\n") == "---" {
			r.document(begin, strings.Join(doc, ""))
			doc, begin = doc[:0], line+1
		} else {
			doc = append(doc, l)
		}
		line++
	}
	r.document(begin, strings.Join(doc, ""))
	return r.bad
}

func (r *yamlReader) document(base int, text string) {
	r.base = base
	if strings.TrimSpace(text) == "" {
		return
	}
	tree, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		r.problem(1, "", "moving.bad_yaml")
		return
	}
	for _, d := range tree.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentGroupType {
			r.mapping(Customers, d.Body, nil)
		}
	}
}

func (r *yamlReader) problem(line int, column, key string, kv ...any) {
	r.bad = append(r.bad, Problem{File: r.file, Line: r.base + line, Column: column, Field: errs.BadField(column, key, kv...)})
}

// mapping reads one row with the rows that hang on it. around is the row that it stands in.
func (r *yamlReader) mapping(k Kind, n ast.Node, around *Row) {
	line := n.GetToken().Position.Line
	m, ok := n.(ast.MapNode)
	if !ok {
		r.problem(line, string(k), "moving.no_mapping")
		return
	}
	row := newRow(r.file, r.base+line, k)
	if around != nil {
		for _, name := range []string{"customer", "system"} {
			if v := around.get(name); v != "" {
				row.set(name, v)
			}
		}
	}
	if it := m.MapRange(); it.Next() {
		row.Line = r.base + it.Key().GetToken().Position.Line
	}
	below := r.cells(m, &row, around)
	r.add(row)
	for _, b := range below {
		r.list(b.nested, b.node, &row)
	}
}

// hanging is a list of rows in a mapping.
type hanging struct {
	nested
	node ast.Node
}

func (r *yamlReader) cells(m ast.MapNode, row, around *Row) (below []hanging) {
	var seen []string
	allowed := r.allowed(row.Kind, around)
	for it := m.MapRange(); it.Next(); {
		name, at := it.Key().GetToken().Value, it.Key().GetToken().Position.Line
		if slices.Contains(seen, name) {
			r.problem(at, name, "moving.column_twice")
			continue
		}
		seen = append(seen, name)
		i := slices.IndexFunc(nesting(), func(x nested) bool { return x.in == row.Kind && x.under == name })
		switch {
		case i >= 0:
			below = append(below, hanging{nesting()[i], it.Value()})
		case slices.Contains(allowed, name):
			row.set(name, r.scalar(name, it.Value()))
		default:
			r.problem(at, name, "moving.unknown_column", "allowed", strings.Join(allowed, ", "))
		}
	}
	return below
}

func (r *yamlReader) allowed(k Kind, around *Row) []string {
	return slices.DeleteFunc(Columns(k), func(name string) bool { return around != nil && around.get(name) != "" && isSaid(k, name) })
}

func isSaid(k Kind, name string) bool {
	return slices.ContainsFunc(nesting(), func(x nested) bool { return x.kind == k && slices.Contains(x.said, name) })
}

// scalar is the text of a value; a list of words is the words.
func (r *yamlReader) scalar(name string, n ast.Node) string {
	switch n := n.(type) {
	case *ast.NullNode:
		return ""
	case *ast.StringNode:
		return strings.TrimSpace(n.Value)
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	case *ast.SequenceNode:
		words := make([]string, len(n.Values))
		for i, v := range n.Values {
			words[i] = r.scalar(fmt.Sprintf("%s[%d]", name, i), v)
		}
		return strings.Join(words, " ")
	}
	r.problem(n.GetToken().Position.Line, name, "moving.no_scalar")
	return ""
}

func (r *yamlReader) list(x nested, n ast.Node, around *Row) {
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.SequenceNode:
		for _, v := range n.Values {
			r.mapping(x.kind, v, around)
		}
	default:
		r.problem(n.GetToken().Position.Line, x.under, "moving.no_list")
	}
}
