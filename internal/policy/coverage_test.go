package policy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liaison/internal/policy"
	"liaison/internal/text"
)

func TestEveryClauseHasARuleOrADutyOfPeople(t *testing.T) {
	t.Parallel()
	for _, name := range []string{reference, "example", "harbour-2026"} {
		if bare := load(t, name).Uncovered(); len(bare) > 0 {
			t.Errorf("%s: nothing makes these clauses true: %s", name, strings.Join(bare, ", "))
		}
	}
}

func TestEveryRuleServesAClauseOfTheReferencePack(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for _, key := range policy.RuleKeys() {
		if !slices.ContainsFunc(p.Clauses, func(c policy.Clause) bool { return slices.Contains(c.Rules, key) }) {
			t.Errorf("no clause names the rule %s", key)
		}
	}
}

func TestRulesAreSortedAndHaveNames(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	keys := policy.RuleKeys()
	if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
		t.Error("the rules are not sorted, or one stands twice")
	}
	for _, key := range keys {
		if !words.Has("rule." + key) {
			t.Errorf("the rule %s has no name for people", key)
		}
	}
}

// The code and the tests that a rule names are looked up in the source: a renamed function breaks the promise.
func TestCodeAndTestsOfRulesAreInTheSource(t *testing.T) {
	t.Parallel()
	for _, r := range policy.Rules() {
		if len(r.Tests) == 0 {
			t.Errorf("%s: no test holds it", r.Key)
		}
		if !declared(t, r.Code, false) {
			t.Errorf("%s: the source has no %s", r.Key, r.Code)
		}
		for _, name := range r.Tests {
			if !declared(t, name, true) {
				t.Errorf("%s: the source has no test %s", r.Key, name)
			}
		}
	}
}

// What the code cites has to be a clause that every pack must have, or the link in a refusal leads nowhere.
func TestEveryPackTellsTheClausesThatTheCodeCites(t *testing.T) {
	t.Parallel()
	cites := regexp.MustCompile(`(?:[cC]lause:? *=? *|"clause" |/policy/|\(|, )"?([0-9](?:\.[0-9]+)?|[AB](?:\.[0-9])?)"(?:, "R[0-9A-Z.]+-[0-9]+")` +
		`|[cC]lause: +"([^"]+)"|href="/policy/([0-9AB.]+)"`)
	seen := 0
	err := filepath.WalkDir("..", func(file string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(file, "_test.go") || !strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, ".html") {
			return err
		}
		source, err := os.ReadFile(file)
		for _, m := range cites.FindAllStringSubmatch(string(source), -1) {
			number := m[1] + m[2] + m[3]
			if seen++; !slices.Contains(policy.Cited(), number) {
				t.Errorf("%s cites clause %s: add it to policy.Cited", file, number)
			}
		}
		return err
	})
	if err != nil || seen < 60 {
		t.Errorf("%d places cite a clause, %v", seen, err)
	}
}

// declared reports whether internal/<package> has that function ("sla.Evaluate") or method ("policy.Pack.ClockFor").
func declared(t *testing.T, name string, inTests bool) bool {
	t.Helper()
	parts := strings.Split(name, ".")
	pattern := `(?m)^func ` + parts[1] + `\(`
	if len(parts) == 3 {
		pattern = `(?m)^func \(\w+ \*?` + parts[1] + `\) ` + parts[2] + `\(`
	}
	files, err := filepath.Glob(filepath.Join("..", parts[0], "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") != inTests {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(pattern).Match(source) {
			return true
		}
	}
	return false
}
