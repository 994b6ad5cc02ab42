package apptest_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"liaison/internal/access"
	"liaison/internal/apptest"
	"liaison/internal/db"
)

// oas31 is the schema of OpenAPI 3.1 documents that the OpenAPI Initiative publishes (2022-10-07, Apache-2.0).
//
//go:embed testdata/oas-3.1.json
var oas31 []byte

// description is the document of the interface, as a program reads it that knows nothing else of it.
type description struct {
	t        *testing.T
	compiler *jsonschema.Compiler
	Paths    map[string]map[string]struct {
		OperationID string
		Parameters  []struct {
			Name, In string
			Required bool
			Schema   map[string]any
		}
		RequestBody *struct {
			Content map[string]struct{ Schema map[string]any }
		}
		Responses map[string]struct {
			Content map[string]struct{ Schema map[string]any }
		}
	}
	whole any
}

const address = "https://liaison.test/openapi.json"

func read(t *testing.T, w *apptest.World) *description {
	t.Helper()
	answer := w.Nobody().Get("/api/v1/openapi.json")
	d := &description{t: t, compiler: jsonschema.NewCompiler()}
	if err := json.Unmarshal(answer.Body, d); err != nil || answer.Status != http.StatusOK {
		t.Fatalf("the document: %d, %v", answer.Status, err)
	}
	var err error
	if d.whole, err = jsonschema.UnmarshalJSON(bytes.NewReader(answer.Body)); err != nil {
		t.Fatal(err)
	}
	if err := d.compiler.AddResource(address, d.whole); err != nil {
		t.Fatal(err)
	}
	return d
}

// at gives what a pointer of the document leads to, through references.
func (d *description) at(schema map[string]any) map[string]any {
	d.t.Helper()
	ref, ok := schema["$ref"].(string)
	if !ok {
		return schema
	}
	here := d.whole
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		object, _ := here.(map[string]any)
		if here = object[step]; here == nil {
			d.t.Fatalf("%s leads nowhere", ref)
		}
	}
	return d.at(here.(map[string]any))
}

