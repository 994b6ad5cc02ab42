// Package apidoc is the readable page of the REST interface: every call with its parameters and fields, made from the
// same OpenAPI document that programs read.
package apidoc

import (
	"cmp"
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"liaison/internal/access"
	"liaison/internal/web"
)

//go:embed templates
var templates embed.FS

// Options are what the page is made of.
type Options struct {
	Site     *web.Site
	Document func() ([]byte, error) // OpenAPI 3.1, JSON
	URL      string                 // the installation's origin
}

// APIPage lists the calls.
type APIPage struct {
	web.Page
	URL   string
	Calls []Call
}

// Call is one operation.
type Call struct {
	ID, Method, Path string
	Public           bool
	Parameters       []Field
	Body, Answer     []Field
	Bytes            bool // the body is a file
}

// Field is a parameter or a field of a body.
type Field struct {
	Name, Type, In string
	Required       bool
}

// Section gives the page.
func Section(o Options) (web.Section, error) {
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		return web.Section{}, err
	}
	read := sync.OnceValues(func() ([]Call, error) {
		b, err := o.Document()
		if err != nil {
			return nil, err
		}
		return read(b)
	})
	page := func(w http.ResponseWriter, r *http.Request) error {
		calls, err := read()
		if err != nil {
			return err
		}
		return o.Site.Render(w, r, http.StatusOK, APIPage{Page: o.Site.Page(r, "apidoc.title", ""), URL: o.URL, Calls: calls})
	}
	return web.Section{Name: "apidoc", Templates: files,
		Pages: []web.PageType{{File: "api.html", Zero: APIPage{}, Layout: web.PortalLayout}},
		Routes: []web.Route{{Handle: page, Route: access.Route{Method: http.MethodGet, Pattern: "/api", Permission: access.PolicyRead,
			Tenant: access.TenantPublic, Restricted: access.RestrictedSame, Event: access.NoEvent}}},
	}, nil
}

// document is the part of OpenAPI that is shown.
type document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	OperationID string                `json:"operationId"`
	Security    []map[string][]string `json:"security"`
	Parameters  []struct {
		Name     string `json:"name"`
		In       string `json:"in"`
		Required bool   `json:"required"`
		Schema   schema `json:"schema"`
	} `json:"parameters"`
	RequestBody *payload           `json:"requestBody"`
	Responses   map[string]payload `json:"responses"`
}

type payload struct {
	Content map[string]media `json:"content"`
}

type media struct {
	Schema schema `json:"schema"`
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"` // a word, or a list of them
	Format     string            `json:"format"`
	Enum       []any             `json:"enum"`
	Items      *schema           `json:"items"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
}

// read makes the calls of a document, in the order of their paths.
func read(b []byte) ([]Call, error) {
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, err
	}
	var calls []Call
	for path, methods := range d.Paths {
		for method, op := range methods {
			calls = append(calls, d.call(path, strings.ToUpper(method), op))
		}
	}
	order := func(m string) int { return slices.Index([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, m) }
	slices.SortFunc(calls, func(a, b Call) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(order(a.Method), order(b.Method)))
	})
	return calls, nil
}

func (d *document) call(path, method string, op operation) Call {
	c := Call{ID: op.OperationID, Method: method, Path: path, Public: len(op.Security) == 0}
	for _, p := range op.Parameters {
		c.Parameters = append(c.Parameters, Field{Name: p.Name, Type: d.typeOf(p.Schema), In: p.In, Required: p.Required})
	}
	if op.RequestBody != nil {
		media, ok := op.RequestBody.Content["application/json"]
		c.Bytes = !ok
		c.Body = d.fields(media.Schema)
	}
	for status, r := range op.Responses {
		if strings.HasPrefix(status, "2") {
			c.Answer = d.fields(r.Content["application/json"].Schema)
		}
	}
	return c
}

// fields lists a schema's own fields, those of its items when it is a list.
func (d *document) fields(s schema) (out []Field) {
	s = d.resolve(s)
	if s.Items != nil {
		return d.fields(*s.Items)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		out = append(out, Field{Name: name, Type: d.typeOf(s.Properties[name]), Required: slices.Contains(s.Required, name)})
	}
	slices.SortStableFunc(out, func(a, b Field) int {
		return cmp.Compare(boolOrder(a.Required), boolOrder(b.Required))
	})
	return out
}

func boolOrder(required bool) int {
	if required {
		return 0
	}
	return 1
}

func (d *document) resolve(s schema) schema {
	if s.Ref == "" {
		return s
	}
	return d.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
}

// typeOf writes a type in a few words: string, P1 | P2, [string], {id, name}.
func (d *document) typeOf(s schema) string {
	s = d.resolve(s)
	switch {
	case len(s.Enum) > 0:
		var words []string
		for _, e := range s.Enum {
			if w, ok := e.(string); ok {
				words = append(words, w)
			}
		}
		return strings.Join(words, " | ")
	case s.Items != nil:
		return "[" + d.typeOf(*s.Items) + "]"
	case len(s.Properties) > 0:
		return "{" + strings.Join(slices.Sorted(maps.Keys(s.Properties)), ", ") + "}"
	case s.Format != "":
		return s.Format
	}
	switch t := s.Type.(type) {
	case string:
		return t
	case []any:
		var words []string
		for _, e := range t {
			if w, ok := e.(string); ok {
				words = append(words, w)
			}
		}
		return strings.Join(words, " | ")
	}
	return ""
}
