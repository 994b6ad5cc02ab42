package policy_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"liaison/internal/policy"
	"liaison/policies"
)

// The schemas lie in policies/schema, where editors find them. Where this fails, write them anew:
// for k in policy clauses holidays calendar facts readings links; do go run ./cmd/liaison policy schema $k > policies/schema/$k.json; done
func TestTheSchemasOfTheRepositoryAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	for _, kind := range policy.SchemaKinds() {
		s, ok := policy.Schema(kind)
		if !ok {
			t.Fatalf("%s has no schema", kind)
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetIndent("", "  ")
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile("../../policies/schema/" + kind + ".json")
		if err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("policies/schema/%s.json is not what `liaison policy schema %s` prints (%v)", kind, kind, err)
		}
	}
	if _, ok := policy.Schema("tea"); ok {
		t.Error("there is a schema of tea")
	}
}

func TestTheSchemaKnowsShapesWordsAndPatterns(t *testing.T) {
	t.Parallel()
	s, _ := policy.Schema("policy")
	at := func(path ...string) map[string]any {
		v := s
		for _, key := range path {
			next, ok := v[key].(map[string]any)
			if !ok {
				t.Fatalf("the schema has no %v at %s", path, key)
			}
			v = next
		}
		return v
	}
	if s["additionalProperties"] != false {
		t.Error("an unknown key is let through")
	}
	seats := at("properties", "plans", "additionalProperties", "properties", "seats")
	if seats["type"] != "integer" || seats["description"] == nil {
		t.Errorf("seats: %v", seats)
	}
	clock := at("properties", "clocks", "items", "properties", "clock")
	if words, _ := clock["enum"].([]string); len(words) != 2 || words[0] != "24x7" {
		t.Errorf("clock: %v", clock)
	}
	window := at("properties", "hours_groups", "additionalProperties", "properties", "week", "additionalProperties", "items")
	if window["pattern"] == nil {
		t.Errorf("window: %v", window)
	}
}

// kindOf is the schema of a file of a pack by its name, "" for what is none of its YAML files.
func kindOf(file string) string {
	if path.Base(path.Dir(file)) == "calendars" {
		return "calendar"
	}
	kind, _, _ := strings.Cut(path.Base(file), ".")
	if _, ok := policy.Schema(kind); !ok || path.Ext(file) != ".yaml" {
		return ""
	}
	return kind
}

// valid holds a YAML text against the schema of the repository, as an editor does.
func valid(t *testing.T, kind string, text []byte) error {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../policies/schema/" + kind + ".json")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

// What an editor says with these schemas is what the loader says: the shipped packs are fine, a slip is underlined. An
// editor finds the schema by the first line of the file.
func TestEditorsAgreeWithTheLoader(t *testing.T) {
	t.Parallel()
	n := 0
	err := fs.WalkDir(policies.FS, ".", func(file string, e fs.DirEntry, err error) error {
		kind := kindOf(file)
		if err != nil || e.IsDir() || kind == "" || strings.Contains(file, "/_") {
			return err
		}
		text, err := policies.FS.ReadFile(file)
		if err != nil {
			return err
		}
		n++
		if err := valid(t, kind, text); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		return nil
	})
	if err != nil || n < 40 {
		t.Errorf("%d files, %v", n, err)
	}
	head, err := policies.FS.ReadFile("harbour-2026/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(head), "\n")
	named, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
	if _, err := os.Stat(path.Join("../../policies/harbour-2026", named)); !ok || err != nil {
		t.Errorf("the first line names no schema: %q, %v", first, err)
	}
	for slip, is := range map[string][2]string{
		"an unknown key":          {"edition: ", "teatime: 1\nedition: "},
		"seats in words":          {"seats: 3", "seats: three"},
		"a window without an end": {`"08:00-12:30"`, `"08:00"`},
		"a clock of another kind": {"clock: regional", "clock: sundial"},
	} {
		text := strings.Replace(string(head), is[0], is[1], 1)
		if text == string(head) || valid(t, "policy", []byte(text)) == nil {
			t.Errorf("%s is not underlined", slip)
		}
	}
}