// fits checks a value against the schema at a place of the document.
func (d *description) fits(place string, body []byte) error {
	d.t.Helper()
	s, err := d.compiler.Compile(address + "#" + place)
	if err != nil {
		d.t.Fatalf("%s is no schema: %v", place, err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// make is a value that a schema allows, with every property that it knows.
func (d *description) make(schema map[string]any) any {
	s := d.at(schema)
	if list, ok := s["enum"].([]any); ok {
		return list[0]
	}
	kind := s["type"]
	if list, ok := kind.([]any); ok {
		kind = list[0]
	}
	switch kind {
	case "object":
		out := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		for name, of := range properties {
			out[name] = d.make(of.(map[string]any))
		}
		return out
	case "array":
		return []any{}
	case "integer", "number":
		return 1
	case "boolean":
		return false
	}
	switch s["format"] {
	case "uuid":
		return "01936b2e-0000-7000-8000-000000000001"
	case "date-time":
		return "2026-03-04T08:30:00Z"
	case "date":
		return "2026-03-04"
	}
	return "text"
}

func TestTheDescriptionIsOpenAPI(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	d := read(t, w)
	official, err := jsonschema.UnmarshalJSON(bytes.NewReader(oas31))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("https://spec.openapis.org/oas/3.1/schema/2022-10-07", official); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://spec.openapis.org/oas/3.1/schema/2022-10-07")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(d.whole); err != nil {
		t.Errorf("the document is not OpenAPI 3.1: %v", err)
	}
	broken := d.whole.(map[string]any)["info"].(map[string]any)
	title := broken["title"]
	delete(broken, "title")
	if s.Validate(d.whole) == nil {
		t.Error("a document without a title passes: the schema checks nothing")
	}
	broken["title"] = title
	named := map[string]bool{}
	for path, item := range d.Paths {
		for method, op := range item {
			if op.OperationID == "" || named[op.OperationID] {
				t.Errorf("%s %s: the name %q is empty or taken", method, path, op.OperationID)
			}
			named[op.OperationID] = true
		}
	}
	for _, r := range w.App.Routes.Routes() {
		_, known := d.Paths[r.Pattern][strings.ToLower(r.Method)]
		if strings.HasPrefix(r.Pattern, "/api/v1/") && !known && r.Pattern != "/api/v1/openapi.json" {
			t.Errorf("%s %s is not in the document", r.Method, r.Pattern)
		}
	}
}

// A client that knows the document alone calls every operation: with what the document says, made up, and with what the
// world has. Whatever comes back is what the document says.
func TestAGenericClientUnderstandsEveryAnswer(t *testing.T) { //nolint:tparallel // the steps share the world, d.t and what was served
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	d := read(t, w)
	liaison := w.Person("chen.li")
	callers := []*apptest.Caller{w.Nobody(), w.As("chen.li"), w.As("lin.wei"), w.As("sam.carter"), {}}
	for _, p := range w.People {
		if p.Role == "administrator" {
			callers[len(callers)-1] = w.WithToken(p.Token)
		}
	}
	served := map[string]bool{}
	for _, r := range w.App.Routes.Routes() {
		op, known := d.Paths[r.Pattern][strings.ToLower(r.Method)]
		if !known {
			continue
		}
		t.Run(op.OperationID, func(t *testing.T) {
			d.t = t
			things := w.Things(*liaison.Customer)
			if op.OperationID == "correctCase" { // only what came by mail is corrected
				things.Number = w.Mail(apptest.Letter{From: liaison.Email, Subject: "Empty tiles", Text: "No data."}).Number
			}
			check := func(how string, answer apptest.Answer) {
				if err := d.understands(r, answer); err != nil {
					t.Errorf("%s: %v\n%s", how, err, answer.Body)
				}
				served[op.OperationID] = served[op.OperationID] || answer.Status < 300
			}
			probe := w.Probe(r, things)
			for i, c := range callers {
				check(fmt.Sprintf("caller %d, as the program's own tests ask", i), c.Do(r.Method, probe.Path, probe.Body, probe.Head...))
			}
			if op.RequestBody == nil {
				return
			}
			content, isJSON := op.RequestBody.Content["application/json"]
			if !isJSON {
				return
			}
			head := []string{}
			for _, p := range op.Parameters {
				if p.In == "header" {
					head = append(head, p.Name, fmt.Sprint(d.make(p.Schema)))
				}
			}
			body := d.make(content.Schema)
			raw, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.fits(pointer("paths", r.Pattern, strings.ToLower(r.Method), "requestBody", "content", "application/json", "schema"), raw); err != nil {
				t.Errorf("what the client makes does not fit: %v", err)
			}
			answer := callers[1].Do(r.Method, probe.Path, body, head...)
			check("made from the document", answer)
			if answer.Status == http.StatusBadRequest {
				t.Errorf("the document has a field that the program does not know: %s", answer.Body)
			}
			if object, ok := body.(map[string]any); ok {
				object["notAField"] = 1
				for i, c := range callers {
					if answer := c.Do(r.Method, probe.Path, object, head...); answer.Status < 400 {
						t.Errorf("caller %d, an unknown field is answered %d", i, answer.Status)
					}
				}
			}
		})
	}
	for _, id := range []string{"me", "registerCase", "listCases", "queue", "getCase", "getClocks", "getTimeline", "postMessage", "changeCase",
		"uploadAttachment", "listCustomers", "listSystems", "listPeople", "contactNow", "lifecycle", "correctCase", "discardHeld", "releaseHeld"} {
		if !served[id] {
			t.Errorf("nobody was served by %s", id)
		}
	}
}

// pointer is a JSON pointer.
func pointer(steps ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	var b strings.Builder
	for _, s := range steps {
		b.WriteString("/" + escape.Replace(s))
	}
	return b.String()
}

// understands checks an answer against what the document says of it: its status, its kind and its shape.
func (d *description) understands(r access.Route, answer apptest.Answer) error {
	op := d.Paths[r.Pattern][strings.ToLower(r.Method)]
	status := strconv.Itoa(answer.Status)
	if _, ok := op.Responses[status]; !ok {
		if status = "default"; answer.Status < 400 {
			return fmt.Errorf("the document has no answer %d", answer.Status)
		}
	}
	if answer.Status == http.StatusNoContent {
		return nil
	}
	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	content := op.Responses[status].Content
	if _, ok := content[kind]; !ok {
		kinds := make([]string, 0, len(content))
		for k := range content {
			kinds = append(kinds, k)
		}
		slices.Sort(kinds)
		return fmt.Errorf("an answer %d is %s, the document says %v", answer.Status, kind, kinds)
	}
	if !strings.HasSuffix(kind, "json") {
		return nil
	}
	return d.fits(pointer("paths", r.Pattern, strings.ToLower(r.Method), "responses", status, "content", kind, "schema"), answer.Body)
}
