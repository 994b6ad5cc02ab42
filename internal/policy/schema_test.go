package policy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"liaison/internal/policy"
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
