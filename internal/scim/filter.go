package scim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"liaison/internal/errs"
)

// What a filter may cost at most.
const (
	maxFilter = 2000 // bytes
	maxDepth  = 20   // of parentheses and brackets
	maxTerms  = 100  // comparisons
)

// filter is a filter of RFC 7644, 3.4.2.2, or a part of one.
type filter struct {
	op    string // and, or, not; eq, ne, co, sw, ew, gt, ge, lt, le, pr; has: an element of path meets of[0]
	of    []*filter
	path  attrPath
	value any // string, float64, bool, nil
}

// attrPath names an attribute, and maybe a part of it.
type attrPath struct{ attr, sub string }

func badFilter() error { return errs.New(errs.Malformed, "directory.bad_filter") }

// parseFilter reads a filter.
func parseFilter(text string) (*filter, error) {
	if len(text) > maxFilter || !utf8.ValidString(text) {
		return nil, badFilter()
	}
	p := &parser{rest: text}
	f := p.or(0)
	if p.skip(); p.bad || p.rest != "" {
		return nil, badFilter()
	}
	return f, nil
}

// parser reads a filter from left to right. After a mistake bad is set and it reads nothing more.
type parser struct {
	rest  string
	terms int
	bad   bool
}

func (p *parser) skip() { p.rest = strings.TrimLeft(p.rest, " ") }

// take takes a text that stands next.
func (p *parser) take(text string) bool {
	p.skip()
	rest, ok := strings.CutPrefix(p.rest, text)
	if ok && !p.bad {
		p.rest = rest
	}
	return ok && !p.bad
}

// word looks at the next word, in lower case, without taking it.
func (p *parser) word() string {
	p.skip()
	return strings.ToLower(p.rest[:p.wordLength()])
}

func (p *parser) wordLength() int {
	for i := range len(p.rest) {
		if c := p.rest[i]; !isNameByte(c) {
			return i
		}
	}
	return len(p.rest)
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("$_-:.", c) >= 0
}

// keyword takes a word.
func (p *parser) keyword(w string) bool {
	if p.bad || p.word() != w {
		return false
	}
	p.rest = p.rest[len(w):]
	return true
}

func (p *parser) fail() *filter {
	p.bad = true
	return &filter{op: "or"}
}

func (p *parser) or(depth int) *filter {
	f := p.and(depth)
	if p.word() != "or" {
		return f
	}
	all := &filter{op: "or", of: []*filter{f}}
	for p.keyword("or") {
		all.of = append(all.of, p.and(depth))
	}
	return all
}

func (p *parser) and(depth int) *filter {
	f := p.term(depth)
	if p.word() != "and" {
		return f
	}
	all := &filter{op: "and", of: []*filter{f}}
	for p.keyword("and") {
		all.of = append(all.of, p.term(depth))
	}
	return all
}

func (p *parser) term(depth int) *filter {
	if p.terms++; p.bad || depth > maxDepth || p.terms > maxTerms {
		return p.fail()
	}
	if p.take("(") {
		return p.closed(")", depth)
	}
	if p.word() == "not" {
		before := p.rest
		p.keyword("not")
		if p.take("(") {
			return &filter{op: "not", of: []*filter{p.closed(")", depth)}}
		}
		p.rest = before
	}
	path := p.path()
	if p.bad {
		return p.fail()
	}
	if strings.HasPrefix(p.rest, "[") && p.take("[") {
		return &filter{op: "has", path: path, of: []*filter{p.closed("]", depth)}}
	}
	return p.comparison(path)
}

func (p *parser) closed(by string, depth int) *filter {
	f := p.or(depth + 1)
	if !p.take(by) {
		return p.fail()
	}
	return f
}

// path takes [URN:]attribute[.part].
func (p *parser) path() attrPath {
	p.skip()
	n := p.wordLength()
	text := p.rest[:n]
	p.rest = p.rest[n:]
	path, ok := pathOf(text)
	p.bad = p.bad || !ok
	return path
}

// pathOf reads an attribute's name; the URN of a schema before it says nothing new.
func pathOf(text string) (path attrPath, ok bool) {
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		if !strings.HasPrefix(strings.ToLower(text), "urn:") {
			return path, false
		}
		text = text[i+1:]
	}
	attr, sub, dotted := strings.Cut(text, ".")
	if attr == "" || dotted && sub == "" || strings.Contains(sub, ".") || !letter(attr[0]) {
		return path, false
	}
	return attrPath{strings.ToLower(attr), strings.ToLower(sub)}, true
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '$' }

func (p *parser) comparison(path attrPath) *filter {
	op := p.word()
	switch op {
	case "pr":
		p.keyword(op)
		return &filter{op: op, path: path}
	case "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le":
		p.keyword(op)
	default:
		return p.fail()
	}
	f := &filter{op: op, path: path, value: p.literal()}
	_, isText := f.value.(string)
	_, isNumber := f.value.(float64)
	if isInstant(path) && f.value != nil && !slices.Contains([]string{"co", "sw", "ew"}, op) {
		text, _ := f.value.(string)
		_, err := time.Parse(time.RFC3339Nano, text)
		p.bad = p.bad || err != nil
	}
	switch op {
	case "co", "sw", "ew":
		p.bad = p.bad || !isText
	case "gt", "ge", "lt", "le":
		p.bad = p.bad || !isText && !isNumber
	}
	return f
}

// isInstant: what is compared with it is an instant too, or the question makes no sense.
func isInstant(path attrPath) bool {
	return path.attr == "meta" && (path.sub == "created" || path.sub == "lastmodified")
}

// literal takes a JSON string, number, true, false or null.
func (p *parser) literal() (v any) {
	p.skip()
	d := json.NewDecoder(strings.NewReader(p.rest))
	switch {
	case p.bad || p.rest == "":
		p.bad = true
	case p.rest[0] == '"' || p.rest[0] == '-' || p.rest[0] >= '0' && p.rest[0] <= '9':
		t, err := d.Token()
		if err != nil {
			p.bad = true
			return nil
		}
		p.rest = p.rest[d.InputOffset():]
		return t
	case p.keyword("true"):
		return true
	case p.keyword("false"):
		return false
	case p.keyword("null"):
		return nil
	default:
		p.bad = true
	}
	return nil
}
