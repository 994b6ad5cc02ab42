package cases

import (
	"slices"
	"testing"
)

func TestATypedSearchIsTakenApart(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct {
		words   string
		filters []typedFilter
	}{
		`status:open plan:elite lock wait`:     {"lock wait", []typedFilter{{"status", "open"}, {"plan", "elite"}}},
		`before:2026-11-01`:                    {"", []typedFilter{{"before", "2026-11-01"}}},
		`system:"PRD 01" 无法启动`:                 {"无法启动", []typedFilter{{"system", "PRD 01"}}},
		`priority：P1 报表`:                       {"报表", []typedFilter{{"priority", "P1"}}},
		`Status:OPEN`:                          {"", []typedFilter{{"status", "OPEN"}}},
		`Error: no route to host`:              {"Error: no route to host", nil},
		`ORA-00054: busy http://a.example/x:1`: {"ORA-00054: busy http://a.example/x:1", nil},
		`"status:open in the log" server`:      {`"status:open in the log" server`, nil},
		`"lock wait timeout" is:open`:          {`"lock wait timeout"`, []typedFilter{{"is", "open"}}},
		`half " of a phrase is:late`:           {`half " of a phrase`, []typedFilter{{"is", "late"}}},
		`assignee:me,none`:                     {"", []typedFilter{{"assignee", "me,none"}}},
		"  \t ":                                {"", nil},
		`plan:`:                                {"", []typedFilter{{"plan", ""}}},
	} {
		got := parseAsked(typed)
		if got.words != want.words || !slices.Equal(got.filters, want.filters) {
			t.Errorf("%s: %q %v, want %q %v", typed, got.words, got.filters, want.words, want.filters)
		}
	}
}
