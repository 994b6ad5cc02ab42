package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/errs"
)

// What is no instant is named by its field, wherever it stands: a caller who wrote a day wrote valid JSON.
func TestWhatIsNoInstantIsNamedByItsField(t *testing.T) {
	t.Parallel()
	type period struct {
		From time.Time  `json:"from"`
		To   *time.Time `json:"to,omitempty"`
	}
	type body struct {
		At      time.Time `json:"at"`
		Name    string    `json:"name"`
		Periods []period  `json:"periods"`
	}
	for _, c := range []struct {
		text   string
		fields []string
	}{
		{`{"at":"2026-12-20T00:00:00Z","periods":[{"from":"2026-12-20T00:00:00+01:00","to":null}]}`, nil},
		{`{"at":"2026-12-20"}`, []string{"at"}},
		{`{"At":"soon"}`, []string{"at"}},
		{`{"at":20261220}`, []string{"at"}},
		{`{"at":"2026-12-20","periods":[{"from":"2026-12-20T00:00:00Z"},{"from":"2026-12-20T00:00:00Z","to":"later"}]}`, []string{"at", "periods.to"}},
	} {
		var got []string
		err := decode([]byte(c.text), new(body))
		for _, f := range errs.As(err).Fields {
			got = append(got, f.Name)
			if f.Key != "field.instant" {
				t.Errorf("%s: %s", c.text, f.Key)
			}
		}
		if !slices.Equal(got, c.fields) || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, %v", c.text, got, err)
		}
	}
	if err := decode([]byte(`{"at":"2026-12-20"`), new(body)); errs.KindOf(err) != errs.Malformed {
		t.Errorf("no JSON: %v", err)
	}
}

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
