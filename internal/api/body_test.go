package api

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestABodyNestsOnlySoDeep(t *testing.T) {
	t.Parallel()
	nested := func(open, shut string, n int) string {
		return `{"a":` + strings.Repeat(open, n) + "1" + strings.Repeat(shut, n) + "}"
	}
	for _, c := range []struct {
		name, text string
		unsound    bool
	}{
		{"lists as deep as allowed", nested("[", "]", maxDepth-1), false},
		{"one deeper", nested("[", "]", maxDepth), true},
		{"objects as deep as allowed", nested(`{"b":`, "}", maxDepth-1), false},
		{"one deeper", nested(`{"b":`, "}", maxDepth), true},
		{"nothing but brackets", `{"a":` + strings.Repeat("[", maxBody/2), true},
		{"many lists side by side", `{"a":[` + strings.TrimSuffix(strings.Repeat("[],", 10_000), ",") + "]}", false},
		{"a name twice, far down", `{"a":[{"b":1,"B":2}]}`, true},
		{"a name in two objects", `{"a":[{"b":1},{"b":2}]}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := unsound(json.NewDecoder(strings.NewReader(c.text)), 1); got != c.unsound {
				t.Errorf("unsound is %v", got)
			}
		})
	}
}
