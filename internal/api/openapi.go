package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"liaison/internal/access"
)

// The description is made with huma's OpenAPI types and schema registry; the calls themselves are served by this
// package, which needs its own order of checks and its own words (docs/decisions).

var pathParam = regexp.MustCompile(`\{(\w+)\}`)

// describe makes the OpenAPI 3.1 document of the operations.
func describe(ops []operation) *huma.OpenAPI {
	reg := huma.NewMapRegistry("#/components/schemas/", schemaName)
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Liaison", Version: "1",
			Description: "The support centre by program. Errors are RFC 9457 problems; a refusal carries the decision and the clause of the support policy it rests on."},
		Paths: map[string]*huma.PathItem{},
		Components: &huma.Components{Schemas: reg, SecuritySchemes: map[string]*huma.SecurityScheme{
			"token": {Type: "http", Scheme: "bearer"},
		}},
	}
	problem := reg.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for i := range ops {
		op := &ops[i]
		item := doc.Paths[op.Pattern]
		if item == nil {
			item = &huma.PathItem{}
			doc.Paths[op.Pattern] = item
		}
		d := describeOperation(reg, op, problem)
		switch op.Method {
		case http.MethodGet:
			item.Get = d
		case http.MethodPost:
			item.Post = d
		case http.MethodPatch:
			item.Patch = d
		case http.MethodPut:
			item.Put = d
		case http.MethodDelete:
			item.Delete = d
		}
	}
	for name, schema := range reg.Map() {
		allowNull(schema, reg.TypeFromRef("#/components/schemas/"+name))
	}
	return doc
}

// allowNull says of every field that is a pointer to a struct and always there that it may be null: the registry says so of
// other pointers only.
func allowNull(s *huma.Schema, t reflect.Type) {
	if t == nil || t.Kind() != reflect.Struct {
		return
	}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		one := s.Properties[name]
		if one == nil || one.Ref == "" || f.Type.Kind() != reflect.Pointer || strings.Contains(options, "omit") {
			continue
		}
		s.Properties[name] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: one.Ref}, {Type: "null"}}}
	}
}

func describeOperation(reg huma.Registry, op *operation, problem *huma.Schema) *huma.Operation {
	d := &huma.Operation{
		OperationID: op.id, Summary: op.summary,
		Responses: map[string]*huma.Response{
			strconv.Itoa(op.status): {Description: "as asked", Content: jsonContent("application/json", reg.Schema(op.answer, true, schemaName(op.answer, "")))},
			"default":               {Description: "a problem", Content: jsonContent("application/problem+json", problem)},
		},
	}
	if op.table {
		d.Responses[strconv.Itoa(op.status)].Content["text/csv"] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	}
	if op.Tenant != access.TenantPublic {
		d.Security = []map[string][]string{{"token": {}}}
	}
	for _, m := range pathParam.FindAllStringSubmatch(op.Pattern, -1) {
		d.Parameters = append(d.Parameters, &huma.Param{Name: m[1], In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	for _, p := range op.query {
		d.Parameters = append(d.Parameters, &huma.Param{Name: p.name, In: p.in, Description: p.text, Schema: &huma.Schema{Type: p.kind}})
	}
	if op.Method == http.MethodPost {
		d.Parameters = append(d.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string"},
			Description: "the same key and body give the same answer for 24 hours"})
		if op.body == nil {
			d.RequestBody = &huma.RequestBody{Required: true, Content: jsonContent("application/octet-stream", &huma.Schema{Type: "string", Format: "binary"})}
		}
	}
	if op.body != nil {
		d.RequestBody = &huma.RequestBody{Required: true, Content: jsonContent("application/json", reg.Schema(op.body, true, schemaName(op.body, "")))}
	}
	return d
}

func jsonContent(media string, s *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{media: {Schema: s}}
}

// schemaName is the Go type's name without the words that only matter inside: caseView is Case.
func schemaName(t reflect.Type, hint string) string {
	name := t.Name()
	if name == "" {
		name = hint
	}
	for _, end := range []string{"View", "Body"} {
		name = strings.TrimSuffix(name, end)
	}
	if name == "" {
		return hint
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// Document is the description as JSON. It is made when it is first asked for, and once: most starts need none.
func (a *API) Document() ([]byte, error) {
	a.described.Do(func() { a.description, a.undescribed = json.Marshal(describe(a.operations())) })
	return a.description, a.undescribed
}

// mountDescription serves the document.
func (a *API) mountDescription(mux *http.ServeMux, table *access.Table) error {
	route := access.Route{Method: "GET", Pattern: "/api/v1/openapi.json", Permission: access.PolicyRead, Tenant: access.TenantPublic,
		Restricted: access.RestrictedSame, Event: access.NoEvent}
	return table.Mount(route, func(pattern string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			doc, err := a.Document()
			if err != nil {
				a.fail(w, r, a.Lang(r, access.Actor{}), err)
				return
			}
			w.Header().Set("Cache-Control", "no-cache")
			writeBody(w, http.StatusOK, "application/json", doc)
		})
	})
}
